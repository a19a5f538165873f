/** Commands on running tickets, against a small server that stands for the API. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fieldsOf } from '../../src/cli/live';
import { tocsin } from './support';

interface Request {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}
type Answer = [status: number, body: unknown];

const TICKET = {
  id: 'TICK-20260306-001',
  number: '10001',
  status: 'escalated',
  ticket: {
    ...{ subject: 'Disk full', priority: 'P2', customer: { name: 'Zoe', plan: 'starter' } },
    links: [{ to: 'TICK-20260306-002', kind: 'member' }],
  },
  paths: { ladder: { level: 2, to: 'bea', acknowledged: false } },
  tasks: [{ task: 'plan', for: 'ann', due: '2020-01-01T00:00:00Z', breached: true }],
  nextDue: null,
};
const problem = (status: number, code: string): Answer => [status, { code, detail: `it is ${code}`, status }];
const row = (seq: number): object => ({
  seq,
  at: '2026-03-06T10:00:00Z',
  offset: 'PT0S',
  type: 'note',
  summary: `note ${seq}`,
  clauses: [],
  data: {},
});

let server: Server;
let requests: Request[];
let answer: (request: Request) => Answer;
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: text === '' ? {} : (JSON.parse(text) as Request['body']) };
      requests.push(request);
      const [status, body] = answer(request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'tocsin-live-'));
  process.env['TOCSIN_DATA_DIR'] = folder;
  process.env['TOCSIN_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env['TOCSIN_API_KEY'] = 'a-key';
});
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  requests = [];
  answer = () => [200, TICKET];
});

describe('open', () => {
  it('posts the opening of a file once a key, with the API key', async () => {
    const file = join(folder, 'ticket.yaml');
    writeFileSync(
      file,
      'ticket:\n  subject: Disk full\n  customer: { name: Zoe, email: zoe@example.com, plan: starter }\n',
    );
    answer = () => [201, { id: 'TICK-20260306-001', number: '10001', created: true }];
    const { code, out } = await tocsin(['open', file, '--key', 'k1', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ id: 'TICK-20260306-001', number: '10001' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/v1/tickets', body: { subject: 'Disk full' } });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer a-key', 'idempotency-key': 'k1' });
  });

  it('reads stdin, and repeats with the same key while the store is away', async () => {
    answer = () => (requests.length === 1 ? problem(503, 'ESC_STORE_UNAVAILABLE') : [201, { id: 'T', number: '1' }]);
    const { code, out } = await tocsin(['open', '-'], '{"subject":"x"}');
    expect({ code, out }).toEqual({ code: 0, out: 'Opened T (#1).' });
    expect(requests[0]?.headers['idempotency-key']).toBe(requests[1]?.headers['idempotency-key']);
  });

  it('ends with 2 where the opening does not have the form', async () => {
    answer = () => problem(400, 'ESC_REQUEST_INVALID');
    expect(await tocsin(['open', '-'], '{"subject":"x"}')).toMatchObject({ code: 2, out: '' });
  });
});

describe('do', () => {
  it('gives a command with its fields, who, when and an id', async () => {
    const { code } = await tocsin([
      'do',
      TICKET.id,
      'send-update',
      '--by',
      'ada',
      '--text',
      '42',
      '--share',
      '60',
      '--flags=["a"]',
    ]);
    expect(code).toBe(0);
    const [request] = requests;
    expect(request).toMatchObject({ method: 'POST', url: `/v1/tickets/${TICKET.id}/commands/send-update` });
    expect(request?.body).toMatchObject({
      text: '42',
      share: 60,
      flags: ['a'],
      by: { name: 'ada' },
      at: expect.stringMatching(/Z$/),
    });
    expect(request?.headers['idempotency-key']).toBe(request?.body['commandId']);
  });

  it('repeats a command of unknown outcome with the same id and the first instant', async () => {
    answer = () => (requests.length < 3 ? problem(503, 'ESC_OUTCOME_UNKNOWN') : [200, TICKET]);
    const { code, err } = await tocsin(['do', TICKET.id, 'acknowledge', '--by', 'ann', '--json']);
    expect(code).toBe(0);
    expect(err).toContain('trying again');
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ body }) => `${String(body['commandId'])} ${String(body['at'])}`)).size).toBe(1);
  });

  it.each([
    ['a guard refuses', 409, 'ESC_GUARD_REFUSED', 1],
    ['the ticket is not there', 404, 'ESC_TICKET_NOT_FOUND', 1],
    ['the key is not valid', 401, 'ESC_UNAUTHENTICATED', 1],
    ['the command does not exist', 404, 'ESC_COMMAND_UNKNOWN', 2],
    ['a field is missing', 422, 'ESC_FIELD_REQUIRED', 2],
  ])('is not repeated where %s', async (_what, status, problemCode, exit) => {
    answer = () => problem(status, problemCode);
    const { code, out, err } = await tocsin(['do', TICKET.id, 'close', '--json']);
    expect({ code, out, err }).toEqual({ code: exit, out: '', err: `${problemCode}: it is ${problemCode}` });
    expect(requests).toHaveLength(1);
  });
});

describe('reading', () => {
  it('shows a ticket with levels and open tasks', async () => {
    const { code, out } = await tocsin(['show', TICKET.id]);
    expect(code).toBe(0);
    expect(out).toMatch(/Linked +member TICK-20260306-002/);
    expect(out).toMatch(/Levels +ladder: level 2 \(bea\), not acknowledged/);
    expect(out).toMatch(/plan +ann +.* late +overdue/);
    expect(JSON.parse((await tocsin(['show', TICKET.id, '--json'])).out)).toEqual(TICKET);
  });

  it('reads a timeline to its end, page after page', async () => {
    answer = ({ url }) => {
      const after = Number(new URL(url, 'http://x').searchParams.get('after'));
      return [200, Array.from({ length: Math.min(1_000, 1_500 - after) }, (_, i) => row(after + i + 1))];
    };
    const { out } = await tocsin(['timeline', TICKET.id, '--json']);
    expect((JSON.parse(out) as { seq: number }[]).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 1_500 }, (_, i) => i + 1),
    );
    expect(requests).toHaveLength(2);
  });

  it('prints agenda and explanations as tables and as lists', async () => {
    answer = ({ url }) => [
      200,
      [
        url.endsWith('agenda')
          ? { at: '2026-03-06T10:00:00Z', kind: 'due', name: 'plan' }
          : { title: 'plan is due', lines: ['since ten'] },
      ],
    ];
    expect((await tocsin(['agenda', TICKET.id])).out).toMatch(/2026-03-06 10:00:00 UTC .* due +plan/);
    expect((await tocsin(['explain', TICKET.id])).out).toBe('plan is due\n  since ten');
    for (const name of ['agenda', 'explain'])
      expect(JSON.parse((await tocsin([name, TICKET.id, '--json'])).out)).toHaveLength(1);
  });

  it('follows the pages of the board up to the limit', async () => {
    answer = ({ url }) => {
      const query = new URL(url, 'http://x').searchParams;
      const tickets = Array.from({ length: Number(query.get('limit')) }, () => ({ id: 'T', nextDue: null }));
      return [200, { tickets, nextCursor: 'more' }];
    };
    const { out } = await tocsin(['board', '--status', 'created', '--limit', '250', '--json']);
    expect(JSON.parse(out)).toHaveLength(250);
    expect(requests.map(({ url }) => url)).toEqual([
      '/v1/tickets?status=created&limit=200',
      '/v1/tickets?status=created&limit=50&cursor=more',
    ]);
    expect(await tocsin(['board', '--limit', 'many'])).toMatchObject({ code: 2, out: '' });
  });

  it('ends with 1 where the answer is no JSON, and soon where nobody listens', async () => {
    answer = () => [502, '<html>'];
    expect((await tocsin(['board'])).err).toContain('did not answer in JSON');
    const url = process.env['TOCSIN_URL'];
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    process.env['TOCSIN_URL'] = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    const began = Date.now();
    expect(await tocsin(['board'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('does not answer'),
    });
    expect(Date.now() - began).toBeLessThan(5_000);
    process.env['TOCSIN_URL'] = url;
  });
});

it('words of a command are texts, other values JSON where they are JSON', () => {
  expect(
    fieldsOf(['--text', '42', '--n', '42', '--on', 'true', '--due-date', '2026-01-01', '--x={"a":1}', '--dash', '--y']),
  ).toEqual({
    text: '42',
    n: 42,
    on: true,
    due_date: '2026-01-01',
    x: { a: 1 },
    dash: '--y',
  });
});

describe('registers, the ledger, keys and erasing', () => {
  it('prints every entry of a register, page after page, with the fields of its kind', async () => {
    const entry = (id: string) => ({ id, key: 'weekly', status: 'open', openedAt: null, values: { risk: 'high' } });
    answer = ({ url }) => [
      200,
      {
        fields: ['risk'],
        entries: [entry(url.includes('cursor=') ? 'T-2' : 'T-1')],
        nextCursor: url.includes('cursor=') ? null : 'next',
      },
    ];
    const { out, code } = await tocsin(['register', 'risk', '--status', 'open', '--closed']);
    expect(code).toBe(0);
    expect(out).toMatch(/Ticket.*Key.*Status.*risk/);
    expect(out).toMatch(/T-1 .*weekly .*open[\s\S]*T-2/);
    expect(requests.map((one) => one.url)).toEqual([
      '/v1/registers/risk?closed=true&status=open',
      '/v1/registers/risk?closed=true&status=open&cursor=next',
    ]);
    const json = JSON.parse((await tocsin(['register', 'risk', '--json'])).out) as { entries: object[] };
    expect(json.entries).toHaveLength(2);
  });

  it('prints an entry of many fields as a paragraph: in columns of three letters nobody reads it', async () => {
    const fields = ['risk_level', 'risk_area', 'risk_description', 'verification_requirements'];
    const values = { risk_level: 5, risk_area: 'data_security', risk_description: '', verification_requirements: [] };
    const entry = { id: 'T-1', key: 'TICK-7', status: 'open', openedAt: '2026-03-02T10:00:00Z', values };
    answer = () => [200, { fields, entries: [entry], nextCursor: null }];
    expect((await tocsin(['register', 'risk'])).out).toMatchInlineSnapshot(`
     "Ticket      T-1
     Key         TICK-7
     Status      open
     Opened      2026-03-02 10:00:00 UTC
     risk_level  5
     risk_area   data_security"
    `);
    answer = () => [200, { fields, entries: [], nextCursor: null }];
    expect((await tocsin(['register', 'risk'])).out).toBe('No entries.');
  });

  it('says that no version of an unknown pack is published', async () => {
    answer = () => [200, []];
    const { code, err } = await tocsin(['policy', 'versions', 'nope']);
    expect([code, err]).toEqual([2, expect.stringContaining('no version of the pack "nope" is published')]);
  });

  it('leaves out the customer of a ticket that has none', async () => {
    answer = () => [200, { id: 'T-1', number: '1', status: 'open', ticket: { subject: 'A risk', customer: {} } }];
    expect((await tocsin(['show', 'T-1'])).out).not.toContain('Customer');
  });

  it('tells the answer to "how much" by its score', async () => {
    const one = { at: '2026-03-06T10:00:00Z', by: { name: 'm', kind: 'feed' }, reasons: [] };
    answer = () => [
      200,
      [
        { ...one, seq: 3, fact: 'active_breach', value: null, score: 10 },
        { ...one, seq: 4, fact: 'extract', value: { names: { value: ['Jane'], score: 100 } }, score: null },
        { ...one, seq: 5, fact: 'rate', value: null, score: null },
      ],
    ];
    const { out } = await tocsin(['decisions', 'T-1']);
    expect(out).toContain('active_breach: score 10');
    expect(out).toContain('extract: names “Jane”');
    expect(out).toContain('rate: none');
  });

  it('prints the decisions of a ticket, with what they cost and what became of them', async () => {
    const one = { at: '2026-03-06T10:00:00Z', fact: 'intent', by: { name: 'intent', kind: 'feed' }, score: 8 };
    answer = () => [
      200,
      [
        {
          ...one,
          seq: 3,
          value: 'QUESTION',
          reasons: ['asks how'],
          usage: { cost: 0.0025, fallbacks: 0 },
          overruledBy: 9,
        },
        { ...one, seq: 5, value: null, reasons: [], usage: { cost: 0, fallbacks: 1 }, late: true },
        {
          ...one,
          seq: 9,
          value: 'INCIDENT',
          by: { name: 'kim' },
          reasons: [],
          overrules: { from: 'QUESTION', reason: 'a break-in' },
        },
      ],
    ];
    const { out } = await tocsin(['decisions', 'TICK-20260306-001']);
    expect(out).toMatch(/#3 .*intent: QUESTION \(8\) .*\$0\.0025, overruled \(#9\)\n +asks how/);
    expect(out).toMatch(/#5 .*score 8 .*fallback, too late/);
    expect(out).toMatch(/#9 .*INCIDENT .*by kim, in place of QUESTION\n +a break-in/);
    expect(requests[0]?.url).toBe('/v1/tickets/TICK-20260306-001/decisions');
    const json = JSON.parse((await tocsin(['decisions', 'TICK-20260306-001', '--json'])).out) as object[];
    expect(json).toHaveLength(3);
  });

  it('prints every review with what was found, page after page', async () => {
    const review = (id: string) => ({
      ...{ id, title: 'Verdicts', subject: 'An escalation', status: 'open', openedAt: null },
      findings: [{ task: 'verdict', choice: 'late', by: 'kim' }],
    });
    answer = ({ url }) => [
      200,
      {
        reviews: [review(url.includes('cursor=') ? 'T-2' : 'T-1')],
        nextCursor: url.includes('cursor=') ? null : 'next',
      },
    ];
    const { out, code } = await tocsin(['reviews', '--verdict', 'late', '--kind', 'verdict', '--over']);
    expect(code).toBe(0);
    expect(out).toMatch(/T-1 [\s\S]*verdict: late \(kim\)[\s\S]*T-2 /);
    expect(requests.map((one) => one.url)).toEqual([
      '/v1/reviews?over=true&kind=verdict&verdict=late',
      '/v1/reviews?over=true&kind=verdict&verdict=late&cursor=next',
    ]);
  });

  it('prints the ledger of a ticket', async () => {
    const sent = { dueAt: '2026-03-06T10:00:00Z', channel: 'page', role: 'on_call', recipient: 'Engineers' };
    answer = () => [200, [{ ...sent, state: 'sent', attempts: 2, template: 'p1_page' }]];
    const { out } = await tocsin(['deliveries', 'TICK-20260306-001']);
    expect(out).toMatch(/2026-03-06 10:00:00 UTC .*page .*on_call .*Engineers .*sent .*2 .*p1_page/);
    expect(requests[0]?.url).toBe('/v1/tickets/TICK-20260306-001/deliveries');
  });

  it('makes, lists and takes back keys', async () => {
    answer = ({ method, url }) =>
      method === 'GET'
        ? [200, [{ id: '1', name: 'Desk', role: 'agent', groups: ['security_team'], prefix: 'toc', revokedAt: 'x' }]]
        : [201, url.endsWith('/revoke') ? { id: '1' } : { id: '1', key: 'tocsin_agent_secret' }];
    const made = await tocsin(['keys', 'create', 'Desk', '--role', 'agent', '--group', 'security_team']);
    expect(made.out).toBe('tocsin_agent_secret');
    expect(requests[0]).toMatchObject({
      url: '/v1/keys',
      body: { name: 'Desk', role: 'agent', groups: ['security_team'] },
    });
    expect((await tocsin(['keys', 'list'])).out).toMatch(/Desk .*agent .*security_team .*revoked/);
    expect((await tocsin(['keys', 'revoke', '1'])).out).toContain('taken back');
    expect((await tocsin(['keys', 'create', 'Desk', '--role', 'root'])).code).toBe(2);
  });

  it('erases a person', async () => {
    answer = () => [200, { party: '4', tickets: 1, messages: 2, events: 3 }];
    expect((await tocsin(['erase', 'jane@example.com'])).out).toBe('Erased party 4: 1 tickets, 2 messages, 3 events.');
    expect(requests[0]).toMatchObject({ url: '/v1/erasures', body: { party: 'jane@example.com' } });
    answer = () => problem(409, 'ESC_STATUS_FORBIDS');
    expect((await tocsin(['erase', 'jane@example.com'])).code).toBe(1);
  });
});

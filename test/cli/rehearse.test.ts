/** `tocsin rehearse`: what it prints, how it ends, and what it says of a scenario that cannot be played. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tocsin } from './support';

const PACK = `
pack: acme_support
version: { id: "1", from: 2026-01-01 }
zone: Europe/Berlin
catch_all: boss
calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: [["09:00", "17:00"]] } } }
people:
  boss: { email: boss@acme.test, page: Boss }
  ann: { email: ann@acme.test, page: Ann }
  bea: { email: bea@acme.test, page: Bea }
  cyd: { email: cyd@acme.test, page: Cyd }
fields: { priority: { enum: [P1, P2, P3, P4], default: P3 }, flags: { set: [outage] } }
conditions: { p2: "ticket.priority == 'P2' && !(ticket.status in ['resolved', 'closed'])" }
commitments:
  answer: { from: opened, due: PT1H, calendar: office, met: agent_reply, marks: ["75%"], again: "100%" }
  news: { from: opened, cadence: [{ until: PT4H, every: PT2H }, { every: PT4H }], met: update_sent, while: is.p2, pause: "ticket.status == 'pending'" }
paths:
  ladder: { via: [page], template: wake, levels: [{ to: ann, ack: PT3M, repeat: 1 }, { to: bea, ack: PT7M }, { to: cyd, ack: PT11M }], catch_all: boss }
tasks: { plan: { title: Plan, opens: began(p2), for: ann, ask: { text: text }, due: PT45M, while: is.p2 } }
guards: { planned: { command: resolve, needs: [task.plan], say: Plan first } }
rules:
  start: { on: began(p2), do: [{ page: { path: ladder } }] }
  late: { on: breached(answer), do: [{ notify: { to: cyd, via: [email], template: wake } }] }
`;
const WAKE = '---\n{ audience: staff, subject: "{{ ticket.priority }} {{ ticket.subject }}" }\n---\nWake up.\n';
const BASE = `policy: acme_support
opened: 2026-03-06T16:30:00+01:00
ticket: { subject: Disk full, priority: P2, customer: { name: Zoe, email: zoe@example.com, plan: starter } }
until: P4D
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-cli-'));
  mkdirSync(join(folder, 'acme', 'templates'), { recursive: true });
  mkdirSync(join(folder, 'acme', 'scenarios', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'acme', 'main.yaml'), PACK);
  writeFileSync(join(folder, 'acme', 'templates', 'wake.liquid'), WAKE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string, path = 'acme/scenarios/deep/one.yaml'): string => {
  const file = join(folder, path);
  writeFileSync(file, text);
  return file;
};
const play = (more: string, ...args: string[]): ReturnType<typeof tocsin> =>
  tocsin(['rehearse', write(BASE + more), ...args]);
interface Row {
  at: string;
  offset: string;
  type: string;
  subject?: string;
  summary: string;
  clauses: string[];
  data: Record<string, unknown>;
}
const rowsOf = (out: string): Row[] => JSON.parse(out) as Row[];
const when = (rows: Row[], type: string, subject: string): string[] =>
  rows.filter((row) => row.type === type && row.subject === subject).map((row) => row.at);

describe('the timeline', () => {
  it('is one JSON array of rows with instants, durations, summaries, clauses and data', async () => {
    const { code, out, err } = await play('', '--json');
    expect(code).toBe(0);
    for (const row of rowsOf(out)) {
      expect(row.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      expect(row.offset).toMatch(/^P/);
      expect(row).toMatchObject({
        type: expect.any(String),
        summary: expect.any(String),
        clauses: expect.any(Array),
        data: expect.any(Object),
      });
    }
    expect(err).toContain('0 of 0 expectations hold.');
  });

  it('tells channel, recipient, role, template and rendered subject of a delivery', async () => {
    const rows = rowsOf((await play('', '--json')).out);
    expect(rows.find((row) => row.type === 'delivery')?.data).toMatchObject({
      channel: 'page',
      to: 'Ann',
      role: 'ann',
      template: 'wake',
      subject: 'P2 Disk full',
    });
  });

  it('carries an hour of office time from Friday 16:30 to Monday 09:30, its warning to 09:15, and repeats it an hour later', async () => {
    const rows = rowsOf((await play('', '--json')).out);
    expect(when(rows, 'mark', 'answer')).toEqual(['2026-03-09T08:15:00Z']);
    expect(when(rows, 'breached', 'answer')).toEqual(['2026-03-09T08:30:00Z']);
    expect(when(rows, 'again', 'answer')[0]).toBe('2026-03-09T09:30:00Z');
  });

  it('climbs three levels by their own timeouts', async () => {
    const rows = rowsOf((await play('', '--json')).out);
    const pages = rows.filter((row) => row.type === 'delivery' && row.data['channel'] === 'page');
    expect(pages.map((row) => `${row.offset} ${String(row.data['to'])}`)).toEqual([
      'PT0S Ann',
      'PT3M Ann',
      'PT6M Bea',
      'PT13M Cyd',
      'PT24M Boss',
    ]);
  });

  it('moves a cadence by the time that the ticket was on hold', async () => {
    const { out } = await play(
      'script:\n  - { at: PT30M, do: claim, by: ann }\n  - { at: PT1H, do: pause, by: ann, reason: w }\n  - { at: PT3H, do: resume, by: ann }\n',
      '--json',
    );
    expect(when(rowsOf(out), 'due', 'news').slice(0, 3)).toEqual([
      '2026-03-06T19:30:00Z',
      '2026-03-06T21:30:00Z',
      '2026-03-07T01:30:00Z',
    ]);
  });

  it('is drawn to a file on request', async () => {
    const svg = join(folder, 'one.svg');
    const { code, err } = await play('', '--svg', svg);
    expect(code).toBe(0);
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
    expect(err).toContain(svg);
    expect((await play('', '--svg', join(folder, 'none', 'one.svg'))).code).toBe(2);
  });
});

describe('expectations', () => {
  const holds: [string, string][] = [
    ['any delivery by its recipient', '{ deliver: true, to: Ann }'],
    ['a delivery by channel', '{ at: PT0S, deliver: page, to: ann }'],
    ['a delivery by template', '{ deliver: wake, channel: page }'],
    ['a delivery by its fields alone', '{ at: PT6M, channel: page, template: wake, to: Bea }'],
    ['an instant with another offset', '{ at: 2026-03-09T09:30:00+01:00, event: breached(answer) }'],
    ['a due instant within a time', '{ at: PT10M, event: "escalated (ladder)", within: PT3M }'],
    ['a number of events', '{ event: escalated, count: 2 }'],
  ];
  it.each(holds)('can name %s', async (_what, one) => {
    const { code, err } = await play(`expect:\n  - ${one}\n`);
    expect(err).toContain('1 of 1 expectations hold.');
    expect(code).toBe(0);
  });

  it('that fail end with 1 and name what was there, the rows still on stdout', async () => {
    const { code, out, err } = await play('expect: [{ at: PT7M, deliver: page, to: Bea }]', '--json');
    expect(code).toBe(1);
    expect(err).toMatch(/FAILED .*Bea[\s\S]*PT6M/);
    expect(rowsOf(out).length).toBeGreaterThan(10);
  });

  it('of what must never be fail by its first row', async () => {
    const { code, err } = await play('never: [{ deliver: email, to: cyd }]');
    expect(code).toBe(1);
    expect(err).toContain('FAILED never delivery email to cyd');
  });

  it('include refusals, and a refusal that nobody expects fails', async () => {
    const script = 'script: [{ at: PT5M, do: resolve, by: ann, resolution: x }]\n';
    expect((await play(script)).code).toBe(1);
    expect((await play(`${script}expect: [{ refused: resolve, at: PT5M, code: ESC_GUARD_REFUSED }]`)).code).toBe(0);
  });
});

describe('a script', () => {
  it('takes durations and instants, any spelling of a command, and people by name or with a role', async () => {
    const script = `script:
  - { at: 2026-03-06T15:32:00Z, do: Acknowledge, by: { name: Ada, role: ann }, path: ladder }
  - { at: PT3M, do: send-update, by: ann, text: a }
  - { at: PT4M, do: sendUpdate, by: ann, text: b }
  - { at: PT5M, do: note, text: c }
expect: [{ at: PT2M, event: acknowledged(ladder) }, { event: update_sent, count: 2 }]
never: [{ event: escalated }]
`;
    expect((await play(script)).err).toContain('3 of 3 expectations hold.');
  });

  it('may be empty, and steps after the end are named rather than played', async () => {
    expect((await play('script:\nexpect:\nnever:\n')).code).toBe(0);
    const { code, err } = await play('script: [{ at: P5D, do: note, text: x }]');
    expect(code).toBe(0);
    expect(err).toMatch(/one\.yaml:5:10 script\.0: note at P5D is after until \(P4D\)/);
  });

  it('may be written in JSON', async () => {
    const ticket = { subject: 'x', customer: { name: 'Zoe', email: 'zoe@example.com', plan: 'starter' } };
    const text = JSON.stringify({
      policy: 'acme_support',
      opened: '2026-03-06T15:30:00Z',
      ticket,
      until: 'PT1H',
      script: [],
    });
    expect((await tocsin(['rehearse', write(text, 'acme/scenarios/one.json')])).code).toBe(0);
  });
});

describe('a pack', () => {
  it.each([
    ['the id of the pack above the scenario', 'acme_support', 'acme/scenarios/deep/p.yaml'],
    ['a folder beside the scenario', 'acme', 'p.yaml'],
    ['a relative path', '../..', 'acme/scenarios/deep/p.yaml'],
    ['a YAML file', '../../main.yaml', 'acme/scenarios/deep/p.yaml'],
    ['an absolute path', 'FOLDER/acme', 'p.yaml'],
    ['a pack of the project', 'secureai', 'p.yaml'],
  ])('is found by %s', async (_what, policy, path) => {
    const text = BASE.replace('policy: acme_support', `policy: ${policy.replace('FOLDER', folder)}`);
    expect(await tocsin(['rehearse', write(text, path)])).toMatchObject({ code: 0 });
  });

  it('that does not exist or is broken is told with its place', async () => {
    const unknown = await tocsin(['rehearse', write(BASE.replace('acme_support', 'nowhere'), 'p.yaml')]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toMatch(/p\.yaml:1:9 there is no pack "nowhere"/);
    write(PACK.replace('zone: Europe/Berlin\n', 'zonne: Europe/Berlin\n'), 'broken.yaml');
    const broken = await tocsin(['rehearse', write(BASE.replace('acme_support', 'broken.yaml'), 'p.yaml')]);
    expect(broken).toMatchObject({ code: 1, out: '' });
    expect(broken.err).toMatch(/broken\.yaml:\d+:\d+ unknown field "zonne"/);
  });
});

describe('a scenario that cannot be played ends with 2 and names place, field and rule', () => {
  it.each([
    ['an unknown field', 'frob: 1', /:5:1 frob: unknown field "frob" \(unknown-field\)/],
    ['a step without a command', 'script: [{ at: PT1M }]', /:5:10 script\.0\.do: is missing \(required\)/],
    [
      'an unknown command',
      'script: [{ at: PT1M, do: frobnicate }]',
      /:5:26 script\.0\.do: there is no command "frobnicate".*\(command\)/,
    ],
    ['a time that is none', 'script: [{ at: 7m, do: note }]', /:5:16 script\.0\.at: must be an ISO 8601 duration/],
    [
      'a step before the opening',
      'script: [{ at: 2026-03-06T15:00:00Z, do: note }]',
      /:5:16 script\.0\.at: .*before the opening.*\(order\)/,
    ],
    [
      'a slip in an expectation',
      'never: [{ evnt: resolved }]',
      /:5:11 never\.0\.evnt: unknown field; "event" is meant/,
    ],
    ['an expectation of nothing', 'expect: [{ at: PT1M }]', /:5:10 expect\.0: needs one of event, deliver/],
    ['an event that is none', 'never: [{ event: "breached(x" }]', /:5:18 never\.0\.event: must be an event/],
    [
      'an outcome that matches nothing',
      'deliveries: [{ match: { chanel: page } }]',
      /:5:25 deliveries\.0\.match\.chanel: unknown field/,
    ],
    ['broken YAML', 'script: [}', /:5:10 .*\(yaml\)/],
    ['two values of one field', 'until: PT1H', /:5:1 .*unique.*\(yaml\)/],
  ])('for %s', async (_what, more, message) => {
    const { code, out, err } = await play(more, '--json');
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it.each([
    ['an unknown priority', BASE.replace('P2', 'P9'), /:3:41 ticket\.priority: must be one of P1, P2, P3, P4/],
    ['no e-mail address', BASE.replace('email: zoe@example.com, ', ''), /ticket\.customer\.email: is missing/],
    ['an unknown plan', BASE.replace('starter', 'gold'), /ticket\.customer\.plan: must be one of starter/],
    [
      'a flag that the pack does not have',
      BASE.replace('Disk full,', 'Disk full, fields: { flags: [flood] },'),
      /:3:48 ticket\.fields\.flags: .*outage/,
    ],
    ['no ticket', BASE.replace(/ticket:.*\n/, ''), /ticket: is missing/],
    ['an instant without an offset', BASE.replace('+01:00', ''), /:2:9 opened: must be RFC 3339/],
  ])('for an opening with %s', async (_what, text, message) => {
    const { code, out, err } = await tocsin(['rehearse', write(text)]);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('for a file that is not there, and an engine that does not exist', async () => {
    expect(await tocsin(['rehearse', join(folder, 'none.yaml')])).toMatchObject({ code: 2, out: '' });
    expect(await play('', '--engine', 'petrol')).toMatchObject({ code: 2, out: '' });
  });
});

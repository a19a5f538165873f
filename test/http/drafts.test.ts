/** Drafts over HTTP: the core's tickets behind the real ticket port, whose store is away. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TicketClient } from '../../src/client/tickets';
import { TocsinError, type ErrorCode } from '../../src/domain/errors';
import { hasOffer, withDrafts, withOffers } from '../../src/http/drafts';
import { wire } from '../../src/http/wire';
import { loadPack } from '../../src/policies/load';
import { publishPack } from '../../src/policies/publish';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { planFor } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import type { Database } from '../../src/store/database';
import { viewOf } from '../../src/workflows/view';
import { api, closeAll, problem, type Api, type Doc } from './support';

afterEach(closeAll);
const packs = mkdtempSync(join(tmpdir(), 'tocsin-drafts-'));
afterAll(() => rmSync(packs, { recursive: true, force: true }));
const FOLDER = join(__dirname, '../../policies/secureai');
const loading = loadPack(FOLDER);

/** A server whose ticket is where a scenario of a pack is at an instant, and refuses what was refused last. */
async function at(name: string, until: string, { pack = loading, stored = false } = {}): Promise<Api & { id: string }> {
  const loaded = await pack;
  const { hash } = await publishPack(loaded, packs);
  const file = join(loaded.dir, 'scenarios', `${name}.yaml`);
  const text = readFileSync(file, 'utf8').replace(/^until: .*$/m, `until: ${until}`);
  const { state, refusals } = rehearseOnCore(planFor(parseScenario(text, file), loaded));
  const view = { ...viewOf(loaded.pack, state), pack: { ...state.pack, hash } };
  const refused = refusals.at(-1)?.rejection;
  const tickets = {
    view: async () => view,
    state: async () => ({ ...state, pack: { ...state.pack, hash } }),
    command: async () => {
      if (refused) throw new TocsinError(refused.code as ErrorCode, refused.message, refused.details);
      return view;
    },
  } as unknown as TicketClient;
  const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
  // Where it is to be there, the store knows the ticket and nothing else.
  const row = {
    id: view.id,
    number: 1,
    pack_hash: hash,
    opening: {},
    opened_at: new Date(0),
    received_at: new Date(0),
  };
  const rows = [
    { ...row, pack_id: '', kind: 'support', party_id: null, details: null, shares: null, started_at: new Date(0) },
  ];
  const query = (text: string) => (stored && text.includes('from ticket t') ? Promise.resolve({ rows }) : away());
  const pool = { query, connect: away } as unknown as Database;
  const server = await api({}, (ports) => {
    ports.tickets = wire({ pool, temporal: {} as Client, tickets, packs }).tickets;
  });
  return { ...server, id: view.id };
}

it('shows the draft of a task in words [SEC-ESC-169]', async () => {
  const { ask, id } = await at('p1/root-cause-in-48-hours', 'PT3H');
  const taskOf = (doc: Doc): Doc => doc['tasks'].find((one: Doc) => one['task'] === 'root_cause');
  const shown = taskOf((await ask('GET', `/v1/tickets/${id}`, { role: 'agent' })).json());
  expect(shown['draft']).toEqual({
    template: 'rca',
    subject: 'Root cause analysis: Records vanished',
    text: expect.stringContaining('How it was resolved: Restored.'),
  });
  expect(shown['draft'].text).toContain('What will prevent it from now on:');
  const commanded = await ask('POST', `/v1/tickets/${id}/commands/note`, { role: 'agent', body: { text: 'x' } });
  expect(taskOf(commanded.json())['draft']).toEqual(shown['draft']);
});

it('offers the message about expectations in words where impatience is refused as a reason [SEC-ESC-012]', async () => {
  const { ask, id } = await at('tiers/reasons-that-are-none', 'PT10M');
  const refused = await ask('POST', `/v1/tickets/${id}/commands/escalate`, {
    role: 'agent',
    body: { reason: 'customer_impatience' },
  });
  const { offer } = problem(refused, 'ESC_REASON_REFUSED')['details'];
  expect(offer).toMatchObject({
    template: 'expectations',
    subject: expect.stringContaining('Where your request stands'),
  });
  expect(offer.text).toContain('Hi Jane Smith,');
  expect(offer.text).toContain('We have not forgotten ticket');
  expect(offer).not.toHaveProperty('vars');
});

it('leaves gaps for what nobody has said yet, also in what a guard offers', () => {
  const texts = { templates: { t: { text: 'Dear {{ a.name }}, cause: {{ a.cause }}' } }, zone: 'UTC' };
  const offer = { draft: 't', vars: { a: { name: 'Jane' } } };
  const refusal = new TocsinError('ESC_GUARD_REFUSED', 'no', { guards: [{ guard: 'g', offer }, { guard: 'h' }] });
  expect(hasOffer(refusal)).toBe(true);
  expect(withOffers(refusal, texts)).toMatchObject({
    code: 'ESC_GUARD_REFUSED',
    details: {
      guards: [
        { guard: 'g', offer: { template: 't', subject: '', text: 'Dear Jane, cause: [a.cause]' } },
        { guard: 'h' },
      ],
    },
  });
  expect(hasOffer(new TocsinError('ESC_GUARD_REFUSED', 'no', { guards: [{ guard: 'h' }] }))).toBe(false);
});

it('names the template of a draft that cannot be written', async () => {
  const view = { tasks: [{ task: 't', draft: { template: 'gone', vars: { a: 1 } } }, { task: 'u' }] };
  expect(withDrafts(view as never, { templates: {}, zone: 'UTC' }).tasks).toEqual([
    { task: 't', draft: { template: 'gone' } },
    { task: 'u' },
  ]);
});

it('makes the words of a message of what the reader may see', async () => {
  const loaded = await loadPack(join(__dirname, '../../policies/trust-safety'));
  const { affected_names: names } = loaded.pack.fields;
  Object.assign(names ?? {}, { visible: 'ts_lead' });
  const { ask, id } = await at('triage/escalated', 'PT10M', {
    pack: Promise.resolve(loaded),
    stored: true,
  });
  const read = async (role: 'agent' | 'admin'): Promise<string> =>
    (await ask('GET', `/v1/tickets/${id}/messages/handoff`, { role })).body;
  expect(await read('admin')).toContain('Affected Individuals: John Smith, Mary Johnson');
  expect(await read('agent')).not.toContain('Affected Individuals: John Smith');
});

import { rolloutPort } from '../../src/http/rollout-port';
import { placeOf } from '../../src/domain/policy/rollout';
import type { Json } from '../../src/domain/policy/types';
import { handle, open } from '../../src/domain/ticket/engine';
import type { Input, TicketState } from '../../src/domain/ticket/types';
import { listTickets } from '../../src/store/board';
import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { savePolicyVersion } from '../../src/store/policy-versions';
import { rebuildReadModels } from '../../src/store/rebuild';
import { findTicket, startOf } from '../../src/store/ticket';
import { compilePackText } from '../support/pack';
import { HOUR, MINUTE, openRequest, OPENING, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
const DAY = 24 * HOUR;
const HASH = 'c'.repeat(64);
const PACK = compilePackText(
  `
  pack: pilot
  rollout:
    key: ticket.id
    steps: [25, 50, 100]
    start: 0
    stay: P7D
    rest: shadow
    next_when: metric.wrong.met
    compare: { bot: flow.bot.outcome, person: ticket.conclusion, same: { breach: breach, none: [none, nothing] } }
  people: { team: { email: team@example.com } }
  fields: { conclusion: { enum: [breach, none, nothing] }, names: { text: optional } }
  facts: { intent: { model: intent, values: [BREACH, NONE, ASK] }, read: { model: read } }
  flows:
    bot:
      starts: { on: opened }
      first: intent
      states:
        intent: { ask: [intent], go: [{ when: fact.intent.value == 'BREACH', to: end, outcome: breach, do: [{ tag: breach }] }, { when: fact.intent.value == 'ASK', to: ask }, { to: end, outcome: none }] }
        ask: { collect: { model: read, items: [{ field: names, ask: who, attempts: 1, sufficient: 50 }] }, go: [{ to: end, outcome: breach }] }
  metrics:
    wrong: { in_shadow: true, of: resolved, share: "ticket.conclusion == 'none'", target: < 20%, window: year }
`.replace(/^ {2}/gm, ''),
  { who: { text: 'Who?', audience: 'customer' } },
);
const port = () => rolloutPort(store.pool, async () => PACK);
const set = (share: number | 'next', at: number, more: { force?: boolean } = {}) =>
  port().set('pilot', { share, reason: 'a good week', force: false, by: 'Dana', ...more }, at);

beforeEach(async () => {
  await store.pool.query(
    `truncate ticket, ticket_day, party, message, setting, policy_version, rollout_share, ticket_event, board,
     ticket_snapshot, ticket_history restart identity cascade`,
  );
  await savePolicyVersion(store.pool, {
    ...{ hash: HASH, packId: 'pilot', version: '1', body: PACK, templates: {}, publishedAt: T0 },
  });
});

/** A ticket opened as the stack opens one, with what the core makes of it archived. */
async function opened(now = T0): Promise<{ id: string; state: TicketState }> {
  const { id, row } = await openTicket(
    store.pool,
    openRequest({ packId: 'pilot', packHash: HASH, now, opening: FRESH }),
  );
  const { opening, ...start } = startOf(row);
  const outcome = open(PACK, opening, { id, number: row.number, recordedAt: now, packHash: HASH, ...start });
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  await appendEvents(store.pool, id, outcome.events);
  return { id, state: outcome.state };
}
const FRESH = { ...OPENING, fields: {} };

async function give(
  ticket: { id: string; state: TicketState },
  input: Input,
): Promise<{ id: string; state: TicketState }> {
  const outcome = handle(PACK, ticket.state, input, ticket.state.at);
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  await appendEvents(store.pool, ticket.id, outcome.events);
  return { id: ticket.id, state: outcome.state };
}
const answered = (ticket: { id: string; state: TicketState }, fact: string, value: Json) =>
  give(ticket, { kind: 'fact', answer: { fact, at: T0 + MINUTE, value } });
async function concluded(ticket: { id: string; state: TicketState }, conclusion: string): Promise<void> {
  const by = { name: 'Ben', kind: 'person' as const };
  const command = (name: string, fields: Record<string, string>, n: number): Input => ({
    kind: 'command',
    command: { id: `${ticket.id}-${n}`, name, at: T0 + 2 * MINUTE, by, fields },
  });
  const set = await give(ticket, command('set', { conclusion }, 1));
  await give(set, command('resolve', { resolution: 'done' }, 2));
}

test('a share counts for tickets opened from then on; an open one keeps its side [TS-307]', async () => {
  const before = await opened();
  expect(before.state.rollout).toMatchObject({ all: { side: 'shadow', share: 0 } });
  await set(100, T0, { force: true });
  const after = await opened(T0 + MINUTE);
  expect(after.state.rollout).toMatchObject({ all: { side: 'live', share: 100 } });
  expect((await findTicket(store.pool, before.id))?.shares).toEqual({ all: 0 });
  expect((await findTicket(store.pool, after.id))?.shares).toEqual({ all: 100 });
});

test('at a quarter, the tickets below it are live and say so; the board says which are in shadow', async () => {
  await set('next', T0, { force: true });
  const tickets = [];
  for (let i = 0; i < 8; i++) tickets.push(await opened());
  const live = tickets.filter(({ id }) => placeOf(`pilot|all|${id}`) < 25).map(({ id }) => id);
  expect(live.length).toBeGreaterThan(0);
  expect(tickets.filter(({ state }) => state.rollout?.['all']?.side === 'live').map(({ id }) => id)).toEqual(live);
  const sides = async () =>
    (await listTickets(store.pool)).tickets.filter((one) => one.side === null).map(({ id }) => id);
  expect((await sides()).sort()).toEqual(live);
  await rebuildReadModels(store.pool);
  expect((await sides()).sort()).toEqual(live);
});

test('a pack without a rollout has no share', async () => {
  const { rollouts: _none, ...plain } = PACK;
  await savePolicyVersion(store.pool, {
    ...{ hash: 'd'.repeat(64), packId: 'plain', version: '1', body: plain, templates: {}, publishedAt: T0 },
  });
  const { row } = await openTicket(store.pool, openRequest({ packId: 'plain', packHash: 'd'.repeat(64) }));
  expect(row.shares).toBeUndefined();
  expect((await port().read('pilot', T0)).rollouts).toHaveLength(1);
});

test('raising waits for the metric and for the week; force passes both, and what spoke against it is kept [TS-307]', async () => {
  expect(await codeOf(set(25, T0))).toBe('ESC_ROLLOUT_REFUSED');
  const [first] = (await port().read('pilot', T0)).rollouts;
  expect(first).toMatchObject({ share: 0, since: null, next: 25, history: [] });
  expect(first?.unmet).toEqual([expect.stringMatching(/^next_when cannot be told yet: metric.wrong.met/)]);
  // Five concluded tickets: one of them "none" is 20 %, which is not below 20 %.
  for (let i = 0; i < 4; i++) await concluded(await opened(), 'breach');
  await concluded(await opened(), 'none');
  await expect(set(25, T0 + HOUR)).rejects.toThrow(/next_when does not hold: metric.wrong.met \(wrong is 20/);
  await concluded(await opened(), 'breach');
  expect(await set(25, T0 + HOUR)).toMatchObject({ share: 25, since: T0 + HOUR, next: 50 });
  await expect(set('next', T0 + HOUR + 7 * DAY - 1)).rejects.toThrow(/25 % has stood since/);
  expect(await set('next', T0 + HOUR + 7 * DAY)).toMatchObject({ share: 50 });
  await expect(set(100, T0 + HOUR + 8 * DAY)).rejects.toThrow(/50 % has stood since/);
  const forced = await set(100, T0 + HOUR + 8 * DAY, { force: true });
  expect(forced).toMatchObject({ share: 100, next: null, unmet: [] });
  expect(forced.history.map(({ share, by, reason, unmet }) => [share, by, reason, unmet.length])).toEqual([
    [100, 'Dana', 'a good week', 1],
    [50, 'Dana', 'a good week', 0],
    [25, 'Dana', 'a good week', 0],
  ]);
  expect(await set(0, T0 + HOUR + 8 * DAY + 1)).toMatchObject({ share: 0 });
});

test('the comparison sets the outcome of pack and people beside each other, ticket by ticket [TS-306]', async () => {
  const intent = async (value: string) => answered(await opened(), 'intent', value);
  await concluded(await intent('BREACH'), 'breach');
  await concluded(await intent('BREACH'), 'none');
  await concluded(await intent('NONE'), 'nothing');
  await intent('BREACH');
  await opened();
  const asked = await answered(await intent('ASK'), 'read', {});
  await concluded(asked, 'breach');
  await set(100, T0, { force: true });
  await concluded(await intent('BREACH'), 'breach');

  const found = await port().compare('pilot', { from: T0, to: T0 + HOUR });
  const rows = found.tickets.map(({ bot, person, verdict, unasked }) => [bot, person, verdict, unasked]);
  expect(rows).toEqual([
    ['breach', 'breach', 'agree', 0],
    ['breach', 'none', 'disagree', 0],
    ['none', 'nothing', 'agree', 0],
    ['breach', null, 'open', 0],
    [null, null, 'undecided', 0],
    // The question was never put, and people resolved the ticket before anything was decided.
    ['resolved', 'breach', 'undecided', 1],
  ]);
  expect(found.all).toEqual({ compared: 3, agree: 2, share: 2 / 3 });
  expect(found.matrix).toContainEqual({ bot: 'breach', person: 'none', n: 1 });
  expect((await port().compare('pilot', { from: T0 + HOUR, to: T0 + 2 * HOUR })).tickets).toEqual([]);
  expect(await codeOf(port().compare('pilot', { rollout: 'risk', from: T0, to: T0 }))).toBe('ESC_NOT_FOUND');
});

import { listTickets, type BoardQuery, type BoardView } from '../../src/store/board';
import { appendEvents } from '../../src/store/events';
import { keepThread, startWaiting } from '../../src/store/intake';
import { openTicket } from '../../src/store/opening';
import type { JsonObject } from '../../src/domain/policy/types';
import { HOUR, MINUTE, opened, openRequest, OPENING, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

beforeEach(async () => {
  await store.pool.query(
    'truncate ticket, ticket_day, party, message, ticket_event, board, ticket_snapshot restart identity cascade',
  );
});

/** Opens a ticket whose board row says `ticket`; `due` in minutes from T0. */
async function put(ticket: JsonObject, due?: number, minutes = 0, packId = 'secureai'): Promise<string> {
  const { id, number } = await openTicket(store.pool, openRequest({ packId, now: T0 + minutes * MINUTE }));
  const first = { ...opened({ number, ...ticket }), at: T0 + minutes * MINUTE };
  const agenda = due === undefined ? [] : [{ at: T0 + due * MINUTE, label: 'response', kind: 'due' }];
  await appendEvents(store.pool, id, [first], agenda);
  return id;
}

const ids = async (query: BoardQuery): Promise<string[]> =>
  (await listTickets(store.pool, query)).tickets.map((ticket) => ticket.id);

async function pages(query: BoardQuery, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTickets(store.pool, { ...query, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.tickets.map((ticket) => ticket.id));
    cursor = page.nextCursor;
    await between();
  } while (cursor !== undefined);
  return seen;
}

test('sorts by next due, by opening, by priority; nothing due comes last', async () => {
  const idle = await put({ priority: 'P1' }, undefined, 0);
  const late = await put({ priority: 'P2' }, 90, 1);
  const soon = await put({ priority: 'P2' }, 15, 2);
  const first = await put({ priority: 'P1' }, 60, 3);
  expect(await ids({})).toEqual([soon, first, late, idle]);
  expect(await ids({ sort: 'opened' })).toEqual([idle, late, soon, first]);
  expect(await ids({ sort: 'priority' })).toEqual([first, idle, soon, late]);
});

test('puts the highest rank first among equal priority [SEC-HD-060, SEC-HD-064]', async () => {
  const ordinary = await put({ priority: 'P2', rank: 10 }, 10, 0);
  const enterprise = await put({ priority: 'P2', rank: 50 }, 20, 1);
  const vip = await put({ priority: 'P2', rank: 90 }, 30, 2);
  const urgent = await put({ priority: 'P1', rank: 10 }, 40, 3);
  const unranked = await put({ priority: 'P2' }, 5, 4);
  expect(await ids({ sort: 'priority' })).toEqual([urgent, vip, enterprise, ordinary, unranked]);
  expect(await pages({ sort: 'priority', limit: 2 })).toEqual([urgent, vip, enterprise, ordinary, unranked]);
});

test('lists support tickets, and those of other kinds where they are asked for', async () => {
  const ticket = await put({ priority: 'P3' });
  const review = await put({ kind: 'review', key: 'weekly', priority: 'P4' });
  expect(await ids({})).toEqual([ticket]);
  expect(await ids({ filters: { kind: ['review'] } })).toEqual([review]);
  expect(await ids({ filters: { kind: ['support', 'review'] } })).toEqual([ticket, review]);
  expect((await listTickets(store.pool, { filters: { kind: ['review'] } })).tickets[0]?.kind).toBe('review');
});

test('[SEC-HD-264] leaves restricted tickets out for those outside their groups', async () => {
  const plain = await put({ restricted_to: [] }, 1);
  const secret = await put({ restricted_to: ['security_team', 'legal'] }, 2, 1);
  expect(await ids({ groups: [] })).toEqual([plain]);
  expect(await ids({ groups: ['tier_1'] })).toEqual([plain]);
  expect(await ids({ groups: ['tier_1', 'legal'] })).toEqual([plain, secret]);
  expect(await ids({})).toEqual([plain, secret]);
});

test.each(['next_due', 'opened', 'priority'] as const)(
  'pages by %s join without gaps, equal places included',
  async (sort) => {
    for (let at = 0; at < 11; at++)
      await put({ priority: at % 2 === 0 ? 'P1' : 'P2' }, at % 3 === 0 ? undefined : 30, at % 4);
    const whole = await ids({ sort });
    expect(whole).toHaveLength(11);
    for (const limit of [1, 3, 11]) expect(await pages({ sort, limit })).toEqual(whole);
  },
);

test('tickets that are opened while somebody pages neither repeat nor hide others', async () => {
  for (let at = 0; at < 9; at++) await put({}, 10 + at * 10);
  const before = await ids({});
  let due = 0;
  const seen = await pages({ limit: 2 }, () => put({}, ++due));
  expect(seen.filter((id) => before.includes(id))).toEqual(before);
  expect(new Set(seen).size).toBe(seen.length);
});

test('filters by what the board knows', async () => {
  const a = await put({ priority: 'P1', queue: 'core', owner: 'kim' });
  const b = await put({ priority: 'P2', status: 'pending' }, undefined, 0, 'trust-safety');
  const c = await put({ priority: 'P3', subject: '100% of _calls_ fail' });
  const closed = await put({ status: 'closed', priority: 'P1' });
  const found = async (filters: NonNullable<BoardQuery['filters']>): Promise<string[]> =>
    ids({ filters, sort: 'opened' });
  expect(await found({})).toEqual([a, b, c]);
  expect(await found({ priority: ['P1', 'P2'] })).toEqual([a, b]);
  expect(await found({ status: ['closed'] })).toEqual([closed]);
  expect(await found({ queue: 'core', owner: 'kim' })).toEqual([a]);
  expect(await found({ pack: 'trust-safety' })).toEqual([b]);
  expect(await found({ breached: true })).toEqual([]);
  expect(await found({ q: '100%' })).toEqual([c]);
  expect(await found({ q: 'fail _CALLS_' })).toEqual([c]);
  expect(await found({ q: '%' })).toEqual([c]);
  expect(await found({ q: '10004' })).toEqual([closed]);
});

test('nothing of the customer is on the board but the plan', async () => {
  await put({});
  const raw = await store.pool.query('select * from board');
  expect(JSON.stringify(raw.rows)).not.toMatch(/dana/i);
  expect((await listTickets(store.pool)).tickets[0]).toMatchObject({ plan: OPENING.customer.plan, pack: 'secureai' });
});

test('a cursor is refused that no page of the list gave', async () => {
  await put({}, 10);
  await put({}, 20);
  const { nextCursor } = await listTickets(store.pool, { limit: 1 });
  const forged = Buffer.from(JSON.stringify(['next_due', "'; drop table board; --", 'x'])).toString('base64url');
  const wrong = [...['', 'x', forged, Buffer.from('["next_due"]').toString('base64url')]];
  for (const cursor of wrong) expect(await codeOf(listTickets(store.pool, { cursor }))).toBe('ESC_REQUEST_INVALID');
  const other = listTickets(store.pool, { sort: 'opened', cursor: nextCursor ?? '' });
  expect(await codeOf(other)).toBe('ESC_REQUEST_INVALID');
});

test('the order does not depend on the zone of the session', async () => {
  for (let hour = 0; hour < 30; hour++) await put({}, (hour * HOUR) / MINUTE);
  const whole = await ids({});
  await store.pool.query(`alter role current_user set timezone = 'America/New_York'`);
  const pool = store.open();
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTickets(pool, { limit: 4, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.tickets.map((ticket) => ticket.id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  await pool.end();
  await store.pool.query('alter role current_user reset timezone');
  expect(seen).toEqual(whole);
});

describe('views', () => {
  const AT = T0 + MINUTE;
  const seen = (name: BoardView['name'], more: Partial<BoardView> = {}): Promise<string[]> =>
    ids({ filters: { view: { name, ...more } } });

  test('of an agent: 2 own, 5 of the team, 3 that nobody has, 1 escalated [SEC-HD-199]', async () => {
    for (let i = 0; i < 2; i++) await put({ owner: 'john', tier: 1 });
    await put({ owner: 'ann', tier: 2, status: 'escalated' });
    for (let i = 0; i < 3; i++) await put({ tier: 1 });
    const counts = [seen('mine', { by: 'john' }), seen('team', { team: '1' }), seen('unassigned'), seen('escalated')];
    expect((await Promise.all(counts)).map((list) => list.length)).toEqual([2, 5, 3, 1]);
    expect(await seen('mine', { by: 'nobody' })).toEqual([]);
  });

  test('of what somebody escalated follow the ticket, whoever has it now [SEC-ESC-140]', async () => {
    const mine = await put({ owner: 'ann', status: 'escalated' });
    await put({ owner: 'ann', status: 'escalated' });
    const event = { ...opened({}), seq: 2, at: AT, type: 'escalated', by: { name: 'john', kind: 'person' as const } };
    await appendEvents(store.pool, mine, [event], []);
    expect(await seen('my_escalations', { by: 'john' })).toEqual([mine]);
  });

  test('of the inbox have every chat that waits, for everybody, until it is claimed [SEC-HD-212]', async () => {
    const [first, second, taken] = [await put({}), await put({}), await put({ owner: 'ann' })];
    for (const [i, ticket] of [first, second, taken].entries()) {
      const id = `c${i}`;
      await keepThread(store.pool, 'chat', id, { ticket }, AT);
      await startWaiting(store.pool, { channel: 'chat', id, queue: 'chat', rank: 1, name: 'x', plan: 'x', since: AT });
    }
    await put({});
    expect((await seen('inbox', { by: 'john' })).sort()).toEqual([first, second].sort());
    expect((await seen('inbox', { by: 'ann' })).sort()).toEqual([first, second].sort());
  });
});

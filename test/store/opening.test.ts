import { openTicket } from '../../src/store/opening';
import { findTicket, markArchived, markStarted, unstarted } from '../../src/store/ticket';
import { HOUR, MINUTE, OPENING, openRequest, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
const DAY = 24 * HOUR;

beforeEach(async () => {
  await store.pool.query('truncate ticket, ticket_day, party, message, setting restart identity cascade');
});

const count = async (table: string): Promise<number> =>
  (await store.pool.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n ?? -1;

test('twenty at once get dense ids and numbers', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => openTicket(store.pool, openRequest())));
  const expected = Array.from({ length: 20 }, (_, at) => at + 1);
  expect(made.map((one) => one.id).sort()).toEqual(expected.map((n) => `TICK-20260306-${String(n).padStart(3, '0')}`));
  expect(made.map((one) => one.number).sort()).toEqual(expected.map((n) => String(10_000 + n)));
});

test('twenty at once with one key make one ticket', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, () => openTicket(store.pool, openRequest({ idempotencyKey: 'portal:1' }))),
  );
  expect(new Set(made.map((one) => one.id))).toEqual(new Set(['TICK-20260306-001']));
  expect(made.filter((one) => one.created)).toHaveLength(1);
  expect(await count('ticket')).toBe(1);
  expect(await count('message')).toBe(1);
});

test('the same request under the same key has the same answer, days and another pack later', async () => {
  const first = await openTicket(store.pool, openRequest({ idempotencyKey: 'k' }));
  const { channel, subject, ...rest } = OPENING;
  const again = await openTicket(store.pool, {
    ...openRequest({ idempotencyKey: 'k', opening: { ...rest, subject, channel }, packHash: 'b'.repeat(64) }),
    now: T0 + 3 * DAY,
    receivedAt: T0 + 3 * DAY,
  });
  expect(again).toEqual({ ...first, created: false });
});

test('another request under a used key is refused', async () => {
  await openTicket(store.pool, openRequest({ idempotencyKey: 'k' }));
  const other = openRequest({ idempotencyKey: 'k', opening: { ...OPENING, body: 'something else' } });
  expect(await codeOf(openTicket(store.pool, other))).toBe('ESC_IDEMPOTENCY_CONFLICT');
  expect(await count('ticket')).toBe(1);
});

test('an opening that fails gives its numbers back', async () => {
  await openTicket(store.pool, openRequest());
  const broken = openRequest({ opening: { ...OPENING, customer: { ...OPENING.customer, email: null as never } } });
  await expect(openTicket(store.pool, broken)).rejects.toThrow();
  expect(await openTicket(store.pool, openRequest())).toMatchObject({ id: 'TICK-20260306-002', number: '10002' });
});

test('ids count by the UTC day of the opening; public numbers go on [SEC-HD-070]', async () => {
  const lastSecond = Date.UTC(2026, 2, 6, 23, 59, 59);
  await openTicket(store.pool, openRequest({ now: lastSecond }));
  expect(await openTicket(store.pool, openRequest({ now: lastSecond + 1000, receivedAt: lastSecond }))).toMatchObject({
    id: 'TICK-20260307-001',
    number: '10002',
  });
});

test('a day goes on after 999', async () => {
  await store.pool.query(`insert into ticket_day (day, last) values ('2026-03-06', 999)`);
  expect((await openTicket(store.pool, openRequest())).id).toBe('TICK-20260306-1000');
});

test('the opening comes back as it was given, and personal data are in party and message only', async () => {
  const { id, number, row } = await openTicket(store.pool, openRequest({ receivedAt: T0 - MINUTE }));
  expect(row).toMatchObject({ openedAt: T0, receivedAt: T0 - MINUTE, startedAt: null, lastConfirmedSeq: 0 });
  expect(row.opening).toEqual({ ...OPENING, customer: { id: String(row.partyId), ...OPENING.customer } });
  expect(await findTicket(store.pool, id.toLowerCase())).toEqual(row);
  expect(await findTicket(store.pool, `#${number}`)).toEqual(row);
  expect(await findTicket(store.pool, 'TICK-20260306-999')).toBeUndefined();
  expect(await findTicket(store.pool, '99')).toBeUndefined();
  const raw = await store.pool.query('select * from ticket');
  expect(JSON.stringify(raw.rows)).not.toMatch(/dana|whitfield|1234567|nobody/i);
});

test('a customer who writes again is one party, with the newest name', async () => {
  await openTicket(store.pool, openRequest());
  const customer = { ...OPENING.customer, email: 'DANA@example.com', name: 'Dana W.' };
  await openTicket(store.pool, openRequest({ opening: { ...OPENING, customer } }));
  const parties = await store.pool.query('select name from party');
  expect(parties.rows).toEqual([{ name: 'Dana W.' }]);
});

test('a text that PostgreSQL would refuse is taken', async () => {
  const opening = { ...OPENING, subject: 'a\u0000b', body: 'half a \ud83d pair' };
  const { row } = await openTicket(store.pool, openRequest({ opening, idempotencyKey: 'odd' }));
  expect(row.opening).toMatchObject({ subject: 'a\uFFFDb', body: 'half a \uFFFD pair' });
  expect((await openTicket(store.pool, openRequest({ opening, idempotencyKey: 'odd' }))).created).toBe(false);
});

describe('the sweeper', () => {
  test('finds tickets that were not started, oldest first, and leaves the newest to their openers', async () => {
    const old = await openTicket(store.pool, openRequest({ now: T0 }));
    const older = await openTicket(store.pool, openRequest({ now: T0 - HOUR }));
    await openTicket(store.pool, openRequest({ now: T0 + HOUR }));
    const found = async (limit?: number): Promise<string[]> =>
      (await unstarted(store.pool, MINUTE, limit, T0 + HOUR)).map((row) => row.id);
    expect(await found()).toEqual([older.id, old.id]);
    expect(await found(1)).toEqual([older.id]);
    await markStarted(store.pool, older.id, T0);
    await markStarted(store.pool, older.id, T0 + HOUR);
    expect(await found()).toEqual([old.id]);
    expect((await findTicket(store.pool, older.id))?.startedAt).toBe(T0);
  });

  test('a run that has ended is archived once', async () => {
    const { id } = await openTicket(store.pool, openRequest());
    await markArchived(store.pool, id, T0 + DAY);
    await markArchived(store.pool, id, T0 + 2 * DAY);
    expect((await findTicket(store.pool, id))?.archivedAt).toBe(T0 + DAY);
  });
});

import { appendEvents, lastSeq, readEvents } from '../../src/store/events';
import { listTickets } from '../../src/store/board';
import { transaction } from '../../src/store/database';
import { openTicket } from '../../src/store/opening';
import { findTicket } from '../../src/store/ticket';
import { event, MINUTE, opened, openRequest, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
let n = 0;
const ticket = (): string => `TICK-20260101-${String(++n).padStart(3, '0')}`;
const next = (minutes: number, label = 'response') => [{ at: T0 + minutes * MINUTE, label, kind: 'due' }];

async function boardOf(id: string): Promise<Record<string, unknown> | undefined> {
  const found = await store.pool.query<Record<string, unknown>>('select * from board where ticket_id = $1', [id]);
  return found.rows[0];
}

test('events come back as they were appended', async () => {
  const id = ticket();
  const events = [
    opened(),
    event(2, 'escalated', {
      subject: 'on_call',
      clauses: ['SEC-ESC-052', 'a "quoted", {odd} one'],
      cause: 'commitment:response@2026-03-06T10:15:00Z',
      data: { path: 'on_call', level: 2, to: ['lead'], deep: { list: [1, null, true, 'ü'] } },
      patch: { once: ['x'], paths: { on_call: { level: 2 } } },
    }),
    event(3, 'noted'),
  ];
  expect(await appendEvents(store.pool, id, events)).toBe(3);
  expect(await readEvents(store.pool, id)).toEqual(events);
  expect(await readEvents(store.pool, id, { afterSeq: 1, limit: 1 })).toEqual([events[1]]);
  expect(await lastSeq(store.pool, id)).toBe(3);
  expect(await lastSeq(store.pool, ticket())).toBe(0);
});

test('appending twice is appending once, agenda included', async () => {
  const id = ticket();
  const batch = [opened(), event(2, 'claimed', { data: { owner: 'kim', status: 'in_progress' } })];
  await appendEvents(store.pool, id, batch, next(15));
  await appendEvents(store.pool, id, [event(3, 'noted')], next(60));
  const before = await boardOf(id);
  expect(await appendEvents(store.pool, id, batch, next(15))).toBe(0);
  expect(await readEvents(store.pool, id)).toHaveLength(3);
  expect(await boardOf(id)).toEqual(before);
  expect(before).toMatchObject({ next_due_at: new Date(T0 + 60 * MINUTE), next_due_label: 'response' });
});

test('of an overlapping batch only what is new is taken', async () => {
  const id = ticket();
  await appendEvents(store.pool, id, [opened(), event(2, 'noted')]);
  const changed = event(2, 'noted', { data: { text: 'not taken' } });
  expect(await appendEvents(store.pool, id, [changed, event(3, 'noted')])).toBe(1);
  expect((await readEvents(store.pool, id)).map((one) => [one.seq, one.data])).toEqual([
    [1, opened().data],
    [2, {}],
    [3, {}],
  ]);
});

test.each([
  ['after the archive', [event(3, 'noted')]],
  ['within the batch', [event(2, 'noted'), event(4, 'noted')]],
  ['that runs backwards', [event(3, 'noted'), event(2, 'noted')]],
])('a gap %s is refused and leaves nothing', async (_where, batch) => {
  const id = ticket();
  await appendEvents(store.pool, id, [opened()]);
  const before = await boardOf(id);
  expect(await codeOf(appendEvents(store.pool, id, batch))).toBe('ESC_ENGINE_FAULT');
  expect(await lastSeq(store.pool, id)).toBe(1);
  expect(await boardOf(id)).toEqual(before);
});

test('the same batch from ten workers at once is there once', async () => {
  const id = ticket();
  const batch = [opened(), ...Array.from({ length: 30 }, (_, at) => event(at + 2, 'noted'))];
  const appended = await Promise.all(Array.from({ length: 10 }, () => appendEvents(store.pool, id, batch)));
  expect(appended.reduce((sum, one) => sum + one)).toBe(31);
  expect(await lastSeq(store.pool, id)).toBe(31);
});

test('events and read models change together or not at all', async () => {
  const id = ticket();
  const failed = transaction(store.pool, async (client) => {
    await appendEvents(client, id, [opened()], next(15));
    throw new Error('the caller changed its mind');
  });
  await expect(failed).rejects.toThrow('changed its mind');
  expect(await lastSeq(store.pool, id)).toBe(0);
  expect(await boardOf(id)).toBeUndefined();
});

test('a reader never sees a board that is ahead of or behind the archive', async () => {
  const id = ticket();
  await appendEvents(store.pool, id, [opened()]);
  let writing = true;
  const write = (async () => {
    for (let seq = 2; seq <= 60; seq++) await appendEvents(store.pool, id, [event(seq, 'noted')]);
    writing = false;
  })();
  let looks = 0;
  for (; writing; looks++) {
    const { rows } = await store.pool.query<{ seen: number; last: number }>(
      `select (select updated_seq from board where ticket_id = $1) as seen,
              (select max(seq) from ticket_event where ticket_id = $1) as last`,
      [id],
    );
    expect(rows[0]?.seen).toBe(rows[0]?.last);
  }
  await write;
  expect(looks).toBeGreaterThan(5);
});

test('the ticket knows the last event that the archive confirmed', async () => {
  const { id } = await openTicket(store.pool, openRequest());
  await appendEvents(store.pool, id, [opened(), event(2, 'noted')]);
  expect((await findTicket(store.pool, id))?.lastConfirmedSeq).toBe(2);
});

test('the board shows what the events and the agenda say', async () => {
  const id = ticket();
  await appendEvents(
    store.pool,
    id,
    [
      opened({ queue: 'core', tier: 2 }),
      event(2, 'started', { subject: 'response', data: { owner: 'commitment', due: T0 + 15 * MINUTE } }),
      event(3, 'changed', { subject: 'priority', data: { field: 'priority', from: 'P1', to: 'P2' } }),
      event(4, 'breached', { subject: 'response', data: { owner: 'commitment', due: T0 + 15 * MINUTE } }, 15),
      event(5, 'escalated', { subject: 'on_call', data: { path: 'on_call', level: 2, title: 'Team lead' } }, 15),
    ],
    next(30, 'on_call'),
  );
  const { tickets } = await listTickets(store.pool, { filters: { q: id } });
  expect(tickets).toEqual([
    {
      id,
      number: '10001',
      kind: 'support',
      subject: 'Login fails for everyone',
      status: 'created',
      priority: 'P2',
      plan: 'enterprise',
      tier: '2',
      queue: 'core',
      owner: null,
      side: null,
      pack: '',
      level: { on_call: { level: 2, title: 'Team lead' } },
      breached: true,
      openedAt: T0,
      updatedAt: T0 + 15 * MINUTE,
      nextDue: T0 + 30 * MINUTE,
      nextLabel: 'on_call',
    },
  ]);
});

test('an event with text that PostgreSQL would refuse is archived', async () => {
  const id = ticket();
  await appendEvents(store.pool, id, [event(1, 'message', { data: { text: 'a\u0000b \\u0000 \ud83d' } })]);
  expect((await readEvents(store.pool, id))[0]?.data).toEqual({ text: 'a\uFFFDb \\u0000 \uFFFD' });
});

test('an archive that is older than the snapshots gets the whole one with its next event', async () => {
  await appendEvents(store.pool, 'TICK-OLD', [opened({ issue_key: 'login' }), event(2, 'noted')]);
  await store.pool.query(`delete from ticket_snapshot where ticket_id = 'TICK-OLD'`);
  await appendEvents(store.pool, 'TICK-OLD', [event(3, 'changed', { patch: { ticket: { tier: 2 } } })]);
  const { rows } = await store.pool.query<{ ticket: object; updated_seq: number }>(
    `select ticket, updated_seq from ticket_snapshot where ticket_id = 'TICK-OLD'`,
  );
  expect(rows[0]).toMatchObject({ updated_seq: 3, ticket: { tier: 2, issue_key: 'login', status: 'created' } });
});

import fc from 'fast-check';
import type { TicketEvent } from '../../src/domain/ticket/types';
import { transaction } from '../../src/store/database';
import { appendEvents } from '../../src/store/events';
import { rebuildReadModels } from '../../src/store/rebuild';
import { event, MINUTE, opened, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();

async function readModels(): Promise<unknown> {
  const board = await store.pool.query<Record<string, unknown>>('select * from board order by ticket_id');
  const sla = await store.pool.query('select * from sla_result order by ticket_id, seq');
  const deliveries = await store.pool.query('select * from delivery_log order by ticket_id, key');
  // What is due next is not in the events.
  const rows = board.rows.map(({ next_due_at: _at, next_due_label: _label, agenda: _agenda, ...row }) => row);
  const snapshots = await store.pool.query('select * from ticket_snapshot order by ticket_id');
  return { board: rows, snapshots: snapshots.rows, sla: sla.rows, deliveries: deliveries.rows };
}

const name = fc.constantFrom('response', 'updates');
const due = fc.integer({ min: 1, max: 6 }).map((n) => T0 + n * 15 * MINUTE);
const owner = fc.constantFrom('commitment', 'task', 'rule');
const key = fc.constantFrom('t|c@1|on_call|page', 't|c@2|lead|page', 't|c@2|customer|email');
const path = fc.constantFrom('on_call', 'management');
const status = fc.constantFrom('created', 'in_progress', 'pending', 'resolved', 'closed');

type Happening = Pick<TicketEvent, 'type'> & Partial<TicketEvent>;
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('started', 'breached', 'rescheduled', 'clock_paused', 'clock_resumed', 'deactivated'),
      name,
      owner,
      fc.option(due),
    )
    .map(([type, subject, by, at]) => ({ type, subject, data: { owner: by, ...(at === null ? {} : { due: at }) } })),
  fc
    .tuple(name, fc.boolean(), fc.option(due))
    .map(([subject, late, at]) => ({ type: 'met', subject, data: { late, ...(at === null ? {} : { due: at }) } })),
  fc
    .tuple(name, due, fc.boolean())
    .map(([subject, at, kept]) => ({ type: 'due', subject, data: { owner: 'commitment', due: at, kept } })),
  fc.uniqueArray(name).map((names) => ({ type: 'stopped', data: { reason: 'resolved', names } })),
  key.map((one) => ({
    type: 'delivery',
    subject: 'page',
    data: { key: one, channel: 'page', role: 'on_call', to: 'x' },
  })),
  fc
    .tuple(fc.constantFrom('delivered', 'undelivered', 'unreached', 'dropped'), key, fc.boolean())
    .map(([type, one, deadline]) => ({ type, data: { key: one, ...(deadline ? { by: '10:00' } : {}) } })),
  fc
    .tuple(fc.constantFrom('escalated', 'paged', 'deescalated'), path, fc.integer({ min: 1, max: 4 }))
    .map(([type, on, level]) => ({ type, subject: on, data: { path: on, level } })),
  path.map((on) => ({ type: 'acknowledged', patch: { paths: { [on]: { acknowledged: true } } } })),
  path.map((on) => ({ type: 'resolved', data: { status: 'resolved' }, patch: { paths: { [on]: { done: true } } } })),
  fc.tuple(fc.constantFrom('claimed', 'paused', 'reopened'), status).map(([type, now]) => ({
    type,
    data: { status: now, owner: 'kim' },
  })),
  fc
    .constantFrom('P1', 'P2', 'P3')
    .map((to) => ({ type: 'changed', subject: 'priority', data: { field: 'priority', to } })),
  fc.constantFrom('login', 'mail', null).map((to) => ({
    type: 'changed',
    subject: 'issue_key',
    data: { field: 'issue_key', to },
    patch: { ticket: { issue_key: to, ...(to === 'mail' ? { status: 'closed', resolved_at: T0 } : {}) } },
  })),
);

/** A ticket's life, and where its batches end. */
const life = fc.tuple(
  fc
    .array(happening, { maxLength: 40 })
    .map((list) => [opened(), ...list.map(({ type, ...over }, at) => event(at + 2, type, over))]),
  fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
);

test('what a rebuild makes is what the appends had made, for any events in any batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 2, max: 30 }),
      async (lives, page) => {
        await store.pool.query('truncate ticket_event, board, ticket_snapshot, sla_result, delivery_log');
        for (const [ticket, [events, sizes]] of lives.entries()) {
          for (let from = 0, batch = 0; from < events.length; batch++) {
            const to = from + (sizes[batch % sizes.length] ?? 1);
            await appendEvents(store.pool, `TICK-${ticket}`, events.slice(from, to), [
              { at: T0, label: 'response', kind: 'due' },
            ]);
            from = to;
          }
        }
        const incremental = await readModels();
        const count = await rebuildReadModels(store.pool, page);
        expect(count).toEqual({
          tickets: lives.length,
          events: lives.reduce((sum, [events]) => sum + events.length, 0),
        });
        expect(await readModels()).toEqual(incremental);
      },
    ),
    { numRuns: 60 },
  );
});

test('what is due next is null after a rebuild until the next append', async () => {
  await store.pool.query('truncate ticket_event, board, ticket_snapshot, sla_result, delivery_log');
  const agenda = [{ at: T0 + MINUTE, label: 'response', kind: 'due' }];
  await appendEvents(store.pool, 'TICK-1', [opened()], agenda);
  await rebuildReadModels(store.pool);
  const due = async (): Promise<unknown> => (await store.pool.query('select next_due_at, agenda from board')).rows;
  expect(await due()).toEqual([{ next_due_at: null, agenda: null }]);
  await appendEvents(store.pool, 'TICK-1', [event(2, 'noted')], agenda);
  expect(await due()).toEqual([{ next_due_at: new Date(T0 + MINUTE), agenda }]);
});

test('a rebuild beside appends loses none of them', async () => {
  await store.pool.query('truncate ticket_event, board, ticket_snapshot, sla_result, delivery_log');
  const tickets = ['TICK-1', 'TICK-2', 'TICK-3'];
  for (const ticket of tickets) await appendEvents(store.pool, ticket, [opened()]);
  const writes = tickets.map(async (ticket) => {
    for (let seq = 2; seq <= 20; seq++) await appendEvents(store.pool, ticket, [event(seq, 'noted')]);
  });
  await Promise.all([...writes, rebuildReadModels(store.pool), rebuildReadModels(store.pool)]);
  const { rows } = await store.pool.query('select updated_seq from board');
  expect(rows).toEqual(tickets.map(() => ({ updated_seq: 20 })));
  const before = await readModels();
  await rebuildReadModels(store.pool);
  expect(await readModels()).toEqual(before);
});

test('a rebuild waits for an append that has begun', async () => {
  await store.pool.query('truncate ticket_event, board, ticket_snapshot, sla_result, delivery_log');
  let rebuilt: Promise<unknown> | undefined;
  await transaction(store.pool, async (client) => {
    await appendEvents(client, 'TICK-1', [opened()]);
    rebuilt = rebuildReadModels(store.pool);
    const deadline = Date.now() + 5_000;
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    while ((await store.pool.query(waiting)).rowCount === 0) expect(Date.now()).toBeLessThan(deadline);
  });
  expect(await rebuilt).toEqual({ tickets: 1, events: 1 });
});

test('an empty archive gives an empty board', async () => {
  await store.pool.query('truncate ticket_event, board, ticket_snapshot, sla_result, delivery_log');
  expect(await rebuildReadModels(store.pool)).toEqual({ tickets: 0, events: 0 });
});

import { putMessages, tellTicket, ticketsWithMessages, type TicketMessage } from '../../src/store/ticket-messages';
import { T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();

beforeEach(async () => {
  await store.pool.query('truncate ticket_message restart identity');
});

const told = (ticket: string, key: string): TicketMessage => ({
  ticket,
  key,
  kind: 'told',
  body: { key, from: 'T-FROM', seq: 1, at: T0, name: 'resolved', data: {} },
});
const states = async (): Promise<unknown[]> =>
  (
    await store.pool.query<{ key: string; outcome: string | null; attempts: number }>(
      'select key, outcome, attempts from ticket_message order by id',
    )
  ).rows.map((row) => [row.key, row.outcome, row.attempts]);

test('a message with a key that is there is kept once for each receiver', async () => {
  expect(await putMessages(store.pool, [told('A', 'k1'), told('B', 'k1')], T0)).toBe(2);
  expect(await putMessages(store.pool, [told('A', 'k1'), told('A', 'k2')], T0)).toBe(1);
  expect(await putMessages(store.pool, [], T0)).toBe(0);
});

test('a ticket is told in order; what fails holds back what follows, and waits longer each time', async () => {
  await putMessages(store.pool, [told('A', 'k1'), told('A', 'k2'), told('A', 'k3')], T0);
  const heard: string[] = [];
  const tell = async ({ key }: TicketMessage): Promise<'sent' | { failed: string }> => {
    heard.push(key);
    return key === 'k2' && heard.length < 5 ? { failed: 'away' } : 'sent';
  };
  expect(await tellTicket(store.pool, 'A', tell, { now: () => T0 })).toBe(1);
  expect(await states()).toEqual([
    ['k1', 'sent', 1],
    ['k2', null, 1],
    ['k3', null, 0],
  ]);
  expect(await ticketsWithMessages(store.pool, 10, T0 + 499)).toEqual([]);
  expect(await ticketsWithMessages(store.pool, 10, T0 + 500)).toEqual(['A']);
  await tellTicket(store.pool, 'A', tell, { now: () => T0 + 500 });
  expect(await ticketsWithMessages(store.pool, 10, T0 + 1_499)).toEqual([]);
  await tellTicket(store.pool, 'A', tell, { now: () => T0 + 1_500 });
  expect(await tellTicket(store.pool, 'A', tell, { now: () => T0 + 9_000 })).toBe(2);
  expect(heard).toEqual(['k1', 'k2', 'k2', 'k2', 'k2', 'k3']);
  expect(await ticketsWithMessages(store.pool, 10, T0 + 1e9)).toEqual([]);
});

test('what has ended drops its messages', async () => {
  await putMessages(store.pool, [told('A', 'k1')], T0);
  expect(await tellTicket(store.pool, 'A', async () => 'dropped', { now: () => T0 })).toBe(1);
  expect(await states()).toEqual([['k1', 'dropped', 1]]);
});

test('two workers never tell one ticket at once; one that is killed leaves its messages to the next', async () => {
  await putMessages(store.pool, [told('A', 'k1'), told('B', 'k2')], T0);
  let second: Promise<number> | undefined;
  const heard: string[] = [];
  await expect(
    tellTicket(store.pool, 'A', async ({ key }) => {
      heard.push(key);
      second = tellTicket(store.pool, 'A', async () => 'sent');
      expect(await second).toBe(0);
      expect(await tellTicket(store.pool, 'B', async () => 'sent')).toBe(1);
      throw new Error('killed between the signal and the mark');
    }),
  ).rejects.toThrow('killed');
  expect(await states()).toEqual([
    ['k1', null, 0],
    ['k2', 'sent', 1],
  ]);
  expect(
    await tellTicket(store.pool, 'A', async ({ key }) => {
      heard.push(key);
      return 'sent';
    }),
  ).toBe(1);
  expect(heard).toEqual(['k1', 'k1']);
});

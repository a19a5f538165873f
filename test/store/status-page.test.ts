import { postUpdate, publicStatus, type StatusUpdate } from '../../src/store/status-page';
import { HOUR, MINUTE, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();

beforeEach(async () => {
  await store.pool.query('truncate status_page_incident, status_page_update');
});

const update = (minutes: number, state: string, over: Partial<StatusUpdate> = {}): StatusUpdate => ({
  ticket: 'TICK-20260306-001',
  key: `TICK-20260306-001|updates@${minutes}|public|status_page`,
  at: T0 + minutes * MINUTE,
  state,
  title: 'Login fails',
  text: `It is ${state}.`,
  nextUpdateDue: T0 + (minutes + 30) * MINUTE,
  ...over,
});

const shown = async (): Promise<unknown> => (await publicStatus(store.pool, T0 + HOUR)).incidents;

test('shows the newest state, the history and the promise, and no ticket', async () => {
  await postUpdate(store.pool, update(0, 'investigating'));
  await postUpdate(store.pool, update(30, 'identified'));
  expect(await shown()).toEqual([
    {
      title: 'Login fails',
      state: 'identified',
      startedAt: T0,
      updates: [
        { at: T0 + 30 * MINUTE, state: 'identified', text: 'It is identified.' },
        { at: T0, state: 'investigating', text: 'It is investigating.' },
      ],
      nextUpdateDue: T0 + 60 * MINUTE,
    },
  ]);
});

test('an older update never overwrites a newer one, however late it comes', async () => {
  await postUpdate(store.pool, update(60, 'resolved'));
  await postUpdate(store.pool, update(0, 'investigating'));
  await postUpdate(store.pool, update(30, 'identified', { title: 'Old title' }));
  const resolved = { state: 'resolved', title: 'Login fails', startedAt: T0, resolvedAt: T0 + HOUR };
  expect(await shown()).toMatchObject([resolved]);
  expect(await shown()).toMatchObject([{ updates: [{}, {}, {}] }]);
  expect(await shown()).not.toMatchObject([{ nextUpdateDue: expect.anything() }]);
});

test('the same key twice is one update, at the same time too', async () => {
  await Promise.all(Array.from({ length: 10 }, () => postUpdate(store.pool, update(0, 'investigating'))));
  await postUpdate(store.pool, { ...update(0, 'investigating'), text: 'changed' });
  expect(await shown()).toMatchObject([{ updates: [{ text: 'It is investigating.' }] }]);
});

test('an incident that comes back is open again', async () => {
  await postUpdate(store.pool, update(0, 'resolved'));
  await postUpdate(store.pool, update(10, 'investigating'));
  expect(await shown()).toMatchObject([{ state: 'investigating', nextUpdateDue: T0 + 40 * MINUTE }]);
  expect(await shown()).not.toMatchObject([{ resolvedAt: expect.anything() }]);
});

test('open incidents come first, and one resolved long ago is not shown', async () => {
  await postUpdate(store.pool, update(50, 'resolved', { ticket: 'A', key: 'a', title: 'A' }));
  await postUpdate(store.pool, update(0, 'investigating', { ticket: 'B', key: 'b', title: 'B' }));
  await postUpdate(store.pool, update(-9 * 24 * 60, 'resolved', { ticket: 'C', key: 'c', title: 'C' }));
  expect(await shown()).toMatchObject([{ title: 'B' }, { title: 'A' }]);
});

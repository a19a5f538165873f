import { historyOf } from '../../src/domain/metrics/history';
import { appendEvents, readEvents } from '../../src/store/events';
import { readHistories, refreshHistories } from '../../src/store/history';
import { openTicket } from '../../src/store/opening';
import { savePolicyVersion } from '../../src/store/policy-versions';
import { addPoints, latestPoints, readSeries } from '../../src/store/series';
import { event, HOUR, MINUTE, opened, openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const ALL = new Set(['opened', 'claimed', 'agent_reply', 'resolved', 'closed']);

beforeEach(async () => {
  await store.pool.query(
    'truncate ticket, ticket_day, party, message, ticket_event, board, ticket_history, series_point restart identity cascade',
  );
});

async function put(packId = 'secureai', minutes = 0): Promise<string> {
  const { id } = await openTicket(store.pool, openRequest({ packId, now: T0 + minutes * MINUTE }));
  await appendEvents(store.pool, id, [{ ...opened(), at: T0 + minutes * MINUTE }]);
  return id;
}
const wanted = (from: number, to: number, types = ALL) => ({ pack: 'secureai', from: T0 + from, to: T0 + to, types });

test('a history that was extended is the fold of the whole journal', async () => {
  const id = await put();
  expect(await refreshHistories(store.pool)).toBe(1);
  await appendEvents(store.pool, id, [
    event(2, 'claimed', {
      by: { name: 'Ben', kind: 'person' },
      patch: { ticket: { status: 'in_progress', owner: 'Ben' } },
    }),
    event(3, 'delivery', { data: { key: 'k', channel: 'email' }, patch: { deliveries: { k: { key: 'k' } } } }),
  ]);
  await appendEvents(store.pool, id, [event(4, 'resolved', { patch: { ticket: { status: 'resolved' } } })]);
  expect(await refreshHistories(store.pool)).toBe(1);
  expect(await refreshHistories(store.pool)).toBe(0);
  const [found] = await readHistories(store.pool, wanted(0, HOUR));
  expect(found).toEqual(historyOf(id, await readEvents(store.pool, id)));
  expect(found?.state.ticket).toMatchObject({ status: 'resolved', owner: 'Ben' });
  expect(found?.events.map((one) => one.type)).toEqual(['opened', 'claimed', 'resolved']);
});

test('reads what a period can concern: what happened in it or stood open, of its own pack', async () => {
  const open = await put();
  const closed = await put('secureai', 1);
  await appendEvents(store.pool, closed, [event(2, 'closed', { patch: { ticket: { status: 'closed' } } })]);
  await put('other');
  const later = await put('secureai', 600);
  const ids = async (from: number, to: number): Promise<string[]> =>
    (await readHistories(store.pool, wanted(from, to))).map((one) => one.id);
  expect(await ids(0, HOUR)).toEqual([open, closed]);
  expect(await ids(5 * HOUR, 6 * HOUR)).toEqual([open]);
  expect(await ids(5 * HOUR, 24 * HOUR)).toEqual([open, later]);
});

test('a ticket says which version of its pack it runs under', async () => {
  const { packHash } = openRequest({ packId: 'secureai' });
  const version = { hash: packHash, packId: 'secureai', version: '1.7', body: {}, templates: {}, publishedAt: T0 };
  await savePolicyVersion(store.pool, version);
  await put();
  const [found] = await readHistories(store.pool, wanted(0, HOUR));
  expect(found?.state.pack).toEqual({ id: 'secureai', version: '1.7', hash: packHash });
});

test('drops events that nobody asks for', async () => {
  await put();
  const [found] = await readHistories(store.pool, wanted(0, HOUR, new Set(['claimed'])));
  expect(found?.events).toEqual([]);
});

test('a measurement is stored once a key; the one before the period is read with it [SEC-HD-242]', async () => {
  const point = (at: number, value: number, key?: string) => ({
    name: 'active_customers',
    at: T0 + at,
    value,
    labels: {},
    recordedAt: T0,
    ...(key === undefined ? {} : { key }),
  });
  expect(await addPoints(store.pool, [point(0, 800), point(HOUR, 850, 'a'), point(3 * HOUR, 900)])).toBe(3);
  expect(await addPoints(store.pool, [point(HOUR, 850, 'a')])).toBe(0);
  const read = await readSeries(store.pool, ['active_customers', 'none'], { from: T0 + 2 * HOUR, to: T0 + 4 * HOUR });
  expect(read['active_customers']?.map((one) => one.value)).toEqual([850, 900]);
  expect((await latestPoints(store.pool)).map((one) => [one.name, one.value])).toEqual([['active_customers', 900]]);
});

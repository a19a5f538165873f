import {
  answeredEvent,
  findThread,
  keepThread,
  partyByAttribute,
  recordView,
  rememberEvent,
  startWaiting,
  stopWaiting,
  viewsOf,
  whoWaits,
} from '../../src/store/intake';
import { createFeed, findFeed, revokeFeed } from '../../src/store/feeds';
import { openTicket } from '../../src/store/opening';
import { OPENING, openRequest, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

test('an event is answered once: the first answer stays', async () => {
  expect(await answeredEvent(store.pool, 'email', '<1>')).toBeUndefined();
  await rememberEvent(store.pool, 'email', '<1>', { does: 'opened' }, T0);
  await rememberEvent(store.pool, 'email', '<1>', { does: 'ignored' }, T0);
  expect(await answeredEvent(store.pool, 'email', '<1>')).toEqual({ does: 'opened' });
  expect(await answeredEvent(store.pool, 'chat', '<1>')).toBeUndefined();
});

test('a thread keeps its ticket and what is known of it', async () => {
  await keepThread(store.pool, 'chat', 'c1', { data: { history: [1] } }, T0);
  await keepThread(store.pool, 'chat', 'c1', { ticket: 'TICK-1' }, T0);
  expect(await findThread(store.pool, 'chat', 'c1')).toEqual({ ticket: 'TICK-1', data: { history: [1] } });
  await keepThread(store.pool, 'chat', 'c1', { data: {} }, T0);
  expect(await findThread(store.pool, 'chat', 'c1')).toEqual({ ticket: 'TICK-1', data: {} });
});

test('who waits is offered by rank, then by when they came, and is gone once served [SEC-HD-222] [SEC-HD-226]', async () => {
  const one = (id: string, rank: number, since: number) =>
    startWaiting(store.pool, { channel: 'phone', id, queue: 'general', rank, name: id, plan: 'x', since });
  await one('a', 10, T0);
  await one('b', 30, T0 + 5000);
  await one('c', 10, T0 - 5000);
  await one('a', 10, T0 + 9000); // asks again: still waits since T0
  expect((await whoWaits(store.pool, 'phone')).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  expect(await stopWaiting(store.pool, 'phone', 'b', T0 + 6000)).toMatchObject({ id: 'b', since: T0 + 5000 });
  expect(await stopWaiting(store.pool, 'phone', 'b', T0 + 6000)).toBeUndefined();
  expect((await whoWaits(store.pool, 'phone', 'general')).map(({ id }) => id)).toEqual(['c', 'a']);
  expect(await whoWaits(store.pool, 'chat')).toEqual([]);
});

test('views are read newest first', async () => {
  for (const [i, what] of ['/a', '/b', '/c'].entries())
    await recordView(store.pool, { source: 'chat', kind: 'page', what, who: 'u', at: T0 + i, data: {} });
  expect((await viewsOf(store.pool, 'chat', 'u', 2)).map(({ what }) => what)).toEqual(['/c', '/b']);
});

test('a customer is found by an attribute of an earlier ticket', async () => {
  await openTicket(
    store.pool,
    openRequest({
      opening: {
        ...OPENING,
        customer: { ...OPENING.customer, name: 'Pat', email: 'pat@example.com', plan: 'starter', phone: '+1555' },
      },
    }),
  );
  expect(await partyByAttribute(store.pool, 'phone', '+1555')).toMatchObject({ email: 'pat@example.com' });
  expect(await partyByAttribute(store.pool, 'phone', '+1')).toBeUndefined();
});

test('a feed is found by its secret until it is withdrawn', async () => {
  const token = await createFeed(store.pool, { rota: 'engineering' }, T0);
  expect(await findFeed(store.pool, token)).toEqual({ rota: 'engineering' });
  expect(await revokeFeed(store.pool, token, T0)).toBe(true);
  expect(await codeOf(findFeed(store.pool, token))).toBe('ESC_NOT_FOUND');
});

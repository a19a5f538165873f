import type { JsonObject } from '../../src/domain/policy/types';
import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { listReviews, type ReviewQuery } from '../../src/store/reviews';
import { event, MINUTE, openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const ids: Record<string, string> = {};

async function review(name: string, kind: string, minutes: number, more: JsonObject = {}): Promise<void> {
  const opening = { kind, key: name, subject: name, body: '', channel: 'api' as const };
  const { id } = await openTicket(store.pool, openRequest({ opening, packId: 'trust', now: T0 + minutes * MINUTE }));
  const at = T0 + minutes * MINUTE;
  const ticket = { kind, key: name, subject: name, status: 'open', ...more };
  await appendEvents(store.pool, id, [{ ...event(1, 'opened', { data: { kind }, patch: { ticket } }), at }], []);
  ids[name] = id;
}
const done = (name: string, seq: number, task: string, data: JsonObject) =>
  appendEvents(
    store.pool,
    ids[name] ?? '',
    [
      event(
        seq,
        'task_done',
        { subject: task, by: { name: 'kim', kind: 'person' }, data: { task, n: 1, ...data } },
        90,
      ),
    ],
    [],
  );
const list = async (asked: Partial<ReviewQuery> = {}) => {
  const { reviews } = await listReviews(store.pool, { packId: 'trust', kinds: ['verdict', 'weekly'], ...asked });
  return reviews.map((one) => one.key);
};

beforeAll(async () => {
  await review('a', 'verdict', 0);
  await review('b', 'weekly', 1);
  await review('c', 'verdict', 2, { restricted_to: ['ceo'] });
  await review('d', 'support', 3);
  await done('a', 2, 'verdict', { choice: 'late', training: 'yes' });
  await done('a', 3, 'notes', { text: 'seen' });
});

test('reviews of the kinds asked for, the newest first, with what was found in each', async () => {
  expect(await list()).toEqual(['c', 'b', 'a']);
  const { reviews } = await listReviews(store.pool, { packId: 'trust', kinds: ['verdict'] });
  expect(reviews[1]?.findings).toEqual([
    { seq: 2, task: 'verdict', at: T0 + 90 * MINUTE, by: 'kim', choice: 'late', answer: { training: 'yes' } },
    { seq: 3, task: 'notes', at: T0 + 90 * MINUTE, by: 'kim', choice: null, answer: { text: 'seen' } },
  ]);
});

test('by verdict, by what the reader may see, and page by page', async () => {
  expect(await list({ verdict: 'late' })).toEqual(['a']);
  expect(await list({ verdict: 'early' })).toEqual([]);
  expect(await list({ groups: ['agents'] })).toEqual(['b', 'a']);
  expect(await list({ limit: 1 })).toEqual(['c']);
  expect(await list({ after: { openedAt: T0 + 2 * MINUTE, id: ids['c'] ?? '' } })).toEqual(['b', 'a']);
  expect(await list({ packId: 'other' })).toEqual([]);
});

import type { ShareOrder } from '../../src/http/rollout-port';
import { api, closeAll, problem, type Doc } from './support';
import { rolloutStub } from './rollout-stub';

afterAll(closeAll);

const server = async (orders: ShareOrder[] = []) =>
  api({}, (ports) => {
    ports.rollouts = rolloutStub(orders);
  });
const PATH = '/v1/rollouts/trust_safety';

test('a share is set with a reason, in the name of whoever holds the key or is named', async () => {
  const orders: ShareOrder[] = [];
  const { ask } = await server(orders);
  problem(await ask('POST', PATH, { role: 'ops', body: { share: 25 } }), 'ESC_REQUEST_INVALID');
  problem(await ask('POST', PATH, { role: 'ops', body: { share: 101, reason: 'x' } }), 'ESC_REQUEST_INVALID');
  const set = await ask('POST', PATH, { role: 'ops', body: { share: 'next', reason: 'a good week' } });
  expect(set.json<Doc>()).toMatchObject({ rollout: 'all', share: 50, since: '1970-01-01T00:00:00Z' });
  await ask('POST', PATH, { role: 'ops', body: { share: 0, reason: 'complaints', by: 'Dana' } });
  expect(orders).toEqual([
    { share: 'next', reason: 'a good week', force: false, by: 'ops desk' },
    { share: 0, reason: 'complaints', force: false, by: 'Dana (key ops desk)' },
  ]);
});

test('what speaks against a share is said, and force passes it', async () => {
  const { ask } = await server();
  const refused = problem(
    await ask('POST', PATH, { role: 'admin', body: { share: 100, reason: 'hurry' } }),
    'ESC_ROLLOUT_REFUSED',
  );
  expect(refused['detail']).toContain('the step after 25 % is 50 %');
  const forced = await ask('POST', PATH, { role: 'admin', body: { share: 100, reason: 'hurry', force: true } });
  expect(forced.statusCode).toBe(200);
});

test('the comparison reaches 30 days back, and leaves out what a reader may not see', async () => {
  const { ask, world } = await server();
  const all = (await ask('GET', `${PATH}/comparison`, { role: 'admin' })).json<Doc>();
  expect(all).toMatchObject({ pack: 'trust_safety', all: { compared: 1, agree: 1, share: 1 } });
  expect(Date.parse(String(all['to'])) - Date.parse(String(all['from']))).toBe(30 * 86_400_000);
  expect(all['tickets']).toHaveLength(1);
  world.groups = ['team'];
  expect((await ask('GET', `${PATH}/comparison`, { role: 'agent' })).json<Doc>()['tickets']).toEqual([]);
  problem(await ask('GET', `${PATH}/comparison?from=yesterday`, { role: 'agent' }), 'ESC_REQUEST_INVALID');
});

/** A pack in shadow on the real stack: it decides beside the people, on a share that is raised while it runs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '../../src/domain/policy/types';
import { buildServer } from '../../src/http/server';
import { wire } from '../../src/http/wire';
import { loadPack } from '../../src/policies/load';
import { publishPack } from '../../src/policies/publish';
import { createApiKey } from '../../src/store/api-keys';
import { savePolicyVersion, setDefaultPack } from '../../src/store/policy-versions';
import { createActivities } from '../../src/worker/activities';
import { storeDatabase } from '../store/postgres';
import { eventually, workflowBench } from '../support/worker';

const QUIET = { info: () => undefined, warn: () => undefined };
const CUSTOMER = { name: 'Ann Lee', email: 'ann@gracechurch.example', plan: 'professional' };
/** Test case 1 of the document: all that is asked for is told at once. */
const TAKEOVER =
  "Someone hacked our church's Planning Center! John Smith and Mary Johnson started getting scam texts yesterday from our pastor asking for gift cards. When I checked, there were new profiles created that I don't recognize.";

describe('a pack in shadow on the real stack', () => {
  const store = storeDatabase({ apart: true });
  const bench = workflowBench({});
  let api: FastifyInstance;
  let key: string;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    const loaded = await loadPack(join(__dirname, '../../policies/trust-safety'));
    const { hash } = await publishPack(loaded, bench.packs);
    const { pack, templates, classifier } = loaded;
    const version = { hash, packId: pack.id, version: '1', body: pack, templates, classifier, publishedAt: Date.now() };
    await savePolicyVersion(store.pool, version, { waive: 'test' });
    await setDefaultPack(store.pool, pack.id);
    const tickets = new Proxy({} as typeof bench.tickets, {
      get: (_none, name) => Reflect.get(bench.tickets, name, bench.tickets) as unknown,
    });
    api = await buildServer(wire({ pool: store.pool, temporal: bench.client, tickets, packs: bench.packs }));
    ({ key } = await createApiKey(store.pool, { name: 'desk', role: 'admin' }));
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await api.close();
  });

  const work = async (again = false): Promise<{ stop(): Promise<void> }> => {
    const between = {
      tickets: { start: () => Promise.reject(new Error('no ticket opens another here')) },
      wake: () => undefined,
    };
    const made = createActivities(store.pool, bench.packs, {}, QUIET, between);
    const worker = await bench.work({ activities: () => made.activities } as never, { again });
    const stop = async (): Promise<void> => {
      await worker.stop();
      made.close();
    };
    closing.push(stop);
    return { stop };
  };
  const ask = async <T = JsonObject>(method: 'GET' | 'POST', url: string, payload?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() };
    const response = await api.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
    return response.json<T>();
  };
  const open = async (): Promise<string> => {
    const opening = { subject: 'A message', body: TAKEOVER, channel: 'chat', customer: CUSTOMER };
    return String((await ask('POST', '/v1/tickets', opening))['id']);
  };
  const rows = async (id: string, type: string): Promise<JsonObject[]> =>
    (await ask<JsonObject[]>('GET', `/v1/tickets/${id}/timeline`)).filter((row) => row['type'] === type);
  const share = (wanted: number) =>
    ask('POST', '/v1/rollouts/trust_safety', { share: wanted, reason: 'week 8', force: true, by: 'Dana' });
  const command = (id: string, name: string, fields: object) =>
    ask('POST', `/v1/tickets/${id}/commands/${name}`, { by: 'ben', ...fields });

  test('decides and does nothing, a worker lost on the way; people conclude, and both are set beside each other [TS-306]', async () => {
    await share(0);
    const first = await work();
    const id = await open();
    await eventually('the evidence', async () => (await rows(id, 'fact')).some((row) => row['subject'] === 'evidence'));
    await first.stop();
    await work(true);
    await command(id, 'message', {
      from: 'customer',
      text: 'Yes, the new profiles are inside People and one joined a group',
    });
    const [ended] = await eventually('the end of the flow', async () => {
      const found = await rows(id, 'ended');
      return found.length > 0 && found;
    });
    expect(ended?.['data']).toMatchObject({ flow: 'triage', outcome: 'escalated' });

    const withheld = (await rows(id, 'withheld')).map((row) => row['data'] as JsonObject);
    expect(withheld).toContainEqual(expect.objectContaining({ tag: 'ts-escalated-auto' }));
    expect(withheld).toContainEqual(expect.objectContaining({ template: 'slack_escalated', channel: 'slack' }));
    expect(withheld).toContainEqual(expect.objectContaining({ template: 'admin_follow_up', to: CUSTOMER.email }));
    for (const type of ['delivery', 'tagged', 'noted', 'assigned', 'task_opened'])
      expect(await rows(id, type)).toEqual([]);
    expect(await ask('GET', `/v1/tickets/${id}/deliveries`)).toEqual([]);

    const shown = await ask('GET', `/v1/tickets/${id}`);
    expect(shown).toMatchObject({ nextDue: null, rollout: { all: { side: 'shadow', share: 0 } } });
    const [onBoard] = (await ask<{ tickets: JsonObject[] }>('GET', '/v1/tickets')).tickets;
    expect(onBoard).toMatchObject({ id, side: 'shadow', nextDue: null });
    const agenda = await ask<JsonObject[]>('GET', `/v1/tickets/${id}/agenda`);
    expect(agenda.map((item) => [item['name'], item['shadow']])).toEqual([['reminder_4h', true]]);

    await command(id, 'resolve', { resolution: 'Profiles secured' });
    await command(id, 'answer', { task: 'conclusion_in_shadow', ts_conclusion: 'breach' });
    const found = await eventually('the archive', async () => {
      const compared = await ask<{ all: JsonObject; tickets: JsonObject[] }>(
        'GET',
        '/v1/rollouts/trust_safety/comparison',
      );
      return compared.all['compared'] === 1 && compared;
    });
    expect(found.all).toEqual({ compared: 1, agree: 1, share: 1 });
    expect(found.tickets).toEqual([
      expect.objectContaining({ ticket: id, bot: 'escalated', person: 'breach', verdict: 'agree' }),
    ]);

    // From now on tickets are live; the one in shadow stays there.
    await share(100);
    const live = await open();
    await eventually('a tag', async () => (await rows(live, 'tagged')).length > 0);
    expect(await rows(live, 'withheld')).toEqual([]);
    await command(id, 'reopen', { reason: 'more profiles' });
    expect(await ask('GET', `/v1/tickets/${id}`)).toMatchObject({ rollout: { all: { side: 'shadow', share: 0 } } });
    expect(await rows(id, 'tagged')).toEqual([]);
  }, 120_000);
});

import type { HttpDeps } from '../../src/activities/http-call';
import { Secret } from '../../src/activities/secret';
import { createAtlassianStatuspage } from '../../src/activities/statuspage-atlassian';
import { createOwnStatusPage, nextUpdateDue } from '../../src/activities/statuspage-own';
import type { StatusUpdate } from '../../src/store/status-page';
import { failsAsAnHttpProviderDoes } from './support/http-contract';
import { startProvider, type HttpProvider, type Received, type Reply } from './support/http-provider';
import { AT, errorOf, httpDeps, message, never } from './support/messages';

const API_KEY = 'statuspage-api-key-0001';
const update = (state: string | undefined, key = `T-1|${state}|public|status_page`) =>
  message({ channel: 'status_page', key, role: 'public', to: [{ address: 'status page' }], ...(state && { state }) });

interface Incident {
  id: string;
  name: string;
  status: string;
  body: string;
  metadata: Record<string, unknown>;
  updates: number;
}

/** The page's API: incidents, the unresolved ones among them, its checks. */
function statuspage(incidents: Incident[]) {
  const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });
  return (request: Received): Reply => {
    if (request.headers.authorization !== `OAuth ${API_KEY}`) return json(401, { error: 'Could not authenticate' });
    const [, id] = /^\/v1\/pages\/page-1\/incidents(?:\/([\w-]+))?(?:\?limit=100)?$/.exec(request.path) ?? [
      undefined,
      '',
    ];
    if (id === '') return json(404, { error: 'not found' });
    if (request.method === 'GET') {
      return json(200, id === 'unresolved' ? incidents.filter((one) => one.status !== 'resolved') : incidents);
    }
    const { incident } = JSON.parse(request.body) as { incident: Partial<Incident> };
    const states = ['investigating', 'identified', 'monitoring', 'resolved'];
    const metadata = Object.values(incident.metadata ?? {}).every((value) => typeof value === 'object');
    const fits = (incident.body ?? '').length <= 25_000 && (incident.name ?? '').length <= 255;
    if (!states.includes(incident.status ?? '') || !metadata || !fits) return json(422, { error: ['invalid'] });
    if (request.method === 'POST') {
      if (incident.name === undefined) return json(422, { error: ["Name can't be blank"] });
      const made = { id: `inc-${incidents.length + 1}`, updates: 1, ...incident } as Incident;
      incidents.push(made);
      return json(201, made);
    }
    const found = incidents.find((one) => one.id === id);
    if (found === undefined) return json(404, { error: 'not found' });
    return json(200, Object.assign(found, incident, { updates: found.updates + 1 }));
  };
}

describe('the status page at Atlassian', () => {
  let provider: HttpProvider;
  let incidents: Incident[];
  beforeEach(async () => {
    incidents = [];
    provider = await startProvider(statuspage(incidents));
  });
  afterEach(() => provider.close());
  const make = (url: string, deps: HttpDeps = httpDeps()) =>
    createAtlassianStatuspage({ apiKey: new Secret(API_KEY), pageId: 'page-1', baseUrl: `${url}/v1` }, deps);
  const post = (one: ReturnType<typeof update>) => make(provider.url).send(one, never());

  test('opens one incident a ticket and carries it through its states', async () => {
    for (const state of ['investigating', 'identified', 'monitoring', 'resolved']) await post(update(state));
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ id: 'inc-1', name: 'P1: checkout is down', status: 'resolved', updates: 4 });
    expect(incidents[0]?.metadata).toEqual({ tocsin: { key: 'T-1|resolved|public|status_page', ticket: 'T-1' } });
  });

  test.each(['investigating', 'identified', 'resolved'])(
    'posts %s once when the delivery is repeated',
    async (state) => {
      if (state !== 'investigating') await post(update('investigating'));
      const first = await post(update(state));
      const before = incidents[0]?.updates;
      await expect(post(update(state))).resolves.toEqual(first);
      expect(incidents).toHaveLength(1);
      expect(incidents[0]?.updates).toBe(before);
    },
  );

  test('leaves the incident of another ticket alone', async () => {
    await post(update('investigating'));
    await post({ ...update('investigating', 'T-2|k'), ticket: 'T-2' });
    expect(incidents.map((one) => one.updates)).toEqual([1, 1]);
  });

  test.each([undefined, 'paused'])('refuses the state %s', async (state) => {
    expect(await errorOf(post(update(state)))).toMatchObject({ name: 'PermanentDeliveryError' });
    expect(provider.received).toHaveLength(0);
  });

  test('stays inside the limits of an incident', async () => {
    await post({ ...update('investigating'), subject: 's'.repeat(900), text: 't'.repeat(90_000) });
    expect(incidents[0]?.name).toHaveLength(255);
    expect(incidents[0]?.body).toHaveLength(25_000);
  });

  test('tries again when the list of incidents cannot be read', async () => {
    provider.script.push({ status: 200, body: '<html>maintenance</html>' });
    expect(await errorOf(post(update('investigating')))).toMatchObject({ name: 'TransientDeliveryError' });
    expect(incidents).toHaveLength(0);
  });

  failsAsAnHttpProviderDoes({
    provider: () => provider,
    make: (url, deps) => make(url, deps),
    message: () => update('investigating'),
    secret: API_KEY,
    permanent: [400, 401, 403, 404, 422],
    transient: [420, 429, 500, 503],
  });
});

describe('the own status page', () => {
  test('posts an update with the promise of the next one', async () => {
    const posted: StatusUpdate[] = [];
    const port = createOwnStatusPage({ postUpdate: async (one) => void posted.push(one) });
    const due = AT + 1_800_000;
    await port.send({ ...update('investigating'), vars: { 'commitment.p1_updates.next': due } }, never());
    const { key, subject: title, text } = update('investigating');
    expect(posted).toEqual([{ ticket: 'T-1', key, at: AT, state: 'investigating', title, text, nextUpdateDue: due }]);
  });

  test('tries again when the store is away and says nothing of its error', async () => {
    const port = createOwnStatusPage({ postUpdate: () => Promise.reject(new Error('postgres://user:pw@host')) });
    const error = await errorOf(port.send(update('investigating'), never()));
    expect(error.name).toBe('TransientDeliveryError');
    expect(error.message).not.toContain('pw');
  });

  test('refuses an update without a state', async () => {
    const port = createOwnStatusPage({ postUpdate: async () => undefined });
    expect(await errorOf(port.send(update(undefined), never()))).toMatchObject({ name: 'PermanentDeliveryError' });
  });

  test.each([
    [{ next_update_due: '2026-03-06T10:30:00Z' }, AT + 1_800_000],
    [{ commitment: { a: { next: AT + 2 }, b: { next: AT + 1 } } }, AT + 1],
    [{ commitment: { a: { next: 'soon' } } }, undefined],
    [{}, undefined],
  ])('reads the next due instant from %j', (vars, due) => expect(nextUpdateDue(vars)).toBe(due));
});

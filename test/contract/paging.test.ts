import { createPagingChannel, dedupKeyOf } from '../../src/activities/paging';
import { Secret } from '../../src/activities/secret';
import { failsAsAnHttpProviderDoes } from './support/http-contract';
import { startProvider, type HttpProvider, type Received, type Reply } from './support/http-provider';
import { errorOf, httpDeps, message, never } from './support/messages';

const ENGINEERING = 'e'.repeat(32);
const DEFAULT = 'd'.repeat(32);
const keys = new Map([
  ['engineering-team', new Secret(ENGINEERING)],
  ['default', new Secret(DEFAULT)],
]);

/** Events API v2: what the documentation requires of an event. */
function events(request: Received): Reply {
  const errors: string[] = [];
  const event = JSON.parse(request.body) as Record<string, unknown>;
  const payload = event['payload'] as Record<string, unknown> | undefined;
  const text = (value: unknown, max: number) => typeof value === 'string' && value !== '' && value.length <= max;
  if (request.method !== 'POST' || request.path !== '/v2/enqueue') return { status: 404 };
  if (Buffer.byteLength(request.body) > 512 * 1024) errors.push('too large');
  if (!/^[a-z0-9]{32}$/.test(String(event['routing_key']))) errors.push('routing_key');
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(event['event_action']))) errors.push('event_action');
  if (!text(event['dedup_key'], 255)) errors.push('dedup_key');
  if (event['event_action'] === 'trigger') {
    if (!text(payload?.['summary'], 1024)) errors.push('summary');
    if (!text(payload?.['source'], 255)) errors.push('source');
    if (!['critical', 'error', 'warning', 'info'].includes(String(payload?.['severity']))) errors.push('severity');
    if (Number.isNaN(Date.parse(String(payload?.['timestamp'])))) errors.push('timestamp');
    if (typeof payload?.['custom_details'] !== 'object') errors.push('custom_details');
  }
  return errors.length > 0
    ? { status: 400, body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors }) }
    : {
        status: 202,
        body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: event['dedup_key'] }),
      };
}

describe('paging by PagerDuty', () => {
  let provider: HttpProvider;
  beforeEach(async () => (provider = await startProvider(events)));
  afterEach(() => provider.close());
  const make = (url: string, deps = httpDeps()) => createPagingChannel({ routingKeys: keys, baseUrl: url }, deps);
  const sent = (n = 0) => JSON.parse(provider.received[n]?.body ?? '{}') as Record<string, never>;

  test('triggers an incident of the ticket and its path with the service’s own key', async () => {
    const result = await make(provider.url).send(message(), never());
    expect(result).toEqual({ provider: 'pagerduty', providerId: 'T-1|on_call', to: 'engineering-team', person: 'Ana' });
    expect(sent()).toMatchObject({
      routing_key: ENGINEERING,
      event_action: 'trigger',
      dedup_key: 'T-1|on_call',
      client: 'Tocsin',
      payload: {
        summary: 'P1: checkout is down',
        source: 'TICK-20260306-001',
        severity: 'critical',
        timestamp: '2026-03-06T10:00:00.000Z',
        custom_details: { ticket: 'T-1', role: 'on_call_engineer', person: 'Ana', attempt: 1 },
      },
    });
  });

  test.each([
    ['P1', 'critical'],
    ['P2', 'error'],
    ['P3', 'warning'],
    ['P4', 'info'],
  ])('gives a %s the severity %s', async (priority, severity) => {
    await make(provider.url).send(message({ priority }), never());
    expect(sent()).toMatchObject({ payload: { severity } });
  });

  test.each(['acknowledge', 'resolve'])('sends %s for the same incident', async (action) => {
    await make(provider.url).send(message(), never());
    await make(provider.url).send(message({ vars: { action } }), never());
    expect(sent(1)).toEqual({ routing_key: ENGINEERING, event_action: action, dedup_key: sent()['dedup_key'] });
  });

  test('pages a service without a key by the default one', async () => {
    await make(provider.url).send(message({ to: [{ address: 'executives' }] }), never());
    expect(sent()).toMatchObject({ routing_key: DEFAULT });
  });

  test('refuses a service that has no key and says which setting is missing', async () => {
    const port = createPagingChannel({ routingKeys: new Map(), baseUrl: provider.url }, httpDeps());
    const error = await errorOf(port.send(message(), never()));
    expect(error.name).toBe('PermanentDeliveryError');
    expect(error.message).toContain('PAGERDUTY_ROUTING_KEYS');
  });

  test('stays inside the limits of an event', async () => {
    const long = message({ subject: '🔥'.repeat(2000), text: 'x'.repeat(600_000), threadKey: 't'.repeat(900) });
    await expect(make(provider.url).send(long, never())).resolves.toMatchObject({ provider: 'pagerduty' });
    expect(dedupKeyOf('t'.repeat(900))).not.toBe(dedupKeyOf('t'.repeat(901)));
  });

  failsAsAnHttpProviderDoes({
    provider: () => provider,
    make: (url, deps) => make(url, deps),
    message,
    secret: ENGINEERING,
    permanent: [400, 403, 404],
    transient: [429, 500, 502, 503],
  });
});

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../src/activities/secret';
import { createWebhookChannel } from '../../src/activities/webhook';
import { failsAsAnHttpProviderDoes } from './support/http-contract';
import { startProvider, type HttpProvider, type Received, type Reply } from './support/http-provider';
import { AT, httpDeps, message, never } from './support/messages';

const SECRET = 'shared-webhook-secret';

/** A receiver that checks what our documentation promises it. */
function receiver(request: Received): Reply {
  const [, time = '', mac = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['x-tocsin-signature'])) ?? [];
  const own = createHmac('sha256', SECRET).update(`${time}.${request.body}`).digest();
  const given = Buffer.from(mac, 'hex');
  if (given.length !== own.length || !timingSafeEqual(given, own)) return { status: 401 };
  if (Math.abs(Number(time) - AT / 1000) > 300) return { status: 401 };
  if (request.headers['idempotency-key'] === undefined) return { status: 400 };
  return { status: 200 };
}

describe('the signed webhook', () => {
  let provider: HttpProvider;
  beforeEach(async () => (provider = await startProvider(receiver)));
  afterEach(() => provider.close());
  const make = (url: string, deps = httpDeps()) =>
    createWebhookChannel({ url: new Secret(`${url}/hook/tocsin`), secret: new Secret(SECRET) }, deps);

  test('posts the delivery under its key with a signature the receiver can check', async () => {
    const result = await make(provider.url).send(message(), never());
    expect(result).toEqual({
      provider: 'webhook',
      providerId: message().key,
      to: 'engineering-team',
      person: 'Ana',
    });
    expect(provider.received[0]?.headers).toMatchObject({
      'idempotency-key': message().key,
      'content-type': 'application/json',
    });
    expect(JSON.parse(provider.received[0]?.body ?? '')).toMatchObject({
      key: message().key,
      ticket: 'T-1',
      action: 'trigger',
      at: '2026-03-06T10:00:00.000Z',
      to: [{ name: 'Ana', address: 'engineering-team' }],
    });
  });

  test('repeats the same key on every attempt', async () => {
    provider.script.push({ status: 500 });
    await make(provider.url)
      .send(message(), never())
      .catch(() => undefined);
    await make(provider.url).send(message(), never());
    const [first, second] = provider.received.map((one) => one.headers['idempotency-key']);
    expect(second).toBe(first);
  });

  test('sends a key with characters that no header may hold', async () => {
    await make(provider.url).send(message({ key: 'T-1|ä\r\nX-Evil: 1|\ud800' }), never());
    expect(provider.received[0]?.headers).not.toHaveProperty('x-evil');
    expect(provider.received[0]?.headers['idempotency-key']).toBe('T-1|%C3%A4%0D%0AX-Evil: 1|%EF%BF%BD');
  });

  test('is refused by the receiver when the body was changed', async () => {
    const signed = `t=${AT / 1000},v1=${createHmac('sha256', SECRET).update('another body').digest('hex')}`;
    const reply = receiver({ method: 'POST', path: '/', headers: { 'x-tocsin-signature': signed }, body: '{}' });
    expect(reply.status).toBe(401);
  });

  failsAsAnHttpProviderDoes({
    provider: () => provider,
    make: (url, deps) => make(url, deps),
    message,
    secret: '/hook/tocsin',
    permanent: [400, 401, 404, 410],
    transient: [408, 425, 429, 500, 503],
  });
});

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOriginChannel, type OriginOptions } from '../../src/activities/origin';
import { createUrlGuard } from '../../src/activities/outgoing-url';
import { isPermanent, isTransient, type ChannelPort, type OutgoingMessage } from '../../src/activities/ports';
import { Secret } from '../../src/activities/secret';

interface Seen {
  method: string;
  path: string;
  authorization: string;
  body: unknown;
}
const seen: Seen[] = [];
let status = 200;
let server: Server;
let baseUrl = '';

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
      seen.push({
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        body,
      });
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '3' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  seen.length = 0;
  status = 200;
});

const recorded: OutgoingMessage[] = [];
const recorder: ChannelPort = {
  provider: 'recorder',
  send: async (message) => {
    recorded.push(message);
    return { provider: 'recorder', to: '' };
  },
};
const channel = (options: OriginOptions): ChannelPort =>
  createOriginChannel(options, { guard: createUrlGuard('loopback'), now: Date.now }, recorder);
const message = (address: string, state?: string): OutgoingMessage => ({
  ...{
    key: 'k',
    ticket: 'T',
    at: 0,
    channel: 'origin',
    priority: 'P3',
    subject: 's',
    text: 'Words',
    to: [{ address }],
  },
  ...{ verb: 'send', threadKey: 'T', role: 'origin', attempt: 1, template: 't', vars: {} },
  ...(state === undefined ? {} : { state }),
});
const all = (): OriginOptions => ({
  zendesk: { baseUrl, user: 'bot@example.com', token: new Secret('z-token') },
  freshdesk: { baseUrl, key: new Secret('f-key') },
  servicenow: { baseUrl, user: 'bot', password: new Secret('s-pass') },
  intercom: { baseUrl, token: new Secret('i-token'), adminId: '99' },
});
const send = (address: string, state?: string) =>
  channel(all()).send(message(address, state), new AbortController().signal);
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  [
    'zendesk/35436',
    'resolved',
    'PUT',
    '/api/v2/tickets/35436.json',
    { ticket: { status: 'solved', comment: { body: 'Words', public: false } } },
    basic('bot@example.com/token:z-token'),
  ],
  [
    'zendesk/35436',
    'in_progress',
    'PUT',
    '/api/v2/tickets/35436.json',
    { ticket: { status: 'open', comment: { body: 'Words', public: false } } },
    basic('bot@example.com/token:z-token'),
  ],
  ['freshdesk/7', 'pending', 'PUT', '/api/v2/tickets/7', { status: 3 }, basic('f-key:f-key')],
  [
    'servicenow/a1',
    'closed',
    'PATCH',
    '/api/now/table/incident/a1',
    { state: '7', work_notes: 'Words' },
    basic('bot:s-pass'),
  ],
] as const)(
  'the status of %s (%s) is written back [SEC-HD-010]',
  async (address, state, method, path, body, authorization) => {
    await send(address, state);
    expect(seen).toEqual([{ method, path, authorization, body }]);
  },
);

test('a reply goes into the conversation of Intercom [SEC-HD-209]', async () => {
  await send('intercom/123');
  expect(seen).toEqual([
    {
      method: 'POST',
      path: '/conversations/123/reply',
      authorization: 'Bearer i-token',
      body: { message_type: 'comment', type: 'admin', admin_id: '99', body: 'Words' },
    },
  ]);
});

test('a platform that is away is tried again, one that refuses is not, and neither tells a secret', async () => {
  status = 503;
  const later = await send('zendesk/1', 'resolved').catch((error: unknown) => error);
  expect(isTransient(later) && later.retryAfterMs).toBe(3000);
  status = 422;
  const never = await send('zendesk/1', 'resolved').catch((error: unknown) => error);
  expect(isPermanent(never)).toBe(true);
  expect(`${String(later)}${String(never)}`).not.toContain('z-token');
});

test('what goes to a platform that is not connected is recorded', async () => {
  await channel({}).send(message('zendesk/1', 'resolved'), new AbortController().signal);
  expect(recorded).toHaveLength(1);
  await expect(send('nowhere')).rejects.toThrow('names no ticket');
});

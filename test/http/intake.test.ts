import { createHmac } from 'node:crypto';
import { api, closeAll, problem, TICKET, type Api, type Doc } from './support';

afterEach(closeAll);
// A Monday in winter, at ten in New York.
const OPEN = Date.parse('2026-11-30T15:00:00Z');

async function desk(now = OPEN): Promise<Api> {
  const server = await api();
  server.world.now = now;
  return server;
}
const post = async (server: Api, url: string, body: object): Promise<Doc> =>
  (await server.ask('POST', `/v1/intake/${url}`, { role: 'intake', body })).json<Doc>();

describe('other ticketing systems', () => {
  const EVENT = {
    type: 'zen:event-type:ticket.created',
    account_id: 1,
    id: '01HN',
    time: '2026-11-30T15:00:00Z',
    zendesk_event_version: '2022-11-06',
    subject: 'zen:ticket:35436',
    detail: {
      id: '35436',
      subject: 'No results',
      description: 'The analysis never ends.',
      priority: 'HIGH',
      status: 'NEW',
      tags: ['upload'],
      requester: { name: 'Jane', email: 'jane@example.com' },
    },
    event: {},
  };

  it('open a ticket with the external id by a signed webhook of Zendesk, once [SEC-HD-010]', async () => {
    const server = await desk();
    server.world.secrets.set('zendesk', 'signing-secret');
    const body = JSON.stringify(EVENT);
    const call = (timestamp: string, secret = 'signing-secret') =>
      server.ask('POST', '/v1/intake/ticketing/zendesk', {
        body,
        headers: {
          'content-type': 'application/json',
          'x-zendesk-webhook-signature-timestamp': timestamp,
          'x-zendesk-webhook-signature': createHmac('sha256', secret)
            .update(timestamp + body)
            .digest('base64'),
        },
      });
    const now = new Date(OPEN).toISOString();
    expect((await call(now)).json()).toMatchObject({ does: 'opened', externalId: 'zendesk/35436' });
    expect((await call(now)).json()).toMatchObject({ repeated: true });
    expect(server.world.opens).toHaveLength(1);
    expect(server.world.opens[0]?.opening).toMatchObject({
      channel: 'api',
      subject: 'No results',
      externalId: 'zendesk/35436',
      tags: ['upload'],
    });
    problem(await call(now, 'guess'), 'ESC_UNAUTHENTICATED');
    problem(await call('2026-11-30T14:50:00Z'), 'ESC_UNAUTHENTICATED'); // recorded and sent again
  });

  it('add comments: public ones as messages, internal ones as notes [SEC-HD-010]', async () => {
    const server = await desk();
    await post(server, 'ticketing/zendesk', EVENT);
    const comment = (id: string, is_public: boolean, is_staff: boolean) => ({
      ...EVENT,
      id,
      type: 'zen:event-type:ticket.comment_added',
      event: { comment: { id: `c${id}`, body: 'More', is_public, author: { name: 'Jane', is_staff } } },
    });
    await post(server, 'ticketing/zendesk', comment('2', true, false));
    await post(server, 'ticketing/zendesk', comment('3', false, true));
    expect(server.world.commands.map(({ command }) => [command.name, command.fields['from']])).toEqual([
      ['message', 'customer'],
      ['note', undefined],
    ]);
  });

  it.each([
    [
      'freshdesk',
      {
        freshdesk_webhook: {
          ticket_id: 7,
          ticket_subject: 'Slow',
          ticket_description: 'x',
          ticket_requester_email: 'jane@example.com',
        },
      },
      'freshdesk/7',
    ],
    [
      'servicenow',
      {
        sys_id: 'a1b2',
        number: 'INC1',
        short_description: 'Slow',
        caller_id: { name: 'Jane', email: 'jane@example.com' },
      },
      'servicenow/a1b2',
    ],
  ])('are read through the same interface: %s [SEC-HD-010]', async (platform, body, externalId) => {
    const server = await desk();
    expect(await post(server, `ticketing/${platform}`, body)).toMatchObject({ does: 'opened', externalId });
  });

  it('that name nobody to answer are refused', async () => {
    const server = await desk();
    const body = { ...EVENT, detail: { ...EVENT.detail, requester: null } };
    problem(await server.ask('POST', '/v1/intake/ticketing/zendesk', { role: 'intake', body }), 'ESC_FIELD_REQUIRED');
    problem(
      await server.ask('POST', '/v1/intake/ticketing/zendesk', { role: 'intake', body: { a: 1 } }),
      'ESC_FIELD_INVALID',
    );
  });
});

it('a look at the knowledge base is recorded and opens no ticket [SEC-HD-002]', async () => {
  const server = await desk();
  expect(await post(server, 'views', { kind: 'article', what: 'first-login', who: 'customer_123' })).toEqual({
    does: 'recorded',
  });
  expect(server.world.memory.seen).toMatchObject([{ source: 'portal', kind: 'article', what: 'first-login' }]);
  expect(server.world.opens).toHaveLength(0);
});

it('every channel opens a ticket that says which it was [SEC-HD-192]', async () => {
  const server = await desk();
  await server.ask('POST', '/v1/intake/email', {
    role: 'intake',
    body: 'From: a@b.de\r\nTo: support@secureai.com\r\nSubject: x\r\n\r\ny',
    headers: { 'content-type': 'message/rfc822' },
  });
  await post(server, 'chat', { app_id: 'secureai_app_id', email: 'u@b.de', conversation_id: 'c', message: 'Hello' });
  await post(server, 'phone', { id: '1', call: 'p', event: 'option', key: '9' });
  for (const channel of ['portal', 'api'])
    await server.ask('POST', '/v1/tickets', {
      role: 'intake',
      body: { subject: 'x', body: 'y', channel, customer: { name: 'A', email: 'a@b.de', plan: 'starter' } },
    });
  expect(server.world.opens.map(({ opening }) => opening.channel)).toEqual(['email', 'chat', 'phone', 'portal', 'api']);
});

it('shows what is connected [SEC-HD-201]', async () => {
  const server = await desk();
  const { adapters } = (await server.ask('GET', '/v1/adapters', { role: 'ops' })).json<{ adapters: Doc[] }>();
  expect(adapters[0]).toMatchObject({ name: 'email', direction: 'in', state: 'ready' });
});

it('a form lists the fields of the pack with type and choices [SEC-HD-195]', async () => {
  const server = await desk();
  const { fields } = (await server.ask('GET', '/v1/forms/support', { role: 'intake' })).json<{ fields: Doc[] }>();
  expect(fields.find((one) => one['name'] === 'desk')).toMatchObject({
    type: 'enum',
    choices: ['general', 'technical', 'billing', 'security', 'enterprise'],
  });
  problem(await server.ask('GET', '/v1/forms/poetry', { role: 'intake' }), 'ESC_NOT_FOUND');
  expect((await server.ask('GET', TICKET, { role: 'agent' })).statusCode).toBe(200);
});

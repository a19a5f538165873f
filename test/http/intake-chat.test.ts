import { createHmac } from 'node:crypto';
import { api, closeAll, problem, type Api, type Doc } from './support';

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

describe('the chat', () => {
  const SETTINGS = {
    app_id: 'secureai_app_id',
    name: 'Customer Name',
    email: 'customer@company.com',
    user_id: 'customer_123',
    company: { id: 'company_456', name: 'Customer Company', plan: 'professional' },
    subscription_tier: 'professional',
    analyses_this_month: 1234,
    last_analysis_date: '2025-01-27',
  };

  it('takes the settings of the widget: plan, user, and both usage values on the ticket [SEC-HD-035] [SEC-HD-002]', async () => {
    const server = await desk();
    await post(server, 'chat', { ...SETTINGS, conversation_id: 'c1', message: 'An invoice is wrong' });
    expect(server.world.opens[0]?.opening).toMatchObject({
      channel: 'chat',
      externalId: 'intercom/c1',
      customer: { name: 'Customer Name', email: 'customer@company.com', plan: 'professional', user_id: 'customer_123' },
      fields: { analyses_this_month: 1234, last_analysis_date: '2025-01-27', chat_with: 'human' },
    });
  });

  it('refuses a widget without its app id, and one of somebody else [SEC-HD-035]', async () => {
    const server = await desk();
    const { app_id: _gone, ...rest } = SETTINGS;
    for (const body of [rest, { ...SETTINGS, app_id: 'other' }]) {
      const refusal = problem(
        await server.ask('POST', '/v1/intake/chat', { role: 'intake', body }),
        'ESC_FIELD_REQUIRED',
      );
      expect(refusal['detail']).toContain('app_id');
    }
    expect(server.world.opens).toHaveLength(0);
  });

  it('gives the snippet for a page, which no text in it can end [SEC-HD-035]', async () => {
    const server = await desk();
    const { snippet } = await post(server, 'chat/snippet', { ...SETTINGS, name: '</script><b>' });
    expect(snippet).toMatch(/^<script>\nwindow\.intercomSettings = \{/);
    expect(snippet).toContain('"app_id": "secureai_app_id"');
    expect(snippet.match(/<\/script>/g)).toHaveLength(1);
  });

  it('of an Enterprise customer waits in the dedicated queue and is offered first [SEC-HD-038] [SEC-HD-214]', async () => {
    const server = await desk(Date.parse('2026-11-26T08:00:00Z'));
    server.world.now = OPEN;
    for (let i = 0; i < 5; i++)
      await post(server, 'chat', {
        app_id: 'secureai_app_id',
        user_id: `s${i}`,
        company: { plan: 'starter' },
        conversation_id: `s${i}`,
        message: 'Hello',
      });
    const taken = await post(server, 'chat', {
      app_id: 'secureai_app_id',
      user_id: 'e',
      email: 'e@example.com',
      company: { plan: 'enterprise' },
      conversation_id: 'e',
      message: 'Hello',
    });
    expect(taken).toMatchObject({ does: 'handed', queue: 'enterprise_chat' });
    expect((await server.world.memory.waiting('chat'))[0]?.id).toBe('e');
  });

  it('lets the bot answer first, and hands over where it is not there [SEC-HD-210] [SEC-HD-216] [SEC-HD-012]', async () => {
    const asked: string[] = [];
    let there = true;
    const server = await api({}, (ports) => {
      ports.intake.bot = {
        answer: async ({ text }) => {
          asked.push(text);
          return there ? { text: 'Have you tried it again?', handoff: text.includes('human') } : undefined;
        },
      };
    });
    server.world.now = OPEN;
    const say = (conversation: string, message: string) =>
      post(server, 'chat', {
        ...SETTINGS,
        conversation_id: conversation,
        message,
        message_id: `${conversation}${message}`,
      });
    expect(await say('b1', 'My upload fails')).toEqual({
      does: 'answered',
      by: 'bot',
      text: 'Have you tried it again?',
    });
    expect(server.world.opens).toHaveLength(0);
    expect(await say('b1', 'I want a human')).toMatchObject({ does: 'handed' });
    expect(server.world.opens[0]?.opening.body).toBe(
      'customer: My upload fails\nbot: Have you tried it again?\ncustomer: I want a human',
    );
    there = false;
    expect(await say('b2', 'My upload fails')).toMatchObject({ does: 'handed' });
    expect(asked).toHaveLength(3);
  });

  it('out of hours keeps the message as a ticket and says when somebody is there [SEC-HD-218]', async () => {
    const server = await desk(Date.parse('2026-11-30T23:00:00Z'));
    const taken = await post(server, 'chat', {
      ...SETTINGS,
      company: { plan: 'starter' },
      conversation_id: 'o1',
      message: 'Please call me',
    });
    expect(taken).toMatchObject({ does: 'offline', state: 'offline', nextOpening: '2026-12-01T14:00:00Z' });
    expect(server.world.opens[0]?.opening.fields).toMatchObject({
      chat_with: 'nobody',
      next_opening: '2026-12-01T14:00:00Z',
    });
  });

  it('logs messages of both sides on the ticket at once [SEC-HD-209]', async () => {
    const server = await desk();
    await post(server, 'chat', { ...SETTINGS, conversation_id: '123', message: 'Hello' });
    const note = (topic: string, id: string, author: object, body: string) => ({
      type: 'notification_event',
      id: `notif_${id}`,
      topic,
      app_id: 'secureai_app_id',
      data: {
        item: { type: 'conversation', id: '123', conversation_parts: { conversation_parts: [{ id, body, author }] } },
      },
    });
    await post(
      server,
      'chat',
      note('conversation.user.replied', '1', { type: 'user', name: 'Customer Name' }, '<p>It is <b>slow</b></p>'),
    );
    await post(
      server,
      'chat',
      note('conversation.admin.replied', '2', { type: 'admin', name: 'Ben' }, '<p>I look</p>'),
    );
    expect(
      server.world.commands.map(({ command }) => [
        command.fields['from'],
        command.fields['text'],
        command.by.name,
        command.by.kind,
      ]),
    ).toEqual([
      ['customer', 'It is slow', 'Customer Name', 'customer'],
      ['agent', 'I look', 'Ben', 'person'],
    ]);
  });

  it('shows the pages a visitor looked at on the ticket [SEC-HD-211]', async () => {
    const server = await desk();
    await post(server, 'chat', { ...SETTINGS, page: '/pricing' });
    await post(server, 'chat', { user_id: 'customer_123', page: '/upload' });
    await post(server, 'chat', { ...SETTINGS, conversation_id: 'v', message: 'Hello' });
    expect(server.world.opens[0]?.opening.fields?.['visited_pages']).toEqual(['/upload', '/pricing']);
  });

  it('is believed with the signature of Intercom, and not without', async () => {
    const server = await desk();
    server.world.secrets.set('intercom', 'client-secret');
    const body = JSON.stringify({ type: 'notification_event', id: 'n', topic: 'ping', data: { item: {} } });
    const signature = `sha1=${createHmac('sha1', 'client-secret').update(body).digest('hex')}`;
    const call = (headers: Record<string, string>) =>
      server.ask('POST', '/v1/intake/chat', { body, headers: { 'content-type': 'application/json', ...headers } });
    expect((await call({ 'x-hub-signature': signature })).statusCode).toBe(200);
    problem(await call({ 'x-hub-signature': `sha1=${'0'.repeat(40)}` }), 'ESC_UNAUTHENTICATED');
    problem(await call({}), 'ESC_UNAUTHENTICATED');
  });
});

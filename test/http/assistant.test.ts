import { BOB, JANE, tokenFor } from './customers';
import { portal, send, type Portal } from './portal-world';
import { closeAll, problem, secretOf, type Doc } from './support';

afterEach(closeAll);

describe('the assistant', () => {
  const say = async (server: Portal, body: object, headers: Record<string, string> = {}) =>
    (await server.ask('POST', '/v1/assistants/helper/messages', { body, headers })).json<Doc>();

  it('greets, answers from the knowledge base with a link, and logs it for deflection [SEC-HD-162] [SEC-HD-165]', async () => {
    const server = await portal();
    const { conversation, replies } = await say(server, {});
    expect(replies).toEqual(["Hi! I'm the SecureAI assistant. How can I help you today?"]);
    const answer = await say(server, { conversation, text: 'what formats are supported?' });
    expect(answer['replies'].join()).toContain('/portal/help/supported-formats');
    expect(server.world.opens).toEqual([]);
    expect(server.world.knowledge.uses).toContainEqual(
      expect.objectContaining({
        visit: { id: conversation, channel: 'chat' },
        use: expect.objectContaining({ kind: 'suggestion' }),
      }),
    );
  });

  it('tells usage to who is logged in, and asks others to log in [SEC-HD-163]', async () => {
    const server = await portal();
    const text = 'how many analyses this month?';
    expect((await say(server, { text }, await server.as(JANE)))['replies'].join()).toContain('1234');
    const stranger = (await say(server, { text }))['replies'].join() as string;
    expect(stranger).toContain('log in');
    expect(stranger).not.toContain('1234');
  });

  it('tells the status of own tickets only [SEC-HD-166]', async () => {
    const server = await portal();
    const said = (await say(server, { text: 'status of my ticket' }, await server.as(JANE)))[
      'replies'
    ].join() as string;
    expect(said).toContain('#10001');
    expect(said).not.toContain('10002');
  });

  it('hands over: the ticket has the conversation and the queue, the customer the wait [SEC-HD-171] [SEC-HD-174] [SEC-HD-176]', async () => {
    const server = await portal();
    server.world.now = Date.parse('2026-03-02T15:00:00Z');
    server.world.waiting = 3;
    const jane = { authorization: `Bearer ${await tokenFor(JANE, { now: server.world.now })}` };
    const answer = await say(server, { text: 'change my subscription' }, jane);
    expect(answer).toMatchObject({ status: 'handed_off', trigger: 'billing_change', ticket: { number: '10001' } });
    expect(answer['replies'].join()).toContain('15 minutes');
    const { opening } = server.world.opens[0] ?? {};
    expect(opening?.fields).toMatchObject({ handoff_queue: 'billing' });
    expect(opening?.fields?.['conversation']).toEqual([
      expect.objectContaining({ from: 'assistant' }),
      { from: 'customer', at: '2026-03-02T15:00:00Z', text: 'change my subscription' },
      expect.objectContaining({ from: 'assistant' }),
    ]);
    await say(server, { conversation: answer['conversation'], text: 'Hello?' }, jane);
    expect(server.world.commands[0]?.command).toMatchObject({ name: 'message', fields: { text: 'Hello?' } });
  });

  it("does not go on with another customer's conversation", async () => {
    const server = await portal();
    const { conversation } = await say(server, { text: 'hello upload' }, await server.as(JANE));
    const body = { conversation, text: 'and?' };
    problem(
      await server.ask('POST', '/v1/assistants/helper/messages', { body, headers: await server.as(BOB) }),
      'ESC_NOT_FOUND',
    );
    problem(await server.ask('POST', '/v1/assistants/helper/messages', { body }), 'ESC_NOT_FOUND');
    problem(await server.ask('POST', '/v1/assistants/nobody/messages', { body: {} }), 'ESC_NOT_FOUND');
  });

  it('believes a key of intake who the customer is, and nobody else', async () => {
    const server = await portal();
    const customer = { id: 'customer_123', name: 'Jane', email: JANE.email, plan: 'professional' };
    const body = { text: 'status of my ticket', customer };
    const answer = await say(server, body, { authorization: `Bearer ${secretOf('intake')}` });
    expect(answer['replies'].join()).toContain('#10001');
    problem(await server.ask('POST', '/v1/assistants/helper/messages', { body }), 'ESC_NOT_PERMITTED');
    problem(
      await server.ask('POST', '/v1/assistants/helper/messages', { body, headers: await server.as(BOB) }),
      'ESC_NOT_PERMITTED',
    );
  });

  it('is talked to on a page without scripts', async () => {
    const server = await portal();
    const page = await send(server, '/portal/chat', '/portal/chat', { text: "I can't upload my video" }, 'a=b');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Can you tell me what error message you&#39;re seeing?');
    expect(page.body).toMatch(/name="conversation" value="[0-9a-f-]{36}"/);
  });
});

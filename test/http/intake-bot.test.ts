import { api, closeAll, type Api, type Doc } from './support';

afterEach(closeAll);
// Monday at ten in New York, and the Saturday before at noon.
const MONDAY = Date.parse('2026-11-30T15:00:00Z');
const SATURDAY = Date.parse('2026-11-28T17:00:00Z');

const chat = (server: Api, plan = 'starter') => {
  let n = 0;
  return async (message: string): Promise<Doc> => {
    const body = {
      ...{ app_id: 'secureai_app_id', user_id: 'u1', name: 'Jane', email: 'jane@example.com', company: { plan } },
      ...{ conversation_id: 'c1', message, message_id: `m${++n}` },
    };
    return (await server.ask('POST', '/v1/intake/chat', { role: 'intake', body })).json<Doc>();
  };
};

async function desk(now: number, change?: Parameters<typeof api>[1]): Promise<Api> {
  const server = await api({}, change);
  server.world.now = now;
  return server;
}

describe('the assistant in the chat', () => {
  it('answers first, and remembers what was said before [SEC-HD-210] [SEC-HD-209]', async () => {
    const server = await desk(MONDAY);
    const say = chat(server);
    const first = await say("I can't upload my video");
    expect(first).toMatchObject({ does: 'answered', by: 'bot' });
    expect(first['text']).toContain('what error message');
    expect(first['text']).not.toContain('How can I help you today');
    expect((await say('It says the file is too large'))['text']).toMatch(/how large|size/i);
    expect(server.world.opens).toEqual([]);
    expect(await server.world.memory.waiting('chat')).toEqual([]);
    expect(server.world.conversations.size).toBe(1);
  });

  it('hands over: one ticket with the whole conversation, and a place in the queue of people [SEC-HD-210] [SEC-HD-012]', async () => {
    const server = await desk(MONDAY);
    const say = chat(server, 'enterprise');
    await say("I can't upload my video");
    const taken = await say('I want a human');
    expect(taken).toMatchObject({ does: 'handed', queue: 'enterprise_chat', ticket: 'TICK-20260302-001' });
    expect(taken['text']).toContain('#10001');
    expect(server.world.opens).toHaveLength(1);
    const { opening } = server.world.opens[0] ?? {};
    expect(opening).toMatchObject({
      channel: 'chat',
      externalId: 'intercom/c1',
      category: 'upload_issues',
      customer: { email: 'jane@example.com', plan: 'enterprise', user_id: 'u1' },
      fields: { chat_with: 'human', chat_queue: 'enterprise_chat', handoff_reason: 'human' },
    });
    for (const words of ["I can't upload my video", 'what error message', 'I want a human'])
      expect(opening?.body).toContain(words);
    expect(await server.world.memory.waiting('chat')).toMatchObject([{ id: 'c1', queue: 'enterprise_chat' }]);
    // From here on people answer; what is written reaches the ticket.
    expect(await say('Hello?')).toEqual({ does: 'message', ticket: 'TICK-20260302-001' });
    expect(server.world.commands).toMatchObject([{ command: { name: 'message', fields: { text: 'Hello?' } } }]);
  });

  it('that fails leaves the chat to people while they are there [SEC-HD-216]', async () => {
    const server = await desk(MONDAY, (ports) => {
      ports.conversations.save = () => Promise.reject(new Error('the assistant is away'));
    });
    expect(await chat(server)("I can't upload my video")).toMatchObject({ does: 'handed', queue: 'chat' });
    expect(server.world.opens[0]?.opening).toMatchObject({
      body: "I can't upload my video",
      fields: { chat_with: 'human' },
    });
  });

  it('that the pack does not have leaves the chat to people as well [SEC-HD-216]', async () => {
    const server = await desk(MONDAY, (ports) => {
      const { active } = ports.policies;
      ports.policies.active = async (name) => ({ ...(await active(name)), assistants: {} });
    });
    expect(await chat(server)("I can't upload my video")).toMatchObject({ does: 'handed', queue: 'chat' });
  });

  it('is all there is on a Starter weekend: it answers, and a wish for a person waits as a ticket [SEC-HD-036] [SEC-HD-012]', async () => {
    const server = await desk(SATURDAY);
    const say = chat(server);
    expect(await say("I can't upload my video")).toMatchObject({ does: 'answered', by: 'bot' });
    const taken = await say('I want a human');
    expect(taken).toMatchObject({ does: 'offline', state: 'chatbot', nextOpening: '2026-11-30T14:00:00Z' });
    expect(server.world.opens[0]?.opening.fields).toMatchObject({
      chat_with: 'nobody',
      next_opening: '2026-11-30T14:00:00Z',
    });
    expect(await server.world.memory.waiting('chat')).toEqual([]);
  });

  it('does not answer on a holiday: the chat is closed [SEC-HD-036]', async () => {
    const server = await desk(Date.parse('2026-11-26T17:00:00Z'));
    expect(await chat(server)("I can't upload my video")).toMatchObject({ does: 'offline', state: 'closed' });
    expect(server.world.conversations.size).toBe(0);
  });

  it('tells nobody an account on the word of a widget [SEC-HD-163]', async () => {
    const server = await desk(MONDAY);
    server.world.accounts = { u1: { usage: { analyses_this_month: 1234 } } };
    const { text } = await chat(server)('how many analyses this month?');
    expect(text).toContain('log in');
    expect(text).not.toContain('1234');
  });
});

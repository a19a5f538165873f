import { api, closeAll, problem, type Doc } from './support';

afterEach(closeAll);

const ask = async (channel: string, plan: string, at: string): Promise<Doc> => {
  const server = await api();
  return (
    await server.ask('GET', `/v1/availability?channel=${channel}&plan=${plan}&at=${encodeURIComponent(at)}`, {
      role: 'agent',
    })
  ).json<Doc>();
};
const state = async (channel: string, plan: string, at: string): Promise<string> =>
  (await ask(channel, plan, at))['state'];

// 2026-11-30 is a Monday, 2026-11-26 a holiday (Thanksgiving); EST is UTC-5, in July EDT is UTC-4.
describe('availability of the chat', () => {
  it.each([
    ['starter', '2026-11-30T08:59:59-05:00', 'offline'],
    ['starter', '2026-11-30T09:00:00-05:00', 'live'],
    ['starter', '2026-11-30T16:59:00-05:00', 'live'],
    ['starter', '2026-11-30T17:00:00-05:00', 'offline'],
    ['starter', '2026-11-28T12:00:00-05:00', 'chatbot'],
    ['starter', '2026-11-26T12:00:00-05:00', 'closed'],
    ['starter', '2026-07-06T13:30:00Z', 'live'],
  ])('for %s at %s is %s [SEC-HD-036] [SEC-HD-217] [SEC-HD-012]', async (plan, at, wanted) => {
    expect(await state('chat', plan, at)).toBe(wanted);
  });

  it.each([
    ['2026-11-30T07:59:59-05:00', 'offline', undefined],
    ['2026-11-30T08:00:00-05:00', 'live', undefined],
    ['2026-11-30T19:59:00-05:00', 'live', undefined],
    ['2026-11-30T20:00:00-05:00', 'offline', undefined],
    ['2026-11-28T09:59:00-05:00', 'offline', undefined],
    ['2026-11-28T10:00:00-05:00', 'live', undefined],
    ['2026-11-28T16:00:00-05:00', 'offline', undefined],
    ['2026-11-26T12:00:00-05:00', 'live', 'Limited hours on holidays'],
    ['2026-11-26T17:00:00-05:00', 'offline', undefined],
  ])('for professional at %s is %s [SEC-HD-037]', async (at, wanted, note) => {
    const found = await ask('chat', 'professional', at);
    expect([found['state'], found['note']]).toEqual([wanted, note]);
  });

  it('for enterprise is live at three on a holiday, in a queue of its own that is offered first [SEC-HD-038] [SEC-HD-012]', async () => {
    const enterprise = await ask('chat', 'enterprise', '2026-11-26T03:00:00-05:00');
    expect(enterprise).toMatchObject({ state: 'live', queue: 'enterprise_chat', nextOpening: null });
    const starter = await ask('chat', 'starter', '2026-11-30T10:00:00-05:00');
    expect(enterprise['rank']).toBeGreaterThan(starter['rank']);
  });

  it('says when it opens next, holidays and weekends passed over [SEC-HD-218]', async () => {
    expect((await ask('chat', 'starter', '2026-11-30T18:00:00-05:00'))['nextOpening']).toBe('2026-12-01T14:00:00Z');
    expect((await ask('chat', 'starter', '2026-11-25T18:00:00-05:00'))['nextOpening']).toBe('2026-11-27T14:00:00Z');
  });
});

describe('availability of the other channels', () => {
  it('of the telephone: voicemail, on call, and no live line for Starter [SEC-HD-013] [SEC-HD-227]', async () => {
    const sunday = '2026-11-29T03:00:00-05:00';
    expect(await state('phone', 'professional', sunday)).toBe('voicemail');
    expect(await state('phone', 'enterprise', sunday)).toBe('on_call');
    expect(await state('phone', 'professional', '2026-11-30T10:00:00-05:00')).toBe('live');
    expect(await state('phone', 'starter', '2026-11-30T10:00:00-05:00')).toBe('voicemail');
    expect(await state('hotline', 'starter', sunday)).toBe('on_call');
  });

  it('of mail and portal: at every hour [SEC-HD-015] [SEC-HD-018]', async () => {
    expect(await state('email', 'starter', '2026-11-29T03:00:00-05:00')).toBe('open');
    expect(await state('portal', 'starter', '2026-11-29T03:00:00-05:00')).toBe('open');
  });

  it('is not told of a channel that nobody knows', async () => {
    const server = await api();
    problem(await server.ask('GET', '/v1/availability?channel=fax', { role: 'agent' }), 'ESC_NOT_FOUND');
  });

  it('lists the channels with what the document says of each [SEC-HD-015] [SEC-HD-016] [SEC-HD-017] [SEC-HD-018] [SEC-HD-019] [SEC-HD-020]', async () => {
    const server = await api();
    const { channels } = (await server.ask('GET', '/v1/channels', { role: 'agent' })).json<{ channels: Doc[] }>();
    expect(channels.map((one) => [one['title'], one['availability'], one['response'], one['bestFor']])).toEqual([
      ['Email', '24/7 submission', '2-8 hours', 'Non-urgent issues'],
      ['Live Chat', 'Business hours', '5-30 minutes', 'Quick questions'],
      ['Phone', 'Business hours+', 'Immediate', 'Urgent issues'],
      ['Portal', '24/7', 'Self-service', 'Account management'],
      ['Community Forum', '24/7', 'Community-driven', 'Peer support'],
      ['Emergency Hotline', '24/7', 'Immediate', 'Critical issues'],
    ]);
  });
});

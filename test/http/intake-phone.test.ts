import { loadPack } from '../../src/policies/load';
import { api, closeAll, problem, type Api, type Doc } from './support';

afterEach(closeAll);
// A Monday in winter, at ten in New York.
const OPEN = Date.parse('2026-11-30T15:00:00Z');
const SUNDAY = Date.parse('2026-11-29T08:00:00Z');

async function desk(now = OPEN): Promise<Api> {
  const server = await api();
  server.world.now = now;
  return server;
}
const post = async (server: Api, url: string, body: object): Promise<Doc> =>
  (await server.ask('POST', `/v1/intake/${url}`, { role: 'intake', body })).json<Doc>();

describe('the telephone', () => {
  let serial = 0;
  const call = (server: Api, event: string, more: object = {}) =>
    post(server, 'phone', { id: `e${++serial}`, call: 'c1', event, from: '+1 555 0100', ...more });
  const PRO = { customer: { name: 'Pat', email: 'pat@example.com', plan: 'professional' } };
  const ENTERPRISE = { customer: { name: 'Eve', email: 'eve@example.com', plan: 'enterprise' } };

  it.each([
    ['1', 'general'],
    ['2', 'technical'],
    ['3', 'billing'],
    ['4', 'enterprise'],
  ])('puts a caller who presses %s into the queue %s [SEC-HD-039] [SEC-HD-043] [SEC-HD-220]', async (key, queue) => {
    const server = await desk();
    expect(await call(server, 'option', { key, ...PRO })).toMatchObject({ action: 'queue', queue, position: 1 });
    expect(server.world.opens).toHaveLength(0); // a call that waits is no ticket, and in no SLA of mails
  });

  it('opens a P1 candidate at once for 9, at any hour and for any plan [SEC-HD-020] [SEC-HD-039] [SEC-HD-042] [SEC-HD-227]', async () => {
    const server = await desk(SUNDAY);
    expect(await call(server, 'option', { key: '9' })).toMatchObject({ action: 'page' });
    expect(server.world.opens[0]).toMatchObject({
      receivedAt: SUNDAY,
      opening: { channel: 'phone', fields: { emergency: true }, customer: { plan: 'starter', phone: '+1 555 0100' } },
    });
  });

  it('hands sales over without a ticket, repeats the menu for 0, and for a key that means nothing [SEC-HD-043]', async () => {
    const server = await desk();
    expect(await call(server, 'option', { key: '5' })).toEqual({ action: 'transfer', to: 'sales' });
    expect(await call(server, 'option', { key: '0' })).toMatchObject({ action: 'menu' });
    expect(await call(server, 'option', { key: '7' })).toMatchObject({ action: 'menu', invalid: true });
    expect(server.world.opens).toHaveLength(0);
  });

  it('puts whoever presses nothing into the general queue [SEC-HD-044]', async () => {
    expect(await call(await desk(), 'timeout', PRO)).toMatchObject({ action: 'queue', queue: 'general' });
  });

  it('out of hours takes a voicemail of Professional and rings the on-call for Enterprise [SEC-HD-013] [SEC-HD-227]', async () => {
    const server = await desk(SUNDAY);
    expect(await call(server, 'option', { key: '2', ...PRO })).toMatchObject({
      action: 'voicemail',
      nextOpening: '2026-11-30T14:00:00Z',
    });
    expect(server.world.opens).toHaveLength(0);
    expect(
      await post(server, 'phone', { id: 'x', call: 'c2', event: 'option', key: '2', ...ENTERPRISE }),
    ).toMatchObject({ action: 'on_call' });
    expect(server.world.opens[0]?.opening.fields).toMatchObject({ after_hours: 'on_call', desk: 'technical' });
  });

  it('makes a ticket of a voicemail, with its words and where it can be heard [SEC-HD-224]', async () => {
    const server = await desk(SUNDAY);
    await call(server, 'option', { key: '2', ...PRO });
    await call(server, 'voicemail', {
      transcript: 'The API answers 401. Please call back.',
      recording: 'https://phone.example.com/r/1',
    });
    expect(server.world.opens[0]?.opening).toMatchObject({
      subject: 'The API answers 401. Please call back.',
      body: 'The API answers 401. Please call back.',
      customer: { name: 'Pat', plan: 'professional' },
      fields: { desk: 'technical', voicemail: 'https://phone.example.com/r/1' },
    });
  });

  it('knows position and waiting time of each caller, Enterprise first [SEC-HD-222] [SEC-HD-226]', async () => {
    const server = await desk();
    const join = (id: string, who: object) =>
      post(server, 'phone', { id: `j${id}`, call: id, event: 'option', key: '1', ...who });
    await join('a', PRO);
    server.world.now += 60_000;
    await join('b', PRO);
    server.world.now += 60_000;
    await join('c', ENTERPRISE);
    server.world.now += 30_000;
    const { waiting } = (await server.ask('GET', '/v1/intake/phone/waiting', { role: 'agent' })).json<{
      waiting: Doc[];
    }>();
    expect(waiting.map((one) => [one['call'], one['position'], one['waitingSeconds']])).toEqual([
      ['c', 1, 30],
      ['a', 2, 150],
      ['b', 3, 90],
    ]);
  });

  it('makes a ticket of a call that is answered, and keeps where it is recorded for staff alone [SEC-HD-013] [SEC-HD-221] [SEC-HD-002] [SEC-HD-078]', async () => {
    const server = await desk();
    await call(server, 'option', { key: '1', ...PRO });
    await call(server, 'answered', { agent: 'Ben' });
    expect(server.world.opens[0]?.opening).toMatchObject({ channel: 'phone', customer: { name: 'Pat' } });
    await call(server, 'ended', { recording: 'https://phone.example.com/r/2', seconds: 300 });
    expect(
      server.world.commands.map(({ command }) => [command.name, command.by.name, command.fields['call_recording']]),
    ).toEqual([
      ['claim', 'Ben', undefined],
      ['set', 'phone', 'https://phone.example.com/r/2'],
    ]);
    expect(server.world.commands[0]?.command.fields['call']).toBeTruthy();
    const pack = await loadPack('policies/secureai');
    expect(pack.pack.fields['call_recording']?.visible).toBe('staff');
  });

  it('gives the menu as data, word for word, the recording notice before any choice [SEC-HD-041] [SEC-HD-042] [SEC-HD-043] [SEC-HD-044] [SEC-HD-219] [SEC-HD-225]', async () => {
    const server = await desk();
    const menu = (await server.ask('GET', '/v1/intake/phone/menu', { role: 'intake' })).json<Doc>();
    expect(menu['script']).toEqual([
      'Thank you for calling SecureAI Support.',
      'For quality and training purposes, this call may be recorded.',
      'If this is a critical system outage affecting multiple users, press 9 now.',
      'Otherwise, please select from the following options:',
      'Press 1 for general support and account questions',
      'Press 2 for technical support and API issues',
      'Press 3 for billing and subscription questions',
      'Press 4 for enterprise customer support',
      'Press 5 to speak with a sales representative',
      'Press 0 to repeat these options',
      'Or stay on the line to speak with the next available agent.',
    ]);
    expect((menu['options'] as Doc[]).map((one) => [one['press'], one['does'], one['queue'] ?? one['to']])).toEqual([
      ['9', 'emergency', undefined],
      ['1', 'open', 'general'],
      ['2', 'open', 'technical'],
      ['3', 'open', 'billing'],
      ['4', 'open', 'enterprise'],
      ['5', 'transfer', 'sales'],
      ['0', 'repeat', undefined],
      [undefined, 'open', 'general'],
    ]);
  });

  it('takes notifications of RingCentral with its token, and repeats the one it tries an address with', async () => {
    const server = await desk();
    server.world.secrets.set('ringcentral', 'verify-me');
    const tried = await server.ask('POST', '/v1/intake/phone', { headers: { 'validation-token': 'abc' } });
    expect([tried.statusCode, tried.headers['validation-token']]).toEqual([200, 'abc']);
    const body = {
      uuid: 'u1',
      event: '/restapi/v1.0/account/1/telephony/sessions',
      body: {
        telephonySessionId: 's-1',
        eventTime: '2026-11-30T15:00:00Z',
        parties: [
          {
            direction: 'Inbound',
            from: { phoneNumber: '+15550100' },
            to: { name: 'Ben' },
            status: { code: 'Answered' },
          },
        ],
      },
    };
    problem(
      await server.ask('POST', '/v1/intake/phone', { body, headers: { 'verification-token': 'guess' } }),
      'ESC_UNAUTHENTICATED',
    );
    const taken = await server.ask('POST', '/v1/intake/phone', {
      body,
      headers: { 'verification-token': 'verify-me' },
    });
    expect(taken.json()).toMatchObject({ action: 'talk' });
  });
});

import { api, closeAll, problem, type Doc } from './support';

afterEach(closeAll);
const AT = '2026-12-02T12:00:00Z';

describe('people', () => {
  it('are listed with every way to reach them [SEC-ESC-102] [SEC-ESC-103] [SEC-ESC-104] [SEC-ESC-105] [SEC-ESC-106] [SEC-ESC-107] [SEC-ESC-108] [SEC-ESC-109] [SEC-ESC-110] [SEC-ESC-111]', async () => {
    const { ask } = await api();
    const { people } = (await ask('GET', '/v1/people', { role: 'agent' })).json<{ people: Doc[] }>();
    const shown = Object.fromEntries(
      people.map((one) => [one['role'], [one['email'], one['phone'], one['hours'], one['page']]]),
    );
    expect(shown).toMatchObject({
      tier_1: ['support-lead@secureai.com', 'x1001', 'staff', undefined],
      tier_2: ['tech-lead@secureai.com', 'x1002', 'staff', undefined],
      tier_3: ['oncall@secureai.com', 'x1003', undefined, 'Engineering team'],
      support_manager: ['support-mgr@secureai.com', 'x2001', undefined, 'Support management'],
      director: ['support-director@secureai.com', 'x2002', undefined, 'Support management'],
      vp_cs: ['vp-cs@secureai.com', 'x2003', undefined, 'Executives'],
      cto: ['cto@secureai.com', 'x3001', undefined, 'Executives'],
      ceo: ['ceo@secureai.com', 'x3002', undefined, 'Executives'],
      security_team: ['security@secureai.com', '+1-800-XXX-XXXX', undefined, 'Security team'],
      compliance: ['compliance@secureai.com', 'x4001', undefined, undefined],
    });
  });

  it('show both ways to a role of which one is to be confirmed [SEC-ESC-105]', async () => {
    const { ask } = await api();
    const { people } = (await ask('GET', '/v1/people?role=support_manager', { role: 'agent' })).json<{
      people: Doc[];
    }>();
    expect(people.map((one) => [one['email'], one['unconfirmed']])).toEqual([
      ['support-mgr@secureai.com', false],
      ['support-manager@secureai.com', true],
    ]);
  });

  it('show both titles of the director [SEC-ESC-106]', async () => {
    const { ask } = await api();
    const { people } = (await ask('GET', '/v1/people?role=director', { role: 'agent' })).json<{ people: Doc[] }>();
    expect([people[0]?.['title'], people[0]?.['alsoCalled']]).toEqual([
      'Director of Support',
      ['Director of Customer Success'],
    ]);
  });

  it('that nobody knows are not found', async () => {
    const { ask } = await api();
    problem(await ask('GET', '/v1/people?role=janitor', { role: 'agent' }), 'ESC_NOT_FOUND');
  });

  it('form the organisation of the document [SEC-HD-236] [SEC-HD-237] [SEC-HD-238] [SEC-HD-239] [SEC-HD-240] [SEC-HD-241]', async () => {
    const { ask } = await api();
    const { tree } = (await ask('GET', '/v1/people/tree', { role: 'agent' })).json<{ tree: Doc[] }>();
    const lines = (node: Doc, depth = 0): string[] => [
      `${' '.repeat(depth)}${node['title']}${node['count'] === undefined ? '' : ` ${node['count']}`}${node['rota'] === undefined ? '' : ' rotation'}`,
      ...(node['reports'] as Doc[]).flatMap((one) => lines(one, depth + 1)),
    ];
    expect(tree.flatMap((node) => lines(node))).toEqual([
      'VP of Customer Success',
      ' Director of Support',
      '  Support Manager - Tier 1',
      '   Support Agent 6',
      '   Chat Specialist 3',
      '  Support Manager - Tier 2',
      '   Technical Support Engineer 4',
      '   Integration Specialist 2',
      '  Support Manager - Tier 3',
      '   Senior Support Engineer 3',
      '   On-call engineer rotation',
      ' Knowledge Base Manager',
      '  Technical Writer 2',
      '  Content Coordinator 1',
      ' Customer Success Manager',
      '  Enterprise Account Manager 3',
      '  Onboarding Specialist 2',
    ]);
  });
});

describe('on-call duty', () => {
  it('names one engineer for a date, and the next a week later [SEC-HD-239] [SEC-ESC-104]', async () => {
    const { ask } = await api();
    const who = async (at: string): Promise<Doc> =>
      (await ask('GET', `/v1/oncall?at=${at}`, { role: 'agent' })).json<{ onCall: Doc[] }>().onCall[0] ?? {};
    expect(await who(AT)).toMatchObject({
      rota: 'engineering',
      person: '[Senior engineer 1]',
      since: '2026-11-30T14:00:00Z',
      until: '2026-12-07T14:00:00Z',
      override: false,
    });
    expect((await who('2026-12-07T13:59:59Z'))['person']).toBe('[Senior engineer 1]');
    expect((await who('2026-12-07T14:00:00Z'))['person']).toBe('[Senior engineer 2]');
  });

  it('is taken over by whoever stands in, for exactly that span', async () => {
    const { ask } = await api();
    const body = {
      rota: 'engineering',
      from: '2026-12-02T11:00:00Z',
      to: '2026-12-02T13:00:00Z',
      person: { name: 'Eve', phone: '+1 555 0100' },
    };
    expect((await ask('POST', '/v1/oncall/overrides', { role: 'agent', body })).statusCode).toBe(201);
    const who = async (at: string) =>
      (await ask('GET', `/v1/oncall?at=${at}`, { role: 'agent' })).json<{ onCall: Doc[] }>().onCall[0]?.['person'];
    expect([
      await who('2026-12-02T10:59:59Z'),
      await who('2026-12-02T11:00:00Z'),
      await who('2026-12-02T13:00:00Z'),
    ]).toEqual(['[Senior engineer 1]', 'Eve', '[Senior engineer 1]']);
    problem(
      await ask('POST', '/v1/oncall/overrides', { role: 'agent', body: { ...body, rota: 'gardeners' } }),
      'ESC_NOT_FOUND',
    );
  });

  it('has no gap while the rotation runs, and one before it begins', async () => {
    const { ask } = await api();
    const gaps = async (from: string, to: string) =>
      (await ask('GET', `/v1/oncall/gaps?rota=engineering&from=${from}&to=${to}`, { role: 'agent' })).json<{
        gaps: Doc[];
      }>().gaps;
    expect(await gaps(AT, '2027-01-02T00:00:00Z')).toEqual([]);
    expect(await gaps('2026-11-29T00:00:00Z', AT)).toEqual([
      { rota: 'engineering', from: '2026-11-29T00:00:00Z', to: '2026-11-30T14:00:00Z', reason: 'not_started' },
    ]);
    problem(await ask('GET', `/v1/oncall/gaps?from=${AT}&to=${AT}`, { role: 'agent' }), 'ESC_INSTANT_INVALID');
  });

  it('can be subscribed to under a secret address, and under no other', async () => {
    const { ask, world } = await api();
    world.now = Date.parse(AT);
    const made = await ask('POST', '/v1/oncall/feeds', { role: 'agent', body: { rota: 'engineering' } });
    const { url } = made.json<{ url: string }>();
    const feed = await ask('GET', url);
    expect(feed.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(feed.body).toContain('DTSTART:20261207T140000Z');
    problem(await ask('GET', '/v1/oncall/feeds/somebody-guesses-an-address.ics'), 'ESC_NOT_FOUND');
  });
});

import { COMMANDS } from '../../src/domain/ticket/types';
import { COMMAND_ACCESS, KEY_ROLES, ROUTE_ACCESS, type Access } from '../../src/http/access';
import { accessOf } from '../../src/http/auth';
import { api, closeAll, OPENING, problem, secretOf, TICKET, type Api } from './support';

afterEach(closeAll);

/** The matrix as the procedure has it, written out once more: a slip in the table must not pass unnoticed. */
const EXPECTED: Record<string, string> = {
  'GET /': 'public',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /status': 'public',
  'GET /metrics': 'ops admin',
  'GET /openapi.json': 'intake agent commander ops admin editor',
  'GET /v1/openapi.json': 'intake agent commander ops admin editor',
  'POST /v1/tickets': 'intake agent commander admin',
  'GET /v1/tickets': 'agent commander ops admin',
  'GET /v1/tickets/:id': 'agent commander ops admin',
  'GET /v1/tickets/:id/customer': 'intake agent commander ops admin',
  'GET /v1/tickets/:id/timeline': 'agent commander ops admin',
  'GET /v1/tickets/:id/agenda': 'agent commander ops admin',
  'GET /v1/tickets/:id/explain': 'agent commander ops admin',
  'GET /v1/tickets/:id/deliveries': 'agent commander ops admin',
  'GET /v1/tickets/:id/messages/:template': 'agent commander ops admin',
  'POST /v1/tickets/:id/commands/:command': 'intake agent commander admin',
  'POST /v1/tickets/:id/nudge': 'ops admin',
  'GET /v1/people': 'agent commander ops admin',
  'GET /v1/people/tree': 'agent commander ops admin',
  'GET /v1/oncall': 'agent commander ops admin',
  'GET /v1/oncall/shifts': 'agent commander ops admin',
  'GET /v1/oncall/gaps': 'agent commander ops admin',
  'POST /v1/oncall/overrides': 'agent commander admin',
  'POST /v1/oncall/feeds': 'agent commander ops admin',
  'GET /v1/oncall/feeds/:token': 'public',
  'GET /v1/tickets/:id/decisions': 'agent commander ops admin',
  'GET /v1/reviews': 'agent commander ops admin',
  'POST /v1/triage': 'agent commander ops admin',
  'GET /v1/registers/:kind': 'agent commander ops admin',
  'GET /v1/policy/bots': 'agent commander ops admin',
  'GET /v1/policy/map': 'agent commander ops admin',
  'GET /v1/tickets/:id/map': 'agent commander ops admin',
  'GET /v1/tickets/:id/map.svg': 'agent commander ops admin',
  'GET /dashboard/tickets/:id/map': 'agent commander ops admin',
  'GET /v1/keys': 'admin',
  'POST /v1/keys': 'admin',
  'POST /v1/keys/:id/revoke': 'admin',
  'POST /v1/erasures': 'admin',
  'GET /v1/policy/versions': 'agent commander ops admin',
  'POST /v1/policy/versions/:hash/approvals': 'agent commander ops admin',
  'GET /v1/rollouts/:pack': 'agent commander ops admin',
  'POST /v1/rollouts/:pack': 'ops admin',
  'GET /v1/rollouts/:pack/comparison': 'agent commander ops admin',
  'GET /v1/reports': 'agent commander ops admin',
  'GET /v1/reports/:kpi': 'agent commander ops admin',
  'GET /v1/reports/:kpi/:period': 'agent commander ops admin',
  'GET /v1/reports/:kpi/:period/transcripts': 'agent commander ops admin',
  'GET /v1/dashboard': 'agent commander ops admin',
  'GET /v1/dashboard/stream': 'agent commander ops admin',
  'GET /dashboard': 'agent commander ops admin',
  'GET /dashboard/widgets': 'agent commander ops admin',
  'GET /dashboard/htmx.js': 'public',
  'GET /v1/checklists': 'agent commander ops admin',
  'POST /v1/checklists/:checklist/items/:item': 'commander ops admin',
  'GET /dashboard/checklists': 'agent commander ops admin',
  'POST /dashboard/checklists/:checklist/items/:item': 'commander ops admin',
  'POST /v1/series/:series': 'intake ops admin',
  'GET /v1/channels': 'intake agent commander ops admin editor',
  'GET /v1/availability': 'intake agent commander ops admin editor',
  'GET /v1/forms/:kind': 'intake agent commander ops admin editor',
  'GET /v1/replies': 'agent commander ops admin',
  'GET /v1/adapters': 'agent commander ops admin',
  'POST /v1/intake/email': 'intake admin',
  'POST /v1/intake/chat': 'intake admin',
  'POST /v1/intake/chat/snippet': 'intake admin',
  'POST /v1/intake/phone': 'intake admin',
  'GET /v1/intake/phone/menu': 'intake agent commander ops admin editor',
  'GET /v1/intake/phone/waiting': 'agent commander ops admin',
  'POST /v1/intake/ticketing/:platform': 'intake admin',
  'POST /v1/intake/views': 'intake admin',
  'POST /v1/rehearsals': 'commander ops admin',
  'POST /v1/assistants/:name/messages': 'visitor',
  'GET /v1/portal/tickets': 'customer',
  'POST /v1/portal/tickets': 'customer',
  'GET /v1/portal/tickets/:id': 'customer',
  'POST /v1/portal/tickets/:id/messages': 'customer',
  'GET /v1/portal/account': 'customer',
  'GET /portal': 'visitor',
  'GET /portal/login': 'visitor',
  'GET /portal/login/start': 'visitor',
  'GET /portal/callback': 'visitor',
  'POST /portal/session': 'visitor',
  'POST /portal/logout': 'visitor',
  'GET /portal/tickets/new': 'visitor',
  'POST /portal/tickets': 'visitor',
  'GET /portal/tickets/:id': 'visitor',
  'POST /portal/tickets/:id/messages': 'visitor',
  'GET /portal/account': 'visitor',
  'GET /portal/help': 'visitor',
  'GET /portal/help/search': 'visitor',
  'GET /portal/help/suggest': 'visitor',
  'GET /portal/help/:slug': 'visitor',
  'POST /portal/help/:slug/feedback': 'visitor',
  'POST /portal/help/:slug/comments': 'visitor',
  'GET /portal/chat': 'visitor',
  'POST /portal/chat': 'visitor',
  'GET /portal/assets/:file': 'public',
  'GET /tickets/:id': 'public',
  'GET /v1/knowledge/tree': 'public',
  'GET /v1/knowledge/search': 'public',
  'POST /v1/knowledge/suggestions': 'public',
  'GET /v1/knowledge/articles/:slug': 'public',
  'POST /v1/knowledge/articles/:slug/feedback': 'public',
  'POST /v1/knowledge/articles/:slug/comments': 'public',
  'GET /v1/knowledge/usage': 'agent commander ops admin editor',
  'GET /v1/knowledge/deflection': 'agent commander ops admin editor',
  'POST /v1/knowledge/tree': 'admin editor',
  'POST /v1/knowledge/articles': 'admin editor',
  'POST /v1/knowledge/preview': 'admin editor',
  'GET /v1/knowledge/articles/:slug/versions': 'admin editor',
  'POST /v1/knowledge/articles/:slug/restore': 'admin editor',
  'GET /v1/knowledge/articles/:slug/comments': 'admin editor',
};
const routes = Object.entries(ROUTE_ACCESS) as [string, Access][];
const roles = [undefined, ...KEY_ROLES] as const;

/** Bodies that a route takes; the others take a text. */
const BODIES: Record<string, object> = {
  '/v1/tickets': OPENING,
  '/v1/series/calls': { points: [{ value: 1 }] },
  '/v1/oncall/overrides': {
    rota: 'engineering',
    from: '2026-03-02T10:00:00Z',
    to: '2026-03-03T10:00:00Z',
    person: 'Ada',
  },
  '/v1/oncall/feeds': { rota: 'engineering' },
  '/v1/knowledge/tree': {
    ...{ title: 'Help', language: 'en', types: { faq: 'FAQ' } },
    categories: [{ title: 'Start', path: 'Start', slug: 'start' }],
  },
  '/v1/knowledge/articles': {
    ...{ slug: 'new-one', title: 'New', type: 'faq', categories: ['Getting Started'], body: 'Text' },
  },
  '/v1/knowledge/preview': { markdown: '# Hi' },
  '/v1/knowledge/articles/first-video/feedback': { helpful: true },
  '/v1/knowledge/articles/first-video/restore': { version: 1 },
  '/v1/triage': { messages: [{ text: 'Hello' }] },
  '/v1/keys': { name: 'Desk', role: 'agent' },
  '/v1/rollouts/trust_safety': { share: 25, reason: 'the first week' },
  '/v1/checklists/setup/items/known': { by: 'Ada' },
  [`/v1/policy/versions/${'a'.repeat(64)}/approvals`]: { role: 'director' },
  '/v1/erasures': { party: 'jane@example.com' },
  '/v1/intake/chat': { app_id: 'secureai_app_id', user_id: 'customer_123' },
  '/v1/intake/chat/snippet': { user_id: 'customer_123' },
  '/v1/intake/phone': { id: 'e1', call: 'c1', event: 'option', key: '0' },
  '/v1/intake/views': { kind: 'article', what: 'first-login' },
  '/v1/intake/ticketing/zendesk': {
    id: 35436,
    title: 'No results',
    requester: { name: 'Jane', email: 'jane@example.com' },
  },
};

function request(server: Api, route: string, role: (typeof roles)[number]) {
  const [method, pattern = ''] = route.split(' ') as ['GET' | 'POST', string];
  const url = pattern
    .replace(':id', pattern.startsWith('/v1/keys') ? '1' : 'TICK-20260302-001')
    .replace(':command', 'message')
    .replace(':slug', 'first-video')
    .replace(':name', 'helper')
    .replace(':checklist', 'setup')
    .replace(':item', 'known')
    .replace(':file', 'portal.css')
    .replace(':template', 'reply')
    .replace(':token', 'feed-of-the-test-number-0.ics')
    .replace(':kpi', 'frt')
    .replace(':period', '2025-01')
    .replace(/dashboard\/stream$/, 'dashboard/stream?for=0')
    .replace(':pack', 'trust_safety')
    .replace(':hash', 'a'.repeat(64))
    .replace(':series', 'calls')
    .replace(':kind', pattern.startsWith('/v1/registers') ? 'risk' : 'support')
    .replace(':platform', 'zendesk')
    .replace(/availability$/, 'availability?channel=chat&plan=starter')
    .replace(/knowledge\/search$/, 'knowledge/search?q=upload');
  const body = method === 'GET' ? undefined : (BODIES[url] ?? { text: 'hello' });
  if (url === '/v1/intake/email')
    return server.ask(method, url, {
      role,
      body: 'From: Jane <jane@example.com>\r\nTo: support@secureai.com\r\nSubject: Help\r\n\r\nIt fails.\r\n',
      headers: { 'content-type': 'message/rfc822' },
    });
  // Forms of pages are not JSON.
  const form = /^\/(portal|dashboard)/.test(url) && method === 'POST';
  return server.ask(method, url, {
    role,
    body: form ? 'text=hello&by=Ada' : body,
    ...(form ? { headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {}),
  });
}

describe('authorisation by route', () => {
  it('has the rows of the written matrix, no more and no fewer', () => {
    expect(Object.fromEntries(routes.map(([route, access]) => [route, [access].flat().join(' ')]))).toEqual(EXPECTED);
  });

  it.each(
    Object.entries(EXPECTED).flatMap(([route, allowed]) =>
      roles.map((role) => ({ route, role, allowed: allowed.split(' ') })),
    ),
  )('$route with a key of role $role', async ({ route, role, allowed }) => {
    const server = await api();
    server.world.feeds.set('feed-of-the-test-number-0', { rota: 'engineering' });
    const response = await request(server, route, role);
    if (allowed.includes('visitor')) {
      // Everybody may ask; what needs a login is refused by the page itself (portal.test.ts), never as a matter of roles.
      expect(response.headers['content-type']).not.toMatch(/problem/);
      expect(response.statusCode).toBeLessThan(500);
    } else if (allowed.includes('customer')) problem(response, 'ESC_UNAUTHENTICATED');
    else if (allowed.includes('public') || (role && allowed.includes(role))) {
      expect(response.statusCode).toBeGreaterThanOrEqual(200);
      expect(response.statusCode).toBeLessThan(400);
    } else problem(response, role ? 'ESC_NOT_PERMITTED' : 'ESC_UNAUTHENTICATED');
  });

  it('refuses to add a route that the table does not have', () => {
    expect(() => accessOf('GET', '/v1/secrets')).toThrow('no row in src/http/access.ts');
    expect(() => accessOf('GET', 'constructor')).toThrow('no row');
  });
});

describe('authorisation by command', () => {
  const commanderOnly: string[] = [];
  const expected = (name: string) => [
    ...(name === 'message' ? ['intake'] : []),
    ...(commanderOnly.includes(name) ? [] : ['agent']),
    'commander',
    'admin',
  ];

  it.each(COMMANDS.flatMap((name) => KEY_ROLES.map((role) => ({ name, role }))))(
    '$name with a key of role $role',
    async ({ name, role }) => {
      const { ask, world } = await api();
      const response = await ask('POST', `${TICKET}/commands/${name}`, { role, body: { text: 'x' } });
      const may = expected(name).includes(role);
      expect(COMMAND_ACCESS[name].includes(role)).toBe(may);
      if (may) expect(response.statusCode).toBe(200);
      else problem(response, 'ESC_NOT_PERMITTED');
      expect(world.commands).toHaveLength(may ? 1 : 0);
    },
  );

  it('is not passed by another spelling of the command', async () => {
    const { ask, world } = await api();
    for (const spelling of ['send-update', 'sendUpdate', 'SEND_UPDATE', 'update', 'send%20update', 'Escalate']) {
      problem(
        await ask('POST', `${TICKET}/commands/${spelling}`, { role: 'intake', body: { text: 'x', reason: 'y' } }),
        'ESC_NOT_PERMITTED',
      );
    }
    expect(world.commands).toHaveLength(0);
  });
});

describe('keys', () => {
  it.each([
    ['nothing', undefined],
    ['another scheme', `Basic ${secretOf('admin')}`],
    ['no scheme', secretOf('admin')],
    ['a secret of another form', 'Bearer hunter2'],
    ['a secret that nobody has', 'Bearer tocsin_admin_0000000000000000'],
    ['an injection', "Bearer tocsin_' or 1=1 --"],
    ['a very long secret', `Bearer tocsin_${'a'.repeat(5_000)}`],
  ])('are refused: %s', async (_what, authorization) => {
    const { ask } = await api();
    const response = await ask('GET', '/v1/tickets', { headers: authorization === undefined ? {} : { authorization } });
    const { detail } = problem(response, 'ESC_UNAUTHENTICATED');
    expect(response.headers['www-authenticate']).toBe('Bearer realm="tocsin"');
    expect(detail).not.toContain('hunter2');
  });

  it('are asked for before the body is read', async () => {
    const { ask } = await api();
    problem(
      await ask('POST', '/v1/tickets', {
        body: 'x'.repeat(300 * 1024),
        headers: { 'content-type': 'application/json' },
      }),
      'ESC_UNAUTHENTICATED',
    );
    problem(
      await ask('POST', '/v1/tickets', { role: 'ops', body: '{', headers: { 'content-type': 'application/json' } }),
      'ESC_NOT_PERMITTED',
    );
  });

  it('go on working for an hour while the store is away, so that a page can be acknowledged', async () => {
    const { ask, world } = await api();
    expect((await ask('GET', TICKET, { role: 'agent' })).statusCode).toBe(200);
    world.fail('keys', 'ESC_STORE_UNAVAILABLE');
    world.now += 59 * 60_000;
    expect((await ask('POST', `${TICKET}/commands/acknowledge`, { role: 'agent', body: {} })).statusCode).toBe(200);
    problem(await ask('GET', TICKET, { role: 'ops' }), 'ESC_STORE_UNAVAILABLE');
    world.now += 2 * 60_000;
    const response = await ask('GET', TICKET, { role: 'agent' });
    expect(problem(response, 'ESC_STORE_UNAVAILABLE')['detail']).not.toContain('secret');
    expect(response.headers['retry-after']).toBe('2');
  });

  it('go on working while the store does not answer at all', async () => {
    let asked = 0;
    const { ask, world } = await api({ keys: { waitMs: 20 } }, (ports) => {
      const { verify } = ports.keys;
      ports.keys.verify = (secret) => (asked++ === 0 ? verify(secret) : new Promise(() => undefined));
    });
    await ask('GET', TICKET, { role: 'agent' });
    world.now += 60_000;
    for (let i = 0; i < 5; i++) expect((await ask('GET', TICKET, { role: 'agent' })).statusCode).toBe(200);
    expect(asked).toBe(2); // only the first of them waited
    problem(await ask('GET', TICKET, { role: 'admin' }), 'ESC_STORE_UNAVAILABLE');
  });

  it('end within 30 seconds of being revoked', async () => {
    let revoked = false;
    const { ask, world } = await api({}, (ports) => {
      const { verify } = ports.keys;
      ports.keys.verify = async (secret) => ((await verify(secret)) && !revoked ? verify(secret) : undefined);
    });
    await ask('GET', TICKET, { role: 'agent' });
    revoked = true;
    world.now += 30_000;
    problem(await ask('GET', TICKET, { role: 'agent' }), 'ESC_UNAUTHENTICATED');
    world.fail('keys', 'ESC_STORE_UNAVAILABLE');
    problem(await ask('GET', TICKET, { role: 'agent' }), 'ESC_STORE_UNAVAILABLE');
  });

  it('are not asked of the store for every request', async () => {
    const { ask, world } = await api();
    for (let i = 0; i < 5; i++) await ask('GET', TICKET, { role: 'agent' });
    expect(world.verified).toBe(1);
  });
});

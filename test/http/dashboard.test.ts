import { api, closeAll, problem, secretOf } from './support';

afterEach(closeAll);

it('the stream tells what changed within five seconds, without a reload [SEC-HD-191]', async () => {
  let open = 1;
  const { ask } = await api({}, (ports) => {
    ports.reports = {
      ...ports.reports,
      dashboard: async () => ({ json: { widgets: [`Open tickets: ${open}`] }, html: '' }),
    };
  });
  const stream = ask('GET', '/v1/dashboard/stream?for=3', { role: 'agent' });
  setImmediate(() => (open = 2));
  const { body, headers } = await stream;
  expect(headers['content-type']).toBe('text/event-stream');
  expect(body.match(/Open tickets: \d/g)).toEqual(['Open tickets: 1', 'Open tickets: 2']);
});

it('the page renews its widgets every three seconds, and reads without a script [SEC-HD-191]', async () => {
  const { ask } = await api();
  const page = await ask('GET', '/dashboard', { role: 'agent' });
  expect(page.body).toContain('hx-trigger="every 3s"');
  expect(page.body).toContain('<section>widgets</section>');
  expect(page.body).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect((await ask('GET', '/dashboard/widgets', { role: 'agent' })).body).toBe('<section>widgets</section>');
});

it('a page of another pack keeps asking for that one, and its title is text', async () => {
  const asked: unknown[] = [];
  const { ask } = await api({}, (ports) => {
    ports.reports = {
      ...ports.reports,
      dashboard: async (_now, ...named) => {
        asked.push(named);
        return { json: { title: 'T&S <Dashboard>', widgets: [] }, html: '' };
      },
    };
  });
  const page = await ask('GET', '/dashboard?pack=support_desk&report=safety.dashboard', { role: 'agent' });
  expect(page.body).toContain('hx-get="/dashboard/widgets?pack=support_desk&amp;report=safety.dashboard"');
  expect(page.body).toContain('<h1>T&amp;S &lt;Dashboard&gt;</h1>');
  expect((await ask('GET', '/dashboard', { role: 'agent' })).body).toContain('hx-get="/dashboard/widgets"');
  expect(asked).toEqual([
    ['support_desk', 'safety.dashboard'],
    [undefined, undefined],
  ]);
});

it('a browser gives its key as the password, on the page only', async () => {
  const { app, ask } = await api();
  const asked = await ask('GET', '/dashboard');
  problem(asked, 'ESC_UNAUTHENTICATED');
  expect(asked.headers['www-authenticate']).toContain('Basic');
  const authorization = `Basic ${Buffer.from(`me:${secretOf('agent')}`).toString('base64')}`;
  expect((await app.inject({ url: '/dashboard', headers: { authorization } })).statusCode).toBe(200);
  expect((await app.inject({ url: '/v1/tickets', headers: { authorization } })).statusCode).toBe(401);
});

it('shows a report of a period as JSON, text or page', async () => {
  const { ask } = await api();
  const url = '/v1/reports/monthly_escalation/2025-01';
  expect((await ask('GET', url, { role: 'agent' })).json()).toEqual({
    report: 'monthly_escalation',
    period: '2025-01',
  });
  expect((await ask('GET', `${url}?format=text`, { role: 'agent' })).body).toBe('monthly_escalation');
  expect((await ask('GET', url, { role: 'agent', headers: { accept: 'text/html' } })).body).toBe(
    '<p>monthly_escalation</p>',
  );
});

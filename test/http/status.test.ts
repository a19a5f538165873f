import { prefersHtml } from '../../src/http/page';
import { api, closeAll, NOW, problem } from './support';

afterEach(closeAll);

const incident = (extra: object = {}) => ({
  title: 'API unavailable',
  state: 'investigating',
  startedAt: NOW - 3_600_000,
  updates: [
    { at: NOW - 3_000_000, text: 'We are looking into it' },
    { at: NOW - 1_800_000, text: 'Found it' },
  ],
  nextUpdateDue: NOW - 754_000,
  ...extra,
});
const html = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

describe('/status', () => {
  it('says as JSON when customers hear again, and how late that is', async () => {
    const { ask, world } = await api();
    world.incidents = [incident()];
    expect((await ask('GET', '/status')).json()).toEqual({
      state: 'incident',
      asOf: '2026-03-02T10:00:00Z',
      stale: false,
      incidents: [
        {
          title: 'API unavailable',
          state: 'investigating',
          startedAt: '2026-03-02T09:00:00Z',
          resolvedAt: null,
          nextUpdateDue: '2026-03-02T09:47:26Z',
          lateSeconds: 754,
          updates: [
            { at: '2026-03-02T09:30:00Z', text: 'Found it' },
            { at: '2026-03-02T09:10:00Z', text: 'We are looking into it' },
          ],
        },
      ],
    });
  });

  it('shows a browser the same, lateness included', async () => {
    const { ask, world } = await api();
    world.incidents = [incident()];
    const { body, headers } = await ask('GET', '/status', html);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: 'accept' });
    expect(body).toContain('One incident is under way');
    expect(body).toContain('late by 12 min');
    expect(body).toContain('<time datetime="2026-03-02T09:47:26Z">2026-03-02 09:47 UTC</time>');
  });

  it.each([
    [NOW + 60_000, undefined],
    [NOW, undefined],
    [NOW - 1_000, 'late by 1 s'],
    [NOW - 7_500_000, 'late by 2 h 5 min'],
    [NOW - 7_200_000, 'late by 2 h'],
    [NOW - 2 * 86_400_000, 'late by 2 days'],
  ])('an update due at %d is %s', async (nextUpdateDue, words) => {
    const { ask, world } = await api();
    world.incidents = [incident({ nextUpdateDue })];
    const { body } = await ask('GET', '/status', html);
    expect(/late by [^<]*/.exec(body)?.[0]).toBe(words);
  });

  it('promises nothing more for what is resolved, and nothing where there is nothing', async () => {
    const { ask, world } = await api();
    world.incidents = [incident({ resolvedAt: NOW - 1_000, state: 'resolved' })];
    const { state, incidents } = (await ask('GET', '/status')).json();
    expect([state, incidents[0].nextUpdateDue, incidents[0].lateSeconds]).toEqual(['operational', null, 0]);
    const { body } = await ask('GET', '/status', html);
    expect(body).toContain('All systems operational');
    expect(body).not.toContain('late by');
  });

  it('escapes everything that people wrote', async () => {
    const { ask, world } = await api();
    const evil = `"><img src=x onerror=alert(1)><script>alert('x')</script>&`;
    world.incidents = [incident({ title: evil, state: evil, updates: [{ at: NOW, text: evil }] })];
    const { body } = await ask('GET', '/status', html);
    expect(body).not.toMatch(/<img|<script/);
    expect(
      body.split('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;'),
    ).toHaveLength(4);
  });

  it('lets no page run a script, be framed, or be taken for another type', async () => {
    const { ask } = await api();
    for (const url of ['/status', '/']) {
      const { headers, body } = await ask('GET', url, html);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      expect(body).not.toMatch(/<script|style="|https?:\/\//);
    }
  });

  it('asks the store once for a crowd, and again after five seconds', async () => {
    const { ask, world } = await api();
    await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/status')));
    expect(world.statusAsked).toBe(1);
    world.now += 5_000;
    await ask('GET', '/status');
    expect(world.statusAsked).toBe(2);
  });

  it('shows what it knew last while the store is away, and says so', async () => {
    const { ask, world } = await api();
    world.incidents = [incident({ nextUpdateDue: NOW })];
    await ask('GET', '/status');
    world.fail('status', 'ESC_STORE_UNAVAILABLE');
    world.now += 600_000;
    expect((await ask('GET', '/status')).json()).toMatchObject({
      stale: true,
      asOf: '2026-03-02T10:00:00Z',
      incidents: [{ lateSeconds: 600 }],
    });
    const page = await ask('GET', '/status', html);
    expect(page.body).toContain('may be out of date');
    world.failures = {};
    world.now += 2_000;
    expect((await ask('GET', '/status')).json()).toMatchObject({ stale: false, asOf: '2026-03-02T10:10:02Z' });
  });

  it('says so when it never knew anything', async () => {
    const { ask, world } = await api();
    world.fail('status', 'ESC_STORE_UNAVAILABLE');
    problem(await ask('GET', '/status'), 'ESC_STORE_UNAVAILABLE');
    const page = await ask('GET', '/status', html);
    expect([page.statusCode, page.headers['retry-after']]).toEqual([503, '5']);
    expect(page.body).toContain('cannot be read');
    expect(page.body).not.toContain('secret');
  });
});

describe('the front door', () => {
  it('says what runs here and where to go on', async () => {
    const { ask } = await api();
    const { body } = await ask('GET', '/');
    for (const link of ['/status', '/healthz', '/readyz', '/openapi.json']) expect(body).toContain(link);
  });
});

describe('what is preferred', () => {
  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/html', true],
    ['text/html;q=0', false],
    ['text/html;q=0.5, application/json', false],
    ['application/json;q=0.1, Text/HTML;q=0.2', true],
    [';;;,,q=', false],
  ])('of %p', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });
});

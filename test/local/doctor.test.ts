import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { runDoctor, type DoctorReport } from '../../src/local/doctor';
import { renderDoctor } from '../../src/local/doctor-render';
import { freePort } from '../../src/local/ports';
import { identify } from '../../src/local/processes';
import { writeStackFile } from '../../src/local/stack-file';
import { cachedTemporalPath } from '../../src/local/temporal-binary';
import { loadPack } from '../../src/policies/load';
import { publishPack } from '../../src/policies/publish';
import { startProvider } from '../contract/support/http-provider';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
afterAll(folder.remove);

let count = 0;
function environment(more: NodeJS.ProcessEnv = {}) {
  const base = join(folder.path, `case-${count++}`);
  mkdirSync(join(base, 'path'), { recursive: true });
  return {
    PATH: join(base, 'path'),
    TOCSIN_DATA_DIR: join(base, 'data'),
    TOCSIN_CACHE_DIR: join(base, 'cache'),
    ...more,
  };
}

const check = (report: DoctorReport, name: string) => report.checks.find((one) => one.name === name);

describe('tocsin doctor', () => {
  it('looks at everything the stack needs, in order', async () => {
    const { checks } = await runDoctor(environment());
    expect(checks.map(({ name }) => name)).toEqual([
      ...['Node', 'npm packages', 'Temporal', 'Go', 'PostgreSQL', 'Data folder', 'Ports', 'Mail', 'Providers'],
      ...['Classifiers', 'Model', 'Stack', 'Adapters'],
    ]);
    expect(checks.every(({ state, remedy }) => (state === 'ok') === (remedy === undefined))).toBe(true);
  });

  it('finds the embedded PostgreSQL runnable', async () => {
    expect(check(await runDoctor(environment()), 'PostgreSQL')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^embedded, 18\./),
    });
  });

  it('says that Go is missing only when it is needed', async () => {
    const env = environment();
    const without = await runDoctor(env);
    expect(check(without, 'Go')).toMatchObject({
      state: 'missing',
      remedy: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    expect(without.ok).toBe(false);
    mkdirSync(join(cachedTemporalPath(env), '..'), { recursive: true });
    const script = '#!/bin/sh\necho "temporal version 1.9.0 (Server 1.32.1, UI 2.50.1)"\n';
    writeFileSync(cachedTemporalPath(env), script, { mode: 0o755 });
    const built = await runDoctor(env);
    expect(check(built, 'Go')).toMatchObject({ state: 'ok' });
    expect(check(built, 'Temporal')).toMatchObject({ state: 'ok', detail: expect.stringContaining('server 1.32.1') });
  });

  it('says which external parts do not answer, and shows no secret', async () => {
    const port = await freePort();
    const report = await runDoctor(
      environment({
        DATABASE_URL: `postgresql://me:topsecret@127.0.0.1:${port}/x`,
        TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
        SMTP_URL: `smtp://me:topsecret@127.0.0.1:${port}`,
        SLACK_WEBHOOK_URL: 'https://hooks.example.com/topsecret',
      }),
    );
    expect(check(report, 'PostgreSQL')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(check(report, 'Temporal')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('does not answer'),
    });
    expect(check(report, 'Mail')).toMatchObject({ state: 'warn' });
    expect(JSON.stringify(report) + renderDoctor(report)).not.toContain('topsecret');
  });

  it('names the settings of providers that are not connected', async () => {
    const some = await runDoctor(environment({ SLACK_WEBHOOK_URL: 'https://x', STATUSPAGE_API_KEY_FILE: '/run/key' }));
    expect(check(some, 'Providers')).toMatchObject({
      state: 'warn',
      detail: 'not connected: paging (PAGERDUTY_ROUTING_KEYS)',
    });
  });

  it('finds a published pack whose classifier is missing', async () => {
    const env = environment();
    expect(check(await runDoctor(env), 'Classifiers')).toMatchObject({ state: 'ok' });
    const packs = join(env.TOCSIN_DATA_DIR ?? '', 'packs');
    const { hash } = await publishPack(await loadPack(join(__dirname, '../../policies/trust-safety')), packs);
    expect(check(await runDoctor(env), 'Classifiers')).toMatchObject({ state: 'ok' });
    rmSync(join(packs, `${hash}.classifier.json`));
    expect(check(await runDoctor(env), 'Classifiers')).toMatchObject({
      state: 'warn',
      detail: expect.stringContaining(hash.slice(0, 12)),
    });
  });

  it('says whether a model is configured and answers, and never its key', async () => {
    expect(check(await runDoctor(environment()), 'Model')).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('none'),
    });
    const model = await startProvider(() => ({ status: 200, body: '{"object":"list","data":[]}' }));
    const settings = {
      TOCSIN_MODEL_URL: `${model.url}/v1`,
      TOCSIN_MODEL_NAME: 'small',
      TOCSIN_MODEL_KEY: 'topsecret',
      TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    };
    const look = async (more: Record<string, string> = {}) =>
      check(await runDoctor(environment({ ...settings, ...more })), 'Model');
    expect(await look()).toMatchObject({ state: 'ok', detail: expect.stringContaining('small at 127.0.0.1') });
    expect(model.received[0]?.path).toBe('/v1/models');
    model.script.push({ status: 404 }, { status: 401, body: '{"error":{"message":"topsecret"}}' });
    expect(await look()).toMatchObject({ state: 'ok' });
    const refused = await look();
    expect(refused).toMatchObject({ state: 'warn', detail: expect.stringContaining('refuses the key') });
    expect(JSON.stringify(refused)).not.toContain('topsecret');
    await model.close();
    expect(await look()).toMatchObject({ state: 'warn', detail: expect.stringContaining('does not answer') });
    expect(await look({ TOCSIN_MODEL_NAME: '' })).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('TOCSIN_MODEL_NAME'),
    });
  });

  it('sees a port that is taken by another program, and one that is not a port', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const taken = await runDoctor(environment({ TOCSIN_PORT: String(port) }));
    expect(check(taken, 'Ports')).toMatchObject({ state: 'missing', detail: `${port} on 127.0.0.1 is taken` });
    await new Promise((resolve) => server.close(resolve));
    const wrong = await runDoctor(environment({ TOCSIN_PORT: 'http' }));
    expect(check(wrong, 'Ports')).toMatchObject({ state: 'missing', detail: expect.stringContaining('"http"') });
  });

  it('knows a running stack with its adapters, and one that is not ready [SEC-HD-201]', async () => {
    const adapters = ['email', 'chat', 'phone', 'api'].map((name) => {
      return {
        name,
        kind: name,
        direction: 'in',
        state: name === 'phone' ? 'down' : 'ready',
        detail: 'nothing came yet',
      };
    });
    const server = createServer(({ url: asked, headers }, response) => {
      const known = asked === '/readyz' || headers.authorization === 'Bearer the-key';
      response.writeHead(known ? 200 : 401).end(JSON.stringify(asked === '/v1/adapters' ? { adapters } : {}));
    });
    const http = await freePort();
    await new Promise<void>((resolve) => server.listen(http, '127.0.0.1', resolve));
    const env = environment({ TOCSIN_PORT: String(http) });
    mkdirSync(env.TOCSIN_DATA_DIR);
    const ports = { http, temporal: 1, temporalUi: 2, postgres: 3, smtp: 4, mailbox: 5 };
    const addresses = { databaseUrl: '', temporalAddress: '', temporalNamespace: '', smtpUrl: '' };
    const url = `http://127.0.0.1:${http}`;
    const owner = identify(process.pid);
    writeStackFile(env.TOCSIN_DATA_DIR, { owner, startedAt: '', ready: true, url, ports, ...addresses, processes: [] });
    const running = await runDoctor(env);
    expect(check(running, 'Stack')).toMatchObject({ state: 'ok', detail: `running at ${url}` });
    expect(check(running, 'Ports')).toMatchObject({ state: 'ok' });
    expect(check(running, 'Adapters')).toMatchObject({ state: 'warn', detail: expect.stringContaining('401') });
    writeFileSync(join(env.TOCSIN_DATA_DIR, 'api-key'), 'the-key\n');
    const told = check(await runDoctor(env), 'Adapters');
    for (const words of ['email (in): ready', 'chat (in): ready', 'phone (in): down', 'api (in): ready, nothing'])
      expect(told?.detail).toContain(words);
    expect(told).toMatchObject({ state: 'warn', remedy: 'Look at phone.' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(check(await runDoctor(env), 'Stack')).toMatchObject({ state: 'warn' });
  });
});

describe('the report of tocsin doctor', () => {
  it('stays within 80 columns, long paths included', async () => {
    const text = renderDoctor(await runDoctor(environment({ TOCSIN_DATA_DIR: join(folder.path, 'x'.repeat(120)) })));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toContain('MISSING Go');
    expect(text).toContain('→ Install Go');
  });

  it('reads like this', () => {
    const text = renderDoctor({
      ok: false,
      checks: [
        { name: 'Node', state: 'ok', detail: '20.20.2' },
        { name: 'Go', state: 'missing', detail: 'not installed', remedy: 'Install Go 1.26.' },
      ],
    });
    expect(text).toBe(
      [
        'ok      Node          20.20.2',
        'MISSING Go            not installed',
        '                      → Install Go 1.26.',
        '',
        '1 missing; see the arrows.',
        '',
      ].join('\n'),
    );
  });
});

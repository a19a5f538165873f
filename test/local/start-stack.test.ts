import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/local/ports';
import { pingPostgres } from '../../src/local/postgres';
import { silentProgress } from '../../src/local/progress';
import { defaultChildren, startStack } from '../../src/local/stack';
import { ROOT } from './compiled-local';
import { environment, processesOf } from './up';

describe('startStack', () => {
  it('runs the migrations before anything uses the database, and the last hook when all is ready', async () => {
    const seen: string[] = [];
    const env = environment();
    const stack = await startStack({
      env,
      progress: silentProgress,
      afterDatabase: async (url) => void seen.push(await pingPostgres(url).then(() => 'database answers')),
      children: () => {
        seen.push('children');
        return [];
      },
      afterReady: (info) => Promise.resolve(void seen.push(`ready: ${info.ready}`)),
    });
    await stack.stop();
    await stack.stop();
    expect(seen).toEqual(['database answers', 'children', 'ready: true']);
    expect(processesOf(env.TOCSIN_DATA_DIR).filter((pid) => pid !== process.pid)).toEqual([]);
  });

  it('stops PostgreSQL when the migrations fail', async () => {
    const env = environment();
    const start = startStack({
      env,
      progress: silentProgress,
      afterDatabase: () => Promise.reject(new Error('migration 7 failed')),
      children: () => [],
    });
    await expect(start).rejects.toThrow('migration 7 failed');
    expect(processesOf(env.TOCSIN_DATA_DIR)).toEqual([]);
  });

  it('says which external part does not answer, without its password', async () => {
    const port = await freePort();
    const start = (more: NodeJS.ProcessEnv) =>
      startStack({ env: environment(more), progress: silentProgress, children: () => [] }).then(
        () => 'started',
        (error: Error) => error.message,
      );
    const database = await start({ DATABASE_URL: `postgresql://me:secret@127.0.0.1:${port}/x` });
    expect(database).toContain('DATABASE_URL');
    expect(database).not.toContain('secret');
    expect(await start({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` })).toContain('(TEMPORAL_ADDRESS) does not answer');
  });

  it('starts nothing where all parts are external', async () => {
    const inside = environment();
    const server = await startStack({ env: inside, progress: silentProgress, children: () => [] });
    const { databaseUrl, temporalAddress, smtpUrl } = server.info();
    const outside = environment({ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress, SMTP_URL: smtpUrl });
    try {
      const stack = await startStack({ env: outside, progress: silentProgress, children: () => [] });
      expect(stack.info()).toMatchObject({ processes: [], databaseUrl, temporalAddress, smtpUrl });
      expect(stack.info().mailboxUrl).toBeUndefined();
      await stack.stop();
      expect(readdirSync(outside.TOCSIN_DATA_DIR)).toEqual(['stack.json']);
      await pingPostgres(databaseUrl);
    } finally {
      await server.stop();
    }
  });

  it("runs Tocsin's worker and API by default", () => {
    const ports = { http: 4180, temporal: 4181, temporalUi: 4182, postgres: 4183, smtp: 4184, mailbox: 4185 };
    const specs = defaultChildren({ env: {}, ports, dataDir: '/data' });
    expect(specs.map(({ name, ready }) => [name, ready])).toEqual([
      ['Worker', 'line'],
      ['API', { url: 'http://127.0.0.1:4180/readyz' }],
    ]);
    expect(specs[0]?.script).toBe(join(ROOT, 'dist', 'src', 'worker', 'main.js'));
  });
});

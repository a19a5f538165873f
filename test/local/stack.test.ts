import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { freePort, isPortFree } from '../../src/local/ports';
import { pingPostgres } from '../../src/local/postgres';
import { isAlive, isStillRunning } from '../../src/local/processes';
import { runningStack } from '../../src/local/stack-file';
import { folder, processesOf, up } from './up';

describe('the local stack', () => {
  it('starts everything, gives the children their environment, and leaves no process on SIGTERM', async () => {
    const environmentFile = join(folder.path, 'environment.json');
    const stack = up({ FIXTURE_ENV_FILE: environmentFile });
    const info = await stack.untilReady();
    const { TOCSIN_DATA_DIR: dataDir } = stack.env;
    expect(stack.said).toMatch(/✓ PostgreSQL .*\n.*✓ Temporal .*\n.*✓ Mailbox .*\n.*✓ Worker .*\n.*✓ API /);
    expect(info.processes.map(({ name }) => name)).toEqual(['PostgreSQL', 'Temporal', 'Worker', 'API']);
    expect(info.processes.every(isStillRunning)).toBe(true);
    expect(runningStack(dataDir)?.url).toBe(info.url);
    expect(statSync(join(dataDir, 'stack.json')).mode & 0o777).toBe(0o600);
    await pingPostgres(info.databaseUrl);
    const childEnvironment = JSON.parse(readFileSync(environmentFile, 'utf8')) as NodeJS.ProcessEnv;
    expect(childEnvironment).toMatchObject({
      DATABASE_URL: info.databaseUrl,
      TEMPORAL_ADDRESS: info.temporalAddress,
      TEMPORAL_NAMESPACE: 'tocsin',
      SMTP_URL: info.smtpUrl,
      TOCSIN_HOST: '127.0.0.1',
      TOCSIN_PORT: String(info.ports.http),
      TOCSIN_DATA_DIR: dataDir,
      TOCSIN_MAILBOX_URL: info.mailboxUrl,
    });
    const transport = createTransport(info.smtpUrl);
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'through the stack', text: 'x' });
    transport.close();
    expect(await (await fetch(info.mailboxUrl ?? '')).text()).toContain('through the stack');

    stack.process.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(stack.said).toContain('Stopped.');
    expect(processesOf(dataDir)).toEqual([]);
    expect(await Promise.all(Object.values(info.ports).map(isPortFree))).toEqual(Array(6).fill(true));
    expect(runningStack(dataDir)).toBeUndefined();
  });

  it('listens on 127.0.0.1 only', async () => {
    const stack = up();
    const info = await stack.untilReady();
    const listening = new Map<number, string>();
    for (const file of ['tcp', 'tcp6']) {
      for (const line of readFileSync(`/proc/net/${file}`, 'utf8').split('\n').slice(1)) {
        const [, local, , state] = line.trim().split(/\s+/);
        const [address = '', port = ''] = (local ?? '').split(':');
        if (state === '0A') listening.set(parseInt(port, 16), `${listening.get(parseInt(port, 16)) ?? ''}${address}`);
      }
    }
    expect(Object.values(info.ports).map((port) => listening.get(port))).toEqual(Array(6).fill('0100007F'));
  });

  it('starts again on the same data and keeps what was there', async () => {
    const first = up();
    const { TOCSIN_DATA_DIR: dataDir } = first.env;
    const password = new URL((await first.untilReady()).databaseUrl).password;
    first.process.kill('SIGINT');
    expect(await first.exited).toBe(0);
    const second = up({ TOCSIN_DATA_DIR: dataDir });
    const info = await second.untilReady();
    expect(new URL(info.databaseUrl).password).toBe(password);
    expect(existsSync(join(dataDir, 'logs', 'temporal.log.1'))).toBe(true);
  });

  it('restarts a child that is killed, and says so', async () => {
    const stack = up();
    await stack.untilReady();
    const before = stack.pid('Worker');
    process.kill(before, 'SIGKILL');
    await stack.untilSaid('Worker was ended by SIGKILL; starting it again in 1 s.');
    await stack.untilSaid('Worker is running again.');
    expect(stack.pid('Worker')).not.toBe(before);
    expect(isAlive(stack.pid('Worker'))).toBe(true);
  });

  it.each(['PostgreSQL', 'Temporal'])('restarts %s at the same place when it is killed', async (name) => {
    const stack = up();
    const { databaseUrl, temporalAddress } = await stack.untilReady();
    process.kill(stack.pid(name), 'SIGKILL');
    await stack.untilSaid(`${name} is running again.`);
    await pingPostgres(databaseUrl);
    expect(await isPortFree(Number(temporalAddress.split(':')[1]))).toBe(false);
  });

  it('refuses a second start on the same data and tells where the first one is', async () => {
    const first = up();
    const { url } = await first.untilReady();
    const second = up({ TOCSIN_DATA_DIR: first.env.TOCSIN_DATA_DIR });
    expect(await second.exited).toBe(1);
    expect(second.said).toContain('already running');
    expect(second.said).toContain(url);
    expect(isAlive(first.process.pid ?? -1)).toBe(true);
    expect(runningStack(first.env.TOCSIN_DATA_DIR)?.url).toBe(url);
  });

  it('ends what a killed stack left behind, and starts', async () => {
    const first = up();
    const { processes } = await first.untilReady();
    first.process.kill('SIGKILL');
    await first.exited;
    const { TOCSIN_DATA_DIR: dataDir } = first.env;
    expect(runningStack(dataDir)).toBeUndefined();
    const second = up({ TOCSIN_DATA_DIR: dataDir });
    await second.untilReady();
    expect(processes.filter(isStillRunning)).toEqual([]);
    second.process.kill('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('ends a child that does not heed SIGTERM', async () => {
    const stack = up({ FIXTURE_STUBBORN: 'yes' });
    await stack.untilReady();
    const began = Date.now();
    stack.process.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(processesOf(stack.env.TOCSIN_DATA_DIR)).toEqual([]);
  });

  it('stops what was started when a later part fails, and says why', async () => {
    const stack = up({ FIXTURE_FAILS: 'yes' });
    expect(await stack.exited).toBe(1);
    expect(stack.said).toContain('Worker did not start: it ended with exit code 3');
    expect(stack.said).toContain('fixture fails on purpose');
    expect(processesOf(stack.env.TOCSIN_DATA_DIR)).toEqual([]);
  });

  it('stops cleanly when a signal comes in the middle of the start', async () => {
    const stack = up();
    await stack.untilSaid('✓ PostgreSQL');
    stack.process.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(stack.said).not.toContain('Tocsin is ready');
    expect(processesOf(stack.env.TOCSIN_DATA_DIR)).toEqual([]);
  });

  it('kills everything at once on a second signal', async () => {
    const stack = up({ FIXTURE_STUBBORN: 'yes' });
    await stack.untilReady();
    stack.process.kill('SIGINT');
    await stack.untilSaid('SIGINT: stopping');
    stack.process.kill('SIGINT');
    expect(await stack.exited).toBe(0);
    expect(processesOf(stack.env.TOCSIN_DATA_DIR)).toEqual([]);
  });

  it('names the port and TOCSIN_PORT when the HTTP port is taken', async () => {
    const blocker = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    const stack = up({ TOCSIN_PORT: String(port) });
    expect(await stack.exited).toBe(1);
    expect(stack.said).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(stack.said).toContain('TOCSIN_PORT=');
    await new Promise((resolve) => blocker.close(resolve));
  });
});

import { createServer, type Server } from 'node:net';
import { choosePorts, freePort, isPortFree, wantedHttpPort } from '../../src/local/ports';

const open: Server[] = [];

async function occupy(port: number): Promise<void> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

/** The first of six neighbouring ports that are all free. */
async function sixFree(): Promise<number> {
  for (;;) {
    const first = await freePort();
    const six = [0, 1, 2, 3, 4, 5].map((offset) => first + offset);
    if (first < 65_000 && (await Promise.all(six.map(isPortFree))).every(Boolean)) return first;
  }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('ports of the local stack', () => {
  it('follow the HTTP port in a row', async () => {
    const http = await sixFree();
    expect(await choosePorts({ TOCSIN_PORT: String(http) })).toEqual({
      http,
      temporal: http + 1,
      temporalUi: http + 2,
      postgres: http + 3,
      smtp: http + 4,
      mailbox: http + 5,
    });
  });

  it('are free ones where the next in the row is taken', async () => {
    const http = await sixFree();
    await occupy(http + 1);
    const ports = await choosePorts({ TOCSIN_PORT: String(http) });
    expect(ports.temporal).not.toBe(http + 1);
    expect(await isPortFree(ports.temporal)).toBe(true);
    expect(ports.temporalUi).toBe(http + 2);
    expect(new Set(Object.values(ports)).size).toBe(6);
  });

  it('name the HTTP port and TOCSIN_PORT when that port is taken', async () => {
    const http = await sixFree();
    await occupy(http);
    const refusal = choosePorts({ TOCSIN_PORT: String(http) });
    await expect(refusal).rejects.toThrow(`Port ${http} on 127.0.0.1 is taken`);
    await expect(refusal).rejects.toThrow('TOCSIN_PORT=');
  });

  it('are all free ones with TOCSIN_PORT=0', async () => {
    const ports = Object.values(await choosePorts({ TOCSIN_PORT: '0' }));
    expect(new Set(ports).size).toBe(6);
    expect(Math.min(...ports)).toBeGreaterThan(1_023);
  });

  it('stay within the range at its upper end', async () => {
    if (!(await isPortFree(65_535))) return;
    const ports = await choosePorts({ TOCSIN_PORT: '65535' });
    expect(ports.http).toBe(65_535);
    expect(Math.max(...Object.values(ports))).toBe(65_535);
  });

  it.each(['http', '-1', '65536', '80.5', ' 80', '1e3'])('are refused when TOCSIN_PORT is %p', (text) => {
    expect(() => wantedHttpPort({ TOCSIN_PORT: text })).toThrow(`TOCSIN_PORT is "${text}"`);
  });

  it('begin at 4180 when nothing is set', () => {
    expect(wantedHttpPort({})).toBe(4_180);
    expect(wantedHttpPort({ TOCSIN_PORT: '' })).toBe(4_180);
  });
});

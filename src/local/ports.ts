import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error';

/** The ports of a local stack, all on 127.0.0.1. */
export interface StackPorts {
  readonly http: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  readonly smtp: number;
  readonly mailbox: number;
}

/** The HTTP port when `TOCSIN_PORT` is not set; the other ports follow it. */
export const DEFAULT_HTTP_PORT = 4180;

const FOLLOWERS = ['temporal', 'temporalUi', 'postgres', 'smtp', 'mailbox'] as const;

/**
 * Reads `TOCSIN_PORT`: 1–65535, or 0 for "any free port".
 * @throws LocalStackError when it is not a port number
 */
export function wantedHttpPort(env: NodeJS.ProcessEnv = process.env): number {
  const text = env.TOCSIN_PORT ?? '';
  if (text === '') return DEFAULT_HTTP_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new LocalStackError(
    `TOCSIN_PORT is "${text}", which is not a port number.`,
    `Set TOCSIN_PORT to a number from 1 to 65535, or leave it unset for ${DEFAULT_HTTP_PORT}.`,
  );
}

/** Whether something could listen on this port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that is free now and not in `except`. */
export async function freePort(except: ReadonlySet<number> = new Set()): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen({ port: 0, host: '127.0.0.1' }, () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    if (port > 0 && !except.has(port)) return port;
  }
}

/**
 * Chooses the ports: the HTTP port as asked, the others next to it, or free ones where those are taken.
 * @throws LocalStackError when the HTTP port is taken
 */
export async function choosePorts(env: NodeJS.ProcessEnv = process.env): Promise<StackPorts> {
  const wanted = wantedHttpPort(env);
  if (wanted !== 0 && !(await isPortFree(wanted))) throw portTaken(wanted);
  const used = new Set<number>();
  const take = (port: number) => {
    used.add(port);
    return port;
  };
  const http = take(wanted === 0 ? await freePort() : wanted);
  const chosen: Record<string, number> = { http };
  for (const [index, name] of FOLLOWERS.entries()) {
    const next = http + index + 1;
    const usable = wanted !== 0 && next <= 65_535 && !used.has(next) && (await isPortFree(next));
    chosen[name] = take(usable ? next : await freePort(used));
  }
  return chosen as unknown as StackPorts;
}

function portTaken(port: number): LocalStackError {
  const other = port + 100 <= 65_535 ? port + 100 : port - 100;
  return new LocalStackError(
    `Port ${port} on 127.0.0.1 is taken by another program, so the HTTP API cannot listen there.`,
    `End that program, or choose another port: TOCSIN_PORT=${other} npm start (the other ports follow it).`,
  );
}

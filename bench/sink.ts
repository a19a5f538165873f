/** Where pages arrive in a benchmark: an HTTP server that notes what came and when. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  at: number;
  key: string;
  ticket: string;
  level: number;
}

export interface Sink {
  url: string;
  arrivals: Arrival[];
  close(): Promise<void>;
}

/** Listen on 127.0.0.1; every POST is answered 200 at once. */
export async function startSink(): Promise<Sink> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as { key: string; ticket: string; role: string };
      arrivals.push({ at, key: body.key, ticket: body.ticket, level: Number(body.role.replace('level_', '')) });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

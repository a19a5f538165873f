/** A provider on 127.0.0.1: answers as its documentation says, or fails the way a test asks for. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}
/** `hang` never answers, `reset` tears the connection down. */
export type Scripted = Reply | 'hang' | 'reset';

export interface HttpProvider {
  url: string;
  received: Received[];
  /** The next answers, before the provider's own. */
  script: Scripted[];
  close(): Promise<void>;
}

export async function startProvider(answer: (request: Received) => Reply): Promise<HttpProvider> {
  const received: Received[] = [];
  const script: Scripted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      const reply = script.shift() ?? answer(one);
      if (reply === 'hang') return;
      if (reply === 'reset') return void request.socket.resetAndDestroy();
      response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received, script, close: () => stop(server) };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** The public pages: status and front door. Public means: only what was published, and it stands when everything else falls. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { operation } from './operation';
import { asPage, page, prefersHtml } from './page';
import type { HttpPorts, PublicIncident } from './ports';
import { statusOf } from './present';
import { statusSchema, type StatusDocument } from './schemas';
import { renderStatusPage, renderStatusUnknown } from './status-page';

/** How long an answer of the store is shown without asking again: an incident brings crowds to this page. */
const SHOWN_MS = 5_000;
/** How long the store may think before what it said last is shown. */
const WAIT_MS = 2_000;

/** Adds `/status` and `/`. */
export function statusRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  const read = statusReader(ports, now);
  operation(app, {
    method: 'GET',
    url: '/status',
    operationId: 'getStatus',
    summary: 'The public status, as HTML or JSON',
    tag: 'status',
    answers: {
      200: {
        description: 'Open incidents, and when customers hear again',
        schema: statusSchema,
        types: ['application/json'],
      },
    },
    errors: ['ESC_STORE_UNAVAILABLE'],
    handler: async ({ request, reply }) => {
      const html = prefersHtml(request.headers.accept);
      reply.header('vary', 'accept').header('cache-control', 'public, max-age=5');
      const status = await read();
      if (status) return html ? asPage(reply).send(renderStatusPage(status)) : status;
      if (!html) throw new TocsinError('ESC_STORE_UNAVAILABLE', 'the status cannot be read');
      return asPage(reply.code(503).header('retry-after', '5').header('cache-control', 'no-store')).send(
        renderStatusUnknown(),
      );
    },
  });

  operation(app, {
    method: 'GET',
    url: '/',
    operationId: 'getFrontDoor',
    summary: 'A small page that says what this is',
    tag: 'status',
    answers: { 200: { description: 'HTML', schema: z.string(), types: ['text/html'] } },
    handler: async ({ reply }) =>
      asPage(reply).send(
        page(
          'Tocsin',
          `<h1>Tocsin</h1><p>The escalation service is running here.</p>
          <ul><li><a href="/status">Public status</a></li><li><a href="/readyz">Readiness</a> and <a href="/healthz">health</a></li>
          <li><code>/v1</code>: the HTTP API; its description is at <code>/openapi.json</code> (with an API key)</li></ul>`,
        ),
      ),
  });
}

/** Reads the status at most every few seconds, together for all who ask; when that fails, what was read last. */
function statusReader(ports: HttpPorts, now: () => EpochMs): () => Promise<StatusDocument | undefined> {
  let last: { incidents: PublicIncident[]; at: EpochMs } | undefined;
  let failedAt = -Infinity;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), WAIT_MS);
    });
    try {
      const { incidents } = await Promise.race([ports.status.current(), late]);
      last = { incidents, at: now() };
      failedAt = -Infinity;
    } catch {
      failedAt = now();
    } finally {
      clearTimeout(timer);
      asking = undefined;
    }
  };
  return async () => {
    const fresh = last !== undefined && now() - last.at < SHOWN_MS;
    if (!fresh && now() - failedAt >= 1_000) await (asking ??= ask());
    return last && statusOf(last.incidents, last.at, now(), failedAt > last.at);
  };
}

/** Routes about the service itself: health, readiness, metrics, and the description of the API. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { exposition } from './metrics';
import { documentOf } from './openapi';
import { operation } from './operation';
import type { HttpPorts, ReadinessCheck } from './ports';
import { readySchema } from './schemas';

/** How long the parts may think before they count as not ready. */
const READY_WITHIN_MS = 3_000;

/** Adds the routes; `registries` are exposed together at `/metrics`. */
export function serviceRoutes(app: FastifyInstance, ports: HttpPorts, registries: readonly Registry[]): void {
  operation(app, {
    method: 'GET',
    url: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether the process answers',
    tag: 'service',
    unlimited: true,
    answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
    handler: async () => ({ status: 'ok' }),
  });

  operation(app, {
    method: 'GET',
    url: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether store, Temporal and packs answer',
    tag: 'service',
    answers: {
      200: { description: 'Ready', schema: readySchema },
      503: { description: 'Not ready: which part is not', schema: readySchema },
    },
    handler: async ({ request, reply }) => {
      const checks = await readiness(ports);
      const ready = checks.length > 0 && checks.every((check) => check.ok);
      if (!ready) {
        request.log.warn({ checks }, 'not ready');
        reply.code(503).header('retry-after', '2');
      }
      return { ready, checks: checks.map(({ name, ok }) => ({ name, ok })) };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/metrics',
    operationId: 'getMetrics',
    summary: 'Prometheus metrics',
    tag: 'service',
    answers: { 200: { description: 'The text exposition format', schema: z.string(), types: ['text/plain'] } },
    handler: async ({ reply }) => {
      const { type, text } = await exposition(registries);
      return reply.type(type).send(text);
    },
  });

  for (const [url, operationId] of [
    ['/openapi.json', 'getOpenApi'],
    ['/v1/openapi.json', 'getOpenApiOfV1'],
  ] as const) {
    operation(app, {
      method: 'GET',
      url,
      operationId,
      summary: 'This description',
      tag: 'service',
      answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
      handler: async () => documentOf(app),
    });
  }
}

async function readiness(ports: HttpPorts): Promise<ReadinessCheck[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ReadinessCheck[]>((resolve) => {
    timer = setTimeout(() => resolve([{ name: 'checks', ok: false, detail: 'no answer in time' }]), READY_WITHIN_MS);
  });
  try {
    return await Promise.race([ports.ready(), late]);
  } catch (error) {
    return [{ name: 'checks', ok: false, detail: error instanceof Error ? error.message : String(error) }];
  } finally {
    clearTimeout(timer);
  }
}

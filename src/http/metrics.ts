/** Prometheus metrics of the HTTP shell, and of whatever else the process measures. */
import type { FastifyInstance } from 'fastify';
import { Histogram, Registry } from 'prom-client';

/** Measures every request. Routes are named by their pattern, so that an id never becomes a label. */
export function measureRequests(app: FastifyInstance): Registry {
  const registry = new Registry();
  const durations = new Histogram({
    name: 'tocsin_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? '(none)' : (request.routeOptions.url ?? '(none)');
    durations.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
  });
  return registry;
}

/** The exposition of several registries. A name that two of them use is an error of the wiring. */
export async function exposition(registries: readonly Registry[]): Promise<{ type: string; text: string }> {
  const all = Registry.merge([...registries]);
  return { type: all.contentType, text: await all.metrics() };
}

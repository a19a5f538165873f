/** Rehearsals over HTTP: a scenario in, its timeline out. */
import type { FastifyInstance } from 'fastify';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import { rehearsalBody, rehearsalSchema } from './schemas';

/** Media types that YAML comes in. */
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/plain'];

/** Adds the route of rehearsals. */
export function rehearsalRoutes(app: FastifyInstance, ports: HttpPorts): void {
  operation(app, {
    method: 'POST',
    url: '/v1/rehearsals',
    operationId: 'rehearse',
    summary: 'Rehearse a scenario in virtual time',
    description:
      'The scenario file as JSON or as YAML text; `policy` names a pack of this server. Nothing is sent, nothing is stored.',
    tag: 'rehearsals',
    consumes: ['application/json', 'application/yaml', 'text/yaml', 'text/plain'],
    body: rehearsalBody,
    answers: { 200: { description: 'The timeline, and what became of each expectation', schema: rehearsalSchema } },
    errors: [
      'ESC_SCENARIO_INVALID',
      'ESC_PACK_UNKNOWN',
      'ESC_PACK_INVALID',
      'ESC_FIELD_REQUIRED',
      'ESC_FIELD_INVALID',
      'ESC_FIELD_UNKNOWN',
    ],
    handler: async ({ body }) => {
      const { rows, checks, ok } = await ports.rehearse(
        typeof body === 'string' ? body : JSON.stringify(body, null, 2),
      );
      return { ok, timeline: rows, expectations: checks };
    },
  });
}

/** The OpenAPI document, made from the routes. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** Registers the collector of routes; before the first route. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version: '1',
        description:
          'Escalation procedures, executed. Errors are RFC 9457 problem documents; instants are RFC 3339, durations ISO 8601.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'reports', description: 'Key figures, series and reports' },
        { name: 'tickets', description: 'Open, read and command tickets' },
        { name: 'decisions', description: 'What was decided, on a message, on a ticket, in a review' },
        { name: 'rehearsals', description: 'Procedures in virtual time' },
        { name: 'knowledge', description: 'The knowledge base' },
        { name: 'portal', description: 'What customers see and do' },
        { name: 'service', description: 'The service itself' },
        { name: 'status', description: 'Public pages' },
        { name: 'people', description: 'Roles, the organisation, on-call duty' },
        { name: 'intake', description: 'What comes in by mail, chat, phone and other ticketing systems' },
      ],
      components: {
        securitySchemes: {
          customer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: "A token of the organisation's identity provider",
          },
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: Authorization: Bearer tocsin_…' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

/** The document of a server that is ready. */
export function documentOf(app: FastifyInstance): Record<string, unknown> {
  return app.swagger() as unknown as Record<string, unknown>;
}

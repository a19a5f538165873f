/** API keys, and erasing a person: for administrators. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { KEY_ROLES } from './access';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import { instantOut } from './schemas';

const keyId = z.object({
  id: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the number of a key')
    .describe('The number of a key'),
});
const group = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63})?$/, 'must be a role or group of the procedure');

const keyBody = z
  .strictObject({
    name: z.string().trim().min(1).max(200).describe('Who holds it: the actor where a command names nobody'),
    role: z.enum(KEY_ROLES),
    groups: z.array(group).max(50).default([]).describe('Roles and groups of the procedure its holder belongs to'),
  })
  .meta({ id: 'NewKey', description: 'A key to make' });

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(KEY_ROLES),
    groups: z.array(z.string()),
    prefix: z.string().describe('How the key begins'),
    createdAt: instantOut,
    revokedAt: instantOut.nullable(),
    lastUsedAt: instantOut.nullable().describe('To within half a minute'),
  })
  .meta({ id: 'Key', description: 'A key as it is listed; never the key itself' });

const erasureBody = z
  .strictObject({
    party: z.string().trim().min(1).max(320).describe('An e-mail address, or the number of a party'),
  })
  .meta({ id: 'Erasure', description: 'Whom to erase' });

const erasedSchema = z
  .object({
    party: z.string(),
    tickets: z.number().int(),
    messages: z.number().int(),
    events: z.number().int().describe('Archived events that named the person'),
  })
  .meta({ id: 'Erased', description: 'What an erasure touched' });

const orNull = (at: EpochMs | null): string | null => (at === null ? null : formatInstant(at));

/** Adds the routes. */
export function adminRoutes(app: FastifyInstance, ports: HttpPorts): void {
  operation(app, {
    method: 'GET',
    url: '/v1/keys',
    operationId: 'listKeys',
    summary: 'API keys, the oldest first',
    tag: 'service',
    answers: { 200: { description: 'The keys', schema: z.array(keySchema) } },
    handler: async () =>
      (await ports.keys.list()).map((key) => ({
        ...key,
        createdAt: formatInstant(key.createdAt),
        revokedAt: orNull(key.revokedAt),
        lastUsedAt: orNull(key.lastUsedAt),
      })),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/keys',
    operationId: 'createKey',
    summary: 'Make an API key',
    description: 'The answer holds the key; it is shown this once.',
    tag: 'service',
    body: keyBody,
    answers: { 201: { description: 'The key', schema: z.object({ id: z.string(), key: z.string() }) } },
    handler: async ({ body, reply }) => {
      const made = await ports.keys.create(body);
      reply.code(201);
      return made;
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/keys/:id/revoke',
    operationId: 'revokeKey',
    summary: 'Take an API key back',
    description: 'It is refused everywhere within about 30 seconds.',
    tag: 'service',
    params: keyId,
    answers: { 200: { description: 'It was taken back', schema: z.object({ id: z.string() }) } },
    errors: ['ESC_NOT_FOUND'],
    handler: async ({ params }) => {
      if (await ports.keys.revoke(params.id)) return { id: params.id };
      throw new TocsinError('ESC_NOT_FOUND', `there is no key ${params.id} to take back`, { key: params.id });
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/erasures',
    operationId: 'eraseParty',
    summary: 'Erase a person',
    description:
      'Blanks who they are, what they wrote, fields marked as personal, and what events, ledger and read models repeat of it; numbers and instants stay. Refused while a ticket of theirs still runs.',
    tag: 'service',
    body: erasureBody,
    answers: { 200: { description: 'They were erased', schema: erasedSchema } },
    errors: ['ESC_NOT_FOUND', 'ESC_STATUS_FORBIDS'],
    handler: async ({ body, request }) => {
      const erased = await ports.parties.erase(body.party);
      request.log.info({ party: erased.party, events: erased.events }, 'erased');
      return erased;
    },
  });
}

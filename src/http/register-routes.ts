/** Registers: the tickets of a kind, with the fields that the kind declares. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { JsonObject } from '../domain/policy/types';
import { maySee } from '../domain/ticket/visibility';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { keyOf } from './auth';
import { cursorOf, pageAfter } from './cursor';
import { operation } from './operation';
import type { HttpPorts, RegisterPage } from './ports';
import { instantOut } from './schemas';
import { groupsFor, readerOf } from './visibility';

const params = z.object({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63})?$/, 'must be a kind of ticket')
    .describe('A kind that the pack declares'),
});

const query = z.strictObject({
  pack: z.string().max(128).optional().describe("The pack's name; absent: the default one"),
  status: z.string().max(100).optional().describe('Only entries with this status'),
  closed: z.enum(['true', 'false']).default('false').describe('Closed entries as well'),
  cursor: z.string().max(300).optional().describe("An earlier page's nextCursor"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const registerSchema = z
  .object({
    kind: z.string(),
    title: z.string(),
    fields: z.array(z.string()).describe('The fields it shows, in order, without those that the key may not see'),
    statuses: z.array(z.string()).describe('Its statuses, in order'),
    edit: z.array(z.string()).describe('Roles that may change an entry; empty: anybody of the staff'),
    entries: z.array(
      z.object({
        id: z.string(),
        number: z.string(),
        key: z.string().nullable().describe('What the entry is kept once for'),
        subject: z.string(),
        status: z.string(),
        openedAt: instantOut.nullable(),
        resolvedAt: instantOut.nullable(),
        closed: z.boolean(),
        values: z.record(z.string(), z.unknown()).describe('The fields'),
        links: z.array(z.unknown()).describe('Other tickets, and how they are linked'),
        url: z.string(),
        history: z.string().describe('Where its timeline is'),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Register', description: 'A page of a register, the newest entries first' });

/** Adds the route. */
export function registerRoutes(app: FastifyInstance, ports: HttpPorts): void {
  operation(app, {
    method: 'GET',
    url: '/v1/registers/:kind',
    operationId: 'readRegister',
    summary: 'A register: the tickets of a kind, in pages',
    tag: 'tickets',
    params,
    querystring: query,
    answers: { 200: { description: 'A page of entries', schema: registerSchema } },
    errors: ['ESC_NOT_FOUND', 'ESC_PACK_UNKNOWN'],
    handler: async ({ params: { kind }, query: asked, request }) => {
      const key = keyOf(request);
      const groups = groupsFor(key);
      const page = await ports.registers.read({
        kind,
        closed: asked.closed === 'true',
        limit: asked.limit,
        ...(asked.pack === undefined ? {} : { pack: asked.pack }),
        ...(asked.status === undefined ? {} : { status: asked.status }),
        ...(asked.cursor === undefined ? {} : { after: pageAfter(asked.cursor) }),
        ...(groups === undefined ? {} : { groups }),
      });
      const fields = page.kind.fields.filter((name) => maySee(page.pack, name, readerOf(key)));
      const last = page.entries.at(-1);
      return {
        kind,
        title: page.kind.title,
        fields,
        statuses: page.kind.statuses,
        edit: page.kind.edit,
        entries: page.entries.map((entry) => entryOf(entry, fields)),
        nextCursor: page.more && last ? cursorOf(last) : null,
      };
    },
  });
}

const orNull = (at: EpochMs | null): string | null => (at === null ? null : formatInstant(at));
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function entryOf(entry: RegisterPage['entries'][number], fields: readonly string[]): object {
  const { id, key, ticket } = entry;
  const url = `/v1/tickets/${encodeURIComponent(id)}`;
  const values: JsonObject = Object.fromEntries(fields.map((name) => [name, ticket[name] ?? null]));
  return {
    id,
    number: textOf(ticket['number']) || id,
    key,
    subject: textOf(ticket['subject']),
    status: textOf(ticket['status']),
    openedAt: orNull(entry.openedAt),
    resolvedAt: orNull(entry.resolvedAt),
    closed: entry.closed,
    values,
    links: Array.isArray(ticket['links']) ? ticket['links'] : [],
    url,
    history: `${url}/timeline`,
  };
}

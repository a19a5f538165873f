/** Commands to tickets: who gives them, when they count from, and how they may be repeated. */
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ERRORS, TocsinError, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { COMMANDS, type Actor, type Command, type CommandName } from '../domain/ticket/types';
import { parseInstant, type EpochMs } from '../domain/time/instants';
import { commandOf, MAY_CLAIM_ROLE } from './access';
import { keyOf } from './auth';
import { operation } from './operation';
import type { ApiKey, HttpPorts } from './ports';
import { ticketOf } from './present';
import {
  commandBody,
  commandedSchema,
  commandParams,
  messageTakenSchema,
  repeatHeaders,
  ticketParams,
  type CommandBody,
} from './schemas';
import { STAMP_KEPT_MS, Stamps } from './stamps';
import { sameKey } from './ticket-routes';
import { readable, viewFor } from './visibility';

/** What a command can be refused with. */
const REFUSALS: ErrorCode[] = [
  'ESC_COMMAND_UNKNOWN',
  'ESC_TICKET_NOT_FOUND',
  'ESC_TICKET_ARCHIVED',
  'ESC_TICKET_CLOSED',
  'ESC_STATUS_FORBIDS',
  'ESC_GUARD_REFUSED',
  'ESC_FIELD_REQUIRED',
  'ESC_FIELD_INVALID',
  'ESC_FIELD_UNKNOWN',
  'ESC_TASK_NOT_OPEN',
  'ESC_PATH_UNKNOWN',
  'ESC_PATH_TOP',
  'ESC_NOTHING_TO_ACKNOWLEDGE',
  'ESC_IDEMPOTENCY_CONFLICT',
  'ESC_ENGINE_UNAVAILABLE',
  'ESC_OUTCOME_UNKNOWN',
];

/** Adds the routes of commands. */
export function commandRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  const stamps = new Stamps();
  operation(app, {
    method: 'POST',
    url: '/v1/tickets/:id/commands/:command',
    operationId: 'commandTicket',
    summary: 'Give a command to a ticket',
    description: `Commands: ${COMMANDS.join(', ')}. After ESC_OUTCOME_UNKNOWN repeat with the same command id: it is applied once, and counts from the first try.`,
    tag: 'tickets',
    params: commandParams,
    headers: repeatHeaders,
    body: commandBody,
    bodyOptional: true,
    answers: {
      200: {
        description: 'The ticket after the command; for keys of intake only its id, number and status',
        schema: z.union([commandedSchema, messageTakenSchema]),
      },
    },
    errors: REFUSALS,
    handler: async ({ params, body, headers, request }) => {
      const key = keyOf(request);
      const name = commandOf(params.command);
      if (name === undefined) {
        throw new TocsinError(
          'ESC_COMMAND_UNKNOWN',
          `there is no command "${params.command}"; commands are ${COMMANDS.join(', ')}`,
          { field: 'command' },
        );
      }
      const id = sameKey(headers['idempotency-key'], body.commandId, 'commandId') ?? randomUUID();
      const by = actorOf(key, body.by);
      const fields = fieldsOf(key, name, body);
      const at = now();
      const said = body.at === undefined ? at : (parseInstant(body.at) ?? at);
      const stated = MAY_CLAIM_ROLE.includes(key.role) ? Math.min(Math.max(said, at - STAMP_KEPT_MS), at) : at;
      const asked = createHash('sha256')
        .update(JSON.stringify([name, by, fields]))
        .digest('base64');
      const command: Command = { id, name, at: stamps.first(params.id, id, stated, at, asked), by, fields };
      if (body.at !== undefined && said !== command.at) command.givenAt = said;
      request.log.info({ ticket: params.id, command: name, commandId: id, key: key.id }, 'command');
      const access = key.role === 'intake' ? undefined : await readable(ports.tickets, params.id, key);
      try {
        const view = await ports.tickets.command(params.id, command);
        const ticket = ticketOf(access ? viewFor(view, access, key) : view, now());
        return access === undefined
          ? { commandId: id, id: ticket.id, number: ticket.number, status: ticket.status }
          : { ...ticket, commandId: id };
      } catch (error) {
        throw withCommandId(error, id, () => stamps.forget(params.id, id));
      }
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/tickets/:id/nudge',
    operationId: 'nudgeTicket',
    summary: 'Wake a ticket, so that it renews onto the newest build',
    tag: 'tickets',
    params: ticketParams,
    answers: { 202: { description: 'It was woken', schema: z.object({ id: z.string() }) } },
    errors: ['ESC_TICKET_NOT_FOUND', 'ESC_TICKET_ARCHIVED', 'ESC_ENGINE_UNAVAILABLE'],
    handler: async ({ params, reply }) => {
      await ports.tickets.nudge(params.id);
      reply.code(202);
      return { id: params.id };
    },
  });
}

/**
 * Who gives a command. A role is never taken from a name: the core lets a person whose name is a role of the pack act in that
 * role, so that an agent who calls himself "director" would pass the director's guards. Errors: ESC_NOT_PERMITTED.
 */
export function actorOf(key: ApiKey, by: CommandBody['by']): Actor {
  const { name, role } =
    typeof by === 'string' ? { name: by, role: undefined } : { name: by?.name ?? key.name, role: by?.role };
  if (key.role === 'intake') return { name, kind: 'customer', role: key.role };
  if (MAY_CLAIM_ROLE.includes(key.role)) {
    // The holder's own name names no role either; what is stated in `by` may.
    if (by === undefined) return { name, kind: 'person', role: key.role };
    return role === undefined ? { name, kind: 'person' } : { name, kind: 'person', role };
  }
  if (role !== undefined && role !== key.role && !key.groups?.includes(role)) {
    throw new TocsinError(
      'ESC_NOT_PERMITTED',
      `a key of the role "${key.role}" may not act as "${role}"; by.role takes a key of ${MAY_CLAIM_ROLE.join(' or ')}`,
      { field: 'by.role' },
    );
  }
  return { name, kind: 'person', role: role ?? key.role };
}

/** The command's own fields: those beside `by`, and those in `fields`. What intake passes on is always a customer's. */
function fieldsOf(key: ApiKey, name: CommandName, body: CommandBody): JsonObject {
  const { by: _by, commandId: _commandId, at: _at, fields = {}, ...beside } = body;
  const all = { ...beside, ...fields } as JsonObject;
  return key.role === 'intake' && name === 'message' ? { ...all, from: 'customer' } : all;
}

/** An error with the id to repeat with. A refusal is final: `refused` is told. */
function withCommandId(error: unknown, commandId: string, refused: () => void): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return error;
  if (ERRORS[code as ErrorCode].status < 500) refused();
  const { message, details = {} } = error as TocsinError;
  return new TocsinError(code as ErrorCode, message, { ...details, commandId });
}

/** Opening and reading tickets. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { Opening } from '../domain/ticket/types';
import { visibleFields } from '../domain/ticket/visibility';
import { formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { z } from 'zod';
import { MAY_STATE_RECEIPT } from './access';
import { keyOf } from './auth';
import { operation } from './operation';
import type { BoardFilters } from '../store/board';
import type { ApiKey, HttpPorts } from './ports';
import { agendaOf, boardRowOf, customerViewOf, ledgerEntryOf, ticketOf, timelineOf } from './present';
import {
  agendaItemSchema,
  boardQuery,
  boardSchema,
  customerViewSchema,
  ledgerSchema,
  openBody,
  openedSchema,
  repeatHeaders,
  rowSchema,
  messageParams,
  previewSchema,
  ticketParams,
  ticketSchema,
  timelineQuery,
} from './schemas';
import { eventsFor, groupsFor, readable, readerOf, viewFor } from './visibility';

/** Events a customer's log is read from: more than any ticket has between them and us. */
const CUSTOMER_LOG = 5_000;

/** Adds the routes of openings and readings. */
export function ticketRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'POST',
    url: '/v1/tickets',
    operationId: 'openTicket',
    summary: 'Open a ticket',
    description:
      'The same idempotency key with the same request gives the same ticket for ever; with another request it is refused. Without a key every request opens a ticket.',
    tag: 'tickets',
    headers: repeatHeaders,
    body: openBody,
    answers: {
      201: { description: 'The ticket was opened', schema: openedSchema },
      200: { description: 'The same request was made before: its ticket', schema: openedSchema },
    },
    errors: [
      'ESC_IDEMPOTENCY_CONFLICT',
      'ESC_PACK_UNKNOWN',
      'ESC_FIELD_REQUIRED',
      'ESC_FIELD_INVALID',
      'ESC_FIELD_UNKNOWN',
      'ESC_INSTANT_INVALID',
    ],
    handler: async ({ body, headers, request, reply }) => {
      const key = keyOf(request);
      const { pack, idempotencyKey, receivedAt, ...opening } = body;
      const given = sameKey(headers['idempotency-key'], idempotencyKey, 'idempotencyKey') ?? randomUUID();
      const at = now();
      const opened = await ports.tickets.open({
        opening: opening as Opening,
        ...(pack === undefined ? {} : { pack }),
        idempotencyKey: `${key.name}/${given}`,
        receivedAt: receiptOf(key, receivedAt, at),
        now: at,
      });
      const url = `/v1/tickets/${encodeURIComponent(opened.id)}`;
      void reply
        .code(opened.created ? 201 : 200)
        .header('location', url)
        .header('idempotency-key', given);
      return { ...opened, openedAt: formatInstant(opened.openedAt), url };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets',
    operationId: 'listTickets',
    summary: 'The board: tickets by filter, in pages',
    tag: 'tickets',
    querystring: boardQuery,
    answers: { 200: { description: 'A page of tickets', schema: boardSchema } },
    handler: async ({ query, request }) => {
      const groups = groupsFor(keyOf(request));
      const { sort, cursor, limit, breached, view, by, team, ...rest } = query;
      const filters = Object.fromEntries(
        Object.entries(rest).filter(([, value]) => value !== undefined && value.length > 0),
      ) as BoardFilters;
      if (breached !== undefined) filters.breached = breached === 'true';
      if (view !== undefined)
        filters.view = { name: view, by: by ?? keyOf(request).name, ...(team === undefined ? {} : { team }) };
      const page = await ports.board.list({
        filters,
        sort,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(groups === undefined ? {} : { groups }),
      });
      return { tickets: page.tickets.map(boardRowOf), nextCursor: page.nextCursor ?? null };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id',
    operationId: 'getTicket',
    summary: 'A ticket',
    tag: 'tickets',
    params: ticketParams,
    answers: { 200: { description: 'The ticket', schema: ticketSchema } },
    errors: READING,
    handler: async ({ params, request }) => {
      const key = keyOf(request);
      const access = await readable(ports.tickets, params.id, key);
      return ticketOf(viewFor(await ports.tickets.view(params.id), access, key), now());
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/customer',
    operationId: 'getCustomerView',
    summary: 'A ticket as its customer may read it',
    description:
      'Fields that are visible to all, and what was said to the customer. Notes and work of the staff are not in it.',
    tag: 'tickets',
    params: ticketParams,
    answers: { 200: { description: 'The ticket and its log, oldest first', schema: customerViewSchema } },
    errors: READING,
    handler: async ({ params, request }) => {
      const { pack } = await readable(ports.tickets, params.id, keyOf(request));
      const { ticket } = await ports.tickets.view(params.id);
      const { events } = await ports.tickets.timeline(params.id, { after: 0, limit: CUSTOMER_LOG });
      return customerViewOf(visibleFields(pack, ticket, { kind: 'customer' }), events);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/timeline',
    operationId: 'getTimeline',
    summary: 'What happened to a ticket, oldest first',
    description: 'Where there is more, the header Link names the next page.',
    tag: 'tickets',
    params: ticketParams,
    querystring: timelineQuery,
    answers: { 200: { description: 'Rows in order of their sequence number', schema: z.array(rowSchema) } },
    errors: READING,
    handler: async ({ params, query, reply, request }) => {
      const key = keyOf(request);
      const access = await readable(ports.tickets, params.id, key);
      const found = await ports.tickets.timeline(params.id, { after: query.after, limit: query.limit });
      const page = eventsFor(found, access, key);
      const last = page.events.at(-1)?.seq;
      if (page.more && last !== undefined)
        reply.header('link', `</v1/tickets/${params.id}/timeline?after=${last}&limit=${query.limit}>; rel="next"`);
      return timelineOf(page);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/agenda',
    operationId: 'getAgenda',
    summary: 'What falls due next, and when',
    tag: 'tickets',
    params: ticketParams,
    answers: { 200: { description: 'Items, the earliest first', schema: z.array(agendaItemSchema) } },
    errors: READING,
    handler: async ({ params, request }) => {
      await readable(ports.tickets, params.id, keyOf(request));
      return agendaOf(await ports.tickets.agenda(params.id));
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/messages/:template',
    operationId: 'previewMessage',
    summary: 'A message of the procedure as it would read for this ticket now; nothing is sent',
    tag: 'tickets',
    params: messageParams,
    answers: { 200: { description: 'The words, and the names whose values are made up', schema: previewSchema } },
    errors: [...READING, 'ESC_FIELD_INVALID'],
    handler: async ({ params, request }) => {
      await readable(ports.tickets, params.id, keyOf(request));
      return ports.tickets.message(params.id, params.template, readerOf(keyOf(request)));
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/deliveries',
    operationId: 'getDeliveries',
    summary: 'The delivery ledger of a ticket: what was sent to whom, and how often it was tried',
    tag: 'tickets',
    params: ticketParams,
    answers: { 200: { description: 'In the order in which they were due', schema: ledgerSchema } },
    errors: ['ESC_TICKET_NOT_FOUND'],
    handler: async ({ params, request }) => {
      await readable(ports.tickets, params.id, keyOf(request));
      return (await ports.tickets.deliveries(params.id)).map(ledgerEntryOf);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/explain',
    operationId: 'explainTicket',
    summary: 'Why each thing is due when it is',
    tag: 'tickets',
    params: ticketParams,
    answers: { 200: { description: 'Intervals counted, holidays skipped, pauses', schema: z.unknown() } },
    errors: [...READING, 'ESC_NOT_FOUND'],
    handler: async ({ params, request }) => {
      await readable(ports.tickets, params.id, keyOf(request));
      if (!ports.tickets.explain) throw new TocsinError('ESC_NOT_FOUND', 'this server does not explain due instants');
      return ports.tickets.explain(params.id);
    },
  });
}

const READING: ErrorCode[] = [
  'ESC_TICKET_NOT_FOUND',
  'ESC_TICKET_ARCHIVED',
  'ESC_ENGINE_UNAVAILABLE',
  'ESC_OUTCOME_UNKNOWN',
];

/** A key given in the header, in the body, or in both alike. Errors: ESC_REQUEST_INVALID. */
export function sameKey(header: string | undefined, body: string | undefined, field: string): string | undefined {
  if (header !== undefined && body !== undefined && header !== body) {
    throw new TocsinError(
      'ESC_REQUEST_INVALID',
      `the header Idempotency-Key and ${field} in the body differ; give one`,
      { field },
    );
  }
  return header ?? body;
}

/** When a ticket counts as received. Errors: ESC_NOT_PERMITTED, ESC_INSTANT_INVALID. */
function receiptOf(key: ApiKey, stated: string | undefined, now: EpochMs): EpochMs {
  if (stated === undefined) return now;
  if (!MAY_STATE_RECEIPT.includes(key.role)) {
    throw new TocsinError(
      'ESC_NOT_PERMITTED',
      `a key of the role "${key.role}" may not give receivedAt; it takes ${MAY_STATE_RECEIPT.join(' or ')}`,
      { field: 'receivedAt' },
    );
  }
  const at = parseInstant(stated) ?? now;
  if (at > now + CLOCK_SKEW_MS)
    throw new TocsinError(
      'ESC_INSTANT_INVALID',
      `receivedAt ${stated} lies in the future; it is ${formatInstant(now)} now`,
      { field: 'receivedAt' },
    );
  return Math.min(at, now);
}

/** Clocks of two machines differ by so much without anybody being wrong. */
const CLOCK_SKEW_MS = 60_000;

/** The customer portal's API: own tickets, submission, account. The bearer is a token of the identity provider. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { PublicTicket } from '../domain/ticket/public-view';
import { formatInstant } from '../domain/time/instants';
import type { Desk, ListedTicket } from './desk';
import type { Customer } from './identity';
import { operation } from './operation';
import { repeatHeaders, repeatKey } from './schemas';
import { visitOf } from './visits';

const instantOut = z.string().meta({ format: 'date-time' });
const summary = {
  number: z.string(),
  subject: z.string(),
  status: z.string(),
  priority: z.string(),
  openedAt: instantOut,
  nextUpdate: instantOut.nullable().describe('When the customer hears again'),
};
const listSchema = z.array(z.object(summary)).meta({ id: 'OwnTickets' });
const ticketSchema = z
  .object({
    ...summary,
    resolvedAt: instantOut.nullable(),
    fields: z.record(z.string(), z.unknown()).describe('Fields of the procedure that are visible to all'),
    updates: z.array(z.object({ at: instantOut, from: z.enum(['support', 'customer']), text: z.string() })),
  })
  .meta({ id: 'OwnTicket' });
const submitBody = z
  .strictObject({
    subject: z.string().trim().min(1).max(300),
    body: z.string().max(20_000).default(''),
    article: z.string().max(120).optional().describe('The article that did not help'),
    idempotencyKey: repeatKey.optional(),
  })
  .meta({ id: 'Submission' });
const writeBody = z.strictObject({ text: z.string().trim().min(1).max(20_000) }).meta({ id: 'CustomerMessage' });
const submittedSchema = z
  .object({ number: z.string(), url: z.string(), created: z.boolean() })
  .meta({ id: 'Submitted', description: 'The confirmation' });
const accountSchema = z
  .object({
    profile: z.record(z.string(), z.unknown()),
    usage: z.record(z.string(), z.unknown()).nullable(),
    billing: z.record(z.string(), z.unknown()).nullable(),
    links: z.object({ account: z.string().nullable(), billing: z.string().nullable() }),
  })
  .meta({ id: 'Account' });

export const ownParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a number')
    .describe('The public number'),
});

const FAILING: ErrorCode[] = ['ESC_STORE_UNAVAILABLE', 'ESC_ENGINE_UNAVAILABLE', 'ESC_PROVIDER_UNAVAILABLE'];

/** Addresses of the services where accounts are really kept. */
export interface AccountLinks {
  account?: string | undefined;
  billing?: string | undefined;
}

/** The customer of a request that needs one. Errors: ESC_UNAUTHENTICATED. */
export function customerOf(request: FastifyRequest): Customer {
  if (!request.customer) throw new TocsinError('ESC_UNAUTHENTICATED', 'log in first');
  return request.customer;
}

const listed = (one: ListedTicket) => ({
  ...one,
  openedAt: formatInstant(one.openedAt),
  nextUpdate: one.nextUpdate === undefined ? null : formatInstant(one.nextUpdate),
});

/** A ticket of one's own as JSON. */
const ticketOf = (ticket: PublicTicket) => ({
  ...ticket,
  openedAt: formatInstant(ticket.openedAt),
  nextUpdate: ticket.nextUpdate === undefined ? null : formatInstant(ticket.nextUpdate),
  resolvedAt: ticket.resolvedAt === undefined ? null : formatInstant(ticket.resolvedAt),
  updates: ticket.updates.map((one) => ({ ...one, at: formatInstant(one.at) })),
});

/** A customer's account from what is known of it; the login itself is always known. */
export async function accountOf(desk: Desk, customer: Customer, links: AccountLinks) {
  const facts = (await desk.account(customer)) ?? {};
  const map = (name: string) => {
    const value = facts[name];
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
  };
  const { name, email, plan } = customer;
  return {
    profile: { name, email, plan, ...map('profile') },
    usage: map('usage'),
    billing: map('billing'),
    links: { account: links.account ?? null, billing: links.billing ?? null },
  };
}

/** Adds the routes. */
export function portalRoutes(app: FastifyInstance, desk: Desk, links: AccountLinks): void {
  operation(app, {
    method: 'GET',
    url: '/v1/portal/tickets',
    operationId: 'listOwnTickets',
    summary: "The customer's own tickets, the newest first",
    tag: 'portal',
    answers: { 200: { description: 'Tickets', schema: listSchema } },
    errors: FAILING,
    handler: async ({ request }) => (await desk.list(customerOf(request))).map(listed),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/portal/tickets',
    operationId: 'submitTicket',
    summary: 'Hand in a ticket; the same key hands it in once',
    tag: 'portal',
    headers: repeatHeaders,
    body: submitBody,
    answers: {
      201: { description: 'It was opened', schema: submittedSchema },
      200: { description: 'It was handed in before', schema: submittedSchema },
    },
    errors: [...FAILING, 'ESC_IDEMPOTENCY_CONFLICT', 'ESC_FIELD_REQUIRED', 'ESC_FIELD_INVALID', 'ESC_PACK_UNKNOWN'],
    handler: async ({ body, headers, request, reply }) => {
      const { subject, body: text, article } = body;
      const key = headers['idempotency-key'] ?? body.idempotencyKey ?? randomUUID();
      const visit = { id: visitOf(request, reply), channel: 'portal' };
      const opened = await desk.submit(customerOf(request), { subject, body: text, article, key }, visit);
      reply.code(opened.created ? 201 : 200);
      return { number: opened.number, url: `/portal/tickets/${opened.number}`, created: opened.created };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/portal/tickets/:id',
    operationId: 'getOwnTicket',
    summary: 'One of them: status, priority, what was said, when they hear again',
    tag: 'portal',
    params: ownParams,
    answers: { 200: { description: 'The ticket', schema: ticketSchema } },
    errors: [...FAILING, 'ESC_TICKET_NOT_FOUND'],
    handler: async ({ params, request }) => ticketOf(await desk.ticket(customerOf(request), params.id)),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/portal/tickets/:id/messages',
    operationId: 'writeToTicket',
    summary: 'Write to support about a ticket',
    tag: 'portal',
    params: ownParams,
    headers: repeatHeaders,
    body: writeBody,
    answers: { 202: { description: 'It was passed on', schema: z.object({ number: z.string() }) } },
    errors: [...FAILING, 'ESC_TICKET_NOT_FOUND', 'ESC_TICKET_CLOSED', 'ESC_TICKET_ARCHIVED', 'ESC_OUTCOME_UNKNOWN'],
    handler: async ({ params, body, headers, request, reply }) => {
      await desk.write(customerOf(request), params.id, body.text, headers['idempotency-key'] ?? randomUUID());
      reply.code(202);
      return { number: params.id };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/portal/account',
    operationId: 'getOwnAccount',
    summary: 'Profile, usage and billing, as far as they are known here',
    tag: 'portal',
    answers: { 200: { description: 'The account', schema: accountSchema } },
    errors: FAILING,
    handler: async ({ request }) => accountOf(desk, customerOf(request), links),
  });
}

/** Decisions: made on messages and acted on by nobody, those of a ticket, and what people found in reviews. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Json } from '../domain/policy/types';
import { decisionsOf } from '../domain/ticket/decisions';
import { maySee, visibleData } from '../domain/ticket/visibility';
import { formatInstant } from '../domain/time/instants';
import { keyOf } from './auth';
import { cursorOf, pageAfter } from './cursor';
import { decisionSchema, reviewQuery, reviewsSchema, triageBody, triageSchema } from './decision-schemas';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import { ticketParams } from './schemas';
import { eventsFor, groupsFor, readable, readerOf } from './visibility';

/** Events that decisions are read from: more than any ticket has. */
const EVENTS = 20_000;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Adds the routes. */
export function decisionRoutes(app: FastifyInstance, ports: HttpPorts): void {
  operation(app, {
    method: 'POST',
    url: '/v1/triage',
    operationId: 'triage',
    summary: 'Decide on messages or conversations, and act on nothing',
    description:
      'By the classifier of the pack that new tickets get; with "model" by the configured model, with the embedded classifier in its place where it cannot be asked.',
    tag: 'decisions',
    body: triageBody,
    answers: { 200: { description: 'A decision a message, in their order', schema: triageSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ body: { pack, classifier, prefilter, messages } }) => {
      const found = await ports.triage.decide({
        ...(pack === undefined ? {} : { pack }),
        classifier,
        prefilter,
        messages: messages.map(({ id, text: said, turns }) => {
          return { id, turns: turns ?? [{ from: 'customer', text: said ?? '' }] };
        }),
      });
      const { packId, hash } = found.pack;
      return { pack: { id: packId, hash }, decisions: found.decisions, ...(found.usage ? { usage: found.usage } : {}) };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/decisions',
    operationId: 'getDecisions',
    summary: 'What was decided on a ticket: by whom, from what, why, at what cost, and what a reviewer made of it',
    tag: 'decisions',
    params: ticketParams,
    answers: { 200: { description: 'In the order in which they were recorded', schema: z.array(decisionSchema) } },
    errors: ['ESC_TICKET_NOT_FOUND', 'ESC_TICKET_ARCHIVED', 'ESC_ENGINE_UNAVAILABLE', 'ESC_OUTCOME_UNKNOWN'],
    handler: async ({ params, request }) => {
      const key = keyOf(request);
      const access = await readable(ports.tickets, params.id, key);
      const page = await ports.tickets.timeline(params.id, { after: 0, limit: EVENTS });
      return decisionsOf(eventsFor(page, access, key).events).map(({ at, askedAt, ...one }) => ({
        ...one,
        at: formatInstant(at),
        ...(askedAt === undefined ? {} : { askedAt: formatInstant(askedAt) }),
      }));
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/reviews',
    operationId: 'listReviews',
    summary: 'Reviews that the schedules of a pack open, with what was found',
    tag: 'decisions',
    querystring: reviewQuery,
    answers: { 200: { description: 'A page, the newest first', schema: reviewsSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ query: { pack, kind, verdict, over, cursor, limit }, request }) => {
      const key = keyOf(request);
      const groups = groupsFor(key);
      const page = await ports.reviews.list({
        over: over === 'true',
        limit,
        ...(pack === undefined ? {} : { pack }),
        ...(kind === undefined ? {} : { kind }),
        ...(verdict === undefined ? {} : { verdict }),
        ...(cursor === undefined ? {} : { after: pageAfter(cursor) }),
        ...(groups === undefined ? {} : { groups }),
      });
      const last = page.reviews.at(-1);
      const reviews = page.reviews.map(({ id, kind: of, ticket, findings, openedAt, resolvedAt, ...one }) => {
        const def = page.pack.kinds[of];
        const fields = (def?.fields ?? []).filter((name) => maySee(page.pack, name, readerOf(key)));
        const url = `/v1/tickets/${encodeURIComponent(id)}`;
        return {
          ...one,
          id,
          number: text(ticket['number']) || id,
          kind: of,
          title: def?.title ?? of,
          subject: text(ticket['subject']),
          status: text(ticket['status']),
          openedAt: openedAt === null ? null : formatInstant(openedAt),
          resolvedAt: resolvedAt === null ? null : formatInstant(resolvedAt),
          values: Object.fromEntries(fields.map((name) => [name, ticket[name] ?? null])),
          findings: findings.map(({ at, answer, ...finding }) => ({
            ...finding,
            answer: visibleData(page.pack, answer, readerOf(key)),
            at: formatInstant(at),
          })),
          url,
        };
      });
      return { reviews, nextCursor: page.more && last ? cursorOf(last) : null };
    },
  });
}

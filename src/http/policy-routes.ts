/** The procedure itself, as people read it. */
import type { FastifyInstance } from 'fastify';
import { botsOf, contextsOf, type BotContext } from '../domain/policy/bots';
import { keyOf } from './auth';
import { operation } from './operation';
import { botsQuery, botsSchema } from './policy-schemas';
import type { HttpPorts } from './ports';
import { readable, readerOf } from './visibility';

/** Adds the routes. */
export function policyRoutes(app: FastifyInstance, ports: HttpPorts): void {
  operation(app, {
    method: 'GET',
    url: '/v1/policy/bots',
    operationId: 'listBots',
    summary: 'The bots of the procedure: name, manner, delay, and what a model that works for them is told',
    tag: 'tickets',
    querystring: botsQuery,
    answers: { 200: { description: "In the pack's order", schema: botsSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_TICKET_NOT_FOUND'],
    handler: async ({ query, request }) => {
      const { ticket } = query;
      if (ticket === undefined) {
        const pack = await ports.policies.active(query.pack);
        return { pack: pack.id, bots: botsOf(pack, {}) };
      }
      const { pack } = await readable(ports.tickets, ticket, keyOf(request));
      const reader = readerOf(keyOf(request));
      const texts: Record<string, Omit<BotContext, 'template'>> = {};
      for (const name of contextsOf(pack)) texts[name] = await ports.tickets.message(ticket, name, reader);
      return { pack: pack.id ?? '', bots: botsOf(pack, texts) };
    },
  });
}

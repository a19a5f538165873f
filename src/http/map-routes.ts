/** The map of a flow: as JSON, as a picture, and as a page of a ticket. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { flowMap, wordsOf, type FlowMap } from '../domain/policy/flow-map';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { flowMapSvg } from '../rehearsal/render/flow-map';
import { keyOf } from './auth';
import { mapQuery, mapSchema, packMapQuery } from './map-schemas';
import { operation } from './operation';
import { escapeHtml } from './page';
import type { ApiKey, HttpPorts } from './ports';
import { ticketParams } from './schemas';
import { readable } from './visibility';

const PAGE = 1_000;
const STYLE = `:root{color-scheme:light}body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;margin:1.5rem;background:#f5f6f8;color:#111827}main{background:#fff;border:1px solid #e5e7eb;border-radius:.6rem;padding:1rem;overflow:auto}h1{font-size:1.3rem}svg{max-width:100%;height:auto}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Every event of a ticket, oldest first: what is archived and what its workflow still holds. */
async function eventsOf(ports: HttpPorts, ticket: string): Promise<{ type: string; data: JsonObject }[]> {
  const events: { type: string; data: JsonObject }[] = [];
  let after = 0;
  for (;;) {
    const page = await ports.tickets.timeline(ticket, { after, limit: PAGE });
    for (const { type, data, seq } of page.events) {
      events.push({ type, data });
      after = seq;
    }
    if (!page.more || page.events.length === 0) return events;
  }
}

type Flows = Partial<Pick<CompiledPack, 'id' | 'flows' | 'voices'>>;

/** The map of the flow that is named, or of the pack's first. Errors: ESC_NOT_FOUND. */
function mapIn(pack: Flows, flow: string | undefined, events: { type: string; data: JsonObject }[]): FlowMap {
  const names = Object.keys(pack.flows ?? {});
  if (names.length === 0 && flow === undefined) return { flow: 'no flow', states: [], begun: false };
  const map = flowMap({ ...pack, flows: pack.flows ?? {} }, flow ?? names[0] ?? '', events);
  if (map) return map;
  const known = names.join(', ') || 'none';
  throw new TocsinError('ESC_NOT_FOUND', `${pack.id ?? 'the pack'} has no flow "${flow ?? ''}"; it has ${known}`);
}

async function ticketMap(ports: HttpPorts, ticket: string, flow: string | undefined, key: ApiKey) {
  const { pack } = await readable(ports.tickets, ticket, key);
  const map = mapIn(pack, flow, await eventsOf(ports, ticket));
  const note = map.begun
    ? `The way of ${ticket}${map.outcome === undefined ? '' : `, which ended as ${wordsOf(map.outcome).toLowerCase()}`}`
    : `${ticket} has not begun it`;
  return { map, svg: flowMapSvg(map, `${pack.id ?? ''}: ${wordsOf(map.flow)}`, note) };
}

const asSvg = (reply: FastifyReply, svg: string): FastifyReply =>
  reply
    .type('image/svg+xml; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .send(svg);

/** Adds the routes. */
export function mapRoutes(app: FastifyInstance, ports: HttpPorts): void {
  const picture = { description: 'SVG', schema: z.string(), types: ['image/svg+xml'] };
  operation(app, {
    method: 'GET',
    url: '/v1/policy/map',
    operationId: 'getPolicyMap',
    summary: 'A flow of the procedure as a picture',
    tag: 'tickets',
    querystring: packMapQuery,
    answers: { 200: picture },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ query, reply }) => {
      const pack = await ports.policies.active(query.pack);
      const map = mapIn(pack, query.flow, []);
      return asSvg(reply, flowMapSvg(map, `${pack.id}: ${wordsOf(map.flow)}`));
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/map',
    operationId: 'getTicketMap',
    summary: 'The map of a flow with the way that this ticket went, in its own version of the procedure',
    tag: 'tickets',
    params: ticketParams,
    querystring: mapQuery,
    answers: { 200: { description: 'States and ways', schema: mapSchema } },
    errors: ['ESC_TICKET_NOT_FOUND', 'ESC_NOT_FOUND'],
    handler: async ({ params, query, request }) => (await ticketMap(ports, params.id, query.flow, keyOf(request))).map,
  });

  operation(app, {
    method: 'GET',
    url: '/v1/tickets/:id/map.svg',
    operationId: 'getTicketMapPicture',
    summary: 'The same as a picture',
    tag: 'tickets',
    params: ticketParams,
    querystring: mapQuery,
    answers: { 200: picture },
    errors: ['ESC_TICKET_NOT_FOUND', 'ESC_NOT_FOUND'],
    handler: async ({ params, query, request, reply }) =>
      asSvg(reply, (await ticketMap(ports, params.id, query.flow, keyOf(request))).svg),
  });

  operation(app, {
    method: 'GET',
    url: '/dashboard/tickets/:id/map',
    operationId: 'getTicketMapPage',
    summary: 'The map of a ticket as a page',
    description: 'A browser may give the key as the password of basic authentication.',
    tag: 'tickets',
    params: ticketParams,
    querystring: mapQuery,
    answers: { 200: { description: 'HTML', schema: z.string(), types: ['text/html'] } },
    errors: ['ESC_TICKET_NOT_FOUND', 'ESC_NOT_FOUND'],
    handler: async ({ params, query, request, reply }) => {
      const { svg } = await ticketMap(ports, params.id, query.flow, keyOf(request));
      const title = `Decision map of ${escapeHtml(params.id)}`;
      return reply.type('text/html; charset=utf-8').header('content-security-policy', CSP).send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><main>${svg}</main></body></html>
`);
    },
  });
}

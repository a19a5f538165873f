/** Checklists: as JSON, as a page, and the ticks of people. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { keyOf } from './auth';
import { CHECKLIST_CSP, checklistPage } from './checklist-page';
import { checklistsQuery, checklistsSchema, itemParams, tickBody } from './checklist-schemas';
import { operation } from './operation';
import type { HttpPorts } from './ports';

/** A browser sends the key of basic authentication along whoever made the form: only forms of this server count. */
function ownForm(request: FastifyRequest): void {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none'))
    throw new TocsinError('ESC_NOT_PERMITTED', 'this form was not made by a page of this server');
}

const html = (reply: FastifyReply): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', CHECKLIST_CSP)
    .header('referrer-policy', 'same-origin');

/** Adds the routes. */
export function checklistRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'GET',
    url: '/v1/checklists',
    operationId: 'listChecklists',
    summary: 'The checklists of a pack: what is in place, by what it is proved, and who ticked the rest',
    tag: 'service',
    querystring: checklistsQuery,
    answers: { 200: { description: "In the pack's order", schema: checklistsSchema } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => ports.checklists.read(query.pack),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/checklists/:checklist/items/:item',
    operationId: 'tickItem',
    summary: 'Tick an item that a person answers for, or take the tick back; every word is kept with name and date',
    tag: 'service',
    params: itemParams,
    body: tickBody,
    answers: { 200: { description: 'The checklists as they are now', schema: checklistsSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND', 'ESC_FIELD_INVALID'],
    handler: async ({ params, body: { pack, note, ...said }, request }) => {
      const order = { ...params, ...said, ...(pack === undefined ? {} : { pack }), keyName: keyOf(request).name };
      await ports.checklists.tick({ ...order, ...(note === undefined ? {} : { note }) }, now());
      return ports.checklists.read(pack);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/dashboard/checklists',
    operationId: 'getChecklistPage',
    summary: 'The checklists as a page',
    description: 'A browser may give the key as the password of basic authentication.',
    tag: 'service',
    querystring: checklistsQuery,
    answers: { 200: { description: 'HTML', schema: z.string(), types: ['text/html'] } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query, reply }) => html(reply).send(checklistPage(await ports.checklists.read(query.pack))),
  });

  operation(app, {
    method: 'POST',
    url: '/dashboard/checklists/:checklist/items/:item',
    operationId: 'tickItemOnPage',
    summary: 'A tick of the page; forms of other sites are refused',
    tag: 'service',
    params: itemParams,
    body: z.record(z.string(), z.string().max(2_000)),
    consumes: ['application/x-www-form-urlencoded'],
    answers: { 303: { description: 'Back to the page', schema: z.string(), types: ['text/html'] } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND', 'ESC_FIELD_INVALID'],
    handler: async ({ params, body, request, reply }) => {
      ownForm(request);
      const form = tickBody.safeParse({
        by: body['by']?.trim(),
        done: body['done'] !== 'false',
        ...(body['pack'] ? { pack: body['pack'] } : {}),
        ...(body['note']?.trim() ? { note: body['note'].trim() } : {}),
      });
      if (!form.success) throw new TocsinError('ESC_REQUEST_INVALID', 'say who ticks: your name', { field: 'by' });
      const { pack, note, ...said } = form.data;
      const order = { ...params, ...said, ...(pack === undefined ? {} : { pack }), keyName: keyOf(request).name };
      await ports.checklists.tick({ ...order, ...(note === undefined ? {} : { note }) }, now());
      const back = `/dashboard/checklists${pack === undefined ? '' : `?pack=${encodeURIComponent(pack)}`}`;
      return html(reply.code(303).header('location', `${back}#${encodeURIComponent(params.checklist)}`)).send('');
    },
  });
}

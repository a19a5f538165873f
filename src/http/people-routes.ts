/** People: how to reach them, who is on call and when, where nobody is, and calendars to subscribe to. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import { DAY_MS, formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { icalOf } from '../oncall/ical';
import { listPeople, orgTree } from '../oncall/people';
import type { OnCallOverride } from '../oncall/resolve';
import { gapsOf, shiftsOf, type Shift } from '../oncall/shifts';
import { keyOf } from './auth';
import { operation } from './operation';
import {
  feedBody,
  feedParams,
  feedSchema,
  gapsSchema,
  orgSchema,
  overriddenSchema,
  overrideBody,
  packQuery,
  peopleQuery,
  peopleSchema,
  shiftsSchema,
  spanQuery,
  whoQuery,
  whoSchema,
} from './people-schemas';
import type { HttpPorts } from './ports';

/** How far a feed and a list of shifts look ahead, and how far they may. */
const AHEAD_MS = 56 * DAY_MS;
const MOST_MS = 732 * DAY_MS;
const PACK: ErrorCode[] = ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'];

/** Adds the routes. */
export function peopleRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  const packOf = (name: string | undefined) => ports.policies.active(name);

  operation(app, {
    method: 'GET',
    url: '/v1/people',
    operationId: 'listPeople',
    summary: 'Roles and how to reach them',
    tag: 'people',
    querystring: peopleQuery,
    answers: { 200: { description: "Roles in the pack's order", schema: peopleSchema } },
    errors: PACK,
    handler: async ({ query }) => {
      const people = listPeople(await packOf(query.pack), query.role);
      if (query.role !== undefined && people.length === 0) throw unknown('role', query.role);
      return { people };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/people/tree',
    operationId: 'getOrganisation',
    summary: 'Who reports to whom, and how many there are',
    tag: 'people',
    querystring: packQuery,
    answers: { 200: { description: 'The tree', schema: orgSchema } },
    errors: PACK,
    handler: async ({ query }) => ({ tree: orgTree(await packOf(query.pack)) }),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/oncall',
    operationId: 'whoIsOnCall',
    summary: 'Who is on call at an instant',
    tag: 'people',
    querystring: whoQuery,
    answers: { 200: { description: 'One entry a rotation', schema: whoSchema } },
    errors: PACK,
    handler: async ({ query }) => {
      const pack = await packOf(query.pack);
      const at = instantOr(query.at, now());
      const overrides = await ports.onCall.overrides(at);
      const onCall = rotasOf(pack, query.rota).flatMap((rota) => {
        const shift = shiftsOf(rota, overrides, at - 8 * DAY_MS, at + 8 * DAY_MS).find(
          (one) => one.from <= at && at < one.to,
        );
        if (!shift) return [];
        const own = rota.people.find((one) => one.name === shift.person?.name);
        const { name, ...contacts } = { name: null, ...own, ...shift.person };
        return [
          {
            rota: rota.name,
            person: name,
            ...contacts,
            override: shift.override,
            since: formatInstant(shift.from),
            until: formatInstant(shift.to),
          },
        ];
      });
      return { at: formatInstant(at), onCall, catchAll: pack.catchAll };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/oncall/shifts',
    operationId: 'listShifts',
    summary: 'Who is on call over a span',
    tag: 'people',
    querystring: spanQuery,
    answers: { 200: { description: 'Shifts', schema: shiftsSchema } },
    errors: [...PACK, 'ESC_INSTANT_INVALID'],
    handler: async ({ query }) => {
      const { from, to } = spanOf(query, now());
      const shifts = await shiftsIn(ports, await packOf(query.pack), query, from, to);
      return {
        shifts: shifts.map(({ person, ...shift }) => ({
          ...shift,
          from: formatInstant(shift.from),
          to: formatInstant(shift.to),
          person: person?.name ?? null,
        })),
      };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/oncall/gaps',
    operationId: 'listGaps',
    summary: 'When a page would reach nobody',
    tag: 'people',
    querystring: spanQuery.omit({ person: true }),
    answers: { 200: { description: 'Spans, and why', schema: gapsSchema } },
    errors: [...PACK, 'ESC_INSTANT_INVALID'],
    handler: async ({ query }) => {
      const pack = await packOf(query.pack);
      const { from, to } = spanOf(query, now());
      const gaps = gapsOf(pack, await ports.onCall.overrides(from), from, to);
      return {
        gaps: gaps
          .filter((gap) => query.rota === undefined || gap.rota === query.rota)
          .map((gap) => ({ ...gap, from: formatInstant(gap.from), to: formatInstant(gap.to) })),
      };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/oncall/overrides',
    operationId: 'addOverride',
    summary: 'Somebody stands in for a rotation or a role',
    tag: 'people',
    body: overrideBody,
    answers: { 201: { description: 'It was recorded', schema: overriddenSchema } },
    errors: [...PACK, 'ESC_FIELD_INVALID', 'ESC_FIELD_UNKNOWN'],
    handler: async ({ body, request, reply }) => {
      const { pack: name, person: given, from, to, ...of } = body;
      const pack = await packOf(name);
      if (of.rota !== undefined) rotasOf(pack, of.rota);
      if (of.role !== undefined && !pack.people[of.role]) throw unknown('role', of.role);
      const override = {
        ...of,
        person: typeof given === 'string' ? { name: given } : given,
        from: instantOr(from, now()),
        to: instantOr(to, now()),
        by: keyOf(request).name,
      } as OnCallOverride & { by: string };
      reply.code(201);
      return { id: await ports.onCall.addOverride(override, now()) };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/oncall/feeds',
    operationId: 'makeFeed',
    summary: 'A secret address under which a calendar program subscribes to a rotation',
    tag: 'people',
    body: feedBody,
    bodyOptional: true,
    answers: { 201: { description: 'The address', schema: feedSchema } },
    errors: PACK,
    handler: async ({ body, request, reply }) => {
      if (body.rota !== undefined) rotasOf(await packOf(undefined), body.rota);
      const feed = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      const token = await ports.onCall.makeFeed({ ...feed, by: keyOf(request).name }, now());
      reply.code(201);
      return { url: `/v1/oncall/feeds/${token}.ics` };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/oncall/feeds/:token',
    operationId: 'getFeed',
    summary: 'A rotation as iCalendar; its address is the secret',
    tag: 'people',
    params: feedParams,
    answers: { 200: { description: 'RFC 5545', schema: z.string(), types: ['text/calendar'] } },
    errors: [...PACK, 'ESC_STORE_UNAVAILABLE'],
    handler: async ({ params, reply }) => {
      const feed = await ports.onCall.feed(params.token.slice(0, -'.ics'.length));
      const pack = await packOf(undefined);
      const from = now() - 7 * DAY_MS;
      const shifts = await shiftsIn(ports, pack, feed, from, from + 26 * 7 * DAY_MS);
      const name = `On call: ${[feed.rota, feed.person].filter((one) => one !== undefined).join(', ') || pack.id}`;
      return reply
        .type('text/calendar; charset=utf-8')
        .send(icalOf(shifts, { name, now: now(), ...(feed.person === undefined ? {} : { person: feed.person }) }));
    },
  });
}

const unknown = (what: string, name: string): TocsinError =>
  new TocsinError('ESC_NOT_FOUND', `the pack has no ${what} "${name}"`, { [what]: name });

function rotasOf(pack: CompiledPack, name: string | undefined): CompiledPack['rotas'][string][] {
  if (name === undefined) return Object.values(pack.rotas);
  const rota = pack.rotas[name];
  if (!rota) throw unknown('rotation', name);
  return [rota];
}

async function shiftsIn(
  ports: HttpPorts,
  pack: CompiledPack,
  wanted: { rota?: string | undefined; person?: string | undefined },
  from: EpochMs,
  to: EpochMs,
): Promise<Shift[]> {
  const overrides = await ports.onCall.overrides(from);
  return rotasOf(pack, wanted.rota)
    .flatMap((rota) => shiftsOf(rota, overrides, from, to))
    .filter((shift) => wanted.person === undefined || shift.person?.name === wanted.person)
    .sort((a, b) => a.from - b.from);
}

const instantOr = (text: string | undefined, otherwise: EpochMs): EpochMs =>
  text === undefined ? otherwise : (parseInstant(text) ?? otherwise);

function spanOf(
  query: { from?: string | undefined; to?: string | undefined },
  now: EpochMs,
): { from: EpochMs; to: EpochMs } {
  const from = instantOr(query.from, now);
  const to = instantOr(query.to, from + AHEAD_MS);
  if (to <= from) throw new TocsinError('ESC_INSTANT_INVALID', 'the span must end after it begins', { field: 'to' });
  if (to - from > MOST_MS)
    throw new TocsinError('ESC_INSTANT_INVALID', 'the span must be at most two years long', { field: 'to' });
  return { from, to };
}

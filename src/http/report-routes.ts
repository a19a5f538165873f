/** Key figures, series and reports. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { parseInstant, type EpochMs } from '../domain/time/instants';
import { keyOf } from './auth';
import { operation } from './operation';
import type { HttpPorts, MetricOrder } from './ports';
import { prefersHtml } from './page';
import { repeatKey } from './schemas';
import { readerOf } from './visibility';

const name = (what: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63})?$/, 'must be a name: lower case letters, digits and _')
    .describe(what);
const object = z.record(z.string(), z.unknown());
const key = z.string().min(1).max(120);
const periodText = z
  .string()
  .regex(/^\d{4}(-\d\d(-\d\d)?|-W\d\d|-Q[1-4])?$/, 'must be a period: 2025-01, 2025-W05, 2025-Q1, 2025-01-27 or 2025');

const pack = z.string().min(1).max(64).optional().describe('The pack; the default one when left out');

const metricQuery = z.object({
  pack,
  from: z.string().max(40).optional().describe('An instant, or a date in the zone of the pack'),
  to: z.string().max(40).optional().describe('An instant, or a date; exclusive'),
  period: periodText.optional().describe('In place of from and to: 2025-01, 2025-W05, 2025-Q1, 2025-01-27'),
  by: z
    .string()
    .max(200)
    .optional()
    .describe('Groups, with commas: month, week, day, priority, plan, tier, channel, …'),
  plan: key.optional(),
  priority: key.optional(),
  tier: key.optional(),
  channel: key.optional(),
  queue: key.optional(),
  format: z.enum(['json', 'csv']).default('json'),
});

const measurements = z
  .object({
    points: z
      .array(
        z.object({
          value: z.number(),
          at: z.string().max(40).optional().describe('Absent: now'),
          key: repeatKey.optional(),
          labels: z.record(z.string().max(60), z.union([z.string().max(300), z.number(), z.boolean()])).default({}),
        }),
      )
      .min(1)
      .max(1_000),
  })
  .meta({ id: 'Measurements' });

const FILTERS = ['plan', 'priority', 'tier', 'channel', 'queue'] as const;

function orderOf(metric: string, query: z.output<typeof metricQuery>): MetricOrder {
  const filters = Object.fromEntries(FILTERS.flatMap((one) => (query[one] === undefined ? [] : [[one, query[one]]])));
  const by = query.by?.split(',').filter((one) => one !== '');
  const dimension = /^[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?$/;
  if (by && !by.every((one) => dimension.test(one)))
    throw new TocsinError('ESC_REQUEST_INVALID', '"by" must be names with commas', { field: 'by' });
  return {
    metric,
    ...(query.pack === undefined ? {} : { pack: query.pack }),
    ...(query.period === undefined ? {} : { period: query.period }),
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(by === undefined ? {} : { by }),
    filters,
  };
}

/** Adds `/v1/reports`, `/v1/series`. */
export function reportRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'GET',
    url: '/v1/reports',
    operationId: 'listReports',
    summary: 'Key figures and reports of the pack',
    tag: 'reports',
    querystring: z.object({ pack }),
    answers: { 200: { description: 'Names, titles, targets, groups', schema: object } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => ports.reports.catalogue(query.pack),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/reports/:kpi',
    operationId: 'getReport',
    summary: 'A key figure over a period',
    description: 'Shares are from 0 to 1, durations in seconds. No data is null, never 0.',
    tag: 'reports',
    params: z.object({ kpi: name('A metric of the pack') }),
    querystring: metricQuery,
    answers: {
      200: {
        description: 'The figure, as a whole and by group',
        schema: z.union([object, z.string()]),
        types: ['application/json', 'text/csv'],
      },
    },
    errors: ['ESC_METRIC_UNKNOWN', 'ESC_PACK_UNKNOWN'],
    handler: async ({ params, query, reply }) => {
      const order = orderOf(params.kpi, query);
      if (query.format === 'csv')
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${params.kpi}.csv"`)
          .send(await ports.reports.csv([order], now()));
      const [found] = await ports.reports.metrics([order], now());
      return found;
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/reports/:kpi/:period',
    operationId: 'getMadeReport',
    summary: 'A report of a period, as it was sent or made now',
    tag: 'reports',
    params: z.object({
      kpi: name('A report of the pack'),
      period: periodText.describe('2025-01, 2025-W05, 2025-Q1, 2025-01-27'),
    }),
    querystring: z.object({
      pack,
      fresh: z.enum(['true', 'false']).default('false').describe('Made now from the archive, whatever was sent'),
      format: z.enum(['json', 'html', 'text']).optional(),
    }),
    answers: {
      200: {
        description: 'The report',
        schema: z.union([object, z.string()]),
        types: ['application/json', 'text/html', 'text/plain'],
      },
    },
    errors: ['ESC_REPORT_UNKNOWN', 'ESC_PACK_UNKNOWN'],
    handler: async ({ params, query, request, reply }) => {
      const found = await ports.reports.report(params.kpi, params.period, query.fresh === 'true', now(), query.pack);
      const format = query.format ?? (prefersHtml(request.headers.accept) ? 'html' : 'json');
      if (format === 'json') return found.json;
      if (format === 'text') return reply.type('text/plain; charset=utf-8').send(found.text);
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        .send(found.html);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/reports/:kpi/:period/transcripts',
    operationId: 'exportTranscripts',
    summary: 'The conversations behind a report of a period, one a line',
    description:
      'Each line is a ticket with its turns, as `POST /v1/triage` and `tocsin triage` read them. Tickets that are restricted to other groups are left out.',
    tag: 'reports',
    params: z.object({
      kpi: name('A report of the pack'),
      period: periodText.describe('2025-01, 2025-W05, 2025-Q1, 2025-01-27'),
    }),
    querystring: z.object({ pack }),
    answers: { 200: { description: 'NDJSON', schema: z.string(), types: ['application/x-ndjson'] } },
    errors: ['ESC_REPORT_UNKNOWN', 'ESC_PACK_UNKNOWN'],
    handler: async ({ params, query, request, reply }) =>
      reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="${params.kpi}-${params.period}.ndjson"`)
        .send(await ports.reports.transcripts(params.kpi, params.period, readerOf(keyOf(request)), query.pack)),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/series/:series',
    operationId: 'postSeries',
    summary: 'Post measurements that come from no ticket',
    description: 'The same key of a series is the same measurement: posting it again changes nothing.',
    tag: 'reports',
    params: z.object({ series: name('The series') }),
    body: measurements,
    answers: { 200: { description: 'How many were new', schema: z.object({ stored: z.number().int() }) } },
    errors: ['ESC_INSTANT_INVALID'],
    handler: async ({ params, body, request }) => {
      const at = now();
      const points = body.points.map((point) => {
        const given = point.at === undefined ? at : parseInstant(point.at);
        if (given === undefined)
          throw new TocsinError('ESC_INSTANT_INVALID', `"${point.at}" is no RFC 3339 instant`, { field: 'at' });
        return {
          value: point.value,
          at: given,
          labels: point.labels,
          ...(point.key === undefined ? {} : { key: point.key }),
        };
      });
      return { stored: await ports.reports.addPoints(params.series, points, at, keyOf(request).name) };
    },
  });
}

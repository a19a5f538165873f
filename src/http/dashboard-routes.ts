/** The dashboard: as JSON, as a stream of server-sent events, and as a page that needs no script to be read. */
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { operation } from './operation';
import { escapeHtml } from './page';
import type { HttpPorts } from './ports';

/** How often a stream looks again: what happened is seen within five seconds (SEC-HD-191). */
const LOOK_MS = 2_000;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;margin:0;padding:1.5rem;background:#f5f6f8;color:#111827}
h1{font-size:1.3rem;margin:0 0 1rem}main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr))}
section{background:#fff;border:1px solid #e5e7eb;border-radius:.6rem;padding:1rem 1.2rem;overflow:hidden}h2{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:#6b7280;margin:0 0 .6rem}
table{width:100%;border-collapse:collapse}th{text-align:left;font-weight:400;padding:.2rem 0}td{text-align:right;font-weight:600;font-variant-numeric:tabular-nums;padding:.2rem 0}td[colspan]{text-align:left;font-weight:400;color:#6b7280}
svg{max-width:100%;height:auto}.at{grid-column:1/-1;color:#6b7280;font-size:.85rem;margin:0}
@media (prefers-color-scheme:dark){body{background:#111418;color:#e5e7eb}section{background:#1b1f24;border-color:#2b3138}h2,.at{color:#9aa4b2}svg text{fill:#cbd5e1}}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const CSP = `default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const pack = z.string().min(1).max(64).optional().describe('The pack; the default one when left out');
const report = z.string().min(1).max(128).optional().describe('A live report of the pack; its first when left out');
/** The same query again, for the widgets of a page. */
function searchOf(query: { pack?: string | undefined; report?: string | undefined }): string {
  const given = Object.entries(query).filter((one): one is [string, string] => typeof one[1] === 'string');
  return given.length === 0 ? '' : `?${escapeHtml(new URLSearchParams(given).toString())}`;
}

/** Adds `/v1/dashboard`, its stream, and the page. */
export function dashboardRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  const object = z.record(z.string(), z.unknown());
  operation(app, {
    method: 'GET',
    url: '/v1/dashboard',
    operationId: 'getDashboard',
    summary: 'The widgets of the dashboard',
    tag: 'reports',
    querystring: z.object({ pack, report }),
    answers: { 200: { description: 'Widgets with their lines', schema: object } },
    errors: ['ESC_REPORT_UNKNOWN', 'ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => (await ports.reports.dashboard(now(), query.pack, query.report)).json,
  });

  operation(app, {
    method: 'GET',
    url: '/v1/dashboard/stream',
    operationId: 'streamDashboard',
    summary: 'The widgets again whenever they change, as server-sent events',
    tag: 'reports',
    querystring: z.object({
      pack,
      report,
      for: z.coerce.number().int().min(0).max(3_600).default(3_600).describe('Seconds after which it ends; ask again'),
    }),
    answers: { 200: { description: 'Events "dashboard"', schema: z.string(), types: ['text/event-stream'] } },
    errors: ['ESC_REPORT_UNKNOWN', 'ESC_PACK_UNKNOWN'],
    handler: async ({ query, request, reply }) => {
      let last = '';
      const first = (await ports.reports.dashboard(now(), query.pack, query.report)).json;
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const tell = (json: JsonObject): void => {
        const seen = JSON.stringify(json['widgets']);
        if (seen === last) raw.write(': nothing new\n\n');
        else raw.write(`event: dashboard\ndata: ${JSON.stringify(json)}\n\n`);
        last = seen;
      };
      tell(first);
      if (query.for === 0) return raw.end();
      const end = setTimeout(() => raw.end(), query.for * 1_000);
      const timer = setInterval(() => {
        void ports.reports.dashboard(now(), query.pack, query.report).then(
          ({ json }) => tell(json),
          // A store that is away for a moment is no reason to hang up.
          () => raw.write(': not known at the moment\n\n'),
        );
      }, LOOK_MS);
      raw.on('close', () => {
        clearInterval(timer);
        clearTimeout(end);
      });
      request.raw.on('close', () => raw.end());
      return undefined;
    },
  });

  const page = (
    title: string,
    widgets: string,
    query: { pack?: string | undefined; report?: string | undefined },
  ): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false}'>
<title>${escapeHtml(title)}</title><style>${STYLE}</style><script src="/dashboard/htmx.js" defer></script></head>
<body><h1>${escapeHtml(title)}</h1><main hx-get="/dashboard/widgets${searchOf(query)}" hx-trigger="every 3s">${widgets}</main></body></html>
`;
  const html = (url: '/dashboard' | '/dashboard/widgets', operationId: string, summary: string): void =>
    operation(app, {
      method: 'GET',
      url,
      operationId,
      summary,
      description: 'A browser may give the key as the password of basic authentication.',
      tag: 'reports',
      querystring: z.object({ pack, report }),
      answers: { 200: { description: 'HTML', schema: z.string(), types: ['text/html'] } },
      errors: ['ESC_REPORT_UNKNOWN', 'ESC_PACK_UNKNOWN'],
      handler: async ({ query, reply }) => {
        const { json, html: widgets } = await ports.reports.dashboard(now(), query.pack, query.report);
        return reply
          .type('text/html; charset=utf-8')
          .header('content-security-policy', CSP)
          .header('referrer-policy', 'no-referrer')
          .send(url === '/dashboard' ? page(String(json['title']), widgets, query) : widgets);
      },
    });
  html('/dashboard', 'getDashboardPage', 'The dashboard as a page');
  html('/dashboard/widgets', 'getDashboardWidgets', 'The widgets alone');
  let script: string | undefined;
  operation(app, {
    method: 'GET',
    url: '/dashboard/htmx.js',
    operationId: 'getDashboardScript',
    summary: 'The script that renews the widgets',
    tag: 'reports',
    answers: { 200: { description: 'JavaScript', schema: z.string(), types: ['text/javascript'] } },
    handler: async ({ reply }) => {
      script ??= readFileSync(require.resolve('htmx.org/dist/htmx.min.js'), 'utf8');
      return reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=86400').send(script);
    },
  });
}

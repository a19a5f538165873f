/** Pages: Liquid templates in one layout, every value escaped, nothing from elsewhere, everything works without scripts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { DateTime } from 'luxon';

/** Styles and scripts come from this server alone; no frames, no inline code, forms go nowhere else. */
export const WEB_CSP = [
  ...[
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' https: data:",
  ],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ');

const engine = new Liquid({
  root: join(__dirname, 'pages'),
  extname: '.liquid',
  cache: true,
  outputEscape: 'escape',
  ownPropertyOnly: true,
  strictFilters: true,
});
const inZone = (value: unknown, format: string): string => {
  const time =
    typeof value === 'number'
      ? DateTime.fromMillis(value, { zone: 'UTC' })
      : DateTime.fromISO(String(value), { zone: 'UTC' });
  return time.isValid ? time.setLocale('en-GB').toFormat(format) : '';
};
engine.registerFilter('time', (value: unknown) => inZone(value, "d LLL yyyy, HH:mm 'UTC'"));
engine.registerFilter('day', (value: unknown) => inZone(value, 'd LLLL yyyy'));
engine.registerFilter('iso', (value: unknown) => inZone(value, "yyyy-MM-dd'T'HH:mm:ss'Z'"));
engine.registerFilter('words', (value: unknown) => {
  const text = String(value ?? '').replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
});
// Addresses in plain text become links; the text is escaped first.
engine.registerFilter('linked', {
  raw: true,
  handler: (value: unknown) =>
    escapeHtml(String(value ?? '')).replace(
      /https?:\/\/[^\s<]+[^\s<.,;:!?)]/g,
      (url) => `<a href="${url}" rel="noopener noreferrer">${url}</a>`,
    ),
});

const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign,
  );

/** A page as HTML. `vars` are its values; what is HTML already is shown with the filter `raw`. */
export function renderPage(name: string, vars: Record<string, unknown>): string {
  return engine.renderFileSync(name, vars) as string;
}

/** A file that pages refer to: its type and its content. */
export interface Asset {
  type: string;
  body: Buffer;
}

const asset = (type: string, path: string): (() => Asset) => {
  let read: Asset | undefined;
  return () => (read ??= { type, body: readFileSync(path) });
};

/** The files, by name; read when first asked for. */
export const ASSETS: Readonly<Record<string, () => Asset>> = {
  'portal.css': asset('text/css; charset=utf-8', join(__dirname, 'assets', 'portal.css')),
  'htmx.js': asset('text/javascript; charset=utf-8', require.resolve('htmx.org/dist/htmx.min.js')),
};

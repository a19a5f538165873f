/** Messages of a pack: Liquid text with a YAML head. Rendered outside the workflow, under limits (design.md, decision 7). */
import { Liquid } from 'liquidjs';
import { DateTime } from 'luxon';
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { parseDuration } from '../domain/time/instants';

export interface TemplateSource {
  subject?: string;
  text: string;
  html?: string;
}

export interface RenderedMessage {
  subject: string;
  text: string;
  html: string;
}

const LIMITS = { parseLimit: 100_000, renderLimit: 500, memoryLimit: 2_000_000 };

/** "30 minutes", "1 hour", "2 hours 30 minutes". */
export function durationWords(value: unknown): string {
  const total = typeof value === 'number' ? value : (parseDuration(String(value)) ?? Number.NaN);
  if (!Number.isFinite(total)) return String(value);
  const minutes = Math.round(total / 60_000);
  const parts: string[] = [];
  const add = (n: number, unit: string): void => {
    if (n > 0) parts.push(`${n} ${unit}${n === 1 ? '' : 's'}`);
  };
  add(Math.floor(minutes / 1_440), 'day');
  add(Math.floor((minutes % 1_440) / 60), 'hour');
  add(minutes % 60, 'minute');
  return parts.join(' ') || '0 minutes';
}

function at(value: unknown, zone: string, format: string): string {
  const time = typeof value === 'number' ? DateTime.fromMillis(value, { zone }) : DateTime.fromISO(String(value), { zone, setZone: false }).setZone(zone);
  return time.isValid ? time.setLocale('en').toFormat(format) : String(value);
}

function engine(zone: string, escape: boolean): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    jsTruthy: false,
    lenientIf: true,
    ...(escape ? { outputEscape: 'escape' as const } : {}),
    ...LIMITS,
  });
  liquid.registerFilter('duration', durationWords);
  liquid.registerFilter('time', (value: unknown) => at(value, zone, 'ccc d LLL yyyy, HH:mm ZZZZ'));
  liquid.registerFilter('clock', (value: unknown) => at(value, zone, 'HH:mm ZZZZ'));
  liquid.registerFilter('date_only', (value: unknown) => at(value, zone, 'ccc d LLL yyyy'));
  return liquid;
}

/** Dotted names a template's texts read, by Liquid's own analysis. */
export function variablesOf(source: TemplateSource): string[] {
  const liquid = engine('UTC', false);
  const names = new Set<string>();
  for (const text of [source.subject, source.text, source.html]) {
    if (text === undefined) continue;
    for (const path of liquid.globalVariableSegmentsSync(liquid.parse(text))) {
      const parts = path.filter((part): part is string => typeof part === 'string');
      names.add(parts.slice(0, 4).join('.'));
    }
  }
  return [...names].sort();
}

const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** Plain text as HTML: escaped paragraphs, http(s) addresses as links. */
export function htmlOf(text: string): string {
  const paragraphs = escapeHtml(text.trim())
    .split(/\n{2,}/)
    .map((part) => `<p>${part.replace(/\n/g, '<br>\n').replace(/https?:\/\/[^\s<]+[^\s<.,;:!?)]/g, (url) => `<a href="${url}">${url}</a>`)}</p>`);
  return `<!doctype html><html><body style="font-family:sans-serif;line-height:1.5">\n${paragraphs.join('\n')}\n</body></html>\n`;
}

/** Render a message. A subject never has a line break. Throws ESC_TEMPLATE_FAILED naming what was missing. */
export function renderTemplate(name: string, source: TemplateSource, vars: JsonObject, zone: string): RenderedMessage {
  try {
    const plain = engine(zone, false);
    const text = String(plain.parseAndRenderSync(source.text, vars));
    const subject = source.subject === undefined ? '' : String(plain.parseAndRenderSync(source.subject, vars)).replace(/\s+/g, ' ').trim();
    const html = source.html === undefined ? htmlOf(text) : String(engine(zone, true).parseAndRenderSync(source.html, vars));
    return { subject, text, html };
  } catch (error) {
    throw new TocsinError('ESC_TEMPLATE_FAILED', `template "${name}": ${error instanceof Error ? error.message : String(error)}`, { template: name });
  }
}

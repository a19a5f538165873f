/** Messages of a pack: Liquid text with a YAML head. Rendered outside the workflow, under limits (design.md, decision 7). */
import { Liquid, LiquidError } from 'liquidjs';
import { DateTime } from 'luxon';
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { MINUTE_MS, parseDuration } from '../domain/time/instants';
import { durationWords as wordsOf } from '../domain/time/words';

/** The texts of one template. Without `html` the HTML is made from the text. */
export interface TemplateSource {
  subject?: string;
  text: string;
  html?: string;
}

/** A message in words. The subject never has a line break; empty where the template has none. */
export interface RenderedMessage {
  subject: string;
  text: string;
  html: string;
}

/** A Liquid text that cannot be parsed; line and column from 1. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

/** Characters parsed, milliseconds of rendering, and objects and characters made, at most. */
const LIMITS = { parseLimit: 100_000, renderLimit: 500, memoryLimit: 2_000_000 };

/** "30 minutes", "1 hour", "2 hours 30 minutes" of ms or an ISO 8601 duration; under a minute "45 seconds". */
export function durationWords(value: unknown): string {
  const total = typeof value === 'number' ? value : parseDuration(String(value));
  if (total === undefined || !Number.isFinite(total)) throw new Error(`${JSON.stringify(value)} is no duration`);
  return wordsOf(total);
}

/** "1.5 hours", "1 hour", "48 hours" of ms or an ISO 8601 duration, to a tenth of an hour. */
export function hourWords(value: unknown): string {
  const total = typeof value === 'number' ? value : parseDuration(String(value));
  if (total === undefined || !Number.isFinite(total)) throw new Error(`${JSON.stringify(value)} is no duration`);
  const hours = Math.round(total / (6 * MINUTE_MS)) / 10;
  return `${hours} hour${hours === 1 ? '' : 's'}`;
}

/** An instant (epoch ms or RFC 3339) in words of a zone. */
function timeWords(value: unknown, zone: string, format: string): string {
  const time =
    typeof value === 'number' ? DateTime.fromMillis(value, { zone }) : DateTime.fromISO(String(value), { zone });
  if (!time.isValid) throw new Error(`${JSON.stringify(value)} is no instant`);
  return time.setLocale('en-US').toFormat(format);
}

/** A Liquid engine for texts of packs: strict, own properties only, limited; with the filters time, clock, date, duration. */
export function createTemplateEngine(zone: string, escape = false): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    ...(escape ? { outputEscape: 'escape' as const } : {}),
    ...LIMITS,
  });
  liquid.registerFilter('duration', durationWords);
  // A share from 0 to 1 as a percentage with so many digits at most.
  liquid.registerFilter('percent', (value: unknown, digits: unknown = 1) =>
    typeof value === 'number' ? `${Number((value * 100).toFixed(Number(digits)))}%` : 'no data',
  );
  liquid.registerFilter('hours', hourWords);
  liquid.registerFilter('utc', (value: unknown) => `${timeWords(value, 'UTC', 'yyyy-MM-dd HH:mm:ss')} UTC`);
  liquid.registerFilter('time', (value: unknown) => timeWords(value, zone, 'ccc d LLL yyyy, HH:mm ZZZZ'));
  liquid.registerFilter('clock', (value: unknown) => timeWords(value, zone, 'HH:mm ZZZZ'));
  for (const name of ['date', 'date_only'])
    liquid.registerFilter(name, (value: unknown) => timeWords(value, zone, 'ccc d LLL yyyy'));
  return liquid;
}

const analysis = createTemplateEngine('UTC');

/** Dotted names that one Liquid text reads, by Liquid's own analysis. Throws {@link TemplateSyntaxError}. */
export function variablesIn(text: string): string[] {
  try {
    const names = new Set<string>();
    for (const segments of analysis.globalVariableSegmentsSync(analysis.parse(text))) {
      const computed = segments.findIndex((segment) => typeof segment !== 'string');
      names.add((computed < 0 ? segments : segments.slice(0, computed)).map(String).join('.'));
    }
    return [...names].sort();
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    const [line = 1, column = 1] = (error as { token?: { getPosition(): number[] } }).token?.getPosition() ?? [];
    throw new TemplateSyntaxError(firstLine(error).replace(/, line:\d+, col:\d+$/, ''), line, column);
  }
}

/** Dotted names that the texts of a template read. */
export function variablesOf(source: TemplateSource): string[] {
  const texts = [source.subject, source.text, source.html].filter((text): text is string => text !== undefined);
  return [...new Set(texts.flatMap(variablesIn))].sort();
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
const escapeHtml = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');

/** Plain text as HTML: escaped paragraphs, addresses of pages as links. */
export function htmlOf(text: string): string {
  const link = (part: string): string =>
    part.replace(
      /https?:\/\/(?:(?!&quot;|&#39;|&lt;|&gt;)[^\s<])+(?<![.,;:!?)])/g,
      (url) => `<a href="${url}">${url}</a>`,
    );
  const paragraphs = escapeHtml(text.trim())
    .split(/\n\s*\n/)
    .map((part) => `<p>${link(part).replace(/\r?\n/g, '<br>\n')}</p>`);
  return `<!doctype html>\n<html><body style="font-family:sans-serif;line-height:1.5">\n${paragraphs.join('\n')}\n</body></html>\n`;
}

/** Render a message; times are shown in `zone`. Throws ESC_TEMPLATE_FAILED, which says what was missing or wrong. */
export function renderTemplate(name: string, source: TemplateSource, vars: JsonObject, zone: string): RenderedMessage {
  try {
    const plain = createTemplateEngine(zone);
    const render = (engine: Liquid, text: string): string => String(engine.parseAndRenderSync(text, vars));
    const text = render(plain, source.text);
    const subject = source.subject === undefined ? '' : oneLine(render(plain, source.subject));
    const html = source.html === undefined ? htmlOf(text) : render(createTemplateEngine(zone, true), source.html);
    return { subject, text, html };
  } catch (error) {
    throw new TocsinError('ESC_TEMPLATE_FAILED', `the template "${name}" cannot be rendered: ${firstLine(error)}`, {
      template: name,
    });
  }
}

/** A header must not hold a line break: whoever wrote a field could add headers of their own. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

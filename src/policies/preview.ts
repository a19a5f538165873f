/** A template with made-up values, so that its author sees the words before anybody else does. */
import { TocsinError } from '../domain/errors';
import type { FieldDef, Json, JsonObject } from '../domain/policy/types';
import type { Opening, TicketState } from '../domain/ticket/types';
import { put, variablesOf } from '../domain/ticket/variables';
import { HOUR_MS, MINUTE_MS, parseInstant } from '../domain/time/instants';
import type { LoadedPack } from './load';
import { renderTemplate, type RenderedMessage, type TemplateSource } from './templates';

/** Tue 27 Jan 2026, 15:30 UTC. */
const NOW = parseInstant('2026-01-27T15:30:00Z') ?? 0;

const SAMPLES: Record<string, Json> = {
  id: 'tick-20260127-001',
  number: 'TICK-20260127-001',
  name: 'Ada Example',
  email: 'ada@example.com',
  plan: 'enterprise',
  priority: 'P1',
  status: 'in_progress',
  level: 1,
  interval: 30 * MINUTE_MS,
  next: NOW + 30 * MINUTE_MS,
  due: NOW + HOUR_MS,
  at: NOW,
  opened_at: NOW,
  resolved_at: NOW + 4 * HOUR_MS,
  anchor: NOW,
  breached: false,
  remaining_share: 0.25,
};

function sampleOf(dotted: string, field: FieldDef | undefined): Json {
  const last = dotted.split('.').at(-1) ?? dotted;
  if (field?.default && 'lit' in field.default) return field.default.lit;
  switch (field?.type) {
    case 'enum':
      return field.values[0] ?? null;
    case 'set':
      return field.values.slice(0, 2);
    case 'list':
      return ['first', 'second'];
    case 'number':
      return 42;
    case 'bool':
      return true;
    case 'date':
      return '2026-02-03';
    case 'money':
      return { value: 100, currency: 'EUR' };
    default:
      return SAMPLES[last] ?? `<${dotted}>`;
  }
}

/** Values for every name a template reads: those of an opening where it has them, made up otherwise. */
export function sampleVars(loaded: Pick<LoadedPack, 'pack'>, template: string, opening?: Opening): JsonObject {
  const vars: JsonObject = {};
  const def = loaded.pack.templates[template];
  const given: JsonObject = { ...(opening as unknown as JsonObject | undefined), ...opening?.fields };
  // Longer names first give way to none: `ticket.customer` after `ticket.customer.name` would hide it.
  for (const dotted of [...(def?.vars ?? [])].sort()) {
    const [root, ...rest] = dotted.split('.');
    const field = root === 'ticket' && rest[0] !== undefined ? loaded.pack.fields[rest[0]] : undefined;
    const known = root === 'ticket' ? rest.reduce<Json | undefined>(stepInto, given) : undefined;
    put(vars, dotted, known ?? sampleOf(dotted, rest.length === 1 ? field : undefined));
  }
  return vars;
}

const stepInto = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, key)
    ? value[key]
    : undefined;

/** A message as it would read, and the names for which a value had to be made up. */
export interface Preview extends RenderedMessage {
  madeUp: string[];
}

/** What a preview is made from: nothing, what intake says of a ticket, or a ticket as it stands. */
export interface PreviewOf {
  opening?: Opening;
  state?: TicketState;
}

/** Values of a ticket as it stands, over made-up ones for what it does not have. */
function varsOf(
  loaded: Pick<LoadedPack, 'pack'>,
  template: string,
  of: PreviewOf,
): { vars: JsonObject; madeUp: string[]; own?: JsonObject } {
  const { pack } = loaded;
  const def = pack.templates[template];
  const vars = sampleVars(loaded, template, of.opening);
  if (!of.state || !def) return { vars, madeUp: of.opening ? [] : (def?.vars ?? []) };
  const { state } = of;
  const event = { type: 'preview', at: state.at, by: { name: 'tocsin', kind: 'engine' as const }, data: {} };
  // What its customer said last stands in for the message in hand.
  const message = Object.values(state.flows).at(-1)?.message;
  const scope = { pack, state, event, ...(message ? { message } : {}) };
  const madeUp: string[] = [];
  for (const dotted of def.vars) {
    const real = variablesOf(scope, { ...def, vars: [dotted] }, {}, Infinity);
    const value = dotted.split('.').reduce<Json | undefined>(stepInto, real);
    if (value === undefined) madeUp.push(dotted);
    else put(vars, dotted, value);
  }
  return { vars, madeUp, own: variablesOf(scope, def, {}, Infinity) };
}

function written(
  template: string,
  source: TemplateSource,
  vars: JsonObject,
  zone: string,
): RenderedMessage | undefined {
  try {
    return renderTemplate(template, source, vars, zone);
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'ESC_TEMPLATE_FAILED') return undefined;
    throw error;
  }
}

/** Render a template of a pack for a ticket, or with sample values. Undefined where the pack has no such template. */
export function previewTemplate(
  loaded: Pick<LoadedPack, 'pack' | 'templates'>,
  template: string,
  of: PreviewOf = {},
): Preview | undefined {
  const source = loaded.templates[template];
  if (!source) return undefined;
  const { vars, madeUp, own } = varsOf(loaded, template, of);
  // A template that can do without what the ticket does not have says so itself: nothing is made up for it.
  const whole = own && written(template, source, own, loaded.pack.zone);
  return whole ? { ...whole, madeUp: [] } : { ...renderTemplate(template, source, vars, loaded.pack.zone), madeUp };
}

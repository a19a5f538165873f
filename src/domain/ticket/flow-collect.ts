/**
 * Fields filled by dialogue: every message may fill any of them; then one question is asked, for the first that is open; a
 * field whose attempts are used is given up. Silence is not an attempt (policy-language §4.10).
 */
import type { CollectDef, FlowDef, FlowStateDef } from '../policy/flow-types';
import type { Json, JsonObject } from '../policy/types';
import { UTC } from '../metrics/periods';
import { DAY_MS } from '../time/instants';
import { dayMeant } from '../time/said-day';
import { localFromInstant } from '../time/zone-offsets';
import { runActions } from './act';
import { setField } from './fields';
import type { CollectedField, FlowState, Said } from './flow-types';
import { flowOf, flowPatch, flowScope, voiceOf } from './flows';
import type { Happening, Turn } from './turn';

/** A field at the beginning of a dialogue: open, unless the ticket has a value for it already. */
export function newField(turn: Turn, field: string): CollectedField {
  const known = turn.seen().ticket[field];
  const filled = known !== undefined && known !== null && known !== '' && !(Array.isArray(known) && known.length === 0);
  return filled ? { value: known, attempts: 0, open: false } : { attempts: 0, open: true };
}

/** The customer has said that it cannot be known: no value, and no more questions for it. */
function cannotBeKnown(answer: Json | undefined, field: string): boolean {
  if (answer === null || answer === undefined || typeof answer !== 'object' || Array.isArray(answer)) return false;
  const one = answer[field];
  return one !== null && typeof one === 'object' && !Array.isArray(one) && one['unknown'] === true;
}

interface Extracted {
  value: Json;
  score: number;
}

/** What the extraction found: `{ field: { value, score } }`, or the values alone, which count as certain. */
function extracted(answer: Json | undefined, field: string): Extracted | undefined {
  if (answer === null || answer === undefined || typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  const one = answer[field];
  if (one === undefined || one === null) return undefined;
  if (typeof one === 'object' && !Array.isArray(one) && 'value' in one) {
    const value = one['value'] ?? null;
    return value === null ? undefined : { value, score: typeof one['score'] === 'number' ? one['score'] : 100 };
  }
  return { value: one, score: 100 };
}

const folded = (value: unknown): string => String(value).trim().toLowerCase();

/** An answer of a list as the pack writes it: `Yes ` is `yes`. */
function asDeclared(turn: Turn, field: string, value: Json): Json {
  const values = turn.pack.fields[field]?.values ?? [];
  if (typeof value !== 'string' || values.length === 0) return value;
  return values.find((one) => folded(one) === folded(value)) ?? value;
}

/** The day that the customer's words mean, seen from when they were written. */
function dayOf(turn: Turn, value: Json): string | undefined {
  const local = localFromInstant(turn.pack.zoneOffsets ?? UTC, turn.at);
  return typeof value === 'string' ? dayMeant(value, Math.floor(local / DAY_MS)) : undefined;
}

interface Filled {
  collected: Record<string, CollectedField>;
  values: JsonObject;
}

/** What the newest extraction gives of the fields that are open. */
function fill(turn: Turn, state: FlowState, how: CollectDef): Filled {
  const fact = turn.state.facts[how.model];
  const collected: Record<string, CollectedField> = { ...state.collected };
  const values: JsonObject = {};
  for (const item of how.items) {
    const field = collected[item.field] ?? { attempts: 0, open: true };
    collected[item.field] = field;
    if (!field.open || !fact?.known) continue;
    const found = extracted(fact.value, item.field);
    if (found && found.score >= item.sufficient) {
      const value = asDeclared(turn, item.field, found.value);
      collected[item.field] = { ...field, value, open: false };
      values[item.field] = value;
      const day = item.dates === undefined ? undefined : dayOf(turn, value);
      if (item.dates !== undefined && day !== undefined) values[item.dates] = day;
    } else if (cannotBeKnown(fact.value, item.field)) collected[item.field] = { ...field, open: false };
  }
  return { collected, values };
}

function setAll(turn: Turn, values: JsonObject, clauses: string[]): void {
  for (const [field, value] of Object.entries(values)) setField(turn, field, value, { clauses });
}

/** The dialogue ends before its time: what the last message tells is kept, and nothing is asked any more. */
export function keep(turn: Turn, flow: FlowDef, def: FlowStateDef, how: CollectDef): void {
  const state = flowOf(turn, flow.name);
  if (!state) return;
  const { collected, values } = fill(turn, state, how);
  if (Object.keys(values).length === 0) return;
  const open = Object.values(collected).filter((field) => field.open).length;
  turn.emit({
    type: 'collected',
    subject: flow.name,
    clauses: how.clauses,
    data: { flow: flow.name, state: def.name, filled: values, open },
    patch: flowPatch(flow.name, { collected }),
  });
  setAll(turn, values, how.clauses);
}

/**
 * One round: fill what the newest message tells, then ask for the first open field. `asked` when the customer must answer,
 * `done` when nothing is open any more.
 */
export function collect(
  turn: Turn,
  happening: Happening,
  flow: FlowDef,
  def: FlowStateDef,
  how: CollectDef,
  options: { extract: boolean } = { extract: true },
): 'asked' | 'done' {
  const state = flowOf(turn, flow.name);
  if (!state) return 'done';
  const fact = turn.state.facts[how.model];
  const { collected, values: filled } = options.extract
    ? fill(turn, state, how)
    : { collected: { ...state.collected }, values: {} as JsonObject };
  for (const item of how.items) {
    const field = collected[item.field] ?? { attempts: 0, open: true };
    collected[item.field] = field.attempts >= item.attempts ? { ...field, open: false } : field;
  }
  const next = how.items.find((item) => collected[item.field]?.open);
  if (next) {
    const field = collected[next.field];
    if (field) collected[next.field] = { ...field, attempts: field.attempts + 1 };
  }
  // In shadow the question is never put: nobody has said it, and nobody answers it. What a voice says is said as it is sent.
  const asked: Said[] =
    next?.ask && !turn.shadow && def.voice === undefined
      ? [{ at: turn.at, from: 'bot', text: next.ask.do === 'deliver' ? (next.ask.template ?? next.field) : next.field }]
      : [];
  turn.emit({
    type: next ? 'question' : 'collected',
    subject: next ? next.field : flow.name,
    clauses: how.clauses,
    data: {
      flow: flow.name,
      state: def.name,
      filled,
      ...(def.voice === undefined ? {} : { voice: def.voice }),
      ...(next
        ? { field: next.field, attempt: collected[next.field]?.attempts ?? 1, most: next.attempts }
        : { open: 0 }),
      ...(next?.ask && turn.shadow ? { unasked: true } : {}),
    },
    patch: flowPatch(
      flow.name,
      { collected, failed: options.extract && !(fact?.known ?? false), asking: next?.field ?? null },
      asked,
    ),
  });
  setAll(turn, filled, how.clauses);
  if (!next) return 'done';
  if (next.ask)
    runActions(turn, happening, [next.ask], flowScope(turn, happening, flowOf(turn, flow.name)), {
      name: flow.name,
      clauses: how.clauses,
      source: '',
      ...voiceOf(def),
    });
  return 'asked';
}

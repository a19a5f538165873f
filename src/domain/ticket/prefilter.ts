/**
 * What an index can answer of a question about other tickets: the fields it compares (`other.issue_key ==
 * ticket.issue_key`), those it wants to have a value (`other.customer.plan == 'enterprise'`), and `!other.closed`. The
 * predicate itself still decides; this only leaves out tickets for which it cannot hold.
 */
import type { Cel, Expr, Json, JsonObject } from '../policy/types';

interface Comparison {
  counted: string[];
  asker: string[];
}

/** Patterns to look for in other tickets' fields: objects that the fields must contain. */
export interface Prefilter {
  /** What a ticket must contain to be counted for this one; undefined where this one lacks a value that is compared. */
  counted(asker: JsonObject): JsonObject | undefined;
  /** What a ticket must contain for this one to count for it; undefined where this one cannot be counted at all. */
  askers(counted: JsonObject): JsonObject | undefined;
  /** The values compared, read from one side of the question; undefined where one is missing. */
  shared(ticket: JsonObject, side: 'asker' | 'counted'): Json[] | undefined;
  /** Closed tickets never count. */
  openOnly: boolean;
}

/** The path of `root.a.b`, or undefined for any other tree. */
function pathOf(x: Expr, root: string): string[] | undefined {
  if (x[0] === 'id') return x[1] === root ? [] : undefined;
  const rest = x[0] === 'sel' ? pathOf(x[1], root) : undefined;
  return rest && x[0] === 'sel' ? [...rest, x[2]] : undefined;
}

const conjuncts = (x: Expr): Expr[] => (x[0] === 'call' && x[1] === '&&' ? x[2].flatMap(conjuncts) : [x]);

function valueAt(ticket: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = ticket;
  for (const name of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value ?? undefined;
}

/** Puts a value at a path, beside what is there. */
function put(target: JsonObject, path: readonly string[], value: Json): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? inner : {};
  target[name] = next;
  put(next, rest, value);
}

/** Beside a ticket's fields, not among them: what `other` reads that its fields do not hold. */
const NOT_FIELDS: ReadonlySet<string> = new Set(['closed', 'resolved', 'opened_at', 'resolved_at']);

const known = new WeakMap<Cel, Prefilter>();

/** The prefilter of a predicate; made once for each. */
export function prefilter(where: Cel): Prefilter {
  let made = known.get(where);
  if (!made) known.set(where, (made = make(where)));
  return made;
}

function make(where: Cel): Prefilter {
  const comparisons: Comparison[] = [];
  const fixed: { path: string[]; value: Json }[] = [];
  let openOnly = false;
  for (const x of conjuncts(where.x)) {
    if (x[0] !== 'call') continue;
    const [left, right] = x[2];
    if (x[1] === '!' && left && pathOf(left, 'other')?.join('.') === 'closed') openOnly = true;
    if (x[1] !== '==' || !left || !right) continue;
    for (const [a, b] of [
      [left, right],
      [right, left],
    ] as const) {
      const counted = pathOf(a, 'other');
      if (!counted || counted.length === 0 || NOT_FIELDS.has(counted[0] ?? '')) continue;
      const asker = pathOf(b, 'ticket');
      if (asker && asker.length > 0) comparisons.push({ counted, asker });
      else if (b[0] === 'lit') fixed.push({ path: counted, value: b[1] });
    }
  }
  const shared = (ticket: JsonObject, side: 'asker' | 'counted'): Json[] | undefined => {
    const values = comparisons.map((one) => valueAt(ticket, one[side]));
    return values.every((value) => value !== undefined) ? values : undefined;
  };
  const pattern = (values: Json[] | undefined, side: 'asker' | 'counted'): JsonObject | undefined => {
    if (!values) return undefined;
    const result: JsonObject = {};
    comparisons.forEach((one, i) => put(result, one[side], values[i] ?? null));
    if (side === 'counted') for (const { path, value } of fixed) put(result, path, value);
    return result;
  };
  return {
    shared,
    openOnly,
    counted: (asker) => pattern(shared(asker, 'asker'), 'counted'),
    askers: (counted) => pattern(shared(counted, 'counted'), 'asker'),
  };
}

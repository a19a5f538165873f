/** One compilation of a pack: expressions with the place they stand in, and faults that do not stop at the first. */
import type { Cel, ClockDef, Expr, Json, Mark, Pattern, Value } from '../domain/policy/types';
import { parseDuration } from '../domain/time/instants';
import { CelError, compileCel, readsOf, renameFree, walkExpr } from './cel';
import { withPrefixes } from './prefixes';

/** Where something stands in a pack's source: keys and indexes from the root. */
export type SourcePath = readonly (string | number)[];

/** What could not be compiled. `column` and `line` count within the text at `path`, from 1. */
export interface Fault {
  path: SourcePath;
  message: string;
  line?: number;
  column?: number;
}

/** What an expression is for: it decides which names the expression may read. */
export type Place =
  | 'condition'
  | 'while'
  | 'pause'
  | 'when'
  | 'refuse'
  | 'needs'
  | 'row'
  | 'value'
  | 'role'
  | 'ask'
  | 'flow'
  | 'query'
  | 'metric'
  | 'formula'
  | 'schedule'
  | 'rollout'
  | 'kind'
  | 'assistant';

/** An expression of the pack with its place. `offset` is where its text begins within the value (after `=`). */
export interface Site {
  path: SourcePath;
  place: Place;
  cel: Cel;
  offset: number;
}

/**
 * Patterns of `matches` are refused where they are no patterns, or could take for ever on a hostile text: they run in
 * the ticket's workflow.
 */
function checkPatterns({ src, x }: Cel): void {
  for (const { x: part } of walkExpr(x)) {
    if (part[0] !== 'call' || part[1] !== 'matches') continue;
    const column = src.indexOf('matches') + 1;
    const pattern = part[2][1];
    if (pattern?.[0] !== 'lit' || typeof pattern[1] !== 'string')
      throw new CelError('the pattern of matches() must be a text in quotes', column);
    try {
      new RegExp(pattern[1], 'u');
    } catch {
      throw new CelError(`"${pattern[1]}" is no pattern`, column);
    }
    if (NESTED_REPEAT.test(pattern[1]))
      throw new CelError(`"${pattern[1]}" repeats a repetition: it could take for ever`, column);
  }
}

/** A group that repeats, with a repetition or a choice inside. */
const NESTED_REPEAT = /\((?:[^()\\]|\\.)*[+*|}](?:[^()\\]|\\.)*\)(?:[+*]|\{\d)/;

export type Rename = (name: string) => Expr | undefined;

/** Milliseconds of a duration that the schema has checked. */
export const ms = (text: string): number => parseDuration(text) ?? 0;

const isComputed = (value: Json): value is string => typeof value === 'string' && value.startsWith('=');

function hasComputed(value: Json): boolean {
  if (Array.isArray(value)) return value.some(hasComputed);
  if (value !== null && typeof value === 'object') return Object.values(value).some(hasComputed);
  return isComputed(value);
}

/** Compiles the expressions of one pack and remembers where each stands. */
export class Compiler {
  readonly faults: Fault[] = [];
  readonly sites: Site[] = [];
  /** Every expression made, the ones without a place of their own included. */
  readonly cels: Cel[] = [];

  /** `parts`: the prefixes of a composed pack; `is.risk.flagged` is the condition `risk.flagged`. */
  constructor(private readonly parts: ReadonlySet<string> = new Set()) {}

  /** An expression. One that cannot be read is a fault, and false. */
  cel(src: string | boolean, path: SourcePath, place: Place, rename?: Rename): Cel {
    const text = String(src);
    const offset = /^=\s*/.exec(text)?.[0].length ?? 0;
    try {
      let cel = compileCel(text.slice(offset));
      if (rename || this.parts.size > 0) {
        const renamed = rename ? renameFree(cel.x, rename) : cel.x;
        const x = withPrefixes(renamed, this.parts);
        cel = { src: cel.src, x, reads: readsOf(x) };
      }
      checkPatterns(cel);
      this.sites.push({ path, place, cel, offset });
      this.cels.push(cel);
      return cel;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      const column = error.line === 1 ? error.column + offset : error.column;
      this.faults.push({ path, message: `this is no CEL: ${error.message}`, line: error.line, column });
      return { src: text, x: ['lit', false], reads: [] };
    }
  }

  /** An expression under a key that may be absent: `{ [key]: cel }` or nothing. */
  maybe<K extends string>(
    key: K,
    src: string | boolean | undefined,
    path: SourcePath,
    place: Place,
  ): { [P in K]?: Cel } {
    return src === undefined ? {} : ({ [key]: this.cel(src, path, place) } as { [P in K]: Cel });
  }

  /** A value, written out or computed. A list or map that holds computed parts is computed as a whole. */
  value<T extends Json = Json>(value: Json, path: SourcePath, place: Place = 'value'): Value<T> {
    if (isComputed(value)) return { cel: this.cel(value, path, place) };
    if (!hasComputed(value)) return { lit: value as T };
    const x = this.tree(value, path, place);
    const cel: Cel = { src: JSON.stringify(value), x, reads: readsOf(x) };
    this.cels.push(cel);
    return { cel };
  }

  private tree(value: Json, path: SourcePath, place: Place): Expr {
    if (isComputed(value)) return this.cel(value, path, place).x;
    if (!hasComputed(value) || value === null || typeof value !== 'object') return ['lit', value];
    if (Array.isArray(value)) return ['list', value.map((item, i) => this.tree(item, [...path, i], place))];
    return [
      'map',
      Object.entries(value).map(([key, item]): [Expr, Expr] => [['lit', key], this.tree(item, [...path, key], place)]),
    ];
  }

  values(values: Record<string, Json>, path: SourcePath, place: Place = 'value'): Record<string, Value> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, this.value(value, [...path, name], place)]),
    );
  }

  /** A value under a key that may be absent. */
  maybeValue<K extends string>(key: K, value: Json | undefined, path: SourcePath): { [P in K]?: Value } {
    return value === undefined ? {} : ({ [key]: this.value(value, path) } as { [P in K]: Value });
  }

  /** An amount of time: an ISO duration becomes ms; `{ days, at }` and computed amounts stay. */
  amount(amount: Json, path: SourcePath): Value {
    return typeof amount === 'string' && !isComputed(amount) ? { lit: ms(amount) } : this.value(amount, path);
  }

  clock(anchors: Pattern[], source: ClockSource, path: SourcePath): ClockDef {
    return {
      anchors,
      ...(source.due === undefined ? {} : { due: this.amount(source.due, [...path, source.dueKey ?? 'due']) }),
      ...this.maybeValue('cadence', source.cadence, [...path, 'cadence']),
      calendar: this.value<string>(source.calendar ?? 'always', [...path, 'calendar']),
      ...this.maybe('while', source.while, [...path, 'while'], 'while'),
      ...this.maybe('pause', source.pause, [...path, 'pause'], 'pause'),
      marks: source.marks.map(markOf),
      early: source.early === undefined ? 0 : ms(source.early),
      ...(source.grace === undefined ? {} : { grace: this.amount(source.grace, [...path, 'grace']) }),
    };
  }
}

interface ClockSource {
  due?: Json | undefined;
  dueKey?: string;
  cadence?: Json | undefined;
  early?: string | undefined;
  grace?: Json | undefined;
  calendar?: string | undefined;
  while?: string | boolean | undefined;
  pause?: string | boolean | undefined;
  marks: string[];
}

function markOf(text: string): Mark {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  return percent ? { label: text, percent: Number(percent[1]) } : { label: text, offset: ms(text) };
}

/** One text or several, as a list. */
export function listOf<T extends string>(value: T | readonly T[] | undefined): T[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : [...value];
}

/** An event pattern of the source: `name` or `name(subject)`. */
export function patternOf(text: string): Pattern {
  const match = /^([a-z_]+)(?:\(([^()]+)\))?$/.exec(text);
  return match?.[2] === undefined ? { name: match?.[1] ?? text } : { name: match[1] ?? text, subject: match[2].trim() };
}

/** Event patterns, one or several. */
export function patternsOf(source: string | readonly string[] | undefined): Pattern[] {
  return listOf(source).map(patternOf);
}

/** `{ key: value }`, or nothing where the value is absent. */
export function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

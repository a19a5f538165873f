/** CEL text to the core's expression trees. The grammar is the library's; the evaluation is the core's (ADR 0003). */
import { parse } from '@bufbuild/cel';
import type { Cel, Expr, Json } from '../domain/policy/types';
import { mapParts } from './map-parts';

/** CEL's own names of operators, as the core knows them. */
const OPERATORS = new Map(
  Object.entries({
    '_&&_': '&&',
    '_||_': '||',
    '!_': '!',
    '_==_': '==',
    '_!=_': '!=',
    '_<_': '<',
    '_<=_': '<=',
    '_>_': '>',
    '_>=_': '>=',
    '_+_': '+',
    '_-_': '-',
    '_*_': '*',
    '_/_': '/',
    '_%_': '%',
    '-_': '-',
    '@in': 'in',
    '_?_:_': '?:',
    '@not_strictly_false': 'not_strictly_false',
  }),
);

type Node = NonNullable<ReturnType<typeof parse>['expr']>;

/** What is wrong with a CEL text, and at which column of it (from 1). */
export class CelError extends Error {
  override readonly name = 'CelError';
  constructor(
    message: string,
    readonly column: number,
    readonly line = 1,
  ) {
    super(message);
  }
}

function constant(value: { case?: string | undefined; value?: unknown }): Json {
  if (value.case === 'nullValue' || value.case === undefined) return null;
  if (value.case === 'bytesValue') throw new CelError('bytes are not part of the language', 1);
  return typeof value.value === 'bigint' ? Number(value.value) : (value.value as Json);
}

function convert(node: Node | undefined): Expr {
  const kind = node?.exprKind;
  switch (kind?.case) {
    case 'constExpr':
      return ['lit', constant(kind.value.constantKind)];
    case 'identExpr':
      return ['id', kind.value.name];
    case 'selectExpr':
      return [kind.value.testOnly ? 'has' : 'sel', convert(kind.value.operand), kind.value.field];
    case 'listExpr':
      return ['list', kind.value.elements.map(convert)];
    case 'structExpr':
      if (kind.value.messageName !== '')
        throw new CelError(`messages (${kind.value.messageName}) are not part of the language`, 1);
      return [
        'map',
        kind.value.entries.map((entry): [Expr, Expr] => [
          entry.keyKind.case === 'mapKey' ? convert(entry.keyKind.value) : ['lit', String(entry.keyKind.value)],
          convert(entry.value),
        ]),
      ];
    case 'comprehensionExpr': {
      const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = kind.value;
      return [
        'fold',
        {
          range: convert(iterRange),
          item: iterVar,
          accu: accuVar,
          init: convert(accuInit),
          go: convert(loopCondition),
          step: convert(loopStep),
          result: convert(result),
        },
      ];
    }
    case 'callExpr': {
      const { function: fn, target, args } = kind.value;
      const parts = [...(target ? [convert(target)] : []), ...args.map(convert)];
      const [first, second] = parts;
      if (fn === '_[_]' && first && second) return ['idx', first, second];
      return ['call', OPERATORS.get(fn) ?? fn, parts];
    }
    default:
      throw new CelError('this is no expression of the language', 1);
  }
}

/** Every tree within a tree, itself included, with the names that comprehensions bind around it. */
export function* walkExpr(
  x: Expr,
  bound: ReadonlySet<string> = new Set(),
): Generator<{ x: Expr; bound: ReadonlySet<string> }> {
  yield { x, bound };
  switch (x[0]) {
    case 'sel':
    case 'has':
      yield* walkExpr(x[1], bound);
      return;
    case 'idx':
      yield* walkExpr(x[1], bound);
      yield* walkExpr(x[2], bound);
      return;
    case 'call':
      for (const part of x[2]) yield* walkExpr(part, bound);
      return;
    case 'list':
      for (const part of x[1]) yield* walkExpr(part, bound);
      return;
    case 'map':
      for (const [key, item] of x[1]) {
        yield* walkExpr(key, bound);
        yield* walkExpr(item, bound);
      }
      return;
    case 'fold': {
      const { range, item, accu, init, go, step, result } = x[1];
      yield* walkExpr(range, bound);
      const inner = new Set([...bound, item, accu]);
      for (const part of [init, go, step, result]) yield* walkExpr(part, inner);
      return;
    }
    default:
      return;
  }
}

/** The roots whose second segment matters to what an expression depends on. */
const TWO_SEGMENTS = new Set([
  'ticket',
  'other',
  'is',
  'commitment',
  'task',
  'path',
  'flow',
  'fact',
  'delivery',
  'param',
  'metric',
  'before',
]);

function addReads(x: Expr, bound: ReadonlySet<string>, reads: Set<string>): void {
  const child = (part: Expr): void => addReads(part, bound, reads);
  switch (x[0]) {
    case 'lit':
      return;
    case 'id':
      if (!bound.has(x[1])) reads.add(TWO_SEGMENTS.has(x[1]) ? `${x[1]}.*` : x[1]);
      return;
    case 'sel':
    case 'has': {
      const of = x[1];
      if (of[0] === 'id' && !bound.has(of[1])) reads.add(TWO_SEGMENTS.has(of[1]) ? `${of[1]}.${x[2]}` : of[1]);
      else child(of);
      return;
    }
    case 'idx': {
      const [, of, key] = x;
      const root = of[0] === 'id' && !bound.has(of[1]) && TWO_SEGMENTS.has(of[1]) ? of[1] : undefined;
      if (root !== undefined && key[0] === 'lit') reads.add(`${root}.${String(key[1])}`);
      else child(of);
      child(key);
      return;
    }
    case 'call': {
      const first = x[2][0];
      if ((x[1] === 'seen' || x[1] === 'count') && first?.[0] === 'lit') reads.add(`seen.${String(first[1])}`);
      else if (x[1] === 'table' && first?.[0] === 'lit') reads.add(`table.${String(first[1])}`);
      x[2].forEach(child);
      return;
    }
    case 'list':
      x[1].forEach(child);
      return;
    case 'map':
      x[1].flat().forEach((part) => child(part));
      return;
    case 'fold': {
      const { range, item, accu, init, go, step, result } = x[1];
      child(range);
      const inner = new Set([...bound, item, accu]);
      for (const part of [init, go, step, result]) addReads(part, inner, reads);
      return;
    }
  }
}

/** The names an expression depends on; `table.x` stands for a table whose own reads {@link resolveTableReads} adds. */
export function readsOf(x: Expr): string[] {
  const reads = new Set<string>();
  addReads(x, new Set(), reads);
  return [...reads].sort();
}

/**
 * Replaces `table.x` in the reads of expressions by what the rows of table x read, tables that those read included.
 * Done once a pack, when all its tables are known; the expressions are changed in place.
 */
export function resolveTableReads(cels: readonly Cel[], rowsOf: (table: string) => readonly Cel[]): void {
  const known = new Map<string, Set<string>>();
  const ofTable = (table: string): Set<string> => {
    let reads = known.get(table);
    if (reads) return reads;
    known.set(table, (reads = new Set()));
    for (const cel of rowsOf(table)) for (const read of cel.reads) add(read, reads);
    return reads;
  };
  const add = (read: string, to: Set<string>): void => {
    if (!read.startsWith('table.')) to.add(read);
    else for (const one of ofTable(read.slice('table.'.length))) to.add(one);
  };
  const resolved = cels.map((cel) => {
    const reads = new Set<string>();
    for (const read of cel.reads) add(read, reads);
    return [...reads].sort();
  });
  cels.forEach((cel, i) => (cel.reads = resolved[i] ?? []));
}

/** The same tree with free names put in other words: `choice` in a task's question is `event.choice`. */
export function renameFree(
  x: Expr,
  rename: (name: string) => Expr | undefined,
  bound: ReadonlySet<string> = new Set(),
): Expr {
  if (x[0] === 'id') return bound.has(x[1]) ? x : (rename(x[1]) ?? x);
  return mapParts(x, bound, (part, inner) => renameFree(part, rename, inner));
}

/** Compile one CEL text. Throws {@link CelError}, which says at which column the text goes wrong. */
export function compileCel(src: string): Cel {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(src);
  } catch (error) {
    throw celErrorOf(error);
  }
  const x = convert(parsed.expr);
  return { src, x, reads: readsOf(x) };
}

function celErrorOf(error: unknown): CelError {
  const { rawMessage, location, message } = error as {
    rawMessage?: string;
    message?: string;
    location?: { start?: { line?: number; column?: number } };
  };
  return new CelError(
    // The grammar's list of everything that might come next helps nobody.
    (rawMessage ?? message ?? 'cannot be read').replace(/ but expecting .*, or .*$/, ', where an expression belongs'),
    location?.start?.column ?? 1,
    location?.start?.line ?? 1,
  );
}

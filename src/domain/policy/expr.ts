/**
 * Evaluates the parse trees of conditions (CEL) with three truth values (policy-language §4.3): a name that is missing
 * makes what depends on it unknown, unless the rest decides. Trees are turned into closures once.
 */
import type { Expr, Json, JsonObject } from './types';

/** The third truth value, with the name that was missing. */
export class Unknown {
  constructor(readonly missing: string) {}
}
type Got = Json | Unknown;

/** What a condition may read: roots by name, and functions. A root that is not there is undefined. */
export interface Env {
  get(name: string): Got | undefined;
  call(fn: string, args: Got[]): Got;
}

export const unknown = (missing: string): Unknown => new Unknown(missing);
export const isUnknown = (value: unknown): value is Unknown => value instanceof Unknown;
export const missingName = (value: Unknown): string => value.missing;

type Compiled = (env: Env) => Got;
const compiled = new WeakMap<Expr, Compiled>();

/** A tree as a function; made once a tree. */
export function compileExpr(x: Expr): Compiled {
  let fn = compiled.get(x);
  if (!fn) compiled.set(x, (fn = build(x)));
  return fn;
}

/** Evaluate a tree. */
export function evaluate(x: Expr, env: Env): Got {
  return compileExpr(x)(env);
}

const isObject = (value: Got): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnknown(value);

/** The dotted name of a chain of selections, for messages. */
function nameOf(x: Expr): string {
  if (x[0] === 'id') return x[1];
  if (x[0] === 'sel' || x[0] === 'has') return `${nameOf(x[1])}.${x[2]}`;
  if (x[0] === 'idx') return `${nameOf(x[1])}[]`;
  if (x[0] === 'call') return `${x[1]}()`;
  return 'value';
}

function equal(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
    );
  }
  return false;
}

function build(x: Expr): Compiled {
  switch (x[0]) {
    case 'lit': {
      const value = x[1];
      return () => value;
    }
    case 'id': {
      const name = x[1];
      const missing = unknown(name);
      return (env) => {
        const value = env.get(name);
        return value === undefined ? missing : value;
      };
    }
    case 'sel':
      return select(x[1], x[2], nameOf(x));
    case 'has':
      return has(x[1], x[2]);
    case 'idx':
      return index(x[1], x[2], nameOf(x));
    case 'list': {
      const items = x[1].map(compileExpr);
      return (env) => collect(items.map((item) => item(env)));
    }
    case 'map': {
      const pairs = x[1].map(([key, value]) => [compileExpr(key), compileExpr(value)] as const);
      return (env) => {
        const object: JsonObject = {};
        for (const [key, value] of pairs) {
          const k = key(env);
          const v = value(env);
          if (isUnknown(k)) return k;
          if (isUnknown(v)) return v;
          Object.defineProperty(object, String(k), { value: v, enumerable: true, configurable: true, writable: true });
        }
        return object;
      };
    }
    case 'fold':
      return fold(x[1]);
    case 'call':
      return callOf(x[1], x[2]);
  }
}

function collect(values: Got[]): Got {
  const missing = values.find(isUnknown);
  return missing ?? (values as Json[]);
}

function select(of: Expr, field: string, name: string): Compiled {
  const operand = compileExpr(of);
  const missing = unknown(name);
  const whole = nameOf(of);
  return (env) => {
    const value = operand(env);
    if (isUnknown(value)) return value.missing === whole ? missing : value;
    if (!isObject(value) || !Object.hasOwn(value, field)) return missing;
    return value[field] ?? null;
  };
}

function has(of: Expr, field: string): Compiled {
  const operand = compileExpr(of);
  return (env) => {
    const value = operand(env);
    return !isUnknown(value) && isObject(value) && Object.hasOwn(value, field) && value[field] !== null;
  };
}

function index(of: Expr, at: Expr, name: string): Compiled {
  const operand = compileExpr(of);
  const key = compileExpr(at);
  return (env) => {
    const value = operand(env);
    const k = key(env);
    if (isUnknown(value)) return value;
    if (isUnknown(k)) return k;
    if (Array.isArray(value)) return typeof k === 'number' && value[k] !== undefined ? value[k] : unknown(name);
    return isObject(value) && Object.hasOwn(value, String(k))
      ? (value[String(k)] ?? null)
      : unknown(`${nameOf(of)}.${String(k)}`);
  };
}

/** A comprehension (exists, all, exists_one, filter, map): CEL's own expansion, walked. */
function fold(parts: Extract<Expr, ['fold', unknown]>[1]): Compiled {
  const range = compileExpr(parts.range);
  const init = compileExpr(parts.init);
  const go = compileExpr(parts.go);
  const step = compileExpr(parts.step);
  const result = compileExpr(parts.result);
  const name = nameOf(parts.range);
  return (env) => {
    const list = range(env);
    if (isUnknown(list)) return list;
    const items = Array.isArray(list) ? list : isObject(list) ? Object.keys(list) : undefined;
    if (!items) return unknown(name);
    let accu: Got = init(env);
    let item: Json = null;
    const inner: Env = {
      get: (name) => (name === parts.item ? item : name === parts.accu ? accu : env.get(name)),
      call: (fn, args) => env.call(fn, args),
    };
    for (item of items) {
      if (go(inner) === false) break;
      accu = step(inner);
    }
    return result(inner);
  };
}

type Binary = (a: Json, b: Json) => Json | undefined;

function compare(test: (order: number) => boolean): Binary {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return test(a - b);
    if (typeof a === 'string' && typeof b === 'string') return test(a < b ? -1 : a > b ? 1 : 0);
    if (typeof a === 'boolean' && typeof b === 'boolean') return test(Number(a) - Number(b));
    return undefined;
  };
}

const numbers =
  (run: (a: number, b: number) => number): Binary =>
  (a, b) => {
    if (typeof a !== 'number' || typeof b !== 'number') return undefined;
    const value = run(a, b);
    return Number.isFinite(value) ? value : undefined;
  };

/** Patterns of `matches`, compiled once; null where the text is no pattern. */
const patterns = new Map<string, RegExp | null>();

function patternOf(source: string): RegExp | null {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  let made: RegExp | null = null;
  try {
    made = new RegExp(source, 'u');
  } catch {
    // No pattern: what is asked of it is unknown.
  }
  if (patterns.size >= 1_000) patterns.clear();
  patterns.set(source, made);
  return made;
}

const inString =
  (test: (a: string, b: string) => boolean | undefined): Binary =>
  (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? test(a, b) : undefined;

const BINARY = new Map<string, Binary>(
  Object.entries({
    '==': (a, b) => equal(a, b),
    '!=': (a, b) => !equal(a, b),
    '<': compare((order) => order < 0),
    '<=': compare((order) => order <= 0),
    '>': compare((order) => order > 0),
    '>=': compare((order) => order >= 0),
    '+': (a, b) => {
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      return Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : numbers((x, y) => x + y)(a, b);
    },
    '-': numbers((a, b) => a - b),
    '*': numbers((a, b) => a * b),
    '/': numbers((a, b) => a / b),
    '%': numbers((a, b) => a % b),
    in: (a, b) => {
      if (Array.isArray(b)) return b.some((item) => equal(item, a));
      return isObject(b) ? Object.hasOwn(b, String(a)) : undefined;
    },
    startsWith: inString((a, b) => a.startsWith(b)),
    endsWith: inString((a, b) => a.endsWith(b)),
    contains: inString((a, b) => a.includes(b)),
    matches: inString((a, b) => patternOf(b)?.test(a)),
  } satisfies Record<string, Binary>),
);

const UNARY = new Map<string, (a: Json) => Json | undefined>(
  Object.entries({
    '-': (a: Json) => (typeof a === 'number' ? -a : undefined),
    size: (a: Json) => {
      if (typeof a === 'string') return [...a].length;
      return Array.isArray(a) ? a.length : isObject(a) ? Object.keys(a).length : undefined;
    },
    string: (a: Json) =>
      typeof a === 'string' ? a : typeof a === 'number' || typeof a === 'boolean' ? String(a) : undefined,
    double: (a: Json) => {
      if (typeof a === 'number') return a;
      return typeof a === 'string' && a.trim() !== '' && Number.isFinite(Number(a)) ? Number(a) : undefined;
    },
  }),
);

/** The functions and operators that every expression has; what a pack adds arrives through {@link Env.call}. */
export const BUILT_IN_FUNCTIONS: ReadonlySet<string> = new Set([
  ...BINARY.keys(),
  ...UNARY.keys(),
  '&&',
  '||',
  '!',
  '?:',
  'not_strictly_false',
]);

function callOf(fn: string, args: Expr[]): Compiled {
  const parts = args.map(compileExpr);
  const [first, second, third] = parts;
  if (fn === '&&' && first && second) return logic(first, second, false);
  if (fn === '||' && first && second) return logic(first, second, true);
  if (fn === '?:' && first && second && third) {
    return (env) => {
      const test = first(env);
      if (isUnknown(test)) return test;
      return typeof test === 'boolean' ? (test ? second(env) : third(env)) : unknown('a condition');
    };
  }
  if (fn === '!' && first) {
    return (env) => {
      const value = first(env);
      return isUnknown(value) ? value : typeof value === 'boolean' ? !value : unknown('a condition');
    };
  }
  if (fn === 'not_strictly_false' && first) return (env) => first(env) !== false;
  const name = args[0] ? nameOf(args[0]) : fn;
  const binary = BINARY.get(fn);
  if (binary && first && second) {
    return (env) => {
      const a = first(env);
      if (isUnknown(a)) return a;
      const b = second(env);
      if (isUnknown(b)) return b;
      return binary(a, b) ?? unknown(name);
    };
  }
  const unary = UNARY.get(fn);
  if (unary && first && parts.length === 1) {
    return (env) => {
      const a = first(env);
      return isUnknown(a) ? a : (unary(a) ?? unknown(name));
    };
  }
  return (env) =>
    env.call(
      fn,
      parts.map((part) => part(env)),
    );
}

/** `&&` and `||`: the deciding value wins whatever the other side is, unknown included. */
function logic(first: Compiled, second: Compiled, deciding: boolean): Compiled {
  return (env) => {
    const a = first(env);
    if (a === deciding) return deciding;
    const b = second(env);
    if (b === deciding) return deciding;
    if (isUnknown(a)) return a;
    if (isUnknown(b)) return b;
    return typeof a === 'boolean' && typeof b === 'boolean' ? !deciding : unknown('a condition');
  };
}

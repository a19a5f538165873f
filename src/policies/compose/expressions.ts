/** Expressions of a part in the words of the composed pack. */
import type { Cel, Expr, Json, Value } from '../../domain/policy/types';
import { readsOf } from '../cel';
import { patternOf } from '../compiler';
import { mapParts } from '../map-parts';
import type { NameKind, PartNames } from './names';

/** Roots whose next segment is a name of the pack. */
const NAMED: Readonly<Record<string, NameKind>> = {
  is: 'condition',
  commitment: 'commitment',
  task: 'task',
  path: 'path',
  fact: 'fact',
  flow: 'flow',
  delivery: 'delivery',
  param: 'param',
  metric: 'metric',
  before: 'metric',
  ticket: 'field',
  other: 'field',
  event: 'field',
  collected: 'field',
};

/** What of those may itself be a name of a role, a queue, a kind; and of events everything. */
const SAYS_NAMES = new Set(['team', 'lead', 'acknowledged_by', 'for', 'by', 'role', 'to']);
const TICKET_NAMES = new Set(['queue', 'kind', 'restricted_to']);
/** Roots that are events, in metrics the two ends as well. */
const EVENTS = new Set(['event', 'from', 'to', 'tick']);

/** What people write, and who they are, is never taken for a name of the pack. */
const NO_NAMES = new Set(['text', 'body', 'note', 'resolution', 'owner', 'at', 'type']);
const saysNames = (segments: readonly string[]): boolean =>
  !NO_NAMES.has(segments[0] ?? '') && !(segments[0] === 'by' && segments[1] === 'name');

/** Functions whose first argument is a name. */
const FIRST: Readonly<Record<string, NameKind>> = {
  table: 'table',
  hits: 'words',
  matched: 'words',
  is_open: 'calendar',
};

const lit = (value: Json): Expr => ['lit', value];

/** Rewrites the expressions of one part. Every one made is kept, so that what they read of tables can be found. */
export class PartExpressions {
  readonly cels: Cel[] = [];

  constructor(readonly names: PartNames) {}

  /** An expression; `gives` says that its value is a name of that kind. */
  cel(cel: Cel, gives?: NameKind): Cel {
    const renamed = this.expr(cel.x, new Set());
    const x: Expr = gives === undefined ? renamed : this.full(gives, renamed);
    const made = { src: cel.src, x, reads: readsOf(x) };
    this.cels.push(made);
    return made;
  }

  /** A value, written or computed; `gives` says that it is a name of that kind, or holds some. */
  value<T extends Json>(value: Value<T>, gives?: NameKind): Value<T> {
    if ('cel' in value) return { cel: this.cel(value.cel, gives) };
    return gives === undefined ? value : { lit: this.names.deep(gives, value.lit) as T };
  }

  private full(kind: NameKind, x: Expr): Expr {
    return x[0] === 'lit' ? lit(this.names.deep(kind, x[1])) : ['call', 'full', [lit(this.names.alias), lit(kind), x]];
  }

  private own(x: Expr): Expr {
    return ['call', 'own', [lit(this.names.alias), x]];
  }

  private expr(x: Expr, bound: ReadonlySet<string>): Expr {
    switch (x[0]) {
      case 'id':
        return EVENTS.has(x[1]) && !bound.has(x[1]) ? this.own(x) : x;
      case 'sel':
      case 'has':
      case 'idx':
        return this.chain(x, bound);
      case 'call':
        return this.call(x[1], x[2], (part) => this.expr(part, bound));
      default:
        return mapParts(x, bound, (part, inner) => this.expr(part, inner));
    }
  }

  /** A chain of selections: the name in it gets its prefix; what it may say in names is put in the part's words. */
  private chain(x: Extract<Expr, ['sel' | 'has' | 'idx', ...unknown[]]>, bound: ReadonlySet<string>): Expr {
    const root = rootOf(x);
    if (root === undefined || bound.has(root.name)) return mapParts(x, bound, (part, inner) => this.expr(part, inner));
    const renamed = this.rename(x, root.name, bound);
    if (x[0] === 'has') return renamed;
    const { segments } = root;
    const says =
      (EVENTS.has(root.name) && saysNames(segments)) ||
      (root.name === 'queue' && segments[0] === 'key') ||
      ((root.name === 'ticket' || root.name === 'other') && TICKET_NAMES.has(segments[0] ?? '')) ||
      (['path', 'task', 'delivery'].includes(root.name) && SAYS_NAMES.has(segments[1] ?? ''));
    return says ? this.own(renamed) : renamed;
  }

  private rename(x: Expr, root: string, bound: ReadonlySet<string>): Expr {
    if (x[0] === 'id') return x;
    if (x[0] !== 'sel' && x[0] !== 'has' && x[0] !== 'idx') return this.expr(x, bound);
    const kind = x[1][0] === 'id' ? NAMED[root] : undefined;
    const of = this.rename(x[1], root, bound);
    if (x[0] === 'idx') return ['idx', of, kind ? this.full(kind, this.expr(x[2], bound)) : this.expr(x[2], bound)];
    return [x[0], of, kind ? this.names.full(kind, x[2]) : x[2]];
  }

  private call(fn: string, args: Expr[], child: (part: Expr) => Expr): Expr {
    const [first, ...rest] = args;
    const kind = FIRST[fn];
    if (kind !== undefined && first) return ['call', fn, [this.full(kind, child(first)), ...rest.map(child)]];
    if ((fn === 'seen' || fn === 'count') && first?.[0] === 'lit') {
      const { name, subject } = this.names.pattern(patternOf(String(first[1])));
      return ['call', fn, [lit(subject === undefined ? name : `${name}(${subject})`)]];
    }
    if (fn === 'eur' && first) return ['call', fn, [child(first), lit(this.names.full('fact', 'rate'))]];
    return ['call', fn, args.map(child)];
  }
}

/** The free name that a chain begins with, and the segments behind it as far as they are written out. */
function rootOf(x: Expr): { name: string; segments: string[] } | undefined {
  if (x[0] === 'id') return { name: x[1], segments: [] };
  if (x[0] !== 'sel' && x[0] !== 'has' && x[0] !== 'idx') return undefined;
  const of = rootOf(x[1]);
  const segment = x[0] === 'idx' ? (x[2][0] === 'lit' ? String(x[2][1]) : '*') : x[2];
  return of && { name: of.name, segments: [...of.segments, segment] };
}

/** The chain `root.a.b` as a tree. */
export function chainExpr(dotted: string): Expr {
  const [root = '', ...rest] = dotted.split('.');
  return rest.reduce<Expr>((x, segment) => ['sel', x, segment], ['id', root]);
}

/** Names with the prefix of a part, as the composite's own expressions write them. */
import type { Expr } from '../domain/policy/types';

const ROOTS = new Set([
  'is',
  'commitment',
  'task',
  'path',
  'fact',
  'flow',
  'delivery',
  'param',
  'metric',
  'before',
  'ticket',
  'other',
]);

/** `is.risk.flagged` as one name, `risk.flagged`, under its root. */
export function withPrefixes(x: Expr, parts: ReadonlySet<string>, bound: ReadonlySet<string> = new Set()): Expr {
  if (parts.size === 0) return x;
  const child = (part: Expr): Expr => withPrefixes(part, parts, bound);
  switch (x[0]) {
    case 'lit':
    case 'id':
      return x;
    case 'sel':
    case 'has': {
      const of = x[1];
      const root = of[0] === 'sel' && of[1][0] === 'id' ? of[1][1] : undefined;
      if (of[0] === 'sel' && root !== undefined && ROOTS.has(root) && !bound.has(root) && parts.has(of[2]))
        return [x[0], of[1], `${of[2]}.${x[2]}`];
      return [x[0], child(of), x[2]];
    }
    case 'idx':
      return ['idx', child(x[1]), child(x[2])];
    case 'call':
      return ['call', x[1], x[2].map(child)];
    case 'list':
      return ['list', x[1].map(child)];
    case 'map':
      return ['map', x[1].map(([key, item]): [Expr, Expr] => [child(key), child(item)])];
    case 'fold': {
      const { range, item, accu, init, go, step, result } = x[1];
      const inner = new Set([...bound, item, accu]);
      const within = (part: Expr): Expr => withPrefixes(part, parts, inner);
      const rest = { init: within(init), go: within(go), step: within(step), result: within(result) };
      return ['fold', { range: child(range), item, accu, ...rest }];
    }
  }
}

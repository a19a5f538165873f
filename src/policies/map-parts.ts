/** Walking expressions: the one place that knows which parts a tree has and which names are bound in them. */
import type { Expr } from '../domain/policy/types';

/** The same expression with each of its parts changed. `change` is told the names that are bound where the part stands. */
export function mapParts(
  x: Expr,
  bound: ReadonlySet<string>,
  change: (part: Expr, bound: ReadonlySet<string>) => Expr,
): Expr {
  const child = (part: Expr): Expr => change(part, bound);
  switch (x[0]) {
    case 'lit':
    case 'id':
      return x;
    case 'sel':
    case 'has':
      return [x[0], child(x[1]), x[2]];
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
      const within = (part: Expr): Expr => change(part, inner);
      const parts = { init: within(init), go: within(go), step: within(step), result: within(result) };
      return ['fold', { range: child(range), item, accu, ...parts }];
    }
  }
}

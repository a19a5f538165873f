/** Names with the prefix of a part, as the composite's own expressions write them. */
import type { Expr } from '../domain/policy/types';
import { mapParts } from './map-parts';

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
  if (x[0] === 'sel' || x[0] === 'has') {
    const of = x[1];
    const root = of[0] === 'sel' && of[1][0] === 'id' ? of[1][1] : undefined;
    if (of[0] === 'sel' && root !== undefined && ROOTS.has(root) && !bound.has(root) && parts.has(of[2]))
      return [x[0], of[1], `${of[2]}.${x[2]}`];
  }
  return mapParts(x, bound, (part, inner) => withPrefixes(part, parts, inner));
}

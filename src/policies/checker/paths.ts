/** Escalation paths: every level can be reached, and somebody is told after the last. */
import type { Check } from './context';
import { actionsOf } from './walk';
import { listOf } from '../compiler';

/** Levels nobody gets to, and paths that end with nobody. */
export const paths: Check = (context) => {
  const { source } = context;
  for (const [name, path] of Object.entries(source.paths)) {
    const at = ['paths', name];
    if (path.catch_all === undefined && source.catch_all === undefined)
      context.error(
        'no-catch-all',
        at,
        `nobody is told when the last level of "${name}" does not acknowledge: give it a catch_all`,
      );
    const stopped =
      path.kind === 'functional' && path.start !== undefined
        ? -1
        : path.levels.findIndex((level, i) => level.ack === undefined && i < path.levels.length - 1);
    if (stopped < 0 || ledTo(context, name, stopped + 2)) continue;
    const message = `level ${stopped + 2} of "${name}" is unreachable: level ${stopped + 1} waits for no acknowledgement (ack), and no rule escalates to it`;
    if (path.kind === 'hierarchical') context.error('unreachable-level', [...at, 'levels', stopped], message);
    else context.warn('unreachable-level', [...at, 'levels', stopped], message);
  }
};

/** Whether a rule moves tickets on this path to this level or beyond, or to the next. */
function ledTo(context: Parameters<Check>[0], path: string, level: number): boolean {
  const beyond = new Set((context.source.paths[path]?.levels ?? []).slice(level - 1).flatMap((one) => listOf(one.to)));
  const members = (name: string): string[] => [name, ...(context.source.people[name]?.group ?? [])];
  const there = new Set([...beyond].flatMap(members));
  for (const { action } of actionsOf(context.source)) {
    const move = action.escalate;
    if (!move || (move.path !== path && !move.path.startsWith('='))) continue;
    const { to } = move;
    if (to === 'next' || (typeof to === 'string' && to.startsWith('='))) return true;
    if (typeof to === 'number' ? to >= level : [to].flat().some((one) => there.has(String(one)))) return true;
  }
  return false;
}

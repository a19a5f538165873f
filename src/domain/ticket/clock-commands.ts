import type { Json, JsonObject } from '../policy/types';
import { clausesOf, clockDef, startClock } from './clock-reactions';
import { namesOf } from './contacts';
import type { Happening, Turn } from './turn';

/**
 * The `clocks` action: `{ restart: [names] }` gives clocks a new anchor now, `{ stop: [names] | all }` ends them,
 * `{ recompute: all }` needs nothing: a changed input computes a clock anew by itself (policy-language §4.4). A path that
 * `stop` names waits for nobody any more: no further level is told, until the ticket enters it again.
 */
export function restartClocks(turn: Turn, happening: Happening, order: Json, clauses: string[]): void {
  if (order === null || typeof order !== 'object' || Array.isArray(order)) return;
  const restart = namesOf(order['restart'] ?? null);
  const stop = order['stop'] === 'all' ? undefined : namesOf(order['stop'] ?? null);
  const stopped: Record<string, JsonObject | null> = {};
  const names: string[] = [];
  for (const [key, clock] of Object.entries(turn.state.clocks)) {
    if (clock.status === 'done' && !restart.includes(clock.name)) continue;
    const def = clockDef(turn, clock);
    if (restart.includes(clock.name) && def) {
      startClock(turn, happening, clock.owner, clock.name, key, def, [
        ...new Set([...clausesOf(turn, clock), ...clauses]),
      ]);
    } else if (
      order['stop'] !== undefined &&
      (stop === undefined || stop.includes(clock.name)) &&
      clock.owner !== 'task'
    ) {
      stopped[key] = clock.owner === 'rule' ? null : { status: 'done' };
      names.push(clock.name);
    }
  }
  const paths: Record<string, JsonObject | null> = {};
  for (const [name, path] of Object.entries(turn.state.paths)) {
    if (path.done || !stop?.includes(name)) continue;
    paths[name] = { done: true, ackDue: null };
    names.push(name);
  }
  for (const name of restart) startNew(turn, happening, name, clauses);
  if (names.length > 0)
    turn.emit({ type: 'stopped', clauses, data: { reason: 'clocks', names }, patch: { clocks: stopped, paths } });
}

/** A clock that had ended and left nothing behind begins anew as well. */
function startNew(turn: Turn, happening: Happening, name: string, clauses: string[]): void {
  const { pack, state } = turn;
  const commitment = pack.commitments[name];
  const rule = pack.rules[name];
  const key = commitment ? `commitment:${name}` : `rule:${name}`;
  const def = commitment?.clock ?? rule?.clock;
  if (!def || state.clocks[key]) return;
  const own = commitment?.clauses ?? rule?.clauses ?? [];
  startClock(turn, happening, commitment ? 'commitment' : 'rule', name, key, def, [...new Set([...own, ...clauses])]);
}

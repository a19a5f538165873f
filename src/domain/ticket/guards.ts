import { isUnknown } from '../policy/expr';
import type { GuardDef, JsonObject } from '../policy/types';
import { rejection } from '../errors';
import { variablesOf } from './variables';
import { makeEnv, holdsIn, lookUpName, type Scope } from './env';
import { kindOf, packIndex } from './pack-index';
import { seenBy, sideOf } from './rollout';
import type { Turn } from './turn';
import type { Actor, Rejection } from './types';

/** Whether something a guard needs is there: a field with a value, or a task that was answered. */
function present(scope: Scope, need: string): boolean {
  const env = makeEnv(scope);
  const found = lookUpName(env, need);
  // A task by itself is one that must be answered.
  const task = need.startsWith('task.') && found !== null && typeof found === 'object' && !Array.isArray(found);
  const value = task ? found['done'] : found;
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    value !== false &&
    !(Array.isArray(value) && value.length === 0)
  );
}

/** What is offered in place of a refused command: words, or `draft(template)` with what the template reads. */
export function offerOf(scope: Scope, offer: string): JsonObject {
  const name = /^draft\(([^()]+)\)$/.exec(offer)?.[1]?.trim();
  const template = name === undefined ? undefined : scope.pack.templates[name];
  return template ? { draft: template.name, vars: variablesOf(scope, template) } : { text: offer };
}

function failure(scope: Scope, guard: GuardDef): (JsonObject & { say: string; missing: string[] }) | undefined {
  const env = makeEnv(scope);
  if (guard.when && holdsIn(env, guard.when) !== true) return undefined;
  const missing = guard.needs
    .filter((need) => !present(scope, need))
    .map((need) => need.replace(/^(task\..+)\.done$/, '$1'));
  // An unknown refusal refuses: what cannot be told is not allowed (policy-language §4.3).
  const refuses = guard.refuse === undefined ? false : holdsIn(env, guard.refuse);
  if (missing.length === 0 && refuses === false) return undefined;
  const unknown = isUnknown(refuses) ? [refuses.missing] : [];
  return {
    guard: guard.name,
    say: guard.say,
    missing: [...missing, ...unknown],
    clauses: guard.clauses,
    ...(guard.offer === undefined ? {} : { offer: offerOf(scope, guard.offer) }),
  };
}

/**
 * Try all guards of a command. The refusal lists every failing one; a role that may override passes with a reason,
 * which is recorded on the command's event.
 */
export function checkGuards(
  turn: Turn,
  command: { name: string; by: Actor; fields: JsonObject },
  overlay: JsonObject,
): Rejection | undefined {
  const scope: Scope = {
    pack: turn.pack,
    state: turn.state,
    overlay,
    event: { type: command.name, at: turn.at, by: command.by, data: command.fields },
  };
  const failing: JsonObject[] = [];
  let journal = false;
  const words: string[] = [];
  const overridden: string[] = [];
  for (const guard of packIndex(turn.pack, kindOf(turn.state.ticket)).guardsOf.get(command.name) ?? []) {
    const { side, rollout } = sideOf(turn.pack, turn.state, guard.name);
    const state = seenBy(turn.pack, turn.state, rollout, side === 'shadow');
    const failed = side === 'off' ? undefined : failure({ ...scope, state }, guard);
    if (!failed) continue;
    if (side === 'shadow') {
      // People work as if it was not there: what it would have refused is recorded, and goes through.
      const { say, missing } = failed;
      turn.as(guard.name, undefined, () =>
        turn.withhold('refuse', {
          clauses: guard.clauses,
          data: { command: command.name, guard: guard.name, say, missing },
        }),
      );
      continue;
    }
    const reason = command.fields['override'];
    if (
      guard.override &&
      typeof reason === 'string' &&
      reason !== '' &&
      guard.override.by.includes(command.by.role ?? '')
    ) {
      overridden.push(guard.override.flag ?? guard.name);
      continue;
    }
    journal ||= guard.journal === true;
    failing.push(failed);
    words.push(failed.missing.length > 0 ? `${failed.say} (missing: ${failed.missing.join(', ')})` : failed.say);
  }
  if (failing.length > 0)
    return rejection('ESC_GUARD_REFUSED', `${command.name} is refused: ${words.join('; ')}`, {
      guards: failing,
      ...(journal ? { audit: true } : {}),
    });
  for (const flag of overridden)
    turn.emit({
      type: 'overridden',
      subject: flag,
      by: command.by,
      data: { command: command.name, reason: command.fields['override'] ?? '' },
    });
  return undefined;
}

/**
 * A rule's actions: all at once, or, `in_order`, each delivery after the receipt of the one before (policy-language §4.9).
 * What is still to be done is in the state, so that nothing is done twice, a restart in between included.
 */
import type { Action, CompiledPack, JsonObject, RuleDef } from '../policy/types';
import { atPath } from '../policy/parts';
import { runAction, type ActionList } from './actions';
import { eventOf } from './deliveries';
import type { Scope } from './env';
import { attempt } from './faults';
import type { Happening, Turn } from './turn';
import type { SequenceState } from './sequence-types';

/** Run a rule's actions. */
export function act(turn: Turn, happening: Happening, rule: RuleDef, scope: Scope): void {
  runActions(turn, happening, rule.do, scope, {
    name: rule.name,
    clauses: rule.clauses,
    source: `rules.${rule.name}.do`,
    ...(rule.inOrder ? { inOrder: true } : {}),
  });
}

/** Run actions in file order. */
export function runActions(
  turn: Turn,
  happening: Happening,
  actions: readonly Action[],
  scope: Scope,
  list: ActionList,
): void {
  if (list.inOrder && list.source !== '') {
    const { seq } = happening.event;
    proceed(turn, happening, actions, scope, list, { key: `${list.source}#${seq}`, anchorSeq: seq, from: 0 });
  } else for (const [i, action] of actions.entries()) step(turn, happening, action, scope, list, i);
}

function step(turn: Turn, happening: Happening, action: Action, scope: Scope, list: ActionList, i: number): void {
  if (action.when && !turn.holds(scope, action.when)) return;
  runAction(turn, happening, list, action, scope, list.source === '' ? '' : `${list.source}.${i}`);
}

interface Place {
  key: string;
  anchorSeq: number;
  from: number;
}

/** Actions from a place on, up to the first that sends something and has another one behind it. */
function proceed(
  turn: Turn,
  happening: Happening,
  actions: readonly Action[],
  scope: Scope,
  list: ActionList,
  place: Place,
): void {
  const of = actions.length;
  const say = (done: number, sequence: SequenceState | null): void => {
    turn.emit({
      type: 'sequenced',
      subject: list.name,
      clauses: [...list.clauses],
      data: { step: done, of },
      patch: { sequences: { [place.key]: sequence as unknown as JsonObject | null } },
    });
  };
  for (const [i, action] of actions.entries()) {
    if (i < place.from) continue;
    const before = turn.events.length;
    step(turn, happening, action, scope, list, i);
    const keys = turn.events
      .slice(before)
      .flatMap((event) => (event.type === 'delivery' || event.type === 'held' ? [String(event.data['key'])] : []));
    if (keys.length === 0 || i + 1 === of) continue;
    const waits = keys.map((key) => ({ key, until: turn.state.deliveries[key]?.by[0] ?? null }));
    const { name, source } = list;
    say(i + 1, {
      name,
      source,
      clauses: [...list.clauses],
      next: i + 1,
      anchorSeq: place.anchorSeq,
      event: eventOf(scope),
      waits,
      ...(list.voice === undefined ? {} : { voice: list.voice }),
    });
    return;
  }
  if (place.from > 0) say(of, null);
}

/** The actions that stand at a place of the pack. */
function actionsAt(pack: CompiledPack, source: string): readonly Action[] {
  const node = atPath(pack, source.split('.'));
  return Array.isArray(node) ? (node as Action[]) : [];
}

const SETTLES: ReadonlySet<string> = new Set([
  'delivered',
  'received',
  'undelivered',
  'unreached',
  'dropped',
  'stopped',
]);

/** Go on with what waited for a receipt that came, or whose deadline has passed. */
export function continueSequences(turn: Turn, happening: Happening): void {
  if (!SETTLES.has(happening.event.type)) return;
  for (const [key, sequence] of Object.entries(turn.state.sequences ?? {})) {
    const over = sequence.waits.every(
      (wait) => turn.state.deliveries[wait.key] === undefined || (wait.until !== null && wait.until <= turn.at),
    );
    if (!over || turn.state.sequences?.[key] !== sequence) continue;
    const event = sequence.event as unknown as Scope['event'];
    const { anchorSeq, next, name, source, clauses, voice } = sequence;
    attempt(turn, name, () => {
      const list: ActionList = { name, source, clauses, inOrder: true, ...(voice === undefined ? {} : { voice }) };
      const place = { key, anchorSeq, from: next };
      turn.as(
        name,
        undefined,
        () => {
          const scope: Scope = { pack: turn.pack, state: turn.seen(), event };
          proceed(turn, happening, actionsAt(turn.pack, source), scope, list, place);
        },
        source.startsWith('rules.') ? turn.pack.rules[name] : undefined,
      );
    });
  }
}

/** Actions of a part in shadow that leave no copy: what would have been done is recorded, with the values it would have had. */
import type { Action, Json, JsonObject, Value } from '../policy/types';
import type { Turn } from './turn';
import type { Delivery, TicketEvent } from './types';
import type { EpochMs } from '../time/instants';

/** Recorded whole. The others act on copies (`set`, `assign`, `tag`), are made as far as their sending, or only ask. */
type Withheld = Exclude<Action['do'], 'set' | 'assign' | 'tag' | 'untag' | 'note' | 'restrict' | 'ask'>;

const ACTS_ITSELF: ReadonlySet<Action['do']> = new Set<Exclude<Action['do'], Withheld>>([
  ...(['set', 'assign', 'tag', 'untag', 'note', 'restrict', 'ask'] as const),
]);

const isValue = (part: unknown): part is Value =>
  part !== null && typeof part === 'object' && ('lit' in part || ('cel' in part && !Array.isArray(part)));

/** Withhold an action where a part in shadow acts. Returns whether it was. `read` gives a value, undefined where unknown. */
export function withholdAction(
  turn: Turn,
  action: Action,
  read: (value: Value) => Json | undefined,
  clauses: string[],
): boolean {
  if (!turn.shadow || ACTS_ITSELF.has(action.do)) return false;
  // A message is withheld where it would have been made, one by one; a path is entered or not.
  if (action.do === 'deliver' && action.path === undefined) return false;
  const { do: verb, clauses: _own, when: _when, ...parts } = action;
  const data: JsonObject = {};
  for (const [name, part] of Object.entries(parts)) {
    const value = valueOf(part, read);
    if (value !== undefined) data[name] = value;
  }
  turn.withhold(verb === 'deliver' && 'verb' in action ? action.verb : verb, { clauses, data });
  return true;
}

function valueOf(part: unknown, read: (value: Value) => Json | undefined): Json | undefined {
  if (isValue(part)) return read(part);
  if (part === null || typeof part !== 'object') return part as Json | undefined;
  if (Array.isArray(part)) return part as Json;
  return Object.fromEntries(
    Object.entries(part).flatMap(([name, inner]): [string, Json][] => {
      const value = valueOf(inner, read);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A message that a part in shadow would have sent, now or when its recipient is there; `once` where never again. */
export function withholdDelivery(turn: Turn, delivery: Delivery, until?: EpochMs, once?: string): TicketEvent {
  const { channel, role, to, template, name, vars, key } = delivery;
  return turn.withhold(delivery.verb, {
    clauses: delivery.clauses,
    data: {
      channel,
      role,
      to,
      template,
      ...(name === undefined ? {} : { name }),
      ...(until === undefined ? {} : { until }),
      vars,
      delivery: key,
    },
    ...(once === undefined ? {} : { patch: { once: [once] } }),
  });
}

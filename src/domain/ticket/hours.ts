/** Messages to a role outside its hours: they wait for its next opening, or go out at once where the pack says so. */
import type { RoleDef } from '../policy/types';
import { isOpen, nextOpening } from '../time/calendar';
import type { EpochMs } from '../time/instants';
import { calendarOf } from './calendars';
import type { Target } from './contacts';
import type { Scope } from './env';
import type { NewEvent, Turn } from './turn';
import type { DeliveryState, TicketEvent } from './types';

export interface OfHours {
  /** The message waits until then. */
  until?: EpochMs;
  /** Roles told as well, because it does not wait. */
  also: string[];
  clauses: string[];
}

/** A page wakes whoever it is for; the public has no hours. */
const WAITS: ReadonlySet<string> = new Set(['email', 'slack', 'console']);

/** The role whose address was taken: the one that was addressed, or its fallback. */
function holderOf(scope: Scope, target: Target): RoleDef | undefined {
  let role = scope.pack.people[target.role];
  for (const passed of target.via) {
    if (role?.name === passed) role = role.fallback === undefined ? undefined : scope.pack.people[role.fallback];
  }
  return role;
}

/** Whether a message to a target waits for the hours of its role, and who hears of it in the meantime. */
export function hoursOf(turn: Turn, scope: Scope, target: Target): OfHours {
  const role = holderOf(scope, target);
  if (role?.hours === undefined || !WAITS.has(target.channel)) return { also: [], clauses: [] };
  const calendar = calendarOf(turn.pack, role.hours);
  if (isOpen(calendar, turn.at)) return { also: [], clauses: [] };
  const { outOfHours } = role;
  if (outOfHours && turn.holds(scope, outOfHours.atOnce))
    return { also: outOfHours.also === undefined ? [] : [outOfHours.also], clauses: outOfHours.clauses };
  return { until: nextOpening(calendar, turn.at), also: [], clauses: [] };
}

/** Records a delivery as one that waits: its event, `delivery`, follows when it is released. */
export function holdDelivery(turn: Turn, until: EpochMs, delayed = false): (event: NewEvent) => TicketEvent {
  return (event) => {
    const data = event.data ?? {};
    const key = String(data['key']);
    const pending = event.patch?.deliveries?.[key] ?? {};
    return turn.emit({
      ...event,
      type: 'held',
      data: { ...data, until, ...(delayed ? { delayed } : {}) },
      patch: { ...event.patch, deliveries: { [key]: { ...pending, status: 'held', heldUntil: until, held: data } } },
    });
  };
}

/** The hours have begun: the delivery is made, under the key it had when it was decided. */
export function releaseHeld(turn: Turn, delivery: DeliveryState): void {
  const data = delivery.held ?? {};
  const { name, template, clauses } = data;
  turn.emit({
    type: 'delivery',
    subject: String(name ?? template),
    clauses: Array.isArray(clauses) ? clauses.map(String) : [],
    data: { ...data, at: turn.at },
    patch: { deliveries: { [delivery.key]: { status: 'pending', heldUntil: null, held: null } } },
  });
}

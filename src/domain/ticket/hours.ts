/** Messages to a role outside its hours: they wait for its next opening, or go out at once where the pack says so. */
import type { DeliverAction, JsonObject } from '../policy/types';
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

/** Whether a message to a target waits for the hours of its role, and who hears of it in the meantime. */
export function hoursOf(turn: Turn, scope: Scope, target: Target, verb: DeliverAction['verb']): OfHours {
  const role = target.holder === undefined ? undefined : scope.pack.people[target.holder];
  // A draft is prepared for whoever sends it, whenever that is.
  if (role?.hours === undefined || !WAITS.has(target.channel) || verb === 'draft') return { also: [], clauses: [] };
  const calendar = calendarOf(turn.pack, role.hours);
  if (isOpen(calendar, turn.at)) return { also: [], clauses: [] };
  const { outOfHours } = role;
  if (outOfHours && turn.holds(scope, outOfHours.atOnce))
    return { also: outOfHours.also === undefined ? [] : [outOfHours.also], clauses: outOfHours.clauses };
  return { until: nextOpening(calendar, turn.at), also: [], clauses: [] };
}

const alike = ({ held = {} }: DeliveryState, data: JsonObject): boolean =>
  ['to', 'channel', 'template'].every((name) => held[name] === data[name]);

/** Records a delivery as one that waits: its event, `delivery`, follows when it is released. */
export function holdDelivery(turn: Turn, until: EpochMs, delayed = false): (event: NewEvent) => TicketEvent {
  return (event) => {
    const data = event.data ?? {};
    const key = String(data['key']);
    const pending = event.patch?.deliveries?.[key] ?? {};
    // Whoever comes to the office reads the newest of several messages of a kind, not all of them at nine o'clock.
    const older = delayed
      ? []
      : Object.values(turn.state.deliveries).filter((one) => one.heldUntil === until && alike(one, data));
    return turn.emit({
      ...event,
      type: 'held',
      data: {
        ...data,
        until,
        ...(delayed ? { delayed } : {}),
        ...(older.length === 0 ? {} : { replaces: older.map((one) => one.key) }),
      },
      patch: {
        ...event.patch,
        deliveries: {
          ...Object.fromEntries(older.map((one) => [one.key, null])),
          [key]: { ...pending, status: 'held', heldUntil: until, held: data },
        },
      },
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

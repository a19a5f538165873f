/** What the handlers of commands share: reading fields, and the refusals everybody gives. */
import { rejection } from '../errors';
import type { Json, JsonObject } from '../policy/types';
import type { Turn } from './turn';
import type { Actor, Rejection } from './types';

export interface Order {
  name: string;
  by: Actor;
  fields: JsonObject;
}

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;
export const required = (order: Order, field: string): Rejection =>
  rejection('ESC_FIELD_REQUIRED', `${order.name} needs the field "${field}"`, { field, command: order.name });
export const forbids = (turn: Turn, order: Order, allowed: string): Rejection =>
  rejection(
    'ESC_STATUS_FORBIDS',
    `${order.name} does not apply to a ticket that is ${turn.state.ticket.status}; it needs ${allowed}`,
    { status: turn.state.ticket.status, command: order.name },
  );

/** Fields of a command that are not about the command itself, kept on its event. */
export function rest(order: Order, ...without: string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(order.fields).filter(([name, value]) => !without.includes(name) && value !== null),
  );
}

/** A text under any of the names people use for it. */
export function textField(order: Order, ...names: string[]): string | undefined {
  for (const name of names) {
    const found = textOf(order.fields[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const isOver = (turn: Turn): boolean => ['resolved', 'closed'].includes(turn.state.ticket.status);

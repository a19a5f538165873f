/** Walks over a pack's source: every action with its place, every delivery, every list of clauses. */
import { DELIVERY_VERBS } from '../compile-actions';
import type { ActionSource, DeliverySource } from '../schema/actions';
import type { PackSource } from '../schema/pack';

export interface PlacedAction {
  action: ActionSource;
  at: (string | number)[];
  /** The rule it belongs to; a flow's action belongs to none. */
  rule?: string;
}

/** Every action of rules and flows, with its place. */
export function* actionsOf(source: PackSource): Generator<PlacedAction> {
  for (const [name, rule] of Object.entries(source.rules)) {
    for (const [i, action] of rule.do.entries()) yield { action, at: ['rules', name, 'do', i], rule: name };
  }
  yield* within(source.flows, ['flows']);
}

function* within(node: unknown, at: (string | number)[]): Generator<PlacedAction> {
  if (node === null || typeof node !== 'object') return;
  for (const [key, inner] of Object.entries(node)) {
    const step = Array.isArray(node) ? Number(key) : key;
    if (key === 'do' && Array.isArray(inner)) {
      for (const [i, action] of inner.entries()) yield { action: action as ActionSource, at: [...at, 'do', i] };
    } else yield* within(inner, [...at, step]);
  }
}

export interface PlacedDelivery {
  verb: (typeof DELIVERY_VERBS)[number];
  delivery: DeliverySource;
  at: (string | number)[];
  rule?: string;
}

/** Every delivery action, with its place. */
export function* deliveryActionsOf(source: PackSource): Generator<PlacedDelivery> {
  for (const { action, at, rule } of actionsOf(source)) {
    for (const verb of DELIVERY_VERBS) {
      const delivery = action[verb];
      if (delivery) yield { verb, delivery, at: [...at, verb], ...(rule === undefined ? {} : { rule }) };
    }
  }
}

/** Names under which deliveries and calls are known. */
export function* deliveriesOf(source: PackSource): Generator<{ name?: string; call?: string }> {
  for (const { action } of actionsOf(source)) {
    if (action.call) yield { call: action.call.name };
    for (const verb of DELIVERY_VERBS) {
      const name = action[verb]?.name;
      if (name !== undefined) yield { name };
    }
  }
}

/** Every clause id that the source names, with its place. */
export function* clauseIdsOf(
  node: unknown,
  at: (string | number)[] = [],
): Generator<{ id: string; at: (string | number)[] }> {
  if (node === null || typeof node !== 'object') return;
  for (const [key, inner] of Object.entries(node)) {
    const step = [...at, Array.isArray(node) ? Number(key) : key];
    if (key === 'clauses' && Array.isArray(inner)) {
      for (const [i, id] of inner.entries()) yield { id: String(id), at: [...step, i] };
    } else if (key === 'clauses' && at.length === 0) {
      for (const id of Object.keys(inner as object)) yield { id, at: [...step, id] };
    } else yield* clauseIdsOf(inner, step);
  }
}

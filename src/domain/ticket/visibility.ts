/** Who may read what: tickets that are restricted, and fields that are not for everybody (policy-language, `visible`). */
import { roleNamed } from '../policy/parts';
import type { CompiledPack, Json, JsonObject } from '../policy/types';
import type { FlowState } from './flow-types';
import type { TicketState } from './types';

/** Who reads. */
export type Reader =
  | { kind: 'customer' }
  /** A member of staff and the roles and groups of the procedure they belong to; `all` reads everything. */
  | { kind: 'staff'; groups: readonly string[]; all?: boolean };

type People = CompiledPack['people'];

/** Names of a ticket, built in, that a customer may read; a pack's field of the same name says so itself. */
export const FOR_CUSTOMERS: ReadonlySet<string> = new Set([
  ...['id', 'number', 'kind', 'subject', 'customer', 'channel', 'category', 'status', 'priority'],
  ...['opened_at', 'resolved_at', 'resolution', 'external_id'],
]);

/** The names given and every group of the procedure that has one of them as a member. */
export function groupsOf(people: People, names: readonly string[]): Set<string> {
  // A role of a part is also meant by the name that only that part has for it.
  const groups = new Set(names.flatMap((name) => [name, roleNamed({ people }, name) ?? name]));
  for (let grown = true; grown;) {
    grown = false;
    for (const role of Object.values(people)) {
      if (groups.has(role.name) || !role.group?.some((member) => groups.has(member))) continue;
      groups.add(role.name);
      grown = true;
    }
  }
  return groups;
}

/** Whom a ticket is restricted to; empty where anybody of the staff may read it. */
export function restrictedTo(ticket: JsonObject): string[] {
  const value = ticket['restricted_to'];
  const names = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return names.filter((name) => typeof name === 'string');
}

/** Whether somebody may read a ticket at all. Its own customer may, whatever it is restricted to. */
export function mayRead(people: People, ticket: JsonObject, reader: Reader): boolean {
  if (reader.kind === 'customer' || reader.all === true) return true;
  const only = restrictedTo(ticket);
  if (only.length === 0) return true;
  const groups = groupsOf(people, reader.groups);
  return only.some((name) => groups.has(name));
}

/** Whether somebody may read a field. */
export function maySee(pack: Pick<CompiledPack, 'fields' | 'people'>, field: string, reader: Reader): boolean {
  const visible = pack.fields[field]?.visible;
  if (reader.kind === 'customer') return visible === undefined ? FOR_CUSTOMERS.has(field) : visible === 'all';
  if (reader.all === true || visible === undefined || visible === 'all' || visible === 'staff') return true;
  return groupsOf(pack.people, reader.groups).has(visible);
}

/** A ticket's status as its customer reads it: one that a path keeps for the staff reads as being worked on. */
export const publicStatus = (pack: Pick<CompiledPack, 'paths'>, status: string): string =>
  Object.values(pack.paths).some((path) => path.visible === 'staff' && path.status === status) ? 'in_progress' : status;

/** A ticket's fields without those that the reader may not see. */
export function visibleFields(
  pack: Pick<CompiledPack, 'fields' | 'people' | 'paths'>,
  ticket: JsonObject,
  reader: Reader,
): JsonObject {
  const fields = Object.fromEntries(Object.entries(ticket).filter(([name]) => maySee(pack, name, reader)));
  const { status } = fields;
  return reader.kind === 'customer' && typeof status === 'string'
    ? { ...fields, status: publicStatus(pack, status) }
    : fields;
}

/**
 * What an event says, without the values of fields that the reader may not see, wherever they stand in it: as
 * `ticket.loss` among what a question was made from, within what a message or a model was told, in an answer. They are
 * named, with null for a value.
 */
export function visibleData(
  pack: Pick<CompiledPack, 'fields' | 'people'>,
  data: JsonObject,
  reader: Reader,
): JsonObject {
  const field = data['field'];
  const changes = typeof field === 'string' && !maySee(pack, field, reader);
  const hidden = (name: string): boolean =>
    [name, name.replace(/^ticket\./, ''), name.slice(name.lastIndexOf('.') + 1)].some(
      (one) => pack.fields[one] !== undefined && !maySee(pack, one, reader),
    );
  const within = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(within);
    return value === null || typeof value !== 'object' ? value : visible(value);
  };
  const visible = (values: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, Json] => [name, hidden(name) ? null : within(value)]),
    );
  return Object.fromEntries(
    Object.entries(visible(data)).map(([name, value]) => [name, changes && VALUES.has(name) ? null : value]),
  );
}

const VALUES: ReadonlySet<string> = new Set(['from', 'to', 'value', 'reason']);

/** A ticket's state as a text for this reader is made of it: without fields, answers and collected values they may not see. */
export function visibleState(
  pack: Pick<CompiledPack, 'fields' | 'people' | 'paths'>,
  state: TicketState,
  reader: Reader,
): TicketState {
  const collected = (of: FlowState['collected']): FlowState['collected'] =>
    Object.fromEntries(
      Object.entries(of).map(([field, { value, ...rest }]) => [
        field,
        value === undefined || !maySee(pack, field, reader) ? rest : { ...rest, value },
      ]),
    );
  return {
    ...state,
    ticket: visibleFields(pack, state.ticket, reader) as TicketState['ticket'],
    facts: Object.fromEntries(
      Object.entries(state.facts).map(([name, fact]) => [
        name,
        { ...fact, value: visibleData(pack, { value: fact.value }, reader)['value'] ?? null },
      ]),
    ),
    flows: Object.fromEntries(
      Object.entries(state.flows).map(([name, flow]) => [name, { ...flow, collected: collected(flow.collected) }]),
    ),
  };
}

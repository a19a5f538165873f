/** Who may read what: tickets that are restricted, and fields that are not for everybody (policy-language, `visible`). */
import { roleNamed } from '../policy/parts';
import type { CompiledPack, Json, JsonObject } from '../policy/types';

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

/** What an event says, without the values of fields that the reader may not see; they are named, with null for a value. */
export function visibleData(
  pack: Pick<CompiledPack, 'fields' | 'people'>,
  data: JsonObject,
  reader: Reader,
): JsonObject {
  const field = data['field'];
  const hidden = typeof field === 'string' && !maySee(pack, field, reader);
  return Object.fromEntries(
    Object.entries(data).map(([name, value]): [string, Json] => {
      const blank = (hidden && VALUES.has(name)) || (pack.fields[name] !== undefined && !maySee(pack, name, reader));
      if (name === 'inputs' && !blank) return [name, visibleInputs(pack, value, reader)];
      return [name, blank ? null : value];
    }),
  );
}

/** What a question was made from, without the fields that the reader may not see. */
function visibleInputs(pack: Pick<CompiledPack, 'fields' | 'people'>, inputs: Json, reader: Reader): Json {
  if (inputs === null || typeof inputs !== 'object' || Array.isArray(inputs)) return inputs;
  const see = (name: string): boolean => pack.fields[name] === undefined || maySee(pack, name, reader);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]): [string, Json] => {
      if (!see(name.replace(/^ticket\./, ''))) return [name, null];
      return [name, name === 'collected' ? visibleData(pack, (value ?? {}) as JsonObject, reader) : value];
    }),
  );
}

const VALUES: ReadonlySet<string> = new Set(['from', 'to', 'value', 'reason']);

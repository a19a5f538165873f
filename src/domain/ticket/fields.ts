/** Setting fields: typed, tagged, recorded as `changed(field)`; tables set theirs again when what they read changes. */
import { compileExpr, isUnknown } from '../policy/expr';
import type { CompiledPack, FieldDef, Json, JsonObject, TableDef } from '../policy/types';
import { decideTable, holdsIn, makeEnv, type Scope } from './env';
import { kindOf, packIndex } from './pack-index';
import { withTags } from './rollout';
import { touches, type Happening, type Turn } from './turn';
import type { Actor } from './types';

/** Names of a ticket that every procedure has, beside the fields of its pack. */
export const BUILT_IN_FIELDS: Record<string, FieldDef['type']> = {
  priority: 'text',
  tier: 'any',
  queue: 'text',
  owner: 'text',
  rank: 'number',
  category: 'text',
  urgency: 'text',
  resolution: 'text',
  restricted_to: 'list',
  issue_key: 'text',
};

/** Why a value does not fit a field, or undefined when it does. */
export function misfit(def: Pick<FieldDef, 'type' | 'values'>, value: Json): string | undefined {
  const oneOf = (item: Json): boolean => def.values.length === 0 || def.values.some((allowed) => allowed === item);
  switch (def.type) {
    case 'text':
    case 'person':
      return typeof value === 'string' ? undefined : 'a text';
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(value) ? undefined : 'a date YYYY-MM-DD';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a number';
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'enum':
      return oneOf(value) ? undefined : `one of ${def.values.map(String).join(', ')}`;
    case 'set':
      return Array.isArray(value) && value.every(oneOf)
        ? undefined
        : `a list out of ${def.values.map(String).join(', ')}`;
    case 'list':
      return Array.isArray(value) ? undefined : 'a list';
    case 'money':
      return value !== null &&
        typeof value === 'object' &&
        !Array.isArray(value) &&
        typeof value['value'] === 'number' &&
        typeof value['currency'] === 'string'
        ? undefined
        : 'an amount { value, currency }';
    case 'any':
      return undefined;
  }
}

/** The key of the queue that a name means: a key, a title or an alias, whatever the case. A pack without queues takes any. */
export function queueNamed(pack: Pick<CompiledPack, 'queues'>, name: string): string | undefined {
  if (Object.keys(pack.queues).length === 0) return name;
  const wanted = name.trim().toLowerCase();
  return Object.values(pack.queues).find((queue) =>
    [queue.name, queue.title, ...queue.aliases].some((one) => one.toLowerCase() === wanted),
  )?.name;
}

/** The tag that follows a field's value (`risk-level-{value}`): one at a time. */
function tagsFor(def: FieldDef | undefined, tags: Json[], from: Json | undefined, to: Json): Json[] {
  if (def?.tag === undefined) return tags;
  const tag = (value: Json): string => (def.tag ?? '').replace('{value}', String(value));
  const kept = from === undefined ? tags : tags.filter((one) => one !== tag(from));
  return to === null || kept.includes(tag(to)) ? kept : [...kept, tag(to)];
}

export interface SetOptions {
  clauses?: string[];
  by?: Actor;
  /** Set by hand: tables leave it alone until it is released. */
  hold?: boolean;
  data?: JsonObject;
}

/** Set one field; the same value again changes nothing. A queue is known by any of its names. */
export function setField(turn: Turn, name: string, given: Json, options: SetOptions = {}): void {
  const value = name === 'queue' && typeof given === 'string' ? (queueNamed(turn.pack, given) ?? given) : given;
  const from = turn.seen().ticket[name];
  const same = JSON.stringify(from ?? null) === JSON.stringify(value);
  const hold = options.hold === true && !turn.state.held.includes(name);
  if (same && !hold) return;
  const def = turn.pack.fields[name];
  if (turn.shadow) {
    const { tags } = turn.seen().ticket;
    const copy = withTags(turn.copy, turn.state.ticket.tags, tagsFor(def, tags, from, value));
    turn.withhold(
      'set',
      {
        clauses: [...new Set([...(options.clauses ?? []), ...(def?.clauses ?? [])])],
        data: { field: name, ...(from === undefined ? {} : { from }), to: value, ...options.data },
      },
      { ...copy, fields: { ...copy.fields, [name]: value } },
    );
    return;
  }
  const tags = tagsFor(def, turn.state.ticket.tags, from, value);
  turn.emit({
    type: 'changed',
    subject: name,
    ...(options.by ? { by: options.by } : {}),
    clauses: [...new Set([...(options.clauses ?? []), ...(def?.clauses ?? [])])],
    data: { field: name, ...(from === undefined ? {} : { from }), to: value, ...options.data },
    patch: {
      ticket: { [name]: value, ...(tags === turn.state.ticket.tags ? {} : { tags }) },
      ...(hold ? { held: [name] } : {}),
    },
  });
}

const released = ({ event }: Happening, field: string): boolean => event.type === 'freed' && event.subject === field;

/** Tables that set a field, where this event changed what they read. */
export function runTables(turn: Turn, happening: Happening): void {
  const index = packIndex(turn.pack, kindOf(turn.state.ticket));
  for (const name of index.settingTables) {
    const reads = index.tableReads.get(name);
    const table = turn.pack.tables[name];
    if (
      !table?.sets ||
      !reads ||
      turn.state.held.includes(table.sets) ||
      !(touches([...reads], happening.changed) || released(happening, table.sets))
    )
      continue;
    turn.as(name, undefined, () => runTable(turn, happening, table, table.sets ?? ''));
  }
}

function runTable(turn: Turn, happening: Happening, table: TableDef, field: string): void {
  const scope = turn.scope(happening, true);
  if (table.while && holdsIn(makeEnv(scope), table.while) !== true) return;
  const { value, rows, clauses } = decideTable(makeEnv(scope), table);
  if (!isUnknown(value)) setField(turn, field, value, { clauses, data: { table: table.name, rows } });
}

/** What a ticket holds before its first event: defaults of fields, then what the tables say of them, to a fixpoint. */
export function initialFields(
  scope: Scope,
  given: JsonObject,
  /** Whether a table decides here, and whether a tag follows a field nobody has given a value. */
  decides: (name: string) => boolean = () => true,
): { fields: JsonObject; decided: JsonObject; clauses: string[] } {
  const { pack } = scope;
  let fields: JsonObject = { ...given };
  const decided: JsonObject = {};
  const clauses = new Set<string>();
  const defaults = Object.values(pack.fields).filter((def) => given[def.name] === undefined);
  const inScope = (): Scope => ({ ...scope, overlay: fields });
  for (const def of defaults) {
    if (def.default && 'lit' in def.default) fields[def.name] = def.default.lit;
    else if (def.type === 'set' || def.type === 'list') fields[def.name] = [];
  }
  for (let round = 0; round < 5; round++) {
    const before = JSON.stringify(fields);
    for (const name of packIndex(pack, kindOf(given)).settingTables) {
      const table = pack.tables[name];
      if (!table?.sets || given[table.sets] !== undefined || !decides(name)) continue;
      const at = inScope();
      if (table.while && holdsIn(makeEnv(at), table.while) !== true) continue;
      const found = decideTable(makeEnv(at), table);
      if (isUnknown(found.value)) continue;
      fields = { ...fields, [table.sets]: found.value };
      decided[table.sets] = { table: name, rows: found.rows };
      for (const clause of found.clauses) clauses.add(clause);
    }
    for (const def of defaults) {
      if (!def.default || !('cel' in def.default) || fields[def.name] !== undefined) continue;
      const value = makeEnv(inScope());
      const got = valueOf(value, def);
      if (got !== undefined) fields = { ...fields, [def.name]: got };
    }
    if (JSON.stringify(fields) === before) break;
  }
  const follows = (name: string): boolean => given[name] !== undefined || decides(name);
  return { fields: { ...fields, tags: initialTags(scope, fields, follows) }, decided, clauses: [...clauses] };
}

/** The tags a ticket is opened with, those that follow a field's first value included. */
function initialTags(scope: Scope, fields: JsonObject, follows: (name: string) => boolean): Json[] {
  let tags = Array.isArray(fields['tags']) ? fields['tags'] : [];
  for (const def of Object.values(scope.pack.fields)) {
    const value = fields[def.name];
    if (value !== undefined && value !== null && follows(def.name)) tags = tagsFor(def, tags, undefined, value);
  }
  return tags;
}

function valueOf(env: ReturnType<typeof makeEnv>, def: FieldDef): Json | undefined {
  if (!def.default || !('cel' in def.default)) return undefined;
  const got = compileExpr(def.default.cel.x)(env);
  return isUnknown(got) ? undefined : got;
}

import type {
  Cel,
  CommitmentDef,
  CompiledPack,
  ConditionDef,
  GuardDef,
  JsonObject,
  OfKinds,
  Pattern,
  RuleDef,
  TaskDef,
} from '../policy/types';
import { SUPPORT } from './types';

/** Look-ups over a pack that the engine needs at every event; made once for each pack and kind of ticket. */
export interface PackIndex {
  /** Event names that anchor, open, fulfil or close something, by construct. */
  commitmentsOn: Map<string, CommitmentDef[]>;
  metOn: Map<string, CommitmentDef[]>;
  tasksOn: Map<string, TaskDef[]>;
  tasksClosedOn: Map<string, TaskDef[]>;
  rulesOn: Map<string, RuleDef[]>;
  guardsOf: Map<string, GuardDef[]>;
  /** Conditions that anything of this kind reads or waits for; all of them for support. */
  conditions: ConditionDef[];
  /** Tables that set a field, in file order. */
  settingTables: string[];
  /** The names each setting table reads. */
  tableReads: Map<string, Set<string>>;
  /** Every name that any clock's `while`, `pause`, amount or calendar reads: most events touch none of them. */
  clockReads: string[];
}

const indexes = new WeakMap<CompiledPack, Map<string, PackIndex>>();

/** The kind of a ticket, as its fields say. */
export function kindOf(ticket: JsonObject): string {
  const { kind } = ticket;
  return typeof kind === 'string' && kind !== '' ? kind : SUPPORT;
}

function byName<T>(items: Iterable<T>, patterns: (item: T) => Pattern[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    for (const name of new Set(patterns(item).map((pattern) => pattern.name))) {
      const list = map.get(name);
      if (list) list.push(item);
      else map.set(name, [item]);
    }
  }
  return map;
}

const readsOf = (cels: (Cel | undefined)[]): Set<string> => new Set(cels.flatMap((cel) => cel?.reads ?? []));

function clocks(items: { clock?: CommitmentDef['clock'] }[]): (Cel | undefined)[] {
  return items.flatMap(({ clock }) =>
    clock
      ? [
          clock.while,
          clock.pause,
          ...[clock.due, clock.cadence, clock.calendar].map((value) =>
            value && 'cel' in value ? value.cel : undefined,
          ),
        ]
      : [],
  );
}

/** Every name that the expressions and patterns anywhere in a value depend on; a template's stand for its name. */
function* namesIn(pack: CompiledPack, node: unknown): Generator<string> {
  if (node === null || typeof node !== 'object') return;
  if ('src' in node && 'reads' in node) {
    yield* (node as Cel).reads;
    return;
  }
  if ('name' in node && 'subject' in node) yield `is.${String(node.subject)}`;
  const template = 'template' in node && typeof node.template === 'string' ? pack.templates[node.template] : undefined;
  if (template) {
    yield* template.vars;
    yield* namesIn(pack, [template.needs, template.let]);
  }
  for (const inner of Object.values(node)) yield* namesIn(pack, inner);
}

/** The conditions that concern a kind: nothing of support happens on a review, its conditions included. */
function conditionsOf(pack: CompiledPack, kind: string, constructs: unknown[]): ConditionDef[] {
  if (kind === SUPPORT) return pack.conditions;
  const read = new Set(namesIn(pack, constructs));
  const wanted = new Set<string>();
  // Each condition reads only those before it, so one pass from the last finds all.
  for (const condition of [...pack.conditions].reverse()) {
    if (!read.has(`is.${condition.name}`) && !read.has('is.*')) continue;
    wanted.add(condition.name);
    for (const name of condition.cel.reads) read.add(name);
  }
  return pack.conditions.filter((condition) => wanted.has(condition.name));
}

/** The index of a pack for one kind of ticket: constructs of another kind are not in it. */
export function packIndex(pack: CompiledPack, kind: string): PackIndex {
  const known = indexes.get(pack)?.get(kind);
  if (known) return known;
  const mine = <T extends OfKinds>(items: Record<string, T>): T[] =>
    Object.values(items).filter((item) => item.kind.includes(kind));
  const commitments = mine(pack.commitments);
  const tasks = mine(pack.tasks);
  const rules = mine(pack.rules);
  const guards = mine(pack.guards);
  const setting = mine(pack.tables).filter((table) => table.sets !== undefined);
  const index: PackIndex = {
    commitmentsOn: byName(commitments, (item) => item.clock.anchors),
    metOn: byName(commitments, (item) => item.met),
    tasksOn: byName(tasks, (item) => item.clock.anchors),
    tasksClosedOn: byName(tasks, (item) => item.closes),
    rulesOn: byName(rules, (item) => item.on),
    guardsOf: byName(guards, (item) => [{ name: item.command }]),
    conditions: conditionsOf(pack, kind, [commitments, tasks, rules, guards, setting]),
    clockReads: [...readsOf(clocks([...commitments, ...tasks, ...rules]))],
    settingTables: setting.map((table) => table.name),
    tableReads: new Map(
      setting.map((table) => [
        table.name,
        readsOf([
          table.while,
          ...table.rows.flatMap((row) => [row.when, 'cel' in row.then ? row.then.cel : undefined]),
        ]),
      ]),
    ),
  };
  const byKind = indexes.get(pack) ?? new Map<string, PackIndex>();
  indexes.set(pack, byKind.set(kind, index));
  return index;
}

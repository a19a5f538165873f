import type { Cel, CommitmentDef, CompiledPack, Pattern, RuleDef, TaskDef } from '../policy/types';

/** Look-ups over a pack that the engine needs at every event; made once a pack. */
export interface PackIndex {
  /** Event names that anchor, open, fulfil or close something, by construct. */
  commitmentsOn: Map<string, CommitmentDef[]>;
  metOn: Map<string, CommitmentDef[]>;
  tasksOn: Map<string, TaskDef[]>;
  tasksClosedOn: Map<string, TaskDef[]>;
  rulesOn: Map<string, RuleDef[]>;
  /** Tables that set a field, in file order. */
  settingTables: string[];
  /** The names each setting table reads. */
  tableReads: Map<string, Set<string>>;
  /** Every name that any clock's `while`, `pause`, amount or calendar reads: most events touch none of them. */
  clockReads: string[];
}

const indexes = new WeakMap<CompiledPack, PackIndex>();

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

function clocks(pack: CompiledPack): (Cel | undefined)[] {
  const all = [...Object.values(pack.commitments), ...Object.values(pack.tasks), ...Object.values(pack.rules)];
  return all.flatMap(({ clock }) =>
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

/** The index of a pack. */
export function packIndex(pack: CompiledPack): PackIndex {
  const known = indexes.get(pack);
  if (known) return known;
  const commitments = Object.values(pack.commitments);
  const tasks = Object.values(pack.tasks);
  const setting = Object.values(pack.tables).filter((table) => table.sets !== undefined);
  const index: PackIndex = {
    commitmentsOn: byName(commitments, (item) => item.clock.anchors),
    metOn: byName(commitments, (item) => item.met),
    tasksOn: byName(tasks, (item) => item.clock.anchors),
    tasksClosedOn: byName(tasks, (item) => item.closes),
    rulesOn: byName(Object.values(pack.rules), (item) => item.on),
    clockReads: [...readsOf(clocks(pack))],
    settingTables: setting.map((table) => table.name),
    tableReads: new Map(
      setting.map((table) => [
        table.name,
        readsOf(table.rows.flatMap((row) => [row.when, 'cel' in row.then ? row.then.cel : undefined])),
      ]),
    ),
  };
  indexes.set(pack, index);
  return index;
}

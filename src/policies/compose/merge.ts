/** Several placed parts and what the composite adds as one pack, and what keeps them from being one. */
import { BUILT_IN_FIELDS } from '../../domain/ticket/fields';
import type { CompiledPack, FieldDef, JsonObject } from '../../domain/policy/types';
import { canonical } from '../canonical';
import type { SourcePath } from '../compiler';
import type { PartNames } from './names';

/** A part with its names here. */
export interface PlacedPart {
  alias: string;
  names: PartNames;
  /** As the part is by itself. */
  own: CompiledPack;
  placed: CompiledPack;
}

type Say = (path: SourcePath, message: string) => void;

/** Constructs that are put side by side: the prefix keeps their names apart. */
const SIDE_BY_SIDE = [
  ...(['calendars', 'people', 'rotas', 'words', 'queues', 'tables', 'facts', 'commitments', 'tasks', 'paths'] as const),
  ...(['rules', 'guards', 'templates', 'kinds', 'flows', 'metrics', 'schedules', 'reports', 'replies'] as const),
] as const;

/** Constructs that the organisation has once: their names have no prefix. */
type Once = 'reasons' | 'channels' | 'intake' | 'assistants';

const without = ({ name: _name, clauses: _clauses, ...rest }: FieldDef): string => canonical(rest);

/** The fields of all: one where the declarations are equal, or where every ticket has it anyway. */
function fieldsOf(parts: readonly PlacedPart[], own: CompiledPack, say: Say): CompiledPack['fields'] {
  const fields: Record<string, FieldDef> = { ...own.fields };
  const from: Record<string, string> = Object.fromEntries(Object.keys(own.fields).map((name) => [name, 'this pack']));
  for (const { alias, placed } of parts) {
    for (const [name, field] of Object.entries(placed.fields)) {
      const known = fields[name];
      if (!known) {
        fields[name] = field;
        from[name] = `"${alias}"`;
        continue;
      }
      if (without(known) !== without(field) && !Object.hasOwn(BUILT_IN_FIELDS, name))
        say(
          ['uses', alias],
          `the field "${name}" of "${alias}" is not that of ${from[name] ?? ''}: a field is shared where both declare it alike; list it under "apart" of one of them`,
        );
      fields[name] = { ...known, clauses: [...new Set([...known.clauses, ...field.clauses])] };
    }
  }
  return fields;
}

/** A map of all parts' items and the composite's own; the same name twice is said. */
function once<K extends Once>(
  construct: K,
  parts: readonly PlacedPart[],
  own: CompiledPack,
  say: Say,
): CompiledPack[K] {
  const items: JsonObject = { ...(own[construct] as unknown as JsonObject | undefined) };
  for (const { alias, placed } of parts) {
    for (const [name, item] of Object.entries((placed[construct] ?? {}) as unknown as JsonObject)) {
      if (Object.hasOwn(items, name))
        say(['uses', alias], `${construct}.${name} of "${alias}" is there twice: ${construct} have one name for all`);
      else items[name] = item;
    }
  }
  return items as unknown as CompiledPack[K];
}

/** `rules.p1` of a part is `rules.<part>.p1` here. */
function clausesOf(parts: readonly PlacedPart[], own: CompiledPack): CompiledPack['clauses'] {
  const all = new Map(Object.entries(own.clauses).map(([id, paths]) => [id, new Set(paths)]));
  for (const { alias, own: part } of parts) {
    for (const [id, paths] of Object.entries(part.clauses)) {
      const known = all.get(id) ?? new Set();
      all.set(id, known);
      for (const path of paths) {
        const [construct = '', ...name] = path.split('.');
        known.add(name.length === 0 ? `parts.${alias}` : `${construct}.${alias}.${name.join('.')}`);
      }
    }
  }
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, paths]) => [id, [...paths]]));
}

/** One pack. What cannot be together is said, with the place of the part in the composite. */
export function mergeParts(parts: readonly PlacedPart[], own: CompiledPack, say: Say): CompiledPack {
  const beside = Object.fromEntries(
    SIDE_BY_SIDE.map((construct) => [
      construct,
      Object.assign({}, ...parts.map(({ placed }) => placed[construct] as object), own[construct] as object),
    ]),
  ) as Pick<CompiledPack, (typeof SIDE_BY_SIDE)[number]>;
  const reasons = once('reasons', parts, own, say);
  const zones = Object.fromEntries(
    parts.flatMap(({ placed }) => [
      ...Object.entries(placed.zones ?? {}),
      ...(placed.zoneOffsets && placed.zone !== own.zone ? [[placed.zone, placed.zoneOffsets] as const] : []),
    ]),
  );
  const rollouts: NonNullable<CompiledPack['rollouts']> = {
    ...Object.fromEntries(parts.flatMap(({ placed }) => Object.entries(placed.rollouts ?? {}))),
    ...own.rollouts,
  };
  const checklists: NonNullable<CompiledPack['checklists']> = {
    ...Object.fromEntries(parts.flatMap(({ placed }) => Object.entries(placed.checklists ?? {}))),
    ...own.checklists,
  };
  const voices: NonNullable<CompiledPack['voices']> = {
    ...Object.fromEntries(parts.flatMap(({ placed }) => Object.entries(placed.voices ?? {}))),
    ...own.voices,
  };
  return {
    ...own,
    ...beside,
    ...(Object.keys(voices).length === 0 ? {} : { voices }),
    ...(Object.keys(checklists).length === 0 ? {} : { checklists }),
    zones: { ...zones, ...own.zones },
    params: { ...Object.fromEntries(parts.flatMap(({ placed }) => Object.entries(placed.params))), ...own.params },
    fields: fieldsOf(parts, own, say),
    conditions: [...parts.flatMap(({ placed }) => placed.conditions), ...own.conditions],
    ...(Object.keys(reasons ?? {}).length === 0 ? {} : { reasons: reasons ?? {} }),
    channels: once('channels', parts, own, say),
    intake: once('intake', parts, own, say),
    assistants: once('assistants', parts, own, say),
    catchAll:
      own.catchAll === '' ? (parts.find(({ placed }) => placed.catchAll !== '')?.placed.catchAll ?? '') : own.catchAll,
    clauses: clausesOf(parts, own),
    ...(Object.keys(rollouts).length === 0 ? {} : { rollouts }),
    parts: Object.fromEntries(parts.map(({ alias, names }) => [alias, names.definition()])),
  };
}

/** The parts of a composed pack: found, read, checked for what the composite says of them, and given their names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Cel, CompiledPack, Expr, Json, JsonObject } from '../../domain/policy/types';
import { readsOf } from '../cel';
import type { Compiler, SourcePath } from '../compiler';
import type { LoadedPack } from '../load';
import { unknownName } from '../unknown-name';
import { partOf, type PartSource, type UsesSource } from '../schema/uses';
import { PartNames } from './names';
import { placePart } from './place';
import type { PlacedPart } from './merge';

/** A part that was read. */
export interface ReadPart {
  source: PartSource;
  loaded: LoadedPack;
}

type Say = (path: SourcePath, message: string) => void;

/** Where the part lies: seen from the composite's folder, or beside it; `-` and `_` are one. */
function folderOf(dir: string, reference: string): string | undefined {
  const spelled = [...new Set([reference, reference.replaceAll('_', '-')])];
  return spelled
    .flatMap((name) => [resolve(dir, name), resolve(dir, '..', name)])
    .find((path) => path !== dir && existsSync(path));
}

/** Read every part. One that is not there, is itself composed or is broken is said at its place. */
export async function readParts(
  dir: string,
  uses: UsesSource,
  load: (target: string) => Promise<LoadedPack>,
  say: Say,
): Promise<Record<string, ReadPart>> {
  const parts: Record<string, ReadPart> = {};
  for (const [alias, written] of Object.entries(uses)) {
    const source = partOf(written);
    const folder = folderOf(dir, source.pack);
    if (folder === undefined) {
      say(['uses', alias], `there is no pack "${source.pack}", neither in this folder nor beside it`);
      continue;
    }
    const loaded = await load(folder);
    if (loaded.source.uses) say(['uses', alias], `"${source.pack}" is composed itself: name its parts here`);
    else if (loaded.readable) parts[alias] = { source, loaded };
  }
  return parts;
}

const SINGULAR = { people: 'role', calendars: 'calendar', queues: 'queue', params: 'param' } as const;

/** What is bound must be there, and two names of a part may not become one: its rules could not tell them apart. */
function checkBindings(alias: string, { source, loaded }: ReadPart, say: Say): void {
  const { bind } = source;
  const own: Record<keyof typeof SINGULAR, object> = loaded.pack;
  for (const construct of Object.keys(SINGULAR) as (keyof typeof SINGULAR)[]) {
    const known = new Set(Object.keys(own[construct]));
    const taken = new Map<string, string>();
    for (const [name, other] of Object.entries(bind?.[construct] ?? {})) {
      const at = ['uses', alias, 'bind', construct, name];
      if (!known.has(name)) say(at, unknownName(`${SINGULAR[construct]} of "${alias}"`, name, known));
      const twin = construct === 'params' || typeof other !== 'string' ? undefined : taken.get(other);
      if (twin !== undefined)
        say(
          at,
          `"${twin}" and "${name}" of "${alias}" would both be "${String(other)}": its rules could not tell them apart`,
        );
      if (typeof other === 'string') taken.set(other, name);
    }
  }
  const fields = new Set(Object.keys(loaded.pack.fields));
  for (const [i, field] of source.apart.entries())
    if (!fields.has(field)) say(['uses', alias, 'apart', i], unknownName(`field of "${alias}"`, field, fields));
}

/** `when` of a construct, where the composite says that it does nothing as long as something holds. */
function unless(when: Cel | undefined, not: Cel): Cel {
  const holds: Expr = ['call', '!', [not.x]];
  const x: Expr = when ? ['call', '&&', [holds, when.x]] : holds;
  return { src: when ? `!(${not.src}) && (${when.src})` : `!(${not.src})`, x, reads: readsOf(x) };
}

/** The part with what the composite switches off in it. Conditions are the composite's: they are compiled with its own. */
export function withExceptions(c: Compiler, { alias, names, placed, own }: PlacedPart, source: PartSource): PlacedPart {
  const changed = { rules: { ...placed.rules }, tasks: { ...placed.tasks }, guards: { ...placed.guards } };
  for (const [target, src] of Object.entries(source.unless ?? {})) {
    const [construct, name = ''] = target.split('.') as [keyof typeof changed, string];
    const path = ['uses', alias, 'unless', target];
    const full = `${alias}.${name}`;
    const not = c.cel(src, path, 'when');
    const known = new Set(Object.keys(own[construct]));
    if (!known.has(name))
      c.faults.push({ path, message: unknownName(`${construct.slice(0, -1)} of "${alias}"`, name, known) });
    else {
      const items: Record<string, { when?: Cel }> = changed[construct];
      items[full] = { ...items[full], when: unless(items[full]?.when, not) };
    }
  }
  return { alias, names, own, placed: { ...placed, ...changed } };
}

/** A param with what the composite says: another variant of it, or another value. */
function bound(param: Json | undefined, given: Json): Json {
  const isMap = (value: Json | undefined): value is JsonObject =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  return isMap(param) && typeof param['use'] === 'string' && isMap(given) ? { ...param, ...given } : given;
}

/** A part with its names here, and without what is bound to something else. */
export function placeOne(alias: string, part: ReadPart, say: Say): PlacedPart {
  checkBindings(alias, part, say);
  const { bind, apart } = part.source;
  const { pack } = part.loaded;
  const names = new PartNames(alias, pack, bind ?? {}, apart);
  const left = <T>(items: Record<string, T>, gone: Record<string, unknown> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(items).filter(([name]) => !Object.hasOwn(gone, name)));
  const params = Object.fromEntries(
    Object.entries(bind?.params ?? {}).map(([name, given]) => [name, bound(pack.params[name], given)]),
  );
  const own: CompiledPack = {
    ...pack,
    params: { ...pack.params, ...params },
    people: left(pack.people, bind?.people),
    calendars: left(pack.calendars, bind?.calendars),
    queues: left(pack.queues, bind?.queues),
  };
  return { alias, names, own: pack, placed: placePart(own, names) };
}

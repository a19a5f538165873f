/** What an edit changes in a pack, construct by construct. */
import type { CompiledPack } from '../domain/policy/types';
import { canonical } from './canonical';
import type { Classifier } from './classifier';
import type { TemplateSource } from './templates';

/** One construct that differs. `fields` says where within it, with the values before and after. */
export interface PackChange {
  /** `rules.p1_begins`, `templates.p1_notice`, `version`. */
  path: string;
  change: 'added' | 'removed' | 'changed';
  fields: { path: string; before?: unknown; after?: unknown }[];
}

interface Side {
  pack: CompiledPack;
  templates: Record<string, TemplateSource>;
  classifier?: Classifier;
}

const SINGLE = ['id', 'version', 'zone', 'catchAll'] as const;

/** An expression is the text its author wrote. */
function readable(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(readable);
  if ('src' in value && 'x' in value) return `=${String(value.src)}`;
  if (Object.keys(value).length === 1 && 'lit' in value) return readable(value.lit);
  if (Object.keys(value).length === 1 && 'cel' in value) return readable(value.cel);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}

/** Constructs by path: what a change is counted in. */
function constructs({ pack, templates, classifier }: Side): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const key of SINGLE) found.set(key, readable(pack[key]));
  for (const one of pack.conditions) found.set(`conditions.${one.name}`, readable(one));
  for (const [construct, items] of Object.entries(pack)) {
    if (['format', 'clauses', 'conditions', ...SINGLE].includes(construct)) continue;
    for (const [name, item] of Object.entries(items as object)) {
      const text = construct === 'templates' ? { ...(readable(item) as object), ...templates[name] } : readable(item);
      found.set(`${construct}.${name}`, text);
    }
  }
  for (const [name, part] of Object.entries({ ...classifier?.spec, prompts: classifier?.prompts }))
    if (part !== undefined && name !== 'version') found.set(`classifier.${name}`, part);
  return found;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function* differences(before: unknown, after: unknown, path: string): Generator<PackChange['fields'][number]> {
  if (canonical(before) === canonical(after)) return;
  const bothObjects = isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after);
  const isPlainList = (value: unknown): boolean => Array.isArray(value) && !value.some(isObject);
  if (!bothObjects || (isPlainList(before) && isPlainList(after))) {
    yield { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differences(before[key], after[key], path === '' ? key : `${path}.${key}`);
  }
}

/** Constructs that were added, removed or changed, in the order of the language. */
export function diffPacks(before: Side, after: Side): PackChange[] {
  const old = constructs(before);
  const now = constructs(after);
  const changes: PackChange[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    if (!old.has(path)) changes.push({ path, change: 'added', fields: [] });
    else if (!now.has(path)) changes.push({ path, change: 'removed', fields: [] });
    else {
      const fields = [...differences(old.get(path), now.get(path), '')];
      if (fields.length > 0) changes.push({ path, change: 'changed', fields });
    }
  }
  return changes;
}

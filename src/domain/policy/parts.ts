/**
 * Names of a composed pack (policy-language §4.12). A part's names stand under its prefix (`contacts.cio`), which its own
 * expressions do not know: what they read of the world is put in the part's words, what they name is put in the pack's.
 */
import { WHOLE } from './rollout-types';
import type { CompiledPack, Json } from './types';

/** One part of a composed pack. */
export interface PartDef {
  /** The id of the pack it is. */
  pack: string;
  version: Json;
  /** By kind of name: the part's own word, and what it is in this pack. A word may stand for several (`all`). */
  names: Record<string, Record<string, string | string[]>>;
}

type Names = Pick<CompiledPack, 'parts'>;

function deep(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deep(item, change)]));
}

const reversed = new WeakMap<PartDef, Map<string, string>>();

function ownOf(part: PartDef): Map<string, string> {
  let own = reversed.get(part);
  if (own) return own;
  own = new Map();
  for (const names of Object.values(part.names))
    for (const [name, full] of Object.entries(names)) if (typeof full === 'string') own.set(full, name);
  reversed.set(part, own);
  return own;
}

/** A value in the words of a part: names of the pack that are the part's become its own, anything else stays. */
export function ownWords(pack: Names, part: string, value: Json): Json {
  const def = pack.parts?.[part];
  if (!def) return value;
  const own = ownOf(def);
  return deep(value, (text) => own.get(text) ?? text);
}

/** A value that a part made, in the words of the pack: names of this kind get their prefix, anything else stays. */
export function packWords(pack: Names, part: string, kind: string, value: Json): Json {
  const names = pack.parts?.[part]?.names[kind] ?? {};
  return deep(value, (text) => (Object.hasOwn(names, text) ? (names[text] ?? text) : text));
}

const views = new WeakMap<object, Map<string, CompiledPack>>();

/** The pack as one of its parts sees itself: its own constructs, under its own names. */
export function partView(pack: CompiledPack, part: string): CompiledPack {
  const known = views.get(pack) ?? new Map<string, CompiledPack>();
  views.set(pack, known);
  const made = known.get(part);
  if (made) return made;
  const prefix = `${part}.`;
  const constructs = Object.entries(pack).map(([construct, items]): [string, unknown] => {
    if (items === null || typeof items !== 'object' || Array.isArray(items)) return [construct, items];
    const own = Object.entries(items as object).flatMap(([name, item]): [string, unknown][] =>
      // A part's rollout is known by its prefix here; to itself it is that of the whole pack.
      name === part && construct === 'rollouts'
        ? [[WHOLE, item]]
        : name.startsWith(prefix)
          ? [[name.slice(prefix.length), ownWords(pack, part, item as Json)]]
          : [],
    );
    return [construct, own.length === 0 ? items : Object.fromEntries(own)];
  });
  const view = Object.fromEntries(constructs) as unknown as CompiledPack;
  known.set(part, view);
  return view;
}

/**
 * The role that people mean by a name: the one that is called so, else the only one that a part calls so. Undefined where
 * there is none, or where two parts have each their own.
 */
export function roleNamed(pack: Pick<CompiledPack, 'people'>, name: string): string | undefined {
  if (Object.hasOwn(pack.people, name)) return name;
  const ends = `.${name}`;
  const found = Object.keys(pack.people).filter((one) => one.endsWith(ends));
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The values along a dotted path, the first being the root; undefined ends it where the path leads nowhere. A key may
 * itself hold dots, as the names of parts do: the shortest that is there is taken.
 */
export function* along(root: unknown, path: readonly string[]): Generator<unknown> {
  let node = root;
  yield node;
  for (let i = 0; i < path.length;) {
    let next: unknown;
    let taken = 0;
    for (let n = 1; i + n <= path.length && taken === 0; n++) {
      const key = path.slice(i, i + n).join('.');
      if (node !== null && typeof node === 'object' && Object.hasOwn(node, key)) {
        next = (node as Record<string, unknown>)[key];
        taken = n;
      }
    }
    if (taken === 0) {
      yield undefined;
      return;
    }
    node = next;
    i += taken;
    yield node;
  }
}

/** What stands at the end of a dotted path, or undefined. See {@link along}. */
export function atPath(root: unknown, path: readonly string[]): unknown {
  let last: unknown;
  for (const node of along(root, path)) last = node;
  return last;
}

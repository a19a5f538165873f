/** Checklists of a pack: what of each item is proved, by the pack itself, its scenarios, a running stack, and people. */
import type { CheckItemDef, ChecklistDef, PackProof } from './checklist-types';
import { partView } from './parts';
import type { CompiledPack, Pattern } from './types';

/** A person has ticked an item, or taken the tick back. */
export interface Tick {
  done: boolean;
  /** Who. */
  by: string;
  /** RFC 3339. */
  at: string;
  note?: string;
}

/** What of the outside is known. What is absent was not looked at. */
export interface CheckEvidence {
  /** By name: undefined holds, a text says what does not. */
  scenarios?: Readonly<Record<string, { ok: boolean; why?: string }>>;
  /** By pattern: where it was seen, or null. */
  seen?: Readonly<Record<string, { ticket: string; at: string } | null>>;
  /** By checklist and item, `list.item`. */
  ticks?: Readonly<Record<string, Tick>>;
}

/** `done`; `open`; `unknown` where what proves it was not looked at. */
export type CheckState = 'done' | 'open' | 'unknown';

/** An item with what is known of it. */
export interface CheckedItem {
  name: string;
  title: string;
  kind: 'automatic' | 'human';
  /** The role that ticks it. */
  role: string | null;
  state: CheckState;
  /** What proves it, or what is missing. */
  because: string[];
  tick: Tick | null;
  clauses: string[];
}

/** A checklist with how many of its items are done. */
export interface CheckedList {
  name: string;
  title: string;
  items: CheckedItem[];
  done: number;
  clauses: string[];
}

/** `name` or `name(subject)`. */
export const patternText = ({ name, subject }: Pattern): string =>
  subject === undefined ? name : `${name}(${subject})`;

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The names by which an entry of a list is found: of an action, what it does its work with. */
function namesOf(entry: unknown): unknown[] {
  if (entry === null || typeof entry !== 'object') return [];
  const { name, field, template, command, tag, note } = entry as Record<string, unknown>;
  const lit = (value: unknown): unknown => (value as { lit?: unknown } | undefined)?.lit;
  return [name, field, template, command, lit(tag), (lit(note) as { template?: unknown } | undefined)?.template];
}

function step(node: unknown, part: string): unknown {
  if (Array.isArray(node))
    return /^\d+$/.test(part) ? node[Number(part)] : node.find((one) => namesOf(one).includes(part));
  if (node === null || typeof node !== 'object') return undefined;
  const map = node as Record<string, unknown>;
  const key = [part, camel(part)].find((one) => Object.hasOwn(map, one));
  return key === undefined ? undefined : map[key];
}

/** What stands at a place of the pack; undefined where nothing does. A value that is written out is itself. */
export function valueAtPlace(pack: CompiledPack, place: string): unknown {
  const found = place.split('.').reduce<unknown>(step, pack);
  return found !== null && typeof found === 'object' && 'lit' in found ? found.lit : found;
}

const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function holds(pack: CompiledPack, proof: PackProof): { ok: boolean; because: string } {
  const found = valueAtPlace(pack, proof.at);
  if (found === undefined) return { ok: false, because: `the pack has no ${proof.at}` };
  if (proof.is !== undefined)
    return JSON.stringify(found) === JSON.stringify(proof.is)
      ? { ok: true, because: `${proof.at} is ${said(proof.is)}` }
      : { ok: false, because: `${proof.at} is ${said(found)}, not ${said(proof.is)}` };
  if (proof.has !== undefined) {
    const there = Array.isArray(found)
      ? found.some((one) => JSON.stringify(one) === JSON.stringify(proof.has) || namesOf(one).includes(proof.has))
      : typeof found === 'string' && found.includes(String(proof.has));
    return { ok: there, because: `${proof.at} has ${there ? '' : 'no '}${said(proof.has)}` };
  }
  return { ok: true, because: proof.at };
}

function automatic(
  pack: CompiledPack,
  item: CheckItemDef,
  evidence: CheckEvidence,
): Pick<CheckedItem, 'state' | 'because'> {
  const because: string[] = [];
  let open = false;
  let unknown = false;
  for (const proof of item.pack) {
    const { ok, because: why } = holds(pack, proof);
    open ||= !ok;
    because.push(why);
  }
  for (const name of item.scenarios) {
    const result = evidence.scenarios?.[name];
    if (!evidence.scenarios) unknown = true;
    else open ||= !result?.ok;
    because.push(
      result?.ok
        ? `the scenario ${name} holds`
        : evidence.scenarios
          ? `the scenario ${name}: ${result?.why ?? 'there is none'}`
          : `the scenario ${name} was not played`,
    );
  }
  for (const pattern of item.seen.map(patternText)) {
    const found = evidence.seen?.[pattern];
    if (!evidence.seen) unknown = true;
    else open ||= !found;
    because.push(
      found
        ? `${pattern} on ${found.ticket}, ${found.at}`
        : evidence.seen
          ? `${pattern} has not been seen yet`
          : `${pattern}: no stack was asked`,
    );
  }
  return { state: open ? 'open' : unknown ? 'unknown' : 'done', because };
}

function human(
  list: string,
  item: CheckItemDef,
  evidence: CheckEvidence,
): Pick<CheckedItem, 'state' | 'because' | 'tick'> {
  const tick = evidence.ticks?.[`${list}.${item.name}`] ?? null;
  const state: CheckState = tick?.done ? 'done' : evidence.ticks ? 'open' : 'unknown';
  const role = item.by ?? '';
  const because = !evidence.ticks
    ? 'no stack was asked'
    : tick
      ? `${tick.done ? 'ticked' : 'taken back'} by ${tick.by}, ${tick.at}${tick.note === undefined ? '' : `: ${tick.note}`}`
      : `to be ticked by ${role}`;
  return { state, because: [because], tick };
}

/** A checklist with what is known of each item. */
export function checkList(pack: CompiledPack, list: ChecklistDef, evidence: CheckEvidence): CheckedList {
  // An item about a part looks at it in the part's own words.
  const seen = list.part === undefined ? pack : partView(pack, list.part);
  const items = list.items.map((item): CheckedItem => ({
    name: item.name,
    title: item.title,
    kind: item.by === undefined ? 'automatic' : 'human',
    role: item.by ?? null,
    tick: null,
    ...(item.by === undefined ? automatic(seen, item, evidence) : human(list.name, item, evidence)),
    clauses: item.clauses,
  }));
  return {
    name: list.name,
    title: list.title,
    items,
    done: items.filter(({ state }) => state === 'done').length,
    clauses: list.clauses,
  };
}

/** Scenarios that checklists name, each once. */
export const scenariosOf = (lists: readonly ChecklistDef[]): string[] => [
  ...new Set(lists.flatMap(({ items }) => items.flatMap((item) => item.scenarios))),
];

/** Event patterns that checklists look for, each once. */
export function patternsOf(lists: readonly ChecklistDef[]): Pattern[] {
  const all = lists.flatMap(({ items }) => items.flatMap((item) => item.seen));
  return [...new Map(all.map((pattern) => [patternText(pattern), pattern])).values()];
}

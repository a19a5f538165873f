/**
 * No name of a part is left without its prefix: whatever is a name in a compiled pack, wherever it stands, has another one
 * in the composed pack. A new construct or field that names something must be placed as well, or be listed here as a word.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkList, scenariosOf } from '../../src/domain/policy/checklists';
import type { CompiledPack } from '../../src/domain/policy/types';
import { PartNames } from '../../src/policies/compose/names';
import { placePart } from '../../src/policies/compose/place';
import { loadPack } from '../../src/policies/load';
import { playNamed } from '../../src/rehearsal/named-scenarios';
import { packFolder, removePacks } from './support/pack-folder';

const POLICIES = resolve(__dirname, '../../policies');
afterAll(removePacks);
const packs = readdirSync(POLICIES).filter((name) => existsSync(join(POLICIES, name, 'clauses.yaml')));

/** Texts that are no names there, although the pack has a name of the same letters. */
const WORDS = [
  // Ticket fields and their values, what people read, what tables and params answer in the part's own words.
  /^(fields|channels|intake|words|params|assistants)\./,
  /^tables\.\*\.(rows|byKey|keys|hit|sets)/,
  /^(kinds\.\*\.fields|tasks\.\*\.sets)\[\]/,
  /(choices\.lit\[\]|\.(reason|state)\.lit|\.fields\.\w+\.lit|\.assign\.(queue|\*)\.lit)$/,
  // Every ticket's kind, a flow's own states and outcomes, events, dimensions, series, reasons.
  /\b(kind|among)(\[\])?=support$/,
  /^flows\.\*\..*(\.to|\.name|\.outcome|\.first)$/,
  /(met|patterns|on|to|from|of|anchors)\[\]\.name$/,
  /^metrics\.\*\.(mix|of\.name|by\[\]\.name)$/,
  /^reasons\.\*\.name$/,
  // A queue that the part does not declare; an alias of a report's section; what a template's text reads.
  /^(people\.\*\.queue|reports\.\*\.sections\[\]\.chart|templates\.\*\.(vars\[\]|\*))$/,
  // What items of a checklist are, and what they look for in the part itself.
  /^checklists\.(\*|\w+)\.items\[\]\.(name|pack\[\].*)$/,
  // A question of the classifier goes by its own name.
  /^facts\.\*\.model$/,
  /\.verb$/,
];
/** Events about something that the part shares: fields, tags, states of flows, commands. */
const SHARED = new Set(['changed', 'freed', 'entered', 'tagged', 'untagged', 'linked', 'refused']);

/** Places of texts that are names of the pack and were left as they are: `rules.*.do[].template`. */
function left(
  before: unknown,
  after: unknown,
  at: string,
  isName: (text: string) => boolean,
  found: Set<string>,
): void {
  if (typeof before === 'string') {
    if (before === after && isName(before)) found.add(before === 'support' ? `${at}=support` : at);
    return;
  }
  if (before === null || typeof before !== 'object' || after === null || typeof after !== 'object') return;
  if ('src' in before && 'reads' in before) {
    if (before === after) found.add(`${at}: an expression that was not placed`);
    return;
  }
  if ('subject' in before && 'name' in before && SHARED.has(String(before.name))) return;
  const [a, b] = [Object.entries(before), Object.values(after)];
  for (const [i, [key, inner]] of a.entries()) {
    const step = Array.isArray(before) ? `${at}[]` : isName(key) ? `${at}.*` : `${at}.${key}`;
    const twin: unknown = Object.hasOwn(after, key) ? (after as Record<string, unknown>)[key] : b[i];
    left(inner, twin, step, isName, found);
  }
}

it.each(packs)('every name of %s gets the prefix', async (name) => {
  const { pack } = await loadPack(join(POLICIES, name));
  const names = new PartNames('inner', pack);
  const kinds = Object.values(names.definition().names);
  const isName = (text: string): boolean => kinds.some((kind) => Object.hasOwn(kind, text));
  const placed = placePart(pack, names);
  const found = new Set<string>();
  const { clauses: _clauses, id: _id, version: _version, ...constructs } = pack;
  for (const [construct, items] of Object.entries(constructs))
    left(
      items,
      (placed as unknown as Record<string, unknown>)[construct as keyof CompiledPack],
      construct,
      isName,
      found,
    );
  expect([...found].filter((one) => !WORDS.some((word) => word.test(one))).sort()).toEqual([]);
  expect(found.size).toBeGreaterThan(0);
});

it('nothing of a part is missing in the composed pack, and a checklist of a part is proved there as well', async () => {
  const folder = packFolder({
    'pack.yaml': `pack: whole
version: { id: "1", from: 2026-12-01 }
catch_all: inner.ts_team
uses: { inner: ${JSON.stringify(join(POLICIES, 'trust-safety'))} }
`,
  });
  const [alone, whole] = [await loadPack(join(POLICIES, 'trust-safety')), await loadPack(folder)];
  const sizes = (pack: CompiledPack): Record<string, number> =>
    Object.fromEntries(
      Object.entries(pack).flatMap(([construct, items]): [string, number][] =>
        construct !== 'parts' && construct !== 'version' && items !== null && typeof items === 'object'
          ? [[construct, Object.keys(items as object).length]]
          : [],
      ),
    );
  expect(sizes(whole.pack)).toMatchObject(sizes(alone.pack));
  const states = (pack: CompiledPack, prefix: string): unknown[] =>
    Object.values(alone.pack.checklists ?? {}).map(({ name }) => {
      const list = pack.checklists?.[prefix + name];
      return (
        list &&
        checkList(pack, list, {}).items.map((item) => [
          ...[item.name, item.state, item.kind],
          item.because.map((one) => one.replaceAll(/inner[.:]/g, '')),
        ])
      );
    });
  expect(states(whole.pack, 'inner.')).toEqual(states(alone.pack, ''));
  const [scenario] = scenariosOf(Object.values(whole.pack.checklists ?? {}));
  expect(await playNamed(whole, [scenario ?? ''])).toEqual({ [scenario ?? '']: { ok: true } });
});

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkPack } from '../../src/policies/checker';
import { FULL_CLAUSE_ID } from '../../src/policies/checker/clause-ids';
import { loadPack } from '../../src/policies/load';

const DIR = join(__dirname, '../../policies/secureai');
const SHARED = '/work/shared';

describe('the pack of the P1 protocol', () => {
  const pack = loadPack(DIR);

  test('loads, compiles and checks without errors', async () => {
    const loaded = await pack;
    expect(loaded.problems).toEqual([]);
    expect(checkPack(loaded).filter((one) => one.severity === 'error')).toEqual([]);
  });

  test('is warned of nothing but contacts that the organisation must fill in', async () => {
    const told = checkPack(await pack).map((one) => one.rule);
    expect(new Set(told)).toEqual(new Set(['placeholder', 'must-configure', 'contact-differs', 'vanity-number']));
  });

  test('is refused in production until those contacts are filled in', async () => {
    const errors = checkPack(await pack, { production: true }).filter((one) => one.severity === 'error');
    expect(new Set(errors.map((one) => one.rule))).toEqual(new Set(['placeholder', 'must-configure']));
  });

  test('reacts to every event that its rules, tasks and commitments wait for: each is one the engine raises', async () => {
    const loaded = await pack;
    expect(Object.keys(loaded.pack.rules).length).toBeGreaterThan(20);
    expect(checkPack(loaded).filter((one) => one.rule === 'unknown-event')).toEqual([]);
  });

  test('lists the clauses it answers for, each it names among them', async () => {
    const listed = parse(readFileSync(join(DIR, 'clauses.yaml'), 'utf8')) as {
      clauses: Record<string, { kind: string; note?: string }>;
    };
    const ids = Object.keys(listed.clauses);
    expect(Object.keys((await pack).pack.clauses).filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.filter((id) => !FULL_CLAUSE_ID.test(id))).toEqual([]);
    expect(ids).toEqual([...ids].sort());
  });

  test('says of every clause that nothing names what carries it', async () => {
    const listed = parse(readFileSync(join(DIR, 'clauses.yaml'), 'utf8')) as {
      clauses: Record<string, { note?: string }>;
    };
    const named = (await pack).pack.clauses;
    const silent = Object.entries(listed.clauses).filter(
      ([id, { note }]) => named[id] === undefined && note === undefined,
    );
    expect(silent.map(([id]) => id)).toEqual([]);
  });

  const catalogue = join(SHARED, 'clauses/clauses-secureai.yaml');
  (existsSync(catalogue) ? test : test.skip)(
    'lists clauses of the catalogue with their kinds (needs the catalogue)',
    () => {
      const known = parse(readFileSync(catalogue, 'utf8')) as { clauses: { id: string; kind: string }[] };
      const kinds = new Map(known.clauses.map((one) => [one.id, one.kind]));
      const listed = parse(readFileSync(join(DIR, 'clauses.yaml'), 'utf8')) as {
        clauses: Record<string, { kind: string }>;
      };
      for (const [id, { kind }] of Object.entries(listed.clauses)) expect([id, kind]).toEqual([id, kinds.get(id)]);
    },
  );
});

describe('the packs on which the language was tried', () => {
  const folder = join(SHARED, 'policy-language');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  if (files.length === 0) test.skip(`are not here: ${folder}`, () => undefined);
  test.each(files)('%s has the form of the language', async (file) => {
    const loaded = await loadPack(join(folder, file));
    expect(loaded.problems.filter((one) => one.rule === 'schema' || one.rule === 'yaml')).toEqual([]);
    expect(loaded.readable).toBe(true);
  });
});

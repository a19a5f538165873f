/** A clause is proved when taking away what carries it makes a scenario fail that names it. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CompiledPack } from '../../src/domain/policy/types';
import { readScenarioClauses, readTestTitles } from '../../src/policies/clauses';
import { loadPack } from '../../src/policies/load';
import { mutantsOf, proveClauses, unproved } from '../../src/rehearsal/prove';

const POLICIES = resolve(__dirname, '../../policies');
const TESTS = resolve(__dirname, '..');
const packs = readdirSync(POLICIES).filter((name) => existsSync(join(POLICIES, name, 'pack.yaml')));

describe.each(packs)('clauses of %s', (name) => {
  it('are missed by a scenario when what carries them is gone, or are proved by a test', async () => {
    const loaded = await loadPack(join(POLICIES, name));
    const files = await readScenarioClauses(loaded.dir, loaded.source.clause_prefix);
    const scenarios = files.map((one) => ({ ...one, file: join(loaded.dir, one.file) }));
    const proofs = await proveClauses(loaded, scenarios);
    expect(
      unproved(proofs, await readTestTitles(TESTS)).map((one) => `${one.clause}: ${one.unnoticed.join(', ')}`),
    ).toEqual([]);
  }, 600_000);
});

describe('what is taken away', () => {
  const clause = 'X-001';
  const pack = {
    rules: {
      whole: {
        name: 'whole',
        clauses: [clause],
        on: [],
        inOrder: false,
        do: [{ do: 'note', note: { lit: 'a' }, clauses: [] }],
      },
      part: {
        name: 'part',
        clauses: [],
        on: [],
        inOrder: false,
        do: [
          { do: 'note', note: { lit: 'a' }, clauses: [] },
          { do: 'note', note: { lit: 'b' }, clauses: [clause] },
        ],
      },
    },
    tables: {
      t: { name: 't', clauses: [], hit: 'first', keys: [], byKey: {}, rows: [{ then: { lit: 1 }, clauses: [clause] }] },
    },
    conditions: [{ name: 'c', cel: { src: 'true', x: ['lit', true], reads: [] }, clauses: [clause] }],
    words: { w: { list: ['down'], match: 'word', fold: [], clauses: [clause] } },
    commitments: { k: { name: 'k', clauses: [clause] } },
    tasks: {},
    guards: {},
    paths: {},
    fields: {},
    people: {},
    facts: {},
    kinds: {},
    flows: {},
  } as unknown as CompiledPack;

  it('is each thing that names the clause, and nothing else', () => {
    const mutants = mutantsOf(pack, clause);
    expect(mutants.map((one) => one.removed)).toEqual([
      'rules.whole',
      'rules.part.do.1',
      'tables.t.rows.0',
      'conditions.c',
      'words.w',
      'commitments.k',
    ]);
    const [whole, part] = mutants;
    expect(whole?.pack.rules['whole']?.do).toEqual([]);
    expect(part?.pack.rules['part']?.do).toHaveLength(1);
    expect(pack.rules['part']?.do).toHaveLength(2);
    expect(mutantsOf(pack, 'X-002')).toEqual([]);
  });
});

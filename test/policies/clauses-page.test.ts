/** The pages of clauses are what `tocsin policy clauses PACK --write` makes of the packs as they are. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clauseMatrix, readClauseList, readScenarioClauses, readTestTitles } from '../../src/policies/clauses';
import { clausesPage } from '../../src/policies/clauses-page';
import { loadPack } from '../../src/policies/load';

const ROOT = resolve(__dirname, '../..');
const packs = readdirSync(join(ROOT, 'policies')).filter((name) =>
  existsSync(join(ROOT, 'policies', name, 'clauses.yaml')),
);

test.each(packs)('docs/clauses-%s.md is made from the pack', async (name) => {
  const dir = join(ROOT, 'policies', name);
  const loaded = await loadPack(dir);
  const rows = clauseMatrix(
    loaded,
    await readScenarioClauses(dir, loaded.source.clause_prefix),
    await readTestTitles(join(ROOT, 'test')),
    await readClauseList(dir),
  );
  const page = clausesPage({ id: name, title: loaded.source.title }, rows);
  expect(await readFile(join(ROOT, 'docs', `clauses-${name}.md`), 'utf8')).toBe(page);
});

test('a cell holds no line break and no bar of its own, and a title loses its ids', () => {
  const page = clausesPage({ id: 'p', title: 'P' }, [
    {
      id: 'X-1',
      kind: 'data',
      rules: ['rules.a'],
      scenarios: ['scenarios/b/c.yaml'],
      tests: ['says | so [X-1]'],
      note: 'A\nrecord',
    },
  ]);
  expect(page).toContain('| X-1 | data | `rules.a`. A record | `b/c`; “says \\| so” |');
});

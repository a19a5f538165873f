import { join } from 'node:path';
import {
  clauseMatrix,
  readClauseList,
  readScenarioClauses,
  readTestTitles,
  titlesIn,
} from '../../src/policies/clauses';
import { loadPack } from '../../src/policies/load';
import { HEAD, packFolder, removePacks } from './support/pack-folder';

afterAll(removePacks);

const files = {
  'pack.yaml': `${HEAD}clauses: { SEC-HD-039: { kind: ui, note: The widget shows them in this order. } }
rules:
  early: { on: opened, clauses: [SEC-ESC-001, SEC-ESC-002], do: [{ tag: a }] }
`,
  'templates/notice.liquid': '---\nclauses: [SEC-ESC-002]\n---\nHello\n',
  'clauses.yaml':
    'procedures: [SEC-ESC, SEC-HD]\nclauses:\n  SEC-ESC-001: { kind: routing }\n  SEC-ESC-002: { kind: template }\n  SEC-ESC-003: { kind: metric, covers: the weekly report }\n  SEC-ESC-004: { kind: metric }\n  SEC-HD-039: { kind: integration }\n',
  'scenarios/deep/one.yaml': 'clauses: [SEC-ESC-001]\nexpect:\n  - { event: opened, clauses: [SEC-ESC-002] }\n',
  'scenarios/two.yaml': 'clauses: [SEC-ESC-0011]\n',
  'scenarios/notes.txt': 'clauses: [SEC-ESC-001]\n',
};

test('a row a clause: what names it, what shows it, what proves it', async () => {
  const dir = packFolder(files);
  const titles = ['pages the engineer [SEC-ESC-001]', 'other [SEC-ESC-0011]', 'both [SEC-ESC-001, SEC-ESC-002]'];
  const rows = clauseMatrix(await loadPack(dir), await readScenarioClauses(dir), titles, await readClauseList(dir));
  expect(rows).toEqual([
    {
      id: 'SEC-ESC-001',
      kind: 'routing',
      rules: ['rules.early'],
      scenarios: ['scenarios/deep/one.yaml'],
      tests: [titles[0], titles[2]],
      note: '',
    },
    {
      id: 'SEC-ESC-002',
      kind: 'template',
      rules: ['rules.early', 'templates.notice'],
      scenarios: ['scenarios/deep/one.yaml'],
      tests: [titles[2]],
      note: '',
    },
    { id: 'SEC-ESC-003', kind: 'metric', rules: [], scenarios: [], tests: [], note: 'the weekly report' },
    { id: 'SEC-ESC-004', kind: 'metric', rules: [], scenarios: [], tests: [], note: '' },
    {
      id: 'SEC-HD-039',
      kind: 'integration',
      rules: [],
      scenarios: [],
      tests: [],
      note: 'The widget shows them in this order.',
    },
  ]);
});

test('without a list the clauses that the pack names are the rows', async () => {
  const dir = packFolder({ 'pack.yaml': files['pack.yaml'] });
  const rows = clauseMatrix(await loadPack(dir), [], [], await readClauseList(dir));
  expect(rows.map((row) => [row.id, row.kind])).toEqual([
    ['SEC-ESC-001', ''],
    ['SEC-ESC-002', ''],
    ['SEC-HD-039', 'ui'],
  ]);
});

test('scenarios may use the short form of a pack with a prefix', async () => {
  const dir = packFolder({ 'pack.yaml': HEAD, 'scenarios/a.yaml': 'clauses: [ESC-001, SEC-ESC-002]\n' });
  expect(await readScenarioClauses(dir, 'SEC-')).toEqual([
    { file: 'scenarios/a.yaml', clauses: ['SEC-ESC-001', 'SEC-ESC-002'] },
  ]);
});

test.each([
  ['clauses: { SEC-ESC-001: {} }\n', /clauses\.yaml.*kind|kind/s],
  ['clauses: {\n', /Flow map/],
])('a list that cannot be read is refused: %j', async (text, message) => {
  const dir = packFolder({ 'pack.yaml': HEAD, 'clauses.yaml': text });
  await expect(readClauseList(dir)).rejects.toMatchObject({
    code: 'ESC_PACK_INVALID',
    message: expect.stringMatching(message),
  });
});

test('titles are found in the sources of tests, whatever quotes they have', () => {
  const source = [
    "test('one [SEC-ESC-001]', () => {});",
    'it.each(rows)("two %s [TS-002]", f);',
    'describe(`three [SEC-HD-003, SEC-HD-004]`, f);',
    "test('it\\'s four [CSR-005]', f);",
    "test('none SEC-ESC-006', f); const clauses = ['SEC-ESC-007'];",
  ].join('\n');
  expect(titlesIn(source)).toEqual([
    'one [SEC-ESC-001]',
    'two %s [TS-002]',
    'three [SEC-HD-003, SEC-HD-004]',
    "it's four [CSR-005]",
  ]);
});

test('titles of all tests under a folder', async () => {
  const dir = packFolder({ 'a/x.test.ts': "test('one [SEC-ESC-001]', f);", 'a/y.ts': "test('two [SEC-ESC-002]', f);" });
  expect(await readTestTitles(dir)).toEqual(['one [SEC-ESC-001]']);
  expect(await readTestTitles(join(dir, 'nowhere'))).toEqual([]);
});

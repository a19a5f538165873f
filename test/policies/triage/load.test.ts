import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTriage } from '../../../src/triage/load';
import { PACK, theTriage } from './support';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** The pack with one of its files changed. */
function changed(file: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-triage-'));
  folders.push(folder);
  cpSync(PACK, folder, { recursive: true });
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  return folder;
}

test('the version is the content: the same data the same, any change another [TS-283, TS-284, TS-285]', async () => {
  const { spec } = await theTriage;
  const same = await loadTriage(changed('triage/flow.yaml', (text) => `# a remark\n${text}`));
  expect(same.spec.version).toBe(spec.version);
  const changes: [string, (text: string) => string][] = [
    ['triage/flow.yaml', (text) => text.replace('sufficient: 50', 'sufficient: 55')],
    [
      'triage/flow.yaml',
      (text) => text.replace('value: CLEAR_EVIDENCE, at_least: 6', 'value: CLEAR_EVIDENCE, at_least: 7'),
    ],
    ['pack.yaml', (text) => text.replace('hacked, compromised', 'hacked, gift card, compromised')],
  ];
  for (const [file, change] of changes)
    expect((await loadTriage(changed(file, change))).spec.version).not.toBe(spec.version);
});

test('a changed threshold decides otherwise [TS-284]', async () => {
  const folder = changed('triage/flow.yaml', (text) =>
    text.replace('value: CLEAR_EVIDENCE, at_least: 6', 'value: CLEAR_EVIDENCE, at_least: 11'),
  );
  const { triage } = await loadTriage(folder);
  expect(triage.message('There were unauthorized changes to our small group settings')).toMatchObject({
    outcome: 'human_triage',
  });
});

test.each([
  [
    'a rule reads what nothing gives',
    'triage/rules.yaml',
    (text: string) => text.replace('all: [login, foreign', 'all: [logn, foreign'),
    /"logn"/,
  ],
  [
    'a route waits for another value',
    'triage/flow.yaml',
    (text: string) => text.replace('value: SECURITY_QUESTION', 'value: SECURITY'),
    /"SECURITY"/,
  ],
  [
    'a list is not in the pack',
    'triage/flow.yaml',
    (text: string) => text.replace('keyword: [document]', 'keyword: [documents]'),
    /"documents"/,
  ],
  ['a field is unknown', 'triage/flow.yaml', (text: string) => text.replace('prefilter:', 'prefilters:'), /prefilter/],
  ['a file is no YAML', 'triage/flow.yaml', () => '{ a: [', /flow\.yaml/],
])('is refused when %s', async (_why, file, change, message) => {
  await expect(loadTriage(changed(file, change))).rejects.toMatchObject({
    code: 'ESC_PACK_INVALID',
    message: expect.stringMatching(message),
  });
});

test('a pack without a classifier says so', async () => {
  await expect(loadTriage(join(PACK, '../secureai'))).rejects.toMatchObject({
    code: 'ESC_PACK_INVALID',
    message: expect.stringMatching(/no classifier/),
  });
});

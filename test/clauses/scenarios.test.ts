/** Every scenario of every pack, one test a file; and every clause a pack answers for has a scenario or a test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/domain/policy/types';
import { clauseMatrix, readClauseList, readScenarioClauses, readTestTitles } from '../../src/policies/clauses';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { renderTemplate } from '../../src/policies/templates';
import { packOf, rehearse, type Rehearsal } from '../../src/rehearsal/rehearse';
import { readScenario, type Scenario } from '../../src/rehearsal/scenario';

const POLICIES = resolve(__dirname, '../../policies');
const TESTS = resolve(__dirname, '..');

const packs = readdirSync(POLICIES).filter((name) => existsSync(join(POLICIES, name, 'pack.yaml')));
const scenariosOf = (pack: string): string[] => {
  const folder = join(POLICIES, pack, 'scenarios');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => join(folder, file))
    .sort();
};
const clausesOf = (file: string): string[] =>
  (parse(readFileSync(file, 'utf8')) as { clauses?: string[] }).clauses ?? [];

/** Packs by the name scenarios give them: reading one takes longer than playing a scenario. */
const read = new Map<string, Promise<LoadedPack>>();
function packFor(scenario: Scenario): Promise<LoadedPack> {
  const known = read.get(scenario.policy) ?? packOf(scenario);
  read.set(scenario.policy, known);
  return known;
}

/** Deliveries of a rehearsal whose words cannot be made from what was sent along. */
function unreadable(loaded: LoadedPack, { rows }: Rehearsal): string[] {
  const faults: string[] = [];
  for (const row of rows) {
    // What goes to another ticket has no words.
    if (row.type !== 'delivery' || row.data['channel'] === 'ticket') continue;
    const name = String(row.data['template']);
    const source = loaded.templates[name];
    if (!source) {
      faults.push(`${row.offset} there is no template "${name}"`);
      continue;
    }
    if (String(row.data['subject'] ?? '').includes('cannot be rendered'))
      faults.push(`${row.offset} ${name}: ${String(row.data['subject'])}`);
    try {
      const { text } = renderTemplate(name, source, row.data['vars'] as JsonObject, loaded.pack.zone);
      if (/\[[A-Z][a-z]+[^\]]*\]|\bundefined\b|\bnull\b|\{\{|\[object/.test(text))
        faults.push(`${row.offset} ${name} has a hole: ${text}`);
    } catch (error) {
      faults.push(`${row.offset} ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return faults;
}

/** One recipient told the same thing twice at one instant. */
function doubled({ rows }: Rehearsal): string[] {
  const seen = new Map<string, number>();
  for (const row of rows) {
    if (row.type !== 'delivery') continue;
    const what = [
      row.at,
      row.ticket ?? '',
      row.data['channel'],
      row.data['to'],
      row.data['template'],
      row.data['state'] ?? '',
    ].join(' ');
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([what, count]) => `${count} times: ${what}`);
}

for (const pack of packs) {
  describe(`scenarios of ${pack}`, () => {
    for (const file of scenariosOf(pack)) {
      const name = relative(join(POLICIES, pack, 'scenarios'), file).replace(/\.ya?ml$/, '');
      it(`${pack}/${name} [${clausesOf(file).join(', ')}]`, async () => {
        const scenario = await readScenario(file);
        const loaded = await packFor(scenario);
        const rehearsal = await rehearse(scenario, loaded);
        const failed = rehearsal.checks
          .filter((check) => !check.ok)
          .map((check) => `FAILED ${check.text}: ${check.found ?? ''}`);
        expect(failed).toEqual([]);
        expect(rehearsal.checks.length).toBeGreaterThan(0);
        expect(unreadable(loaded, rehearsal)).toEqual([]);
        expect(doubled(rehearsal)).toEqual([]);
        expect(rehearsal.rows.filter((row) => row.type === 'engine_fault').map((row) => row.summary)).toEqual([]);
      });
    }
  });
}

/** Clauses of each procedure, as the catalogue counts them. */
const COUNTS: Record<string, number> = {
  secureai: 519,
  'trust-safety': 320,
  'contacts-escalation': 52,
  'risk-management': 67,
};
const CATALOGUES = resolve(__dirname, '../../../shared/clauses');

it('every clause of the catalogue is listed by its pack, and nothing else is', async () => {
  const lists = new Map<string, string[]>();
  for (const pack of Object.keys(COUNTS)) {
    const { clauses } = await readClauseList(join(POLICIES, pack));
    lists.set(pack, Object.keys(clauses));
    expect([pack, Object.keys(clauses).length]).toEqual([pack, COUNTS[pack]]);
  }
  if (!existsSync(CATALOGUES)) {
    process.stderr.write(`the catalogue is not beside the checkout (${CATALOGUES}): only the counts were held\n`);
    return;
  }
  const listed = [...lists.values()].flat().sort();
  const wanted = readdirSync(CATALOGUES)
    .filter((file) => /\.ya?ml$/.test(file))
    .flatMap((file) => (parse(readFileSync(join(CATALOGUES, file), 'utf8')) as { clauses: { id: string }[] }).clauses)
    .map((clause) => clause.id)
    .sort();
  expect(listed).toEqual(wanted);
});

for (const pack of packs.filter((name) => existsSync(join(POLICIES, name, 'clauses.yaml')))) {
  it(`every clause that ${basename(pack)} answers for has a scenario or a test [SEC-HD-001]`, async () => {
    const dir = join(POLICIES, pack);
    const loaded = await loadPack(dir);
    const rows = clauseMatrix(
      loaded,
      await readScenarioClauses(dir),
      await readTestTitles(TESTS),
      await readClauseList(dir),
    );
    const open = rows.filter((row) => row.scenarios.length === 0 && row.tests.length === 0);
    expect(open.map((row) => row.id)).toEqual([]);
  });
}

/** `tocsin policy …`: what a policy author does with a pack, apart from running it. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import { dataDirectory, projectRoot } from '../local/paths';
import { checkPack } from '../policies/checker';
import { clauseListOf, clauseMatrix, readTestTitles, scenarioClausesOf, type ClauseRow } from '../policies/clauses';
import { clausesPage } from '../policies/clauses-page';
import { languageReference, languageSchema } from '../policies/language-docs';
import { loadPack, type LoadedPack, type Problem } from '../policies/load';
import { diffPacks, type PackChange } from '../policies/pack-diff';
import { publishPack } from '../policies/publish';
import { table } from './tables';

/** Where a command writes: data to `out`, talk to `err`. */
export interface PolicyIo {
  out(text: string): void;
  err(text: string): void;
}

const FAILED = 1;
const DOCS = join('docs', 'policy-language.md');

/**
 * The folder (or file) of a pack: a path, or a name under `policies/` here or in the project.
 * Throws ESC_PACK_UNKNOWN and says where it looked.
 */
export function resolvePackDir(reference: string): string {
  // A pack's id has `_` where its folder has `-`: either names it.
  const names = [...new Set([reference, reference.replaceAll('_', '-'), reference.replaceAll('-', '_')])];
  const places = [
    resolve(reference),
    ...names.map((name) => resolve('policies', name)),
    ...names.map((name) => join(projectRoot(), 'policies', name)),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new TocsinError(
    'ESC_PACK_UNKNOWN',
    `there is no pack "${reference}"; looked at ${[...new Set(places)].join(', ')}`,
    { pack: reference },
  );
}

const load = (reference: string): Promise<LoadedPack> => loadPack(resolvePackDir(reference));
const asJson = (value: unknown): string => JSON.stringify(value, null, 2);
const line = (one: Problem): string =>
  `${one.file}:${one.line}:${one.column} ${one.severity} ${one.message} (${one.rule})`;
const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

interface JsonOption {
  json?: boolean;
}

async function check(io: PolicyIo, reference: string, options: JsonOption & { production?: boolean }): Promise<void> {
  const loaded = await load(reference);
  const problems = checkPack(loaded, { production: options.production === true });
  const errors = problems.filter((one) => one.severity === 'error').length;
  const { id, version } = loaded.pack;
  if (options.json) io.out(asJson({ pack: id, version: version['id'], hash: loaded.hash, ok: errors === 0, problems }));
  else for (const one of problems) io.out(line(one));
  io.err(
    `${id} ${String(version['id'])}: ${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`,
  );
  if (errors > 0) process.exitCode = FAILED;
}

function carriers(row: ClauseRow): string {
  return (
    [...row.rules, ...row.scenarios, ...row.tests, row.note].filter((part) => part !== '').join('; ') || 'uncovered'
  );
}

async function clauses(
  io: PolicyIo,
  reference: string,
  options: JsonOption & { uncovered?: boolean; write?: boolean },
): Promise<void> {
  const loaded = await load(reference);
  const scenarios = await scenarioClausesOf(loaded);
  const tests = await readTestTitles(join(projectRoot(), 'test'));
  const rows = clauseMatrix(loaded, scenarios, tests, await clauseListOf(loaded));
  const bare = rows.filter((row) => carriers(row) === 'uncovered');
  const shown = options.uncovered ? bare : rows;
  if (options.write) {
    const file = join(projectRoot(), 'docs', `clauses-${basename(loaded.dir)}.md`);
    await writeFile(file, clausesPage({ id: basename(loaded.dir), title: loaded.source.title }, rows));
    io.out(options.json ? asJson({ file }) : file);
  } else if (options.json) io.out(asJson(shown));
  else
    io.out(
      table(
        ['Clause', 'Kind', 'Carried and proved by'],
        shown.map((row) => [row.id, row.kind, carriers(row)]),
        { width: process.stdout.columns ?? 100 },
      ),
    );
  const proved = rows.filter((row) => row.scenarios.length + row.tests.length > 0).length;
  io.err(`${counted(rows.length, 'clause')}: ${proved} proved by a scenario or test, ${bare.length} uncovered`);
}

async function docs(io: PolicyIo, options: JsonOption & { write?: boolean }): Promise<void> {
  const text = languageReference();
  if (!options.write) {
    io.out(options.json ? asJson({ text }) : text.trimEnd());
    return;
  }
  const file = join(projectRoot(), DOCS);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  io.out(options.json ? asJson({ file }) : file);
}

async function publish(
  io: PolicyIo,
  reference: string,
  options: JsonOption & { out?: string; production?: boolean },
): Promise<void> {
  const loaded = await load(reference);
  const problems = checkPack(loaded, { production: options.production === true });
  const published = await publishPack({ ...loaded, problems }, options.out ?? join(dataDirectory(), 'packs'));
  io.out(options.json ? asJson(published) : `${published.hash} ${published.path}`);
}

const SIGN = { added: '+', removed: '-', changed: '~' } as const;

function changeLines(one: PackChange): string[] {
  const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  return [
    `${SIGN[one.change]} ${one.path}`,
    ...one.fields.map(({ path, before, after }) => `    ${path}: ${show(before)} → ${show(after)}`),
  ];
}

async function diff(io: PolicyIo, before: string, after: string, options: JsonOption): Promise<void> {
  const [a, b] = await Promise.all([load(before), load(after)]);
  const broken = [...a.problems, ...b.problems].filter((one) => one.severity === 'error');
  if (broken.length > 0) throw new TocsinError('ESC_PACK_INVALID', broken.map(line).join('\n'));
  const changes = diffPacks(a, b);
  if (options.json) io.out(asJson({ before: a.hash, after: b.hash, changes }));
  else if (changes.length > 0) io.out(changes.flatMap(changeLines).join('\n'));
  io.err(changes.length === 0 ? 'The two packs decide the same.' : counted(changes.length, 'construct') + ' differ.');
}

/** Registers `policy` with its subcommands and returns it, so that `test` can be added. */
export function policyCommand(program: Command, io: PolicyIo): Command {
  const policy = program.command('policy').description('check, read, compare and publish policy packs');
  const PACK = 'a folder, or the name of a pack under policies/';
  const command = (name: string, text: string): Command =>
    policy.command(name).description(text).option('--json', 'print JSON');
  command('check', 'say what would fail at 03:00, with file, line and column')
    .argument('<pack>', PACK)
    .option('--production', 'what the organisation must fill in is an error')
    .action((pack: string, options: JsonOption & { production?: boolean }) => check(io, pack, options));
  command('schema', 'print the JSON Schema of the language')
    .argument('[pack]', 'not needed: the language is the same for all packs')
    .action(() => io.out(asJson(languageSchema())));
  command('clauses', 'print clause by clause what implements and proves it')
    .argument('<pack>', PACK)
    .option('--uncovered', 'only clauses that nothing carries')
    .option('--write', 'write the page docs/clauses-<pack>.md')
    .action((pack: string, options: JsonOption & { uncovered?: boolean; write?: boolean }) =>
      clauses(io, pack, options),
    );
  command('docs', 'print the reference of the language')
    .option('--write', `write it to ${DOCS}`)
    .action((options: JsonOption & { write?: boolean }) => docs(io, options));
  command('publish', 'write the compiled pack, named by its hash')
    .argument('<pack>', PACK)
    .option('--out <folder>', 'where to; the packs folder of the data folder when left out')
    .option('--production', 'what the organisation must fill in is an error')
    .action((pack: string, options: JsonOption & { out?: string; production?: boolean }) => publish(io, pack, options));
  command('diff', 'print the constructs that two packs do not share')
    .argument('<before>', PACK)
    .argument('<after>', PACK)
    .action((before: string, after: string, options: JsonOption) => diff(io, before, after, options));
  return policy;
}

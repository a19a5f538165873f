/** Clause by clause: what of a pack implements it, and what proves that. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { knowledgeClauses } from '../knowledge/clauses';
import { show } from './positions';
import type { LoadedPack } from './load';

/** One clause of the written procedure. Empty lists say what is missing. */
export interface ClauseRow {
  id: string;
  kind: string;
  /** Constructs that name it: `rules.p1_begins`, `commitments.p1_updates`, `templates.p1_notice`. */
  rules: string[];
  /** Scenario files of the pack that name it. */
  scenarios: string[];
  /** Titles of tests that hold its id. */
  tests: string[];
  /** How it is met where no rule carries it. */
  note: string;
}

/** A scenario file and the clauses it shows. */
export interface ScenarioClauses {
  file: string;
  clauses: string[];
}

const clauseList = z.strictObject({
  procedures: z.array(z.string()).default([]),
  clauses: z
    .record(
      z.string(),
      z.strictObject({ kind: z.string(), covers: z.string().optional(), note: z.string().optional() }),
    )
    .default({}),
});
/** The clauses of a pack's procedures, with the kind of each (`clauses.yaml` of the pack). */
export type ClauseList = z.infer<typeof clauseList>;

const FILE = 'clauses.yaml';

/** The list of clauses beside a pack; empty where there is none. Throws ESC_PACK_INVALID where it cannot be read. */
export async function readClauseList(dir: string): Promise<ClauseList> {
  const file = join(dir, FILE);
  const text = await readFile(file, 'utf8').catch(() => '');
  const document = parseDocument(text, { version: '1.2', prettyErrors: true });
  const parsed = clauseList.safeParse(document.toJS() ?? {});
  const problem = document.errors[0]?.message ?? (parsed.success ? undefined : z.prettifyError(parsed.error));
  if (problem !== undefined || !parsed.success)
    throw new TocsinError('ESC_PACK_INVALID', `${show(file)}: ${problem}`, { file });
  return parsed.data;
}

type Composed = Pick<LoadedPack, 'dir' | 'source' | 'parts'>;

/** The list beside a pack, and those beside its parts. */
export async function clauseListOf({ dir, parts }: Composed): Promise<ClauseList> {
  const lists = [await readClauseList(dir)];
  for (const part of Object.values(parts)) lists.push(await clauseListOf(part));
  return {
    procedures: [...new Set(lists.flatMap((list) => list.procedures))],
    clauses: Object.assign({}, ...lists.map((list) => list.clauses)) as ClauseList['clauses'],
  };
}

/** The scenarios of a pack, and those of its parts under the name of their folder. */
export async function scenarioClausesOf({ dir, source, parts }: Composed): Promise<ScenarioClauses[]> {
  const own = await readScenarioClauses(dir, source.clause_prefix);
  const others = await Promise.all(
    Object.values(parts).map(async (part) =>
      (await scenarioClausesOf(part)).map((one) => ({ ...one, file: join(basename(part.dir), one.file) })),
    ),
  );
  return [...own, ...others.flat()];
}

async function* filesUnder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesUnder(join(folder, entry.name));
    else yield join(folder, entry.name);
  }
}

/** Folders of a pack whose files are played: tickets in virtual time, and conversations. */
const PLAYED = new Set(['scenarios', 'conversations']);

/** The scenarios of a pack with the clauses each names, in the pack's full form. */
export async function readScenarioClauses(dir: string, prefix = ''): Promise<ScenarioClauses[]> {
  const found: ScenarioClauses[] = [];
  for await (const file of filesUnder(dir)) {
    if (!/\.ya?ml$/.test(file) || !PLAYED.has(relative(dir, file).split(sep)[0] ?? '')) continue;
    const content: unknown = parseDocument(await readFile(file, 'utf8'), {
      version: '1.2',
      prettyErrors: false,
    }).toJS();
    const ids = new Set<string>();
    collect(content, ids);
    const clauses = [...ids].map((id) => (id.startsWith(prefix) ? id : prefix + id));
    found.push({ file: relative(dir, file), clauses });
  }
  return found;
}

/** A scenario names clauses as a whole and beside single expectations. */
function collect(node: unknown, ids: Set<string>): void {
  if (node === null || typeof node !== 'object') return;
  for (const [key, inner] of Object.entries(node)) {
    if (key === 'clauses' && Array.isArray(inner)) for (const id of inner) ids.add(String(id));
    else collect(inner, ids);
  }
}

const TITLE = /(['"`])((?:\\.|(?!\1)[^\\\n])*?\[(?:[A-Z][A-Z0-9]*-)+\d{3}(?:\\.|(?!\1)[^\\\n])*)\1/g;

/** Titles in a test's source that hold clause ids in brackets: `names a commander [SEC-ESC-050]`. */
export function titlesIn(source: string): string[] {
  return [...source.matchAll(TITLE)].map((match) => (match[2] ?? '').replace(/\\(.)/g, '$1'));
}

/** Titles of all tests under a folder that hold clause ids. */
export async function readTestTitles(folder: string): Promise<string[]> {
  const titles: string[] = [];
  for await (const file of filesUnder(folder)) {
    if (/\.test\.ts$/.test(file)) titles.push(...titlesIn(await readFile(file, 'utf8')));
  }
  return titles;
}

/** A row a clause of the pack's procedures, in the order of the list; clauses only the pack names come last. */
export function clauseMatrix(
  loaded: Pick<LoadedPack, 'pack' | 'source'> & Partial<Pick<LoadedPack, 'knowledge' | 'parts'>>,
  scenarios: readonly ScenarioClauses[],
  testTitles: readonly string[],
  list: ClauseList = { procedures: [], clauses: {} },
): ClauseRow[] {
  const { pack } = loaded;
  const sources = [loaded.source, ...Object.values(loaded.parts ?? {}).map((part) => part.source)];
  const content = loaded.knowledge ? knowledgeClauses(loaded.knowledge) : {};
  const ids = [...new Set([...Object.keys(list.clauses), ...Object.keys(pack.clauses), ...Object.keys(content)])];
  return ids.map((id) => {
    const listed = list.clauses[id];
    const noted = sources.map((source) => source.clauses[id]).find((one) => one !== undefined);
    const whole = new RegExp(`(?<![A-Z0-9-])${id}(?!\\d)`);
    return {
      id,
      kind: listed?.kind ?? noted?.kind ?? '',
      rules: [...(pack.clauses[id] ?? []).filter((path) => path !== `clauses.${id}`), ...(content[id] ?? [])],
      scenarios: scenarios.filter((scenario) => scenario.clauses.includes(id)).map((scenario) => scenario.file),
      tests: testTitles.filter((title) => whole.test(title)),
      note: noted?.note ?? listed?.note ?? listed?.covers ?? '',
    };
  });
}

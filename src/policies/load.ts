/** Reads a pack's folder: YAML 1.2 merged over files, Liquid templates, positions for every message. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TocsinError } from '../domain/errors';
import type { CompiledPack, Json, JsonObject, TemplateDef } from '../domain/policy/types';
import { BUILT_IN_FIELDS } from '../domain/ticket/fields';
import { loadKnowledge, type LoadedKnowledge } from '../knowledge/load';
import { canonical } from './canonical';
import { CLASSIFIER_FOLDER, readClassifier, type Classifier, type LoadedClassifier } from './classifier';
import { compilePack } from './compile';
import { mergeParts } from './compose/merge';
import { placeOne, readParts, withExceptions, type ReadPart } from './compose/parts';
import { Compiler, type Site, type SourcePath } from './compiler';
import { Positions, SourceFile, show, type Position, type Problem, type Within } from './positions';
import { issuesOf } from './schema-issues';
import { ITEM_CONSTRUCTS, pack as packSchema, type PackSource } from './schema/pack';
import { readTemplates, type TemplateFile } from './template-files';
import type { TemplateSource } from './templates';

export { canonical } from './canonical';
export { show, type Position, type Problem, type Within } from './positions';

/** A pack as it was read: its source, what it compiles to, and what is wrong with it. */
export interface LoadedPack {
  /** The folder, or that of the file. */
  dir: string;
  source: PackSource;
  pack: CompiledPack;
  /** SHA-256 over the canonical JSON of the compiled pack, its templates and its classifier. */
  hash: string;
  templates: Record<string, TemplateSource>;
  /** What could not be read or compiled. `checkPack` finds more. */
  problems: Problem[];
  /** False where the source does not have the form of the language: there is nothing to check then. */
  readable: boolean;
  positions: Positions;
  /** The position of something in the source; `within` points into a text. */
  locate(path: SourcePath, within?: Within): Position;
  /** Every expression with its place. */
  sites: Site[];
  templateFiles: Record<string, TemplateFile>;
  /** The knowledge base beside the pack; content, which no ticket runs under and the hash does not cover. */
  knowledge: LoadedKnowledge;
  /** What answers its questions to a model; absent where the pack has none. */
  classifier?: Classifier;
  /** What an evaluation of the classifier is held against. */
  targets: LoadedClassifier['targets'];
  /** The packs that it is composed of, by the prefix of their names; none where it is not composed. */
  parts: Record<string, LoadedPack>;
}

/** The content hash of a compiled pack with its templates and, where it has one, its classifier. */
export function hashOf(pack: CompiledPack, templates: Record<string, TemplateSource>, classifier?: Classifier): string {
  // The classifier's specification is hashed once: its version stands for it.
  const known = classifier && { ...classifier, spec: classifier.spec.version };
  return createHash('sha256')
    .update(canonical({ pack, templates, classifier: known }))
    .digest('hex');
}

/** The YAML files of a pack. Scenarios lie in a folder of their own; `clauses.yaml` lists the procedure's clauses. */
async function yamlFiles(target: string): Promise<{ dir: string; files: string[] }> {
  const info = await stat(target).catch(() => undefined);
  if (!info) throw new TocsinError('ESC_PACK_UNKNOWN', `there is no pack at ${show(target)}`, { pack: target });
  if (info.isFile()) return { dir: dirname(target), files: [target] };
  const names = (await readdir(target)).filter((name) => /\.ya?ml$/.test(name) && name !== 'clauses.yaml').sort();
  if (names.length === 0)
    throw new TocsinError('ESC_PACK_UNKNOWN', `there is no *.yaml in ${show(target)}`, { pack: target });
  return { dir: target, files: names.map((name) => join(target, name)) };
}

/**
 * Load, validate and compile a pack: a folder, or a single YAML file. A bad pack does not throw: what is wrong is in
 * `problems`. Throws ESC_PACK_UNKNOWN where there is nothing at `target`.
 */
export async function loadPack(target: string): Promise<LoadedPack> {
  const { dir, files } = await yamlFiles(resolve(target));
  const sources = await Promise.all(files.map(async (file) => new SourceFile(file, await readFile(file, 'utf8'))));
  const folder = await readTemplates(dir);
  const positions = new Positions([...sources, ...folder.heads], files[0] ?? dir);
  const problems: Problem[] = [...sources.flatMap((source) => source.problems()), ...folder.problems];
  const merged = fullClauseIds(merge(sources, problems));
  const broken = sources.some((source) => source.document.errors.length > 0);
  const parsed = packSchema.safeParse(merged);
  if (!parsed.success && !broken) {
    for (const { path, key, message } of issuesOf(parsed.error, merged)) {
      const at = key ? positions.locateKey(path) : positions.locate(path);
      problems.push({ severity: 'error', ...at, path: path.join('.'), message, rule: 'schema' });
    }
  }
  const readable = parsed.success && !broken;
  const source = readable
    ? parsed.data
    : packSchema.parse({ pack: 'unreadable', version: { id: '0', from: '2026-01-01' } });
  const compiler = new Compiler(new Set(Object.keys(source.uses ?? {})));
  const say = (path: SourcePath, message: string): void => void compiler.faults.push({ path, message });
  const parts = await readParts(dir, source.uses ?? {}, loadPack, say);
  const placed = Object.entries(parts).map(([alias, part]) =>
    withExceptions(compiler, placeOne(alias, part, say), part.source),
  );
  const own = compilePack(
    compiler,
    source,
    templateDefs(compiler, source, folder.templates),
    placed.map((part) => part.placed),
  );
  const pack = source.uses ? mergeParts(placed, own, say) : own;
  for (const { loaded } of Object.values(parts)) problems.push(...loaded.problems);
  const knowledge = withKnowledge(await loadKnowledge(dir), Object.values(parts));
  for (const { file, message } of knowledge.problems)
    problems.push({ severity: 'error', file, line: 1, column: 1, path: 'knowledge', message, rule: 'knowledge' });
  const read = readable ? await readClassifier(dir, source.words) : { targets: [], problems: [] };
  const { classifier, targets, problems: faults } = withClassifier(read, parts, say);
  for (const { file, line, column, message } of faults)
    problems.push({ severity: 'error', file, line, column, path: CLASSIFIER_FOLDER, message, rule: 'classifier' });
  for (const { path, message, line, column } of compiler.faults) {
    problems.push({
      severity: 'error',
      ...positions.locate(path, { line, column }),
      path: path.join('.'),
      message,
      rule: 'compile',
    });
  }
  const templates = Object.fromEntries([
    ...Object.entries(parts).flatMap(([alias, { loaded }]) =>
      Object.entries(loaded.templates).map(([name, text]) => [`${alias}.${name}`, text] as const),
    ),
    ...Object.entries(folder.templates).map(([name, file]) => [name, file.source] as const),
  ]);
  return {
    dir,
    source,
    pack,
    hash: hashOf(pack, templates, classifier),
    templates,
    problems,
    readable,
    positions,
    locate: (path, within) => positions.locate(path, within),
    sites: compiler.sites,
    templateFiles: folder.templates,
    knowledge,
    ...(classifier === undefined ? {} : { classifier }),
    targets,
    parts: Object.fromEntries(Object.entries(parts).map(([alias, { loaded }]) => [alias, loaded])),
  };
}

/** The classifier that the pack has itself, or that of its parts which has one: there can be one only. */
function withClassifier(
  own: LoadedClassifier,
  parts: Record<string, ReadPart>,
  say: (path: SourcePath, message: string) => void,
): LoadedClassifier {
  let found = own;
  for (const [alias, { loaded }] of Object.entries(parts)) {
    if (!loaded.classifier) continue;
    if (found.classifier) say(['uses', alias], `"${alias}" has a classifier, and there is one already: a pack has one`);
    else found = { ...own, classifier: loaded.classifier, targets: loaded.targets };
  }
  return found;
}

/** The content of the parts beside the pack's own; the tree is the first there is. */
function withKnowledge(own: LoadedKnowledge, parts: readonly { loaded: LoadedPack }[]): LoadedKnowledge {
  const all = [own, ...parts.map(({ loaded }) => loaded.knowledge)];
  const tree = all.find((one) => one.tree)?.tree;
  return { ...own, ...(tree ? { tree } : {}), articles: all.flatMap((one) => one.articles) };
}

const isRecord = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(sources: readonly SourceFile[], problems: Problem[]): JsonObject {
  const merged: JsonObject = {};
  for (const source of sources) {
    const { content } = source;
    if (content === undefined || content === null) continue;
    if (!isRecord(content)) {
      problems.push({
        severity: 'error',
        ...source.position(0),
        path: '',
        message: 'a file of a pack is a map of constructs',
        rule: 'schema',
      });
      continue;
    }
    const twice = (path: SourcePath): void => {
      const at = new Positions([source], source.file).locateKey(path);
      problems.push({
        severity: 'error',
        ...at,
        path: path.join('.'),
        message: `"${path.join('.')}" is defined twice`,
        rule: 'defined-twice',
      });
    };
    for (const [key, value] of Object.entries(content)) {
      const before = merged[key];
      if (before === undefined) merged[key] = value;
      else if (!(ITEM_CONSTRUCTS as readonly string[]).includes(key) || !isRecord(value) || !isRecord(before))
        twice([key]);
      else {
        for (const name of Object.keys(value)) if (Object.hasOwn(before, name)) twice([key, name]);
        merged[key] = { ...before, ...value };
      }
    }
  }
  return merged;
}

/** Puts the pack's prefix before clause ids that lack it. */
function fullClauseIds(merged: JsonObject): JsonObject {
  const prefix = merged['clause_prefix'];
  if (typeof prefix !== 'string') return merged;
  const full = (id: Json): Json => (typeof id === 'string' && !id.startsWith(prefix) ? `${prefix}${id}` : id);
  const visit = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(visit);
    if (!isRecord(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, inner]) => [
        key,
        key === 'clauses' && Array.isArray(inner) ? inner.map(full) : visit(inner),
      ]),
    );
  };
  const result = visit(merged) as JsonObject;
  const noted = result['clauses'];
  if (isRecord(noted))
    result['clauses'] = Object.fromEntries(Object.entries(noted).map(([id, note]) => [String(full(id)), note]));
  return result;
}

/** `summary` in a template's needs is the ticket's field. */
function templateDefs(
  c: Compiler,
  source: PackSource,
  files: Record<string, TemplateFile>,
): Record<string, TemplateDef> {
  const isField = (name: string): boolean => Object.hasOwn(source.fields, name) || Object.hasOwn(BUILT_IN_FIELDS, name);
  return Object.fromEntries(
    Object.values(files).map(({ name, head, vars }) => [
      name,
      {
        name,
        audience: head.audience,
        needs: head.needs.map((need, i) =>
          c.cel(need, ['templates', name, 'needs', i], 'needs', (id) =>
            isField(id) ? ['sel', ['id', 'ticket'], id] : undefined,
          ),
        ),
        vars,
        ...(Object.keys(head.let).length === 0 ? {} : { let: c.values(head.let, ['templates', name, 'let']) }),
        ...c.maybeValue('cc', head.cc, ['templates', name, 'cc']),
        ...c.maybeValue('importance', head.importance, ['templates', name, 'importance']),
        ...(head.from === undefined ? {} : { from: head.from }),
        ...c.maybeValue('priority', head.priority, ['templates', name, 'priority']),
        clauses: head.clauses.map((id) =>
          source.clause_prefix && !id.startsWith(source.clause_prefix) ? source.clause_prefix + id : id,
        ),
        subject: head.subject !== undefined,
      },
    ]),
  );
}

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
}

/** The content hash of a compiled pack with its templates and, where it has one, its classifier. */
export function hashOf(pack: CompiledPack, templates: Record<string, TemplateSource>, classifier?: Classifier): string {
  return createHash('sha256').update(canonical({ pack, templates, classifier })).digest('hex');
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
  const compiler = new Compiler();
  const pack = compilePack(compiler, source, templateDefs(compiler, source, folder.templates));
  for (const { path, message, line, column } of compiler.faults) {
    problems.push({
      severity: 'error',
      ...positions.locate(path, { line, column }),
      path: path.join('.'),
      message,
      rule: 'compile',
    });
  }
  const knowledge = await loadKnowledge(dir);
  for (const { file, message } of knowledge.problems)
    problems.push({ severity: 'error', file, line: 1, column: 1, path: 'knowledge', message, rule: 'knowledge' });
  const {
    classifier,
    targets,
    problems: faults,
  } = readable ? await readClassifier(dir, source.words) : { classifier: undefined, targets: [], problems: [] };
  for (const { file, line, column, message } of faults)
    problems.push({ severity: 'error', file, line, column, path: CLASSIFIER_FOLDER, message, rule: 'classifier' });
  const templates = Object.fromEntries(Object.entries(folder.templates).map(([name, file]) => [name, file.source]));
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
  };
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

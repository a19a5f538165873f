/** Reads a pack's folder: YAML 1.2 merged over files, Liquid templates, positions for every message. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { LineCounter, parseDocument, isMap, isPair, isScalar, type Document } from 'yaml';
import type { CompiledPack, Json, JsonObject, TemplateDef } from '../domain/policy/types';
import { Compiler, compilePack } from './compile';
import { pack as packSchema, templateHead, type PackSource } from './schema/pack';
import { variablesOf, type TemplateSource } from './templates';

export interface Problem {
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  /** Dotted path in the pack. */
  path: string;
  message: string;
  /** Name of the rule that found it. */
  rule: string;
}

export interface LoadedPack {
  dir: string;
  source: PackSource;
  pack: CompiledPack;
  hash: string;
  templates: Record<string, TemplateSource>;
  problems: Problem[];
  locate(path: (string | number)[]): { file: string; line: number; column: number };
}

interface SourceFile {
  file: string;
  document: Document;
  lines: LineCounter;
  keys: Map<string, unknown>;
}

/** Constructs that several files may add to. */
const MAPS = new Set(Object.keys(packSchema.shape).filter((key) => !['pack', 'title', 'procedures', 'version', 'rollout', 'uses', 'zone', 'catch_all'].includes(key)));

export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

/** The content hash of a compiled pack with its templates. */
export function hashOf(pack: CompiledPack, templates: Record<string, TemplateSource>): string {
  return createHash('sha256').update(canonical({ pack, templates })).digest('hex');
}

async function yamlFiles(target: string): Promise<{ dir: string; files: string[] }> {
  const info = await stat(target).catch(() => undefined);
  if (!info) throw new Error(`there is no pack at ${target}`);
  if (info.isFile()) return { dir: dirname(target), files: [target] };
  const names = (await readdir(target)).filter((name) => /\.ya?ml$/.test(name) && name !== 'clauses.yaml').sort();
  return { dir: target, files: names.map((name) => join(target, name)) };
}

/** Load, validate and compile a pack. Never throws for a bad pack: what is wrong is in `problems`. */
export async function loadPack(target: string): Promise<LoadedPack> {
  const path = resolve(target);
  const { dir, files } = await yamlFiles(path);
  const problems: Problem[] = [];
  const sources: SourceFile[] = [];
  for (const file of files) sources.push(readSource(file, await readFile(file, 'utf8'), problems));
  const locate = (at: (string | number)[]): { file: string; line: number; column: number } => locateIn(sources, at, files[0] ?? path);
  const merged = merge(sources, problems, locate);
  const heads = await readTemplates(dir, problems);
  const parsed = packSchema.safeParse(merged);
  const say = (severity: Problem['severity'], at: (string | number)[], message: string, rule: string): void => {
    problems.push({ severity, ...locate(at), path: at.join('.'), message, rule });
  };
  if (!parsed.success) for (const issue of parsed.error.issues) say('error', issue.path as (string | number)[], issue.message, 'schema');
  const source = parsed.success ? parsed.data : packSchema.parse({ pack: 'invalid', version: { id: '0', from: '2026-01-01' } });
  const compiler = new Compiler();
  const pack = compilePack(compiler, source, templateDefs(compiler, heads.defs));
  for (const fault of compiler.faults) say('error', fault.path, fault.message, 'compile');
  return { dir, source, pack, hash: hashOf(pack, heads.sources), templates: heads.sources, problems: unique(problems), locate };
}

const unique = (problems: Problem[]): Problem[] => [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()];

function readSource(file: string, text: string, problems: Problem[]): SourceFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, uniqueKeys: true });
  for (const error of document.errors) {
    const at = lines.linePos(error.pos[0]);
    problems.push({ severity: 'error', file: show(file), line: at.line, column: at.col, path: '', message: error.message.split('\n')[0] ?? error.message, rule: 'yaml' });
  }
  const keys = new Map<string, unknown>();
  const content: unknown = document.errors.length > 0 ? {} : document.toJS();
  if (content !== null && typeof content === 'object') for (const [key, value] of Object.entries(content)) keys.set(key, value);
  return { file, document, lines, keys };
}

/** Paths as people type them: relative to where they stand when that is shorter. */
export function show(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}

function locateIn(sources: SourceFile[], path: (string | number)[], fallback: string): { file: string; line: number; column: number } {
  for (let depth = path.length; depth > 0; depth--) {
    for (const source of sources) {
      const parent = source.document.getIn(path.slice(0, depth - 1), true);
      const last = path[depth - 1];
      // A key's own position says more than its value's.
      const pair = isMap(parent) ? parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(last)) : undefined;
      const keyRange = pair && isScalar(pair.key) ? pair.key.range : undefined;
      const node = source.document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      const range = keyRange ?? node?.range;
      if (range) {
        const at = source.lines.linePos(range[0]);
        return { file: show(source.file), line: at.line, column: at.col };
      }
    }
  }
  return { file: show(fallback), line: 1, column: 1 };
}

function merge(sources: SourceFile[], problems: Problem[], locate: LoadedPack['locate']): JsonObject {
  const merged: JsonObject = {};
  for (const source of sources) {
    for (const [key, value] of source.keys) {
      const before = merged[key];
      if (before === undefined) {
        merged[key] = value as Json;
        continue;
      }
      const twice = (path: (string | number)[]): void => {
        problems.push({ severity: 'error', ...locate(path), path: path.join('.'), message: `"${path.join('.')}" is defined twice, the second time in ${show(source.file)}`, rule: 'defined-twice' });
      };
      if (!MAPS.has(key) || typeof value !== 'object' || value === null) {
        twice([key]);
        continue;
      }
      for (const name of Object.keys(value)) if (Object.hasOwn(before as JsonObject, name)) twice([key, name]);
      merged[key] = { ...(before as JsonObject), ...(value as JsonObject) };
    }
  }
  return merged;
}

interface Heads {
  sources: Record<string, TemplateSource>;
  defs: Record<string, { head: ReturnType<typeof templateHead.parse>; vars: string[]; file: string }>;
}

async function readTemplates(dir: string, problems: Problem[]): Promise<Heads> {
  const folder = join(dir, 'templates');
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.liquid')).sort();
  const heads: Heads = { sources: {}, defs: {} };
  for (const file of names.filter((name) => !name.endsWith('.html.liquid'))) {
    const name = basename(file, '.liquid');
    const text = await readFile(join(folder, file), 'utf8');
    const twin = `${name}.html.liquid`;
    const html = names.includes(twin) ? await readFile(join(folder, twin), 'utf8') : undefined;
    const fault = (message: string, line = 1): void => {
      problems.push({ severity: 'error', file: show(join(folder, file)), line, column: 1, path: `templates.${name}`, message, rule: 'template' });
    };
    const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
    if (!match) {
      fault('a template begins with a head between two lines of ---');
      continue;
    }
    const parsed = templateHead.safeParse(parseDocument(match[1] ?? '', { version: '1.2' }).toJS() ?? {});
    if (!parsed.success) {
      for (const issue of parsed.error.issues) fault(`${issue.path.join('.')}: ${issue.message}`);
      continue;
    }
    const source: TemplateSource = { ...(parsed.data.subject === undefined ? {} : { subject: parsed.data.subject }), text: match[2] ?? '', ...(html === undefined ? {} : { html }) };
    try {
      heads.defs[name] = { head: parsed.data, vars: variablesOf(source), file: join(folder, file) };
      heads.sources[name] = source;
    } catch (error) {
      fault(error instanceof Error ? error.message : String(error));
    }
  }
  return heads;
}

function templateDefs(compiler: Compiler, defs: Heads['defs']): Record<string, TemplateDef> {
  return Object.fromEntries(
    Object.entries(defs).map(([name, { head, vars }]) => [
      name,
      { name, audience: head.audience, needs: head.needs.map((need) => compiler.cel(need, ['templates', name])), vars, clauses: head.clauses, subject: head.subject !== undefined },
    ]),
  );
}

/** Reads the messages of a pack: `templates/*.liquid`, each with a head in YAML, and optional HTML beside it. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Positions, SourceFile, show, type Position, type Problem } from './positions';
import { issuesOf } from './schema-issues';
import { templateHead, type TemplateHead } from './schema/pack';
import { TemplateSyntaxError, variablesIn, type TemplateSource } from './templates';

const HEAD = /^---\r?\n([\s\S]*?\r?\n)?---[ \t]*(?:\r?\n|$)/;

/** A part of a template: which text, and where it begins in its file. */
export interface TemplatePart {
  key: 'subject' | 'text' | 'html';
  text: string;
  file: string;
  /** Line of the file on which the text begins, from 1. */
  line: number;
}

/** A template as it was read. */
export interface TemplateFile {
  name: string;
  file: string;
  head: TemplateHead;
  source: TemplateSource;
  parts: TemplatePart[];
  /** Names its texts read, dotted. */
  vars: string[];
}

export interface TemplateFolder {
  templates: Record<string, TemplateFile>;
  heads: SourceFile[];
  problems: Problem[];
}

/** Where a name occurs first in a template. */
export function locateVariable(template: TemplateFile, name: string): Position {
  for (const part of template.parts) {
    const pattern = new RegExp(`(?<![\\w.])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w])`);
    const lines = part.text.split('\n');
    const row = lines.findIndex((line) => pattern.test(line));
    if (row < 0) continue;
    const column = (pattern.exec(lines[row] ?? '')?.index ?? 0) + 1;
    return { file: show(part.file), line: part.line + row, column: part.key === 'subject' ? 1 : column };
  }
  return { file: show(template.file), line: 1, column: 1 };
}

/** All templates of a pack's folder. What cannot be read is a problem, and is left out. */
export async function readTemplates(dir: string): Promise<TemplateFolder> {
  const folder = join(dir, 'templates');
  const files = (await readdir(folder).catch(() => [] as string[])).filter((file) => file.endsWith('.liquid')).sort();
  const result: TemplateFolder = { templates: {}, heads: [], problems: [] };
  for (const file of files.filter((one) => !one.endsWith('.html.liquid'))) {
    const name = basename(file, '.liquid');
    const twin = `${name}.html.liquid`;
    const html = files.includes(twin) ? await readFile(join(folder, twin), 'utf8') : undefined;
    const text = await readFile(join(folder, file), 'utf8');
    readOne(
      result,
      name,
      join(folder, file),
      text,
      html === undefined ? undefined : { file: join(folder, twin), text: html },
    );
  }
  return result;
}

function readOne(
  result: TemplateFolder,
  name: string,
  file: string,
  text: string,
  html: { file: string; text: string } | undefined,
): void {
  const path = `templates.${name}`;
  const fault = (at: Position, message: string, rule = 'template'): void => {
    result.problems.push({ severity: 'error', ...at, path, message, rule });
  };
  const match = HEAD.exec(text);
  if (!match) {
    fault({ file: show(file), line: 1, column: 1 }, 'a template begins with a head between two lines of ---');
    return;
  }
  const head = new SourceFile(file, match[1] ?? '', ['templates', name], 1);
  result.problems.push(...head.problems());
  if (head.document.errors.length > 0) return;
  result.heads.push(head);
  const parsed = templateHead.safeParse(head.content ?? {});
  if (!parsed.success) {
    const positions = new Positions([head], file);
    for (const { path: at, key, message } of issuesOf(parsed.error, head.content)) {
      const whole = ['templates', name, ...at];
      fault(key ? positions.locateKey(whole) : positions.locate(whole), message, 'schema');
    }
    return;
  }
  const body = text.slice(match[0].length);
  const line = match[0].split('\n').length;
  const { subject } = parsed.data;
  const subjectLine =
    subject === undefined ? 1 : new Positions([head], file).locate(['templates', name, 'subject']).line;
  const parts: TemplatePart[] = [
    ...(subject === undefined ? [] : [{ key: 'subject' as const, text: subject, file, line: subjectLine }]),
    { key: 'text', text: body, file, line },
    ...(html ? [{ key: 'html' as const, text: html.text, file: html.file, line: 1 }] : []),
  ];
  const vars = new Set<string>();
  for (const part of parts) {
    try {
      for (const name of variablesIn(part.text)) vars.add(name);
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      fault({ file: show(part.file), line: part.line + error.line - 1, column: error.column }, error.message);
    }
  }
  const source: TemplateSource = {
    ...(subject === undefined ? {} : { subject }),
    text: body,
    ...(html ? { html: html.text } : {}),
  };
  result.templates[name] = { name, file, head: parsed.data, source, parts, vars: [...vars].sort() };
}

/** Reads the knowledge base that lies beside a pack: `knowledge/tree.yaml` and `knowledge/articles/*.md`. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { parseInstant } from '../domain/time/instants';
import { articleFaults } from '../domain/articles/faults';
import { slugOf } from '../domain/articles/tree';
import type { ArticleVersion, CategoryNode, KnowledgeTree } from '../domain/articles/types';

/** Something wrong with the content, with its file. */
export interface KnowledgeProblem {
  file: string;
  message: string;
}

/** The content beside a pack. `tree` is absent where the pack has none. */
export interface LoadedKnowledge {
  tree?: KnowledgeTree;
  articles: ArticleVersion[];
  problems: KnowledgeProblem[];
}

interface Entry {
  title: string;
  entries?: (string | Entry)[] | undefined;
  clauses?: string[] | undefined;
}
const entry: z.ZodType<string | Entry> = z.lazy(() =>
  z.union([
    z.string().min(1),
    z.strictObject({
      title: z.string().min(1),
      entries: z.array(entry).optional(),
      clauses: z.array(z.string()).optional(),
    }),
  ]),
);
const treeSchema = z.strictObject({
  title: z.string().min(1),
  language: z.string().default('en'),
  types: z.record(z.string(), z.string()),
  difficulties: z.array(z.string()).default([]),
  clauses: z.array(z.string()).default([]),
  categories: z.array(entry).min(1),
});
const headSchema = z.strictObject({
  title: z.string(),
  type: z.string(),
  category: z.string().optional(),
  categories: z.array(z.string()),
  difficulty: z.string().optional(),
  reading_minutes: z.number().int().positive().optional(),
  updated: z.string().refine((text) => parseInstant(`${text}T00:00:00Z`) !== undefined, 'must be a date YYYY-MM-DD'),
  related: z.array(z.string()).default([]),
  clauses: z.array(z.string()).default([]),
});
const HEAD = /^---\r?\n([\s\S]*?\r?\n)---[ \t]*\r?\n/;
const FILE = /^([a-z0-9-]+?)(?:\.([a-z]{2}(?:-[A-Z]{2})?))?\.md$/;

/** A YAML text against a schema; what is wrong goes to `say`. */
function read<T>(text: string, schema: z.ZodType<T>, say: (message: string) => void): T | undefined {
  const document = parseDocument(text, { version: '1.2' });
  const [broken] = document.errors;
  if (broken) return void say(broken.message);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) say(`${path.join('.') || 'the file'}: ${message}`);
  return undefined;
}

function nodeOf(source: string | Entry, above: readonly string[]): CategoryNode {
  const { title, entries = [], clauses = [] } = typeof source === 'string' ? { title: source } : source;
  const titles = [...above, title];
  return {
    title,
    path: titles.join(' > '),
    slug: titles.map(slugOf).join('/'),
    clauses,
    children: entries.map((one) => nodeOf(one, titles)),
  };
}

/** Parses `tree.yaml`. */
export function parseTree(text: string, say: (message: string) => void): KnowledgeTree | undefined {
  const source = read(text, treeSchema, say);
  return source && { ...source, categories: source.categories.map((one) => nodeOf(one, [])) };
}

/** Parses an article's file: front matter and Markdown. `name` is the file's name, `slug.md` or `slug.de.md`. */
export function parseArticle(
  name: string,
  text: string,
  language: string,
  say: (message: string) => void,
): ArticleVersion | undefined {
  const [, slug, given] = FILE.exec(name) ?? [];
  const head = HEAD.exec(text);
  if (slug === undefined) return void say('an article is named slug.md, or slug.de.md in another language');
  if (!head) return void say('an article begins with its front matter between two lines of ---');
  const source = read(head[1] ?? '', headSchema, say);
  if (!source) return undefined;
  const { reading_minutes: readingMinutes, updated, difficulty, category, ...rest } = source;
  return {
    ...rest,
    slug,
    language: given ?? language,
    category: category ?? rest.categories[0] ?? '',
    ...(difficulty === undefined ? {} : { difficulty }),
    ...(readingMinutes === undefined ? {} : { readingMinutes }),
    body: text.slice(head[0].length).trim(),
    version: 1,
    author: 'seed',
    at: parseInstant(`${updated}T00:00:00Z`) ?? 0,
  };
}

/** Reads and checks the content beside the pack in `dir`. Never throws for what is wrong with it. */
export async function loadKnowledge(dir: string): Promise<LoadedKnowledge> {
  const folder = join(dir, 'knowledge');
  const problems: KnowledgeProblem[] = [];
  const sayIn = (file: string) => (message: string) =>
    void problems.push({ file: relative(process.cwd(), join(folder, file)), message });
  const text = await readFile(join(folder, 'tree.yaml'), 'utf8').catch(() => undefined);
  const names = (await readdir(join(folder, 'articles')).catch(() => [] as string[])).filter((name) =>
    name.endsWith('.md'),
  );
  if (text === undefined) {
    if (names.length > 0) sayIn('tree.yaml')('there are articles, but no tree of categories');
    return { articles: [], problems };
  }
  const tree = parseTree(text, sayIn('tree.yaml'));
  if (!tree) return { articles: [], problems };
  const articles: ArticleVersion[] = [];
  for (const name of names.sort()) {
    const file = `articles/${name}`;
    const article = parseArticle(name, await readFile(join(folder, file), 'utf8'), tree.language, sayIn(file));
    if (!article) continue;
    for (const fault of articleFaults(tree, article)) sayIn(file)(`${fault.field}: ${fault.message}`);
    articles.push(article);
  }
  const originals = new Set(articles.filter((one) => one.language === tree.language).map((one) => one.slug));
  for (const { slug, language } of articles)
    if (!originals.has(slug))
      sayIn(`articles/${slug}.${language}.md`)(`there is no ${tree.language} original to fall back to`);
  return { tree, articles, problems };
}

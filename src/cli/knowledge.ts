/** `knowledge tree|search|show|suggest|import`: the knowledge base, over the HTTP API. */
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { loadKnowledge } from '../knowledge/load';
import { Api, apiSettings } from './api';
import { readAll, type CliIo } from './io';
import { resolvePackDir } from './policy';
import { keyValues, table } from './tables';

interface Common {
  json?: boolean;
  language?: string;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** The tree, a line a category, articles below it. */
export function renderTree(tree: JsonObject): string {
  const lines = [text(tree['title'])];
  const visit = (node: JsonObject, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${text(node['title'])}`);
    for (const article of (node['articles'] ?? []) as JsonObject[])
      lines.push(`${'  '.repeat(depth + 1)}· ${text(article['title'])} (${text(article['slug'])})`);
    for (const child of (node['children'] ?? []) as JsonObject[]) visit(child, depth + 1);
  };
  for (const category of (tree['categories'] ?? []) as JsonObject[]) visit(category, 1);
  return lines.join('\n');
}

function renderArticle(article: JsonObject): string {
  const related = ((article['related'] ?? []) as JsonObject[]).map(
    (one) => `${text(one['title'])}${one['status'] === 'planned' ? ' (planned)' : ''}`,
  );
  const minutes = article['readingMinutes'];
  return `${keyValues([
    ['Title', text(article['title'])],
    ['Category', text(article['category'])],
    ['Last updated', text(article['lastUpdated']).slice(0, 10)],
    ['Reading time', typeof minutes === 'number' ? `${minutes} min` : ''],
    ['Difficulty', text(article['difficulty'])],
    ['Languages', ((article['languages'] ?? []) as string[]).join(', ')],
    ['Version', text(article['version'])],
    ['Related', related.join('; ')],
  ])}\n\n${text(article['markdown'])}`;
}

const renderHits = (found: JsonObject): string => {
  const hits = (found['hits'] ?? []) as JsonObject[];
  if (hits.length === 0) return 'Nothing found.';
  const share = (one: JsonObject): string => `${Math.round(Number(one['confidence']) * 100)} %`;
  return table(
    ['Article', 'Type', 'Fits', 'Excerpt'],
    hits.map((one) => [
      `${text(one['title'])} (${text(one['slug'])})`,
      text(one['type']),
      share(one),
      text(one['excerpt']),
    ]),
  );
};

/** Register the commands. */
export function knowledgeCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  const print = (options: Common, data: unknown, render: () => string): void =>
    io.out(options.json ? JSON.stringify(data) : render());
  const languageOf = ({ language }: Common): string => (language ? `&language=${encodeURIComponent(language)}` : '');
  const knowledge = program.command('knowledge').description('the knowledge base');
  knowledge
    .command('tree')
    .option('--json')
    .description('categories in order, with the articles under each')
    .action(async (options: Common) => {
      const tree = await api().get('/v1/knowledge/tree');
      print(options, tree, () => renderTree(tree));
    });
  knowledge
    .command('search')
    .argument('<words...>')
    .option('--language <language>', 'such as de; English where an article is not there in it')
    .option('--no-assist', 'the order of full-text search alone')
    .option('--json')
    .description('articles that have the words')
    .action(async (words: string[], options: Common & { assist: boolean }) => {
      const assist = options.assist ? '' : '&assist=off';
      const q = encodeURIComponent(words.join(' '));
      const found = await api().get(`/v1/knowledge/search?q=${q}${assist}${languageOf(options)}`);
      print(options, found, () => renderHits(found));
    });
  knowledge
    .command('show')
    .argument('<slug>')
    .option('--language <language>')
    .option('--json')
    .description('an article')
    .action(async (slug: string, options: Common) => {
      const article = await api().get(
        `/v1/knowledge/articles/${encodeURIComponent(slug)}?${languageOf(options).slice(1)}`,
      );
      print(options, article, () => renderArticle(article));
    });
  knowledge
    .command('suggest')
    .argument('[text...]', 'the text of a ticket; - or nothing reads stdin')
    .option('--language <language>')
    .option('--json')
    .description('articles that may answer a text')
    .action(async (words: string[], options: Common) => {
      const given = words.join(' ');
      const asked = given === '' || given === '-' ? (await readAll(io.stdin)).trim() : given;
      const found = await api().post('/v1/knowledge/suggestions', {
        text: asked,
        ...(options.language ? { language: options.language } : {}),
      });
      print(options, found, () => renderHits(found));
    });
  knowledge
    .command('import')
    .argument('<pack>', 'a pack: the content of its folder "knowledge"')
    .option('--author <name>')
    .option('--json')
    .description('save the articles of a folder that differ from the newest versions')
    .action(async (pack: string, options: Common & { author?: string }) => {
      const saved = await importFolder(api(), pack, options.author);
      print(options, { saved }, () => (saved.length === 0 ? 'Nothing to do.' : `Saved ${saved.join(', ')}.`));
    });
}

/** Saves what differs from what is there. Errors: ESC_PACK_INVALID with every fault of the content. */
async function importFolder(api: Api, pack: string, author: string | undefined): Promise<string[]> {
  const { tree, articles, problems } = await loadKnowledge(resolvePackDir(pack));
  if (problems.length > 0)
    throw new TocsinError('ESC_PACK_INVALID', problems.map((one) => `${one.file}: ${one.message}`).join('\n'));
  if (!tree) throw new TocsinError('ESC_PACK_UNKNOWN', `the pack "${pack}" has no folder "knowledge"`);
  await api.post('/v1/knowledge/tree', tree as unknown as JsonObject);
  const saved: string[] = [];
  for (const { version: _version, author: by, at: _at, ...draft } of articles) {
    const path = `/v1/knowledge/articles/${draft.slug}?language=${draft.language}`;
    const there = await api.get(path).catch((error: unknown) => {
      if (error instanceof TocsinError && error.code === 'ESC_NOT_FOUND') return undefined;
      throw error;
    });
    const same =
      there?.['language'] === draft.language && there['markdown'] === draft.body && there['title'] === draft.title;
    if (same) continue;
    await api.post('/v1/knowledge/articles', { ...(draft as unknown as JsonObject), author: author ?? by });
    saved.push(`${draft.slug} (${draft.language})`);
  }
  return saved;
}

/** The knowledge base in PostgreSQL: versions of articles, and full-text search over the newest of each. */
import { TocsinError } from '../domain/errors';
import { articleFaults } from '../domain/articles/faults';
import type { ArticleDraft, ArticleVersion, KnowledgeHit, KnowledgeTree } from '../domain/articles/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database, type Queryable } from './database';
import { contentHash, storableJson, storableText } from './storable';

/** PostgreSQL's own dictionaries; a language without one is searched word by word. */
const DICTIONARIES: Readonly<Record<string, string>> = {
  ...{ da: 'danish', de: 'german', en: 'english', es: 'spanish', fi: 'finnish', fr: 'french', hu: 'hungarian' },
  ...{ it: 'italian', nl: 'dutch', no: 'norwegian', pt: 'portuguese', ro: 'romanian', ru: 'russian', sv: 'swedish' },
  tr: 'turkish',
};
const dictionary = (language: string): string => DICTIONARIES[language.slice(0, 2)] ?? 'simple';

interface VersionRow {
  slug: string;
  language: string;
  version: number;
  title: string;
  type: string;
  head: Pick<ArticleDraft, 'category' | 'categories' | 'related' | 'clauses' | 'difficulty' | 'readingMinutes'>;
  body: string;
  author: string;
  at: Date;
}

const versionOf = ({ head, at, slug, language, version, title, type, body, author }: VersionRow): ArticleVersion => ({
  ...head,
  ...{ slug, language, version, title, type, body, author },
  at: at.getTime(),
});

/** The newest version of each article in each language. */
const NEWEST = `select distinct on (slug, language) * from knowledge_version where pack_id = $1
  order by slug, language, version desc`;

/** The tree of a pack's knowledge base, or undefined where it has none. Errors: ESC_STORE_UNAVAILABLE. */
export async function knowledgeTree(db: Queryable, packId: string): Promise<KnowledgeTree | undefined> {
  const found = await query<{ body: KnowledgeTree }>(db, 'select body from knowledge_tree where pack_id = $1', [
    packId,
  ]);
  return found.rows[0]?.body;
}

/** Puts a tree in the place of the one before. Errors: ESC_STORE_UNAVAILABLE. */
export async function saveTree(db: Queryable, packId: string, tree: KnowledgeTree, now: EpochMs): Promise<void> {
  await query(
    db,
    `insert into knowledge_tree (pack_id, body, updated_at) values ($1, $2, $3)
     on conflict (pack_id) do update set body = excluded.body, updated_at = excluded.updated_at`,
    [packId, storableJson(tree), toSql(now)],
  );
}

/** The newest versions in all languages, without their texts where only a list is wanted. Errors: ESC_STORE_UNAVAILABLE. */
export async function listArticles(db: Queryable, packId: string): Promise<ArticleVersion[]> {
  return (await query<VersionRow>(db, NEWEST, [packId])).rows.map(versionOf);
}

/** Every version of an article in every language, the oldest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function articleVersions(db: Queryable, packId: string, slug: string): Promise<ArticleVersion[]> {
  const sql = 'select * from knowledge_version where pack_id = $1 and slug = $2 order by language, version';
  return (await query<VersionRow>(db, sql, [packId, slug])).rows.map(versionOf);
}

/** What is saved, by whom and when. `sourceHash` marks content of a folder. */
export interface SaveArticle {
  packId: string;
  draft: ArticleDraft;
  author: string;
  at: EpochMs;
  sourceHash?: string;
}

/**
 * Saves a new version; the same text again is still a version, for somebody saved it. Errors: ESC_FIELD_INVALID with
 * each fault, ESC_NOT_FOUND where the pack has no knowledge base, ESC_STORE_UNAVAILABLE.
 */
export async function saveArticle(db: Database, save: SaveArticle): Promise<ArticleVersion> {
  return transaction(db, async (client) => {
    const tree = await knowledgeTree(client, save.packId);
    if (!tree) throw new TocsinError('ESC_NOT_FOUND', `the pack "${save.packId}" has no knowledge base`);
    const faults = articleFaults(tree, save.draft);
    const [first] = faults;
    if (first)
      throw new TocsinError('ESC_FIELD_INVALID', faults.map((one) => `${one.field}: ${one.message}`).join('; '), {
        field: first.field,
      });
    const { slug, language, title, type, body, ...head } = save.draft;
    // Two editors at once: the second waits, and gets the number after the first.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${save.packId}/${slug}/${language}`]);
    const saved = await client.query<VersionRow>(
      `insert into knowledge_version (pack_id, slug, language, version, title, type, head, body, author, at, source_hash, search)
       values ($1, $2, $3,
         (select coalesce(max(version), 0) + 1 from knowledge_version where pack_id = $1 and slug = $2 and language = $3),
         $4, $5, $6, $7, $8, $9, $10,
         setweight(to_tsvector($11::regconfig, $4), 'A') || setweight(to_tsvector($11::regconfig, $12), 'B')
           || to_tsvector($11::regconfig, $7))
       returning *`,
      [
        ...[save.packId, slug, language, storableText(title), type, storableJson(head), storableText(body)],
        ...[storableText(save.author), toSql(save.at), save.sourceHash ?? null, dictionary(language)],
        storableText(`${head.category} ${head.categories.join(' ')}`),
      ],
    );
    const [row] = saved.rows;
    if (!row) throw new Error(`${slug} was saved and is not there`);
    return versionOf(row);
  });
}

/**
 * Makes an earlier version the newest again, as a version of its own. Errors: ESC_NOT_FOUND, and those of saving.
 */
export async function restoreArticle(
  db: Database,
  restore: { packId: string; slug: string; language: string; version: number; author: string; at: EpochMs },
): Promise<ArticleVersion> {
  const all = await articleVersions(db, restore.packId, restore.slug);
  const found = all.find((one) => one.language === restore.language && one.version === restore.version);
  if (!found)
    throw new TocsinError(
      'ESC_NOT_FOUND',
      `"${restore.slug}" has no version ${restore.version} in ${restore.language}`,
    );
  const { version: _version, author: _author, at: _at, ...draft } = found;
  return saveArticle(db, { packId: restore.packId, draft, author: restore.author, at: restore.at });
}

/**
 * Imports the content of a folder. Content that was imported before is left alone, so that what was edited since stays
 * until the folder itself changes. Returns the articles that got a new version. Errors: those of saving.
 */
export async function importKnowledge(
  db: Database,
  packId: string,
  content: { tree: KnowledgeTree; articles: readonly ArticleVersion[] },
  now: EpochMs,
): Promise<string[]> {
  await saveTree(db, packId, content.tree, now);
  const imported: string[] = [];
  for (const { version: _version, author, at, ...draft } of content.articles) {
    const sourceHash = contentHash({ ...draft, at });
    const known = await query(
      db,
      'select 1 from knowledge_version where pack_id = $1 and slug = $2 and language = $3 and source_hash = $4',
      [packId, draft.slug, draft.language, sourceHash],
    );
    if (known.rowCount) continue;
    await saveArticle(db, { packId, draft, author, at, sourceHash });
    imported.push(draft.language === content.tree.language ? draft.slug : `${draft.slug}.${draft.language}`);
  }
  return imported;
}

/** A search: words of the query, in the language asked for where there is one. */
export interface KnowledgeQuery {
  packId: string;
  text: string;
  language: string;
  /** The language that stands in for an article that is not there in the one asked for. */
  fallback: string;
  /** From 1 to 50; default 10. */
  limit?: number;
}

/**
 * Full-text search: articles that have any word of the query, those with more of them, and in weightier places, first.
 * `confidence` is the share of the query's words that an article has. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function searchKnowledge(db: Queryable, ask: KnowledgeQuery): Promise<KnowledgeHit[]> {
  const limit = Math.min(Math.max(Math.trunc(ask.limit ?? 10), 1), 50);
  const found = await query<KnowledgeHit>(
    db,
    `with wanted as (
       select language, tsvector_to_array(to_tsvector(dictionary::regconfig, $2)) as words
       from (values ($3, $5), ($4, $6)) as asked (language, dictionary)),
     newest as (${NEWEST}),
     shown as (
       select distinct on (slug) newest.*, wanted.words from newest join wanted using (language)
       order by slug, (language = $3) desc),
     counted as (
       select shown.*, (select count(*) from unnest(words) word where word = any (tsvector_to_array(search))) as found,
         to_tsquery('simple', (select string_agg('''' || replace(word, '''', '''''') || '''', ' | ') from unnest(words) word)) as any_word
       from shown where cardinality(words) > 0)
     select slug, language, version, title, type, head ->> 'category' as category,
       found::float8 / cardinality(words) as confidence,
       (found::float8 / cardinality(words)) * (1 + ts_rank(search, any_word)) as rank,
       ts_headline('simple', regexp_replace(body, '[*#|\`]|\\]\\([^)]*\\)|\\[', '', 'g'), any_word,
         'MaxWords=24, MinWords=8, StartSel="", StopSel=""') as excerpt
     from counted where search @@ any_word
     order by rank desc, slug limit $7`,
    [
      ...[ask.packId, storableText(ask.text), ask.language, ask.fallback],
      ...[dictionary(ask.language), dictionary(ask.fallback), limit],
    ],
  );
  return found.rows;
}

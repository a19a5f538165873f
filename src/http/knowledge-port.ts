/** What the HTTP shell needs of the knowledge base, and its real one over the store. */
import { TocsinError } from '../domain/errors';
import type { ArticleDraft, ArticleVersion, KnowledgeHit, KnowledgeTree } from '../domain/articles/types';
import type { EpochMs } from '../domain/time/instants';
import type { Assist } from '../knowledge/assist';
import type { Database } from '../store/database';
import {
  articleVersions,
  knowledgeTree,
  listArticles,
  restoreArticle,
  saveArticle,
  saveTree,
  searchKnowledge,
} from '../store/knowledge';
import {
  articleUsage,
  comment,
  commentsOn,
  deflection,
  recordUse,
  ticketAfter,
  vote,
  type ArticleComment,
  type ArticleRef,
  type ArticleUsage,
  type Deflection,
} from '../store/knowledge-use';
import { activePack } from '../store/policy-versions';

/** A reader's visit: its id, and where it takes place. */
export interface Visit {
  id: string;
  channel: string;
}

/** What a reader did. */
export type Use =
  { kind: 'view' | 'suggestion'; article: ArticleRef } | { kind: 'search'; query: string; hits: number };

/** The knowledge base of the default pack. Errors: ESC_NOT_FOUND where it has none; ESC_STORE_UNAVAILABLE. */
export interface KnowledgePort {
  tree(): Promise<KnowledgeTree>;
  saveTree(tree: KnowledgeTree, now: EpochMs): Promise<void>;
  /** The newest version of each article in each language. */
  articles(): Promise<ArticleVersion[]>;
  /** Every version of an article, the oldest first. */
  versions(slug: string): Promise<ArticleVersion[]>;
  /** Errors: ESC_FIELD_INVALID. */
  save(draft: ArticleDraft, author: string, at: EpochMs): Promise<ArticleVersion>;
  restore(slug: string, language: string, version: number, author: string, at: EpochMs): Promise<ArticleVersion>;
  /** `assisted` says whether the hook had its say. */
  search(ask: { text: string; language: string; limit: number; assist: boolean }): Promise<{
    hits: KnowledgeHit[];
    assisted: boolean;
  }>;
  record(visit: Visit, use: Use, at: EpochMs): Promise<void>;
  vote(visit: Visit, article: ArticleRef, helpful: boolean, at: EpochMs): Promise<void>;
  comment(visit: Visit, article: ArticleRef, text: string, at: EpochMs): Promise<void>;
  comments(slug: string): Promise<ArticleComment[]>;
  usage(slug?: string): Promise<ArticleUsage[]>;
  deflection(from: EpochMs, to: EpochMs, now: EpochMs): Promise<Deflection>;
  /** A ticket came of the visit. */
  ticketOpened(visit: Visit, ticketId: string, at: EpochMs): Promise<void>;
}

/** The port over PostgreSQL; without `assist` the order is that of full-text search. */
export function knowledgePort(pool: Database, assist: Assist | undefined): KnowledgePort {
  const packId = async (): Promise<string> => {
    const active = await activePack(pool);
    if (!active) throw new TocsinError('ESC_NOT_FOUND', 'no pack is published, so there is no knowledge base');
    return active.packId;
  };
  const visitOf = async ({ id, channel }: Visit) => ({ id, channel, packId: await packId() });
  const tree = async (): Promise<KnowledgeTree> => {
    const id = await packId();
    const found = await knowledgeTree(pool, id);
    if (!found) throw new TocsinError('ESC_NOT_FOUND', `the pack "${id}" has no knowledge base`);
    return found;
  };
  return {
    tree,
    saveTree: async (given, now) => saveTree(pool, await packId(), given, now),
    articles: async () => listArticles(pool, await packId()),
    versions: async (slug) => articleVersions(pool, await packId(), slug),
    save: async (draft, author, at) => saveArticle(pool, { packId: await packId(), draft, author, at }),
    restore: async (slug, language, version, author, at) =>
      restoreArticle(pool, { packId: await packId(), slug, language, version, author, at }),
    async search({ text, language, limit, assist: wanted }) {
      const { language: fallback } = await tree();
      const id = await packId();
      const hits = await searchKnowledge(pool, { packId: id, text, language, fallback, limit });
      if (!assist || !wanted || hits.length < 2) return { hits, assisted: assist !== undefined && wanted };
      const usage = new Map((await articleUsage(pool, id)).map((one) => [one.slug, one]));
      return { hits: await assist.arrange(text, hits, usage), assisted: true };
    },
    record: async (visit, use, at) => recordUse(pool, await visitOf(visit), use, at),
    vote: async (visit, article, helpful, at) => vote(pool, await visitOf(visit), article, helpful, at),
    comment: async (visit, article, text, at) => comment(pool, await visitOf(visit), article, text, at),
    comments: async (slug) => commentsOn(pool, await packId(), slug),
    usage: async (slug) => articleUsage(pool, await packId(), slug),
    deflection: async (from, to, now) => deflection(pool, await packId(), from, to, now),
    ticketOpened: async (visit, ticketId, at) => ticketAfter(pool, await visitOf(visit), ticketId, at),
  };
}

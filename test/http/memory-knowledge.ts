/** The knowledge base of the pack in memory: what the store does, for tests of the HTTP shell. */
import { resolve } from 'node:path';
import { TocsinError } from '../../src/domain/errors';
import { articleFaults } from '../../src/domain/articles/faults';
import { searchArticles } from '../../src/domain/articles/search';
import type { ArticleDraft, ArticleVersion, KnowledgeTree } from '../../src/domain/articles/types';
import type { KnowledgePort, Use, Visit } from '../../src/http/knowledge-port';
import { byUsage } from '../../src/knowledge/assist';
import { loadKnowledge } from '../../src/knowledge/load';
import type { ArticleComment, ArticleRef } from '../../src/store/knowledge-use';

const loaded = loadKnowledge(resolve(__dirname, '../../policies/secureai'));

export interface KnowledgeWorld {
  uses: { visit: Visit; use: Use }[];
  votes: Map<string, boolean>;
  comments: ArticleComment[];
  /** Visits that opened a ticket. */
  tickets: { visit: Visit; ticket: string }[];
  tree?: KnowledgeTree;
}

export function memoryKnowledge(world: KnowledgeWorld): KnowledgePort {
  const added: ArticleVersion[] = [];
  const all = async (): Promise<ArticleVersion[]> => [...(await loaded).articles, ...added];
  const newest = async (): Promise<ArticleVersion[]> => [
    ...new Map((await all()).map((one) => [`${one.slug} ${one.language}`, one])).values(),
  ];
  const tree = async (): Promise<KnowledgeTree> => world.tree ?? ((await loaded).tree as KnowledgeTree);
  const save = async (draft: ArticleDraft, author: string, at: number): Promise<ArticleVersion> => {
    const [fault] = articleFaults(await tree(), draft);
    if (fault) throw new TocsinError('ESC_FIELD_INVALID', fault.message, { field: fault.field });
    const before = (await all()).filter((one) => one.slug === draft.slug && one.language === draft.language);
    const saved = { ...draft, author, at, version: before.length + 1 };
    added.push(saved);
    return saved;
  };
  const keyOf = (visit: Visit, { slug, language, version }: ArticleRef): string =>
    [visit.id, slug, language, version].join(' ');
  return {
    tree,
    saveTree: async (given) => void (world.tree = given),
    articles: newest,
    versions: async (slug) => (await all()).filter((one) => one.slug === slug),
    save,
    restore: async (slug, language, version, author, at) => {
      const found = (await all()).find(
        (one) => one.slug === slug && one.language === language && one.version === version,
      );
      if (!found) throw new TocsinError('ESC_NOT_FOUND', `there is no version ${version}`);
      return save(found, author, at);
    },
    search: async ({ text, language, limit, assist }) => {
      const { language: fallback } = await tree();
      const best = new Map<string, ArticleVersion>();
      for (const one of await newest())
        if (one.language === language || (one.language === fallback && !best.has(one.slug))) best.set(one.slug, one);
      const hits = searchArticles([...best.values()], text, limit);
      return assist
        ? { hits: await byUsage.arrange(text, hits, new Map()), assisted: true }
        : { hits, assisted: false };
    },
    record: async (visit, use) => void world.uses.push({ visit, use }),
    vote: async (visit, article, helpful) => void world.votes.set(keyOf(visit, article), helpful),
    comment: async (_visit, { slug, language, version }, text, at) =>
      void world.comments.unshift({ slug, language, version, text, at }),
    comments: async (slug) => world.comments.filter((one) => one.slug === slug),
    usage: async (slug) => {
      const views = world.uses.filter(({ use }) => use.kind === 'view');
      const slugs =
        slug === undefined
          ? [...new Set(views.map(({ use }) => (use as { article: ArticleRef }).article.slug))]
          : [slug];
      return slugs.map((one) => {
        const votes = [...world.votes].filter(([key]) => key.split(' ')[1] === one).map(([, helpful]) => helpful);
        const helpful = votes.filter(Boolean).length;
        return {
          slug: one,
          views: views.filter(({ use }) => (use as { article: ArticleRef }).article.slug === one).length,
          helpful,
          notHelpful: votes.length - helpful,
          helpfulRatio: votes.length === 0 ? null : helpful / votes.length,
          ticketsAfterView: 0,
          comments: world.comments.filter((comment) => comment.slug === one).length,
        };
      });
    },
    deflection: async () => ({ sessions: 0, deflected: 0, share: null }),
    ticketOpened: async (visit, ticket) => void world.tickets.push({ visit, ticket }),
  };
}

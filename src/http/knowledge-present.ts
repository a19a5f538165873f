/** The knowledge base as HTTP shows it. */
import type { ArticleVersion, CategoryNode, KnowledgeHit, KnowledgeTree } from '../domain/articles/types';
import { formatInstant } from '../domain/time/instants';
import type { ArticleLinks } from '../knowledge/render';
import type { ArticleView } from '../knowledge/view';

/** Where an article's page is. */
export const articleUrl = (slug: string): string => `/portal/help/${encodeURIComponent(slug)}`;

/** The links of one article: a ticket that comes of it refers to it. */
export const linksOf = (slug: string): ArticleLinks => ({
  newTicket: `/portal/tickets/new?article=${encodeURIComponent(slug)}`,
  chat: `/portal/chat?article=${encodeURIComponent(slug)}`,
  article: articleUrl,
});

/** What stands below every article. */
export function footerOf(slug: string, forum: string | undefined) {
  const links = linksOf(slug);
  return {
    question: 'Was this article helpful?',
    answers: ['Yes', 'No'],
    help: 'Still need help?',
    buttons: [
      { title: 'Contact Support', url: links.newTicket },
      { title: 'Live Chat', url: links.chat },
      { title: 'Community Forum', url: forum ?? '/portal/help' },
    ],
  };
}

const headOf = (article: ArticleVersion) => ({
  slug: article.slug,
  language: article.language,
  version: article.version,
  title: article.title,
  type: article.type,
  category: article.category,
  categories: article.categories,
  difficulty: article.difficulty ?? null,
  readingMinutes: article.readingMinutes ?? null,
  lastUpdated: formatInstant(article.at),
});

/** An article for readers. */
export const articleOf = ({ article, html, related, languages }: ArticleView, forum: string | undefined) => ({
  ...headOf(article),
  languages,
  html,
  markdown: article.body,
  related: related.map(({ title, slug }) => ({
    title,
    status: slug === undefined ? 'planned' : 'available',
    slug: slug ?? null,
  })),
  footer: footerOf(article.slug, forum),
});

/** A version for editors. */
export const versionOf = (article: ArticleVersion) => ({
  ...headOf(article),
  author: article.author,
  markdown: article.body,
});

/** A hit with its address. */
export const hitOf = ({ rank: _rank, version: _version, ...hit }: KnowledgeHit) => ({
  ...hit,
  url: articleUrl(hit.slug),
});

/** The tree with the articles listed under each category, in the tree's own language. */
export function treeOf(tree: KnowledgeTree, articles: readonly ArticleVersion[]) {
  const own = articles.filter((one) => one.language === tree.language);
  const node = ({ title, path, slug, children }: CategoryNode): object => ({
    title,
    path,
    slug,
    articles: own.filter((one) => one.categories.includes(path)).map((one) => ({ slug: one.slug, title: one.title })),
    children: children.map(node),
  });
  const { title, language, types, difficulties } = tree;
  return { title, language, types, difficulties, categories: tree.categories.map(node) };
}

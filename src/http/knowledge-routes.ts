/** The knowledge base: reading, searching, feedback. */
import type { FastifyInstance } from 'fastify';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { ArticleVersion } from '../domain/articles/types';
import { formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { pickLanguage } from '../knowledge/languages';
import { viewArticle } from '../knowledge/view';
import { editorRoutes } from './knowledge-editing';
import type { KnowledgePort } from './knowledge-port';
import { articleOf, hitOf, linksOf, treeOf } from './knowledge-present';
import {
  articleSchema,
  commentBody,
  deflectionSchema,
  feedbackBody,
  hitsSchema,
  languageQuery,
  rangeQuery,
  searchQuery,
  slugParams,
  suggestionBody,
  takenSchema,
  treeSchema,
  usageQuery,
  usageSchema,
} from './knowledge-schemas';
import { operation } from './operation';
import { visitOf } from './visits';

const DAY_MS = 86_400_000;
const READING: ErrorCode[] = ['ESC_NOT_FOUND', 'ESC_STORE_UNAVAILABLE'];

/** Adds the routes. `forum` is the address of the community forum, where there is one. */
export function knowledgeRoutes(app: FastifyInstance, port: KnowledgePort, now: () => EpochMs, forum?: string): void {
  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/tree',
    operationId: 'getKnowledgeTree',
    summary: 'Categories in order, with the articles listed under each',
    tag: 'knowledge',
    answers: { 200: { description: 'The tree', schema: treeSchema } },
    errors: READING,
    handler: async () => treeOf(await port.tree(), await port.articles()),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/search',
    operationId: 'searchKnowledge',
    summary: 'Articles that have words of a query, the best first',
    description: 'Recorded for the visit of the header x-tocsin-session, which every answer has.',
    tag: 'knowledge',
    querystring: searchQuery,
    answers: { 200: { description: 'Hits', schema: hitsSchema } },
    errors: READING,
    handler: async ({ query, request, reply }) => {
      const visit = { id: visitOf(request, reply), channel: 'api' };
      const language = await languageOf(port, query.language ?? request.headers['accept-language']);
      const found = await port.search({ text: query.q, language, limit: query.limit, assist: query.assist === 'on' });
      await port.record(visit, { kind: 'search', query: query.q, hits: found.hits.length }, now());
      return { hits: found.hits.map(hitOf), assisted: found.assisted };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/suggestions',
    operationId: 'suggestArticles',
    summary: 'Articles that may answer a text, such as a new ticket',
    tag: 'knowledge',
    body: suggestionBody,
    answers: { 200: { description: 'Suggestions, the best first', schema: hitsSchema } },
    errors: READING,
    handler: async ({ body, request, reply }) => {
      const visit = { id: visitOf(request, reply), channel: 'api' };
      const language = await languageOf(port, body.language ?? request.headers['accept-language']);
      const found = await port.search({ text: body.text, language, limit: body.limit, assist: body.assist === 'on' });
      for (const article of found.hits) await port.record(visit, { kind: 'suggestion', article }, now());
      return { hits: found.hits.map(hitOf), assisted: found.assisted };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/articles/:slug',
    operationId: 'getArticle',
    summary: 'An article, in the language asked for where it is there',
    tag: 'knowledge',
    params: slugParams,
    querystring: languageQuery,
    answers: { 200: { description: 'The article', schema: articleSchema } },
    errors: READING,
    handler: async ({ params, query, request, reply }) => {
      const visit = { id: visitOf(request, reply), channel: 'api' };
      const { language: fallback } = await port.tree();
      const asked = query.language ?? request.headers['accept-language'];
      const view = viewArticle(await port.articles(), params.slug, asked, fallback, linksOf(params.slug));
      if (!view) throw noArticle(params.slug);
      await port.record(visit, { kind: 'view', article: view.article }, now());
      reply.header('content-language', view.article.language);
      return articleOf(view, forum);
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/articles/:slug/feedback',
    operationId: 'voteOnArticle',
    summary: 'Whether an article helped: one vote a visit and version, the last word counts',
    tag: 'knowledge',
    params: slugParams,
    body: feedbackBody,
    answers: { 200: { description: 'The version voted on', schema: takenSchema } },
    errors: READING,
    handler: async ({ params, body, request, reply }) => {
      const article = await versionIn(port, params.slug, body.language, body.version);
      await port.vote({ id: visitOf(request, reply), channel: 'api' }, article, body.helpful, now());
      return article;
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/articles/:slug/comments',
    operationId: 'commentOnArticle',
    summary: 'What a reader has to say about an article; editors read it',
    tag: 'knowledge',
    params: slugParams,
    body: commentBody,
    answers: { 201: { description: 'The version commented on', schema: takenSchema } },
    errors: READING,
    handler: async ({ params, body, request, reply }) => {
      const article = await versionIn(port, params.slug, body.language, body.version);
      await port.comment({ id: visitOf(request, reply), channel: 'api' }, article, body.text, now());
      reply.code(201);
      return article;
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/usage',
    operationId: 'getKnowledgeUsage',
    summary: 'Views, helpful ratio, and tickets within a day of a view',
    tag: 'knowledge',
    querystring: usageQuery,
    answers: { 200: { description: 'An entry an article', schema: usageSchema } },
    errors: READING,
    handler: async ({ query }) => port.usage(query.slug),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/deflection',
    operationId: 'getDeflection',
    summary: 'How many visits came without a ticket',
    tag: 'knowledge',
    querystring: rangeQuery,
    answers: { 200: { description: 'The share', schema: deflectionSchema } },
    errors: [...READING, 'ESC_INSTANT_INVALID'],
    handler: async ({ query }) => {
      const to = query.to === undefined ? now() : instantOf(query.to);
      const from = query.from === undefined ? to - 30 * DAY_MS : instantOf(query.from);
      return { from: formatInstant(from), to: formatInstant(to), ...(await port.deflection(from, to, now())) };
    },
  });

  editorRoutes(app, port, now);
}

function instantOf(text: string): EpochMs {
  const at = parseInstant(text);
  if (at === undefined) throw new TocsinError('ESC_INSTANT_INVALID', `"${text}" is no instant with an offset`);
  return at;
}

/** The language to search in: the best of those that articles are written in. */
export async function languageOf(port: KnowledgePort, asked: string | undefined): Promise<string> {
  const { language } = await port.tree();
  const there = [...new Set((await port.articles()).map((one) => one.language))];
  return pickLanguage(asked, there, language);
}

/** There is no such article. */
export const noArticle = (slug: string): TocsinError =>
  new TocsinError('ESC_NOT_FOUND', `there is no article "${slug}"`, { slug });

/** A version of an article: the one named, else the newest in the language. Errors: ESC_NOT_FOUND. */
export async function versionIn(
  port: KnowledgePort,
  slug: string,
  language: string | undefined,
  version: number | undefined,
): Promise<Pick<ArticleVersion, 'slug' | 'language' | 'version'>> {
  const all = (await port.versions(slug)).filter((one) => version === undefined || one.version === version);
  const { language: fallback } = await port.tree();
  const wanted = pickLanguage(
    language,
    all.map((one) => one.language),
    fallback,
  );
  const found = all.filter((one) => one.language === wanted).at(-1);
  if (!found) throw noArticle(slug);
  return { slug, language: found.language, version: found.version };
}

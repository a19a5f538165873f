/** Editing the knowledge base: keys of editors and admins. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { KnowledgeTree } from '../domain/articles/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { renderMarkdown } from '../knowledge/render';
import { keyOf } from './auth';
import type { KnowledgePort } from './knowledge-port';
import { linksOf, versionOf } from './knowledge-present';
import {
  articleBody,
  commentsSchema,
  previewBody,
  restoreBody,
  slugParams,
  treeBody,
  versionSchema,
} from './knowledge-schemas';
import { operation } from './operation';

const READING: ErrorCode[] = ['ESC_NOT_FOUND', 'ESC_STORE_UNAVAILABLE'];

/** Adds the routes. */
export function editorRoutes(app: FastifyInstance, port: KnowledgePort, now: () => EpochMs): void {
  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/tree',
    operationId: 'putKnowledgeTree',
    summary: 'Put a tree of categories in the place of the one before',
    tag: 'knowledge',
    body: treeBody,
    answers: { 200: { description: 'Done', schema: z.object({ title: z.string() }) } },
    errors: READING,
    handler: async ({ body }) => {
      await port.saveTree(body as KnowledgeTree, now());
      return { title: body.title };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/articles',
    operationId: 'saveArticle',
    summary: 'Save an article: a new version',
    tag: 'knowledge',
    body: articleBody,
    answers: { 201: { description: 'The new version', schema: versionSchema } },
    errors: [...READING, 'ESC_FIELD_INVALID'],
    handler: async ({ body, request, reply }) => {
      const { author, category, difficulty, readingMinutes, ...rest } = body;
      const draft = {
        ...rest,
        category: category ?? rest.categories[0] ?? '',
        ...(difficulty === undefined ? {} : { difficulty }),
        ...(readingMinutes === undefined ? {} : { readingMinutes }),
      };
      const saved = await port.save(draft, author ?? keyOf(request).name, now());
      reply.code(201);
      return versionOf(saved);
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/preview',
    operationId: 'previewArticle',
    summary: 'The HTML that the portal would show of a text',
    tag: 'knowledge',
    body: previewBody,
    answers: { 200: { description: 'Sanitised HTML', schema: z.object({ html: z.string() }) } },
    handler: async ({ body }) => ({ html: renderMarkdown(body.markdown, linksOf('preview')) }),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/articles/:slug/versions',
    operationId: 'listArticleVersions',
    summary: 'Every version of an article, the oldest first',
    tag: 'knowledge',
    params: slugParams,
    answers: { 200: { description: 'Versions with author and time', schema: z.array(versionSchema) } },
    errors: READING,
    handler: async ({ params }) => {
      const versions = await port.versions(params.slug);
      if (versions.length === 0)
        throw new TocsinError('ESC_NOT_FOUND', `there is no article "${params.slug}"`, { slug: params.slug });
      return versions.map(versionOf);
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/knowledge/articles/:slug/restore',
    operationId: 'restoreArticle',
    summary: 'Make an earlier version the newest again',
    tag: 'knowledge',
    params: slugParams,
    body: restoreBody,
    answers: { 201: { description: 'The new version', schema: versionSchema } },
    errors: READING,
    handler: async ({ params, body, request, reply }) => {
      const author = body.author ?? keyOf(request).name;
      const saved = await port.restore(params.slug, body.language, body.version, author, now());
      reply.code(201);
      return versionOf(saved);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/knowledge/articles/:slug/comments',
    operationId: 'listArticleComments',
    summary: 'What readers said of an article, the newest first',
    tag: 'knowledge',
    params: slugParams,
    answers: { 200: { description: 'Comments with the version they are about', schema: commentsSchema } },
    errors: READING,
    handler: async ({ params }) =>
      (await port.comments(params.slug)).map((one) => ({ ...one, at: formatInstant(one.at) })),
  });
}

/** What goes in and out of the knowledge base over HTTP. */
import { z } from 'zod';

const instantOut = z.string().meta({ format: 'date-time' });

export const slugParams = z.object({
  slug: z
    .string()
    .regex(/^[a-z0-9-]{1,120}$/, "must be an article's address: lower case letters, digits and dashes")
    .describe("The article's address"),
});
export const languageQuery = z.object({
  language: z
    .string()
    .max(200)
    .optional()
    .describe('A language (de), or a list as in Accept-Language; absent: that header'),
});
export const searchQuery = languageQuery.extend({
  q: z.string().min(1).max(400).describe('Words'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
  assist: z.enum(['on', 'off']).default('on').describe('off: the order of full-text search alone'),
});

type Category = {
  title: string;
  path: string;
  slug: string;
  articles: { slug: string; title: string }[];
  children: Category[];
};
const category: z.ZodType<Category> = z
  .lazy(() =>
    z.object({
      title: z.string(),
      path: z.string(),
      slug: z.string(),
      articles: z.array(z.object({ slug: z.string(), title: z.string() })),
      children: z.array(category),
    }),
  )
  .meta({ id: 'KnowledgeCategory' });
export const treeSchema = z
  .object({
    title: z.string(),
    language: z.string(),
    types: z.record(z.string(), z.string()),
    difficulties: z.array(z.string()),
    categories: z.array(category),
  })
  .meta({ id: 'KnowledgeTree', description: 'Categories in order, with the articles listed under each' });

const entry: z.ZodType<{ title: string; path: string; slug: string; clauses: string[]; children: unknown[] }> = z
  .lazy(() =>
    z.strictObject({
      title: z.string().min(1),
      path: z.string().min(1),
      slug: z.string().min(1),
      clauses: z.array(z.string()).default([]),
      children: z.array(entry).default([]),
    }),
  )
  .meta({ id: 'KnowledgeCategoryDraft' });
export const treeBody = z
  .strictObject({
    title: z.string().min(1),
    language: z.string().min(2),
    types: z.record(z.string(), z.string()),
    difficulties: z.array(z.string()).default([]),
    categories: z.array(entry).min(1),
    clauses: z.array(z.string()).default([]),
  })
  .meta({ id: 'KnowledgeTreeDraft' });

export const articleBody = z
  .strictObject({
    slug: z.string().min(1).max(120),
    language: z.string().default('en'),
    title: z.string().min(1).max(300),
    type: z.string(),
    category: z.string().optional().describe('As it stands on the article; absent: the first of categories'),
    categories: z.array(z.string()).min(1).describe('Paths of categories: Core Features > Reporting'),
    difficulty: z.string().optional(),
    readingMinutes: z.number().int().positive().optional(),
    related: z.array(z.string()).default([]).describe('Titles; one that is not written yet is shown as planned'),
    clauses: z.array(z.string()).default([]),
    body: z.string().min(1).describe('Markdown: headings, lists, tables, links; no HTML'),
    author: z.string().max(200).optional().describe('Absent: the holder of the key'),
  })
  .meta({ id: 'ArticleDraft' });

const head = {
  slug: z.string(),
  language: z.string(),
  version: z.number().int(),
  title: z.string(),
  type: z.string(),
  category: z.string(),
  categories: z.array(z.string()),
  difficulty: z.string().nullable(),
  readingMinutes: z.number().int().nullable(),
  lastUpdated: instantOut,
};
export const articleSchema = z
  .object({
    ...head,
    languages: z.array(z.string()),
    html: z.string().describe('Sanitised'),
    markdown: z.string(),
    related: z.array(
      z.object({ title: z.string(), status: z.enum(['available', 'planned']), slug: z.string().nullable() }),
    ),
    footer: z.object({
      question: z.string(),
      answers: z.array(z.string()),
      help: z.string(),
      buttons: z.array(z.object({ title: z.string(), url: z.string() })),
    }),
  })
  .meta({ id: 'Article' });
export const versionSchema = z
  .object({ ...head, author: z.string(), markdown: z.string() })
  .meta({ id: 'ArticleVersion' });

export const hitSchema = z
  .object({
    slug: z.string(),
    language: z.string(),
    title: z.string(),
    type: z.string(),
    category: z.string(),
    excerpt: z.string(),
    confidence: z.number().describe('The share of the words that the article has, 0 to 1'),
    url: z.string(),
  })
  .meta({ id: 'KnowledgeHit' });
export const hitsSchema = z.object({ hits: z.array(hitSchema), assisted: z.boolean() }).meta({ id: 'KnowledgeHits' });

export const suggestionBody = z
  .strictObject({
    text: z.string().min(1).max(20_000).describe('A subject, a message, a question'),
    language: z.string().max(200).optional(),
    limit: z.number().int().min(1).max(20).default(5),
    assist: z.enum(['on', 'off']).default('on'),
  })
  .meta({ id: 'SuggestionRequest' });

const version = z.number().int().positive().optional().describe('Absent: the newest');
const language = z.string().max(20).optional();
export const feedbackBody = z.strictObject({ helpful: z.boolean(), language, version }).meta({ id: 'ArticleVote' });
export const commentBody = z
  .strictObject({ text: z.string().trim().min(1).max(4_000), language, version })
  .meta({ id: 'ArticleCommentDraft' });
export const takenSchema = z
  .object({ slug: z.string(), language: z.string(), version: z.number().int() })
  .meta({ id: 'ArticleFeedback' });
export const commentsSchema = z.array(
  takenSchema.extend({ text: z.string(), at: instantOut }).meta({ id: 'ArticleComment' }),
);
export const restoreBody = z.strictObject({
  language: z.string().default('en'),
  version: z.number().int().positive(),
  author: z.string().max(200).optional(),
});
export const previewBody = z.strictObject({ markdown: z.string().max(100_000) });
export const usageSchema = z
  .array(
    z.object({
      slug: z.string(),
      views: z.number().int(),
      helpful: z.number().int(),
      notHelpful: z.number().int(),
      helpfulRatio: z.number().nullable(),
      ticketsAfterView: z.number().int(),
      comments: z.number().int(),
    }),
  )
  .meta({ id: 'KnowledgeUsage' });
export const usageQuery = z.object({ slug: z.string().max(120).optional() });
export const rangeQuery = z.object({
  from: z.string().optional().describe('RFC 3339; absent: 30 days before `to`'),
  to: z.string().optional().describe('RFC 3339; absent: now'),
});
export const deflectionSchema = z
  .object({
    from: instantOut,
    to: instantOut,
    sessions: z.number().int(),
    deflected: z.number().int(),
    share: z.number().nullable(),
  })
  .meta({ id: 'Deflection', description: 'Visits without a ticket in 24 hours; younger ones are not counted yet' });

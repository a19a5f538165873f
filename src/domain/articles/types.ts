/** Knowledge base content: a tree of categories, and articles in versions and languages. Plain JSON. */

/** A category. `path` is its titles from below the root, joined by ` > `; it is unique. */
export interface CategoryNode {
  title: string;
  path: string;
  /** The path in an address: `core-features/video-analysis`. */
  slug: string;
  children: CategoryNode[];
  clauses: string[];
}

/** The tree: its name, what articles may be, and the categories in order. */
export interface KnowledgeTree {
  title: string;
  /** The language that stands in where an article is not there in the one asked for. */
  language: string;
  /** Types an article may have, by name; in words for people. */
  types: Record<string, string>;
  difficulties: string[];
  categories: CategoryNode[];
  clauses: string[];
}

/** What an author writes of one article in one language. */
export interface ArticleDraft {
  slug: string;
  language: string;
  title: string;
  /** A key of the tree's `types`. */
  type: string;
  /** The category as it stands on the article, in words. */
  category: string;
  /** Paths of the categories under which it is listed. */
  categories: string[];
  difficulty?: string;
  readingMinutes?: number;
  /** Titles of related articles; one that nobody has written yet is shown as planned. */
  related: string[];
  clauses: string[];
  /** The text in Markdown. */
  body: string;
}

/** One version of an article. `version` counts from 1 within slug and language. */
export interface ArticleVersion extends ArticleDraft {
  version: number;
  author: string;
  /** When it was saved, in epoch ms; of seed content the date the procedure gives. */
  at: number;
}

/** A hit of a search. `confidence` is the share of the query's words that the article has, 0 to 1. */
export interface KnowledgeHit {
  slug: string;
  language: string;
  version: number;
  title: string;
  type: string;
  category: string;
  /** A few words around the hit. */
  excerpt: string;
  confidence: number;
  /** Higher is better; only comparable within one answer. */
  rank: number;
}

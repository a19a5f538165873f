/** The assisted ranking of hits: a hook beside full-text search that an installation may replace or switch off. */
import type { KnowledgeHit } from '../domain/articles/types';

/** What readers made of an article, by slug. */
export type UsageBySlug = ReadonlyMap<string, { views: number; helpfulRatio: number | null }>;

/** Arranges the hits of a text anew. It may drop hits and change their order, not their content. */
export interface Assist {
  name: string;
  arrange(text: string, hits: readonly KnowledgeHit[], usage: UsageBySlug): Promise<KnowledgeHit[]>;
}

/** A helpful article may count for so much more than an unknown one, an unhelpful one for so much less. */
const SWAY = 0.4;

/** The assistance that comes with Tocsin: what readers found helpful goes up, without a model. */
export const byUsage: Assist = {
  name: 'usage',
  arrange: async (_text, hits, usage) => {
    const weight = ({ slug }: KnowledgeHit): number => 1 + SWAY * ((usage.get(slug)?.helpfulRatio ?? 0.5) - 0.5);
    return [...hits].sort((a, b) => b.rank * weight(b) - a.rank * weight(a));
  },
};

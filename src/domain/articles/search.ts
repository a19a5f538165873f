/** Search over articles in memory: what the store does with PostgreSQL, small, for conversations in virtual time. */
import type { ArticleVersion, KnowledgeHit } from './types';

const STOP = new Set(
  'a an and are as at be by can cannot could did do does for from get has have how i if in is it me my no not of on or our please so that the their there they this to was we what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** Words of a text without the common ones, each cut to its stem. */
export function stemsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.filter((word) => !STOP.has(word) && word.length > 1).map(stem))];
}

function stem(word: string): string {
  if (word.length < 4) return word;
  return word.replace(/(ies|ied)$/, 'y').replace(/(?<=[a-z]{3})(ing|ed|es|s|e)$/, '');
}

const TITLE = 4;
const OTHER = 1;

/** Articles that have words of the query, the best first. */
export function searchArticles(articles: readonly ArticleVersion[], query: string, limit = 10): KnowledgeHit[] {
  const wanted = stemsOf(query);
  if (wanted.length === 0) return [];
  const hits = articles.flatMap((article): KnowledgeHit[] => {
    const title = new Set(stemsOf(article.title));
    const text = new Set(stemsOf(`${article.title} ${article.category} ${article.body}`));
    const found = wanted.filter((word) => text.has(word));
    if (found.length === 0) return [];
    const rank = found.reduce((sum, word) => sum + (title.has(word) ? TITLE : OTHER), 0) / wanted.length;
    const { slug, language, version, type, category } = article;
    const confidence = found.length / wanted.length;
    return [
      {
        slug,
        language,
        version,
        title: article.title,
        type,
        category,
        excerpt: excerpt(article.body, found),
        confidence,
        rank,
      },
    ];
  });
  return hits.sort((a, b) => b.rank - a.rank || (a.slug < b.slug ? -1 : 1)).slice(0, limit);
}

/** The first line that has one of the words, with the answer where it is a question. */
function excerpt(body: string, words: readonly string[]): string {
  const lines = body
    .split('\n')
    .map((line) => line.replace(/[*#|`]/g, '').trim())
    .filter((line) => line !== '');
  const found = lines.findIndex((one) => stemsOf(one).some((word) => words.includes(word)));
  const at = Math.max(found, 0);
  // A heading says what the line below it answers.
  const line = `${lines[at] ?? ''}${/[?:]$/.test(lines[at] ?? '') ? ` ${lines[at + 1] ?? ''}` : ''}`;
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

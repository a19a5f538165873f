/** An article as readers get it: the language that fits, rendered, related articles resolved. */
import type { ArticleVersion } from '../domain/articles/types';
import { pickLanguage } from './languages';
import { renderMarkdown, type ArticleLinks } from './render';

/** A related article; `slug` is absent where nobody has written it yet: it is shown as planned. */
export interface RelatedArticle {
  title: string;
  slug?: string;
}

/** An article in one language. */
export interface ArticleView {
  article: ArticleVersion;
  html: string;
  related: RelatedArticle[];
  /** Languages it is there in. */
  languages: string[];
}

/** The view of an article among the newest versions of all, or undefined where there is none of that slug. */
export function viewArticle(
  all: readonly ArticleVersion[],
  slug: string,
  asked: string | undefined,
  fallback: string,
  links: ArticleLinks,
): ArticleView | undefined {
  const translations = all.filter((one) => one.slug === slug);
  const languages = translations.map((one) => one.language);
  const language = pickLanguage(asked, languages, fallback);
  const article = translations.find((one) => one.language === language);
  return article && { article, languages, html: renderMarkdown(article.body, links), related: related(all, article) };
}

/** An article is named by its title in whatever language. */
function related(all: readonly ArticleVersion[], { related: titles, language }: ArticleVersion): RelatedArticle[] {
  return titles.map((title) => {
    const found = all.find((one) => one.title === title);
    if (!found) return { title };
    const own = all.find((one) => one.slug === found.slug && one.language === language);
    return { title: (own ?? found).title, slug: found.slug };
  });
}

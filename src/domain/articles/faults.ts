/** What is wrong with an article, said before it is saved: by the check of the folder and by the editor alike. */
import { categoryAt } from './tree';
import type { ArticleDraft, KnowledgeTree } from './types';

/** One fault: the field, and a sentence with the remedy. */
export interface ArticleFault {
  field: string;
  message: string;
}

/** The faults of an article against its tree; none means that it may be saved. */
export function articleFaults(tree: KnowledgeTree, article: ArticleDraft): ArticleFault[] {
  const faults: ArticleFault[] = [];
  const say = (field: string, message: string): void => void faults.push({ field, message });
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(article.slug))
    say('slug', `"${article.slug}" is no address: lower case letters, digits and single dashes`);
  if (article.title.trim() === '') say('title', 'the article has no title');
  if (article.body.trim() === '') say('body', 'the article has no text');
  if (!/^[a-z]{2}(-[A-Z]{2})?$/.test(article.language))
    say('language', `"${article.language}" is no language, such as en or de-AT`);
  if (!Object.hasOwn(tree.types, article.type))
    say('type', `"${article.type}" is no type of article; the types are ${Object.keys(tree.types).join(', ')}`);
  if (article.categories.length === 0) say('categories', 'the article is listed under no category');
  for (const path of article.categories)
    if (!categoryAt(tree, path)) say('categories', `there is no category "${path}"`);
  if (article.difficulty !== undefined && !tree.difficulties.includes(article.difficulty))
    say('difficulty', `"${article.difficulty}" is none of ${tree.difficulties.join(', ')}`);
  return faults;
}

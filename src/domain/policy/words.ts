import type { WordsDef } from './types';

/** Apostrophe-like signs that people and mail programs type for each other. */
const APOSTROPHES = /[\u2018\u2019\u201B\u02BC\u00B4\u0060]/g;

/** Text as a word list sees it: written forms (NFKC), case, apostrophes, runs of white space and accents folded as the list says. */
export function fold(text: string, kinds: readonly string[]): string {
  // Apostrophes first: NFKC takes an acute accent that stands alone for a blank and a mark.
  let folded = kinds.includes('apostrophe') ? text.replace(APOSTROPHES, "'") : text;
  if (kinds.includes('form')) folded = folded.normalize('NFKC');
  if (kinds.includes('space')) folded = folded.replace(/\s+/g, ' ');
  if (kinds.includes('case')) folded = folded.toLowerCase();
  if (kinds.includes('accent'))
    folded = folded
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .normalize('NFC');
  return folded;
}

const LETTER = /[\p{L}\p{N}_]/u;

function standsAlone(text: string, start: number, end: number, prefix: boolean): boolean {
  const before = start === 0 ? '' : (text[start - 1] ?? '');
  const after = text[end] ?? '';
  return !LETTER.test(before) && (prefix || !LETTER.test(after));
}

/** The words of a list that occur in a text, in list order (seed: substring as written; `word` and `prefix` at word edges). */
export function hitWords(words: WordsDef, text: string): string[] {
  const folded = fold(text, words.fold);
  return words.list.filter((word) => {
    const wanted = fold(word, words.fold);
    let start = folded.indexOf(wanted);
    if (words.match === 'substring') return start >= 0;
    for (; start >= 0; start = folded.indexOf(wanted, start + 1)) {
      if (standsAlone(folded, start, start + wanted.length, words.match === 'prefix')) return true;
    }
    return false;
  });
}

/** Whether any word of the list occurs in the text. */
export function hits(words: WordsDef, text: string): boolean {
  return hitWords(words, text).length > 0;
}

/** The pre-filter: which phrases of the pack's lists occur. No model, no classifier. */
import { fold } from '../policy/words';
import type { CompiledWords } from './types';

const LETTER = /[\p{L}\p{N}_]/u;

interface Compiled {
  fold: readonly string[];
  entries: { phrase: string; folded: string; match: CompiledWords['match'] }[];
}

/** Lists with the same folding are looked up in one folded text. */
export class Prefilter {
  private readonly lists: Compiled[];

  constructor(words: readonly CompiledWords[]) {
    this.lists = words.map((list) => {
      return {
        fold: list.fold,
        entries: list.list.map((phrase) => ({ phrase, folded: fold(phrase, list.fold), match: list.match })),
      };
    });
  }

  /** Phrases that occur, in the order of the lists. */
  hits(text: string): string[] {
    const found: string[] = [];
    const texts = new Map<string, string>();
    for (const list of this.lists) {
      const key = list.fold.join();
      let folded = texts.get(key);
      if (folded === undefined) {
        folded = fold(text, list.fold);
        texts.set(key, folded);
      }
      for (const entry of list.entries) if (occurs(entry, folded)) found.push(entry.phrase);
    }
    return [...new Set(found)];
  }
}

function occurs({ folded, match }: Compiled['entries'][number], text: string): boolean {
  let start = text.indexOf(folded);
  if (match === 'substring') return start >= 0;
  for (; start >= 0; start = text.indexOf(folded, start + 1)) {
    const before = start === 0 ? '' : (text[start - 1] ?? '');
    const after = text[start + folded.length] ?? '';
    if (!LETTER.test(before) && (match === 'prefix' || !LETTER.test(after))) return true;
  }
  return false;
}

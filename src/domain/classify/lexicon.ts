/** Which concepts the words of a sentence name. Phrases of several words, endings left open, slips of the pen. */
import type { ClassifierSpec } from './types';
import { phraseWords, type Word } from './text';

/** A concept found: words `start` up to but not including `end`. */
export interface Occurrence {
  concept: number;
  start: number;
  end: number;
}

interface Node {
  next: Map<number, Node>;
  concepts: number[];
}

const node = (): Node => ({ next: new Map(), concepts: [] });
/** Resolved words that are kept; a text in a new language must not fill the memory. */
const MAX_CACHED = 50_000;
const NONE: readonly number[] = [];

/** One edit apart: a letter more, less, other, or two exchanged. */
export function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  if (restA === restB) return true;
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

function* deletions(word: string): Generator<string> {
  yield word;
  for (let i = 0; i < word.length; i++) yield word.slice(0, i) + word.slice(i + 1);
}

/** A compiled lexicon. `names` gives a concept's name by its number. */
export class Lexicon {
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly root = node();
  private readonly words = new Map<string, number>();
  private readonly exact = new Map<string, number>();
  private readonly prefixes = new Map<string, number>();
  private readonly lengths: number[];
  private readonly slips = new Map<string, [string, number][]>();
  private readonly cache = new Map<string, readonly number[]>();

  constructor(concepts: ClassifierSpec['concepts']) {
    for (const [name, phrases] of Object.entries(concepts)) {
      const concept = this.number(name);
      for (const phrase of phrases) this.add(concept, phraseWords(phrase));
    }
    this.lengths = [...new Set([...this.prefixes.keys()].map((prefix) => prefix.length))].sort((a, b) => a - b);
  }

  /** The number of a concept or sign, a new one where it has none. */
  number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.names.push(name);
      this.numbers.set(name, number);
    }
    return number;
  }

  private add(concept: number, words: readonly string[]): void {
    let at = this.root;
    for (const written of words) {
      const word = this.word(written);
      let next = at.next.get(word);
      if (!next) at.next.set(word, (next = node()));
      at = next;
    }
    if (words.length > 0 && !at.concepts.includes(concept)) at.concepts.push(concept);
  }

  private word(written: string): number {
    const known = this.words.get(written);
    if (known !== undefined) return known;
    const number = this.words.size;
    this.words.set(written, number);
    const plain = written.replace(/[*~]$/, '');
    if (written.endsWith('*')) this.prefixes.set(plain, number);
    else {
      const before = this.exact.get(plain);
      if (before === undefined) this.exact.set(plain, number);
      else this.aliases.push([before, number]);
    }
    if (written.endsWith('~'))
      for (const key of deletions(plain)) this.slips.set(key, [...(this.slips.get(key) ?? []), [plain, number]]);
    return number;
  }
  /** The same word once with `~` and once without: both nodes are followed. */
  private readonly aliases: [number, number][] = [];

  private resolve(folded: string): readonly number[] {
    const known = this.cache.get(folded);
    if (known) return known;
    const found = new Set<number>();
    const exact = this.exact.get(folded);
    if (exact !== undefined) found.add(exact);
    for (const length of this.lengths) {
      if (length > folded.length) break;
      const prefix = this.prefixes.get(folded.slice(0, length));
      if (prefix !== undefined) found.add(prefix);
    }
    if (found.size === 0 && folded.length >= 4 && folded.length <= 24)
      for (const key of deletions(folded))
        for (const [word, number] of this.slips.get(key) ?? []) if (oneSlip(word, folded)) found.add(number);
    for (const [a, b] of this.aliases) {
      if (found.has(a)) found.add(b);
      if (found.has(b)) found.add(a);
    }
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    const result = found.size === 0 ? NONE : [...found];
    this.cache.set(folded, result);
    return result;
  }

  /** Every concept in a row of words, longer phrases beside the shorter ones they hold. */
  find(words: readonly Word[]): Occurrence[] {
    const ids = words.map((word) => this.resolve(word.folded));
    const found: Occurrence[] = [];
    const walk = (from: Node, start: number, i: number): void => {
      for (const concept of from.concepts) found.push({ concept, start, end: i });
      if (from.next.size === 0) return;
      for (const id of ids[i] ?? NONE) {
        const next = from.next.get(id);
        if (next) walk(next, start, i + 1);
      }
    };
    for (let start = 0; start < words.length; start++) if (ids[start] !== NONE) walk(this.root, start, start);
    return found;
  }
}

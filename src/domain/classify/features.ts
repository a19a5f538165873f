/**
 * What a learned scorer sees of a text: its words, pairs of words, beginnings of words, the concepts and signs that the
 * pack's rules found, and what those rules would answer. Each has a name that can be read, which is its place in the pack.
 */
import type { Lexicon } from './lexicon';
import type { Reading } from './reading';
import type { Answer } from './types';

/** A feature that is there counts this much; a rule's answer counts by its score. */
export type Features = ReadonlyMap<string, number>;

/** Endings differ, in five languages: words of at least this length also count by their beginnings. */
const STEMS: readonly [length: number, kept: number, kind: string][] = [
  [6, 5, 'stem5'],
  [5, 4, 'stem4'],
];
/** Points of a rule's answer from which on it counts whole. */
const SURE = 6;

/**
 * The features of a reading. `rules` are answers of rules by question; `skip` tells words that mean nothing beyond one
 * message, such as first names: each is read as one and the same word.
 */
export function featuresOf(
  reading: Reading,
  lexicon: Pick<Lexicon, 'names'>,
  rules: Readonly<Record<string, Answer>>,
  skip: ReadonlySet<string>,
): Features {
  const features = new Map<string, number>();
  const add = (name: string): unknown => features.set(name, 1);
  for (const sentence of reading.sentences) {
    const words = sentence.read.map(({ folded }) =>
      skip.has(folded) ? '@name' : /^\d+$/.test(folded) ? '@number' : folded,
    );
    words.forEach((word, i) => {
      add(`word ${word}`);
      for (const [length, kept, kind] of STEMS) if (word.length >= length) add(`${kind} ${word.slice(0, kept)}`);
      const [next, after] = [words[i + 1], words[i + 2]];
      if (i === 0) add(`begins ${word}`);
      if (next === undefined) add(`ends ${word}`);
      else add(`pair ${word} ${next}`);
      if (after !== undefined) add(`around ${word} ${after}`);
    });
  }
  if (features.size === 0) return features;
  for (const one of reading.facts) add(`states ${lexicon.names[one] ?? ''}`);
  for (const one of reading.says) if (!reading.facts.has(one)) add(`mentions ${lexicon.names[one] ?? ''}`);
  for (const [question, { value, score }] of Object.entries(rules))
    if (value !== null && score > 0) features.set(`rules ${question} ${value}`, Math.min(1, score / SURE));
  return features;
}

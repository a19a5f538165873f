/** Texts that are alike, by the words they have in common: so that what people keep deciding by hand is seen as one thing. */

/** How texts are put together. */
export interface ClusterRule {
  /** How much of their words two texts share, from 0 to 1, to belong together; rare words count for more. */
  alike: number;
  /** Smaller ones are left out. */
  least: number;
}

/** Texts that belong together. */
export interface Cluster {
  /** Places in the list of texts, in order. */
  members: number[];
  /** What most of them have in common, the most telling word first. */
  words: string[];
}

const SHORTEST_WORD = 4;
/** Texts that are compared with each other; what is more than that is left out. */
const MOST_TEXTS = 2_000;
const WORDS_SHOWN = 5;

/** The words of a text: without case and accents, short ones left out. */
function wordsOf(text: string): Set<string> {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return new Set(plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length >= SHORTEST_WORD));
}

/** Clusters of texts, the largest first. The same texts make the same clusters. */
export function clustersOf(texts: readonly string[], { alike, least }: ClusterRule): Cluster[] {
  const words = texts.slice(0, MOST_TEXTS).map(wordsOf);
  const found = new Map<string, number>();
  for (const own of words) for (const word of own) found.set(word, (found.get(word) ?? 0) + 1);
  const weight = (word: string): number => Math.log(1 + words.length / (found.get(word) ?? 1));
  const sum = (all: Iterable<string>): number => [...all].reduce((total, word) => total + weight(word), 0);
  const weights = words.map(sum);
  const lead = words.map((_, i) => i);
  const leadOf = (i: number): number => {
    let at = i;
    while (lead[at] !== at) at = lead[at] ?? at;
    return at;
  };
  // By word rather than pair by pair: only texts that have a word in common are looked at.
  const having = new Map<string, number[]>();
  words.forEach((own, i) => {
    const shared = new Map<number, number>();
    for (const word of own) {
      const earlier = having.get(word) ?? [];
      const much = weight(word);
      for (const j of earlier) shared.set(j, (shared.get(j) ?? 0) + much);
      earlier.push(i);
      having.set(word, earlier);
    }
    for (const [j, both] of shared) {
      const all = (weights[i] ?? 0) + (weights[j] ?? 0);
      if ((2 * both) / all >= alike) lead[Math.max(leadOf(i), leadOf(j))] = Math.min(leadOf(i), leadOf(j));
    }
  });
  const groups = new Map<number, number[]>();
  for (const i of lead.keys()) groups.set(leadOf(i), [...(groups.get(leadOf(i)) ?? []), i]);
  return [...groups.values()]
    .filter((members) => members.length >= least)
    .map((members) => ({ members, words: common(members, words, weight) }))
    .sort((a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0));
}

/** Words that at least half of the members have, and more than one of them. */
function common(
  members: readonly number[],
  words: readonly ReadonlySet<string>[],
  weight: (word: string) => number,
): string[] {
  const counts = new Map<string, number>();
  for (const i of members) for (const word of words[i] ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  const telling = ([word, n]: [string, number]): number => n * weight(word);
  return [...counts]
    .filter(([, n]) => n > 1 && n * 2 >= members.length)
    .sort((a, b) => telling(b) - telling(a) || (a[0] < b[0] ? -1 : 1))
    .slice(0, WORDS_SHOWN)
    .map(([word]) => word);
}

/** What a text says, as sets of concepts and signs: sentence by sentence, then what it states and what it mentions. */
import { Lexicon, type Occurrence } from './lexicon';
import { foldText, isClipped, sentencesOf, type Sentence, type Word } from './text';
import type { ClassifierSpec, LanguageSpec, SignRule } from './types';

/** How far a negation reaches, in words. */
const NOT_REACH = 6;
/** Up to this many words a text is brief. */
const BRIEF = 8;

interface Rule {
  sign: number;
  all: number[][];
  not: number[];
}
interface Language {
  common: ReadonlySet<string>;
  not: ReadonlySet<string>;
  if: ReadonlySet<string>;
}

/** A sentence that was read. */
export interface ReadSentence {
  has: ReadonlySet<number>;
  /** It states something, rather than asks, supposes or wishes. */
  stated: boolean;
  text: string;
  words: readonly Word[];
  /** Its words without the clauses that speak to the reader. */
  read: readonly Word[];
}

/** What a text says. */
export interface Reading {
  /** Concepts and signs of what is stated. */
  facts: Set<number>;
  /** Of everything said. */
  says: Set<number>;
  sentences: readonly ReadSentence[];
  words: number;
  clipped: boolean;
}

/** Sets of two readings together, as of one text. */
export function joined(readings: readonly Reading[], reader: Reader): Reading {
  const facts = new Set<number>();
  const says = new Set<number>();
  for (const reading of readings) {
    for (const one of reading.facts) facts.add(one);
    for (const one of reading.says) says.add(one);
  }
  const all: Reading = {
    facts,
    says,
    sentences: readings.flatMap((reading) => reading.sentences),
    words: readings.reduce((sum, reading) => sum + reading.words, 0),
    clipped: readings.some((reading) => reading.clipped),
  };
  reader.conclude(all);
  return all;
}

/** Reads texts by one classifier's data. Compiled once; a reading depends on nothing but the text. */
export class Reader {
  readonly lexicon: Lexicon;
  private readonly languages: Language[];
  private readonly speakers: ReadonlySet<string>;
  private readonly hide: ReadonlySet<number>;
  private readonly addressed: ReadonlySet<number>;
  private readonly addressedOn: ReadonlySet<number>;
  private readonly off: ReadonlySet<number>;
  private readonly supposing: ReadonlySet<number>;
  private readonly sentence: Rule[];
  private readonly message: Rule[];
  private readonly denied: number[] = [];
  private readonly supposed: number[] = [];
  private readonly asks: number;
  private readonly brief: number;
  private readonly wordy: number;

  constructor(spec: ClassifierSpec) {
    this.lexicon = new Lexicon(spec.concepts);
    const count = this.lexicon.names.length;
    for (let i = 0; i < count; i++) {
      this.denied.push(this.lexicon.number(`no_${this.lexicon.names[i]}`));
      this.supposed.push(this.lexicon.number(`if_${this.lexicon.names[i]}`));
    }
    this.asks = this.lexicon.number('asks');
    this.brief = this.lexicon.number('brief');
    this.wordy = this.lexicon.number('wordy');
    const numbers = (names: readonly string[]): Set<number> => new Set(names.map((name) => this.lexicon.number(name)));
    this.hide = numbers(spec.hide);
    this.addressed = numbers([...spec.addressed, ...spec.addressed_on]);
    this.addressedOn = numbers(spec.addressed_on);
    this.off = numbers(spec.off);
    this.supposing = numbers(spec.supposing);
    this.sentence = spec.sentence.map((rule) => this.rule(rule));
    this.message = spec.message.map((rule) => this.rule(rule));
    this.speakers = new Set(spec.speakers.map(foldText));
    const folded = (list: readonly string[]): Set<string> =>
      new Set(list.map((word) => foldText(word).replaceAll("'", '')));
    this.languages = Object.values(spec.languages).map((one: LanguageSpec) => ({
      common: folded(one.common),
      not: folded(one.not),
      if: folded(one.if),
    }));
  }

  /** Entries of a rule as numbers: for each, the alternatives. */
  groups(names: readonly string[]): number[][] {
    return names.map((name) => name.split('|').map((one) => this.lexicon.number(one.trim())));
  }

  private rule({ sign, all, not }: SignRule): Rule {
    return { sign: this.lexicon.number(sign), all: this.groups(all), not: this.groups(not).flat() };
  }

  /** Read one text. */
  read(text: string): Reading {
    const sentences = sentencesOf(text, this.speakers);
    const home = this.language(sentences.flatMap((sentence) => sentence.words));
    const reading: Reading = { facts: new Set(), says: new Set(), sentences: [], words: 0, clipped: isClipped(text) };
    const read: ReadSentence[] = [];
    for (const sentence of sentences) {
      const occurrences = this.lexicon.find(sentence.words);
      const spoken = this.spokenTo(occurrences, sentence.words);
      const has = this.readSentence(sentence, home, this.visible(occurrences, spoken));
      let stated = true;
      for (const one of has) if (this.off.has(one)) stated = false;
      for (const one of has) {
        reading.says.add(one);
        if (stated) reading.facts.add(one);
      }
      reading.words += sentence.words.length;
      const { words, text: said } = sentence;
      read.push({ has, stated, text: said, words, read: words.filter((_word, i) => !spoken(i)) });
    }
    reading.sentences = read;
    this.conclude(reading);
    return reading;
  }

  /** Signs of the message as a whole. */
  conclude(reading: Reading): void {
    reading.facts.add(reading.words <= BRIEF ? this.brief : this.wordy);
    apply(this.message, reading.facts);
    for (const one of reading.facts) reading.says.add(one);
  }

  private language(words: readonly Word[]): Language | undefined {
    let best: Language | undefined = this.languages[0];
    let most = 0;
    for (const language of this.languages) {
      let count = 0;
      for (const word of words) if (language.common.has(word.folded)) count++;
      if (count > most) [best, most] = [language, count];
    }
    return best;
  }

  private readSentence(
    { words, asks }: Sentence,
    home: Language | undefined,
    found: readonly Occurrence[],
  ): Set<number> {
    const has = new Set<number>();
    if (asks) has.add(this.asks);
    const inPhrase = new Set<number>();
    for (const { start, end } of found) if (end - start > 1) for (let i = start; i < end; i++) inPhrase.add(i);
    const nots: number[] = [];
    const ifs: number[] = [];
    words.forEach((word, i) => {
      if (inPhrase.has(i)) return;
      if (home?.not.has(word.folded)) nots.push(i);
      else if (home?.if.has(word.folded)) ifs.push(i);
    });
    for (const { concept, start } of found) if (this.supposing.has(concept)) ifs.push(start);
    const clause = (i: number): number => words[i]?.clause ?? -1;
    for (const { concept, start } of found) {
      const same = (at: number): boolean => at < start && clause(at) === clause(start);
      if (this.supposing.has(concept)) has.add(concept);
      else if (ifs.some(same)) has.add(this.supposed[concept] ?? concept);
      else if (nots.some((at) => same(at) && start - at <= NOT_REACH)) has.add(this.denied[concept] ?? concept);
      else has.add(concept);
    }
    apply(this.sentence, has);
    return has;
  }

  /** Which words (by number) belong to a clause that speaks to the reader, or to all that follows such a phrase. */
  private spokenTo(found: readonly Occurrence[], words: readonly Word[]): (word: number) => boolean {
    const spoken = found.filter((one) => this.addressed.has(one.concept));
    if (spoken.length === 0) return () => false;
    const clauses = new Set(spoken.flatMap((one) => [words[one.start]?.clause, words[one.end - 1]?.clause]));
    const on = Math.min(...spoken.filter((one) => this.addressedOn.has(one.concept)).map((one) => one.start));
    return (word) => word >= on || clauses.has(words[word]?.clause);
  }

  /** Without what hiding phrases cover and what is spoken to the reader. */
  private visible(found: readonly Occurrence[], spoken: (word: number) => boolean): readonly Occurrence[] {
    const hiding = found.filter((one) => this.hide.has(one.concept));
    return found.filter(
      (one) =>
        this.addressed.has(one.concept) ||
        (!spoken(one.start) &&
          !hiding.some(
            (over) =>
              over !== one &&
              over.start <= one.start &&
              one.end <= over.end &&
              over.end - over.start > one.end - one.start,
          )),
    );
  }
}

const holds = (group: readonly number[], set: ReadonlySet<number>): boolean => {
  for (const one of group) if (set.has(one)) return true;
  return false;
};

/** Whether each group has a member in the set, and none of `not` is. */
export function matches(
  all: readonly (readonly number[])[],
  not: readonly number[],
  set: ReadonlySet<number>,
): boolean {
  for (const group of all) if (!holds(group, set)) return false;
  for (const one of not) if (set.has(one)) return false;
  return true;
}

function apply(rules: readonly Rule[], set: Set<number>): void {
  for (const rule of rules) if (!set.has(rule.sign) && matches(rule.all, rule.not, set)) set.add(rule.sign);
}

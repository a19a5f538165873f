/** What a conversation has brought to light: items found in what the customer says, asks counted, limits kept. */
import { type NameFinder } from './names';
import type { Reader, ReadSentence, Reading } from './reading';
import type { ClassifierSpec, Gathered, ItemSpec } from './types';
import type { Word } from './text';

/** Days and times in digits, in the notations that the words of a lexicon cannot list. */
const CLOCK = /^(\d{1,2}(am|pm|h|uhr)|\d{1,2}h\d{2}|\d{4}|\d{1,2}(st|nd|rd|th))$/;
const DATE = /\b(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}([./]\d{2,4})?|\d{1,2}:\d{2})\b/g;

interface Item {
  spec: ItemSpec;
  value: string[];
  score: number;
  asks: number;
  state: Gathered['state'];
}

/** How a text came about: as the answer to an item's question (`sign?asked`), or to any question (`sign?replied`). */
interface Put {
  asked: boolean;
  replied: boolean;
}

/** The concepts that tell times. */
const WHEN = 'when';
const WHEN_MORE = 'when_more';

/** Everything of one gathering. */
export class Gathering {
  private readonly items: Item[];
  private pending: Item[] = [];

  constructor(
    private readonly spec: ClassifierSpec,
    private readonly reader: Reader,
    private readonly names: NameFinder,
  ) {
    this.items = spec.gather.items.map((item) => ({ spec: item, value: [], score: 0, asks: 0, state: 'open' }));
  }

  /** Nothing is left to ask for. */
  get done(): boolean {
    return this.items.every((item) => item.state !== 'open');
  }

  get gathered(): Gathered[] {
    return this.items.map(({ spec, value, score, asks, state }) => ({
      field: spec.field,
      value: [...value],
      score,
      asks,
      state,
    }));
  }

  /** The first item that is still open, which is what is asked next. */
  get next(): ItemSpec | undefined {
    return this.items.find((item) => item.state === 'open')?.spec;
  }

  /** A question was put: by a transcript's agent (`reading`), or the one that would be next. */
  ask(reading?: Reading): void {
    const open = this.items.find((item) => item.state === 'open');
    const asked = reading
      ? this.items.filter((item) => item.spec.asked.some((name) => reading.says.has(this.reader.lexicon.number(name))))
      : [];
    const chosen = asked.filter((item) => item.state === 'open');
    // What is known need not be asked for again: such a question costs no attempt.
    this.pending = asked.length > 0 ? chosen.slice(0, 2) : open ? [open] : [];
    for (const item of this.pending) item.asks++;
  }

  /** The question for one item was put, by its field; one that is known by now is not asked for again. */
  askFor(field: string): void {
    this.pending = this.items.filter((item) => item.spec.field === field && item.state === 'open');
    for (const item of this.pending) item.asks++;
  }

  /** Take what a turn says, then close what has been asked often enough. */
  take(text: string, reading: Reading): void {
    for (const item of this.items) {
      const asked = this.pending.includes(item);
      const found = this.found(item.spec, text, reading, { asked, replied: this.pending.length > 0 });
      // Of two answers to whether something is so the later one counts.
      if (found.score > 0 && item.spec.extract === 'whether') item.value = [];
      if (found.score > 0) item.value.push(...found.value.filter((one) => !item.value.includes(one)));
      item.score = Math.max(item.score, found.score);
      if (item.state === 'open' && item.score >= item.spec.sufficient) item.state = 'complete';
    }
    const says = (names: readonly string[]): boolean =>
      names.some((name) => reading.says.has(this.reader.lexicon.number(name)));
    for (const item of this.pending) {
      if (item.state !== 'open') continue;
      if (says(item.spec.extract === 'whether' ? ['dont_know', ...this.spec.gather.unknown] : this.spec.gather.unknown))
        item.state = 'unknown';
      else if (item.asks >= item.spec.attempts) item.state = 'incomplete';
    }
    this.pending = [];
  }

  /** What was said of a `whether` item, as signs for a later question. */
  signs(): string[] {
    return this.items.flatMap((item) =>
      item.spec.extract === 'whether' && item.score >= item.spec.sufficient
        ? item.value.map((value) => `${item.spec.field}_${value}`)
        : [],
    );
  }

  private found(item: ItemSpec, text: string, reading: Reading, how: Put): { value: string[]; score: number } {
    const { asked } = how;
    switch (item.extract) {
      case 'names': {
        const value = this.names.find(text, { asked });
        if (value.length > 0) return { value, score: value.some((one) => one.includes(' ')) || asked ? 100 : 60 };
        return this.bySigns(item, reading, asked);
      }
      case 'times': {
        const value = [
          ...reading.sentences.flatMap((sentence) => this.times(sentence.words)),
          ...(text.match(DATE) ?? []),
        ];
        return { value: [...new Set(value)], score: value.length > 0 ? 100 : 0 };
      }
      case 'statements':
        return this.bySigns(item, reading, asked);
      case 'whether':
        return this.whether(item, reading, how);
    }
  }

  private bySigns(item: ItemSpec, reading: Reading, asked: boolean): { value: string[]; score: number } {
    let score = 0;
    const value: string[] = [];
    for (const [name, share] of Object.entries(item.signs)) {
      const [sign = '', when] = name.split('?');
      if (when === 'asked' && !asked) continue;
      const number = this.reader.lexicon.number(sign);
      if (!reading.facts.has(number)) continue;
      score = Math.max(score, share);
      const where = reading.sentences.filter((sentence) => sentence.has.has(number));
      for (const sentence of where.length > 0 ? where : reading.sentences.slice(0, 1))
        if (!value.includes(sentence.text)) value.push(sentence.text);
    }
    return { value, score };
  }

  private whether(item: ItemSpec, reading: Reading, { asked, replied }: Put): { value: string[]; score: number } {
    const has = (names: readonly string[]): boolean =>
      names.some((name) => {
        const [sign = '', when] = name.split('?');
        const counts = when === undefined || (when === 'asked' ? asked : replied);
        return counts && reading.facts.has(this.reader.lexicon.number(sign));
      });
    // What a reply amounts to as a whole comes before single words of it.
    for (const [value, signs] of Object.entries({ yes: item.yes, no: item.no }))
      if (has(signs.filter((name) => name.endsWith('?replied')))) return { value: [value], score: 100 };
    const answers = (names: readonly string[]): boolean => has(names.filter((name) => name.endsWith('?asked')));
    if (answers(item.no) && !answers(item.yes)) return { value: ['no'], score: 100 };
    // What is stated outright comes first, then that it was elsewhere, then what only an answer can mean.
    if (has(item.yes.filter((name) => !name.includes('?')))) return { value: ['yes'], score: 100 };
    if (has(item.no.filter((name) => !name.includes('?')))) return { value: ['no'], score: 100 };
    if (has(item.yes)) return { value: ['yes'], score: 100 };
    if (has(item.no)) return { value: ['no'], score: 100 };
    // `No idea` is no no.
    if (!asked || reading.says.has(this.reader.lexicon.number('dont_know'))) return { value: [], score: 0 };
    const first = reading.sentences[0];
    if (first && this.begins(first, 'yes_word')) return { value: ['yes'], score: 80 };
    if (first && this.begins(first, 'no_word')) return { value: ['no'], score: 80 };
    return { value: [], score: 0 };
  }

  private begins(sentence: ReadSentence, concept: string): boolean {
    const number = this.reader.lexicon.number(concept);
    return this.reader.lexicon
      .find(sentence.words.slice(0, 4))
      .some((one) => one.concept === number && one.start === 0);
  }

  /** Phrases that tell a time, with the words that lead to them: `about a week ago`. */
  private times(words: readonly Word[]): string[] {
    const [when, more] = [this.reader.lexicon.number(WHEN), this.reader.lexicon.number(WHEN_MORE)];
    const found = this.reader.lexicon.find(words);
    const leads = new Set(found.filter((one) => one.concept === more).flatMap((one) => range(one.start, one.end)));
    const told = new Set(found.filter((one) => one.concept === when).flatMap((one) => range(one.start, one.end)));
    words.forEach((word, i) => {
      if (CLOCK.test(word.folded) && leads.has(i - 1)) told.add(i);
    });
    for (const i of [...told]) for (let j = i - 1; leads.has(j) && !told.has(j); j--) told.add(j);
    const phrases: string[] = [];
    let phrase: string[] = [];
    words.forEach((word, i) => {
      if (told.has(i)) return void phrase.push(word.raw);
      if (phrase.length > 0) phrases.push(phrase.join(' '));
      phrase = [];
    });
    if (phrase.length > 0) phrases.push(phrase.join(' '));
    return phrases;
  }
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

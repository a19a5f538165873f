/** The way of a message or a conversation through a pack's triage: pre-filter, intent, evidence, gathering, reassessment. */
import { featuresOf, type Features } from './features';
import { Gathering } from './gather';
import { NameFinder } from './names';
import { Prefilter } from './prefilter';
import { Question } from './questions';
import { joined, Reader, type Reading } from './reading';
import { Run } from './run';
import { foldText } from './text';
import type { Answer, ClassifierSpec, TriageDecision, TurnText } from './types';

/** Options of a run. */
export interface TriageOptions {
  /** Classify whatever the keywords say. */
  prefilter?: boolean;
}

/** A question that came up on the way. Whoever drives the steps answers it, with `embedded` or better. */
export interface Ask {
  question: string;
  /** What the customer has written so far, a text a turn; of an interrupt only the latest. */
  texts: readonly string[];
  /** What the embedded classifier says. */
  embedded: Answer;
}

const NO_ANSWER: Answer = { value: null, score: 0, reasons: [] };

/** One classifier, compiled: pure, safe to share, fast. */
export class Triage {
  readonly version: string;
  private readonly reader: Reader;
  private readonly names: NameFinder;
  private readonly keyword: Prefilter;
  private readonly supplementary: Prefilter;
  private readonly questions: ReadonlyMap<string, Question>;
  private readonly firstNames: ReadonlySet<string>;
  /** Questions that every text is asked. */
  private readonly heard: ReadonlySet<string>;
  private readonly featured = new WeakMap<Reading, Features>();

  constructor(readonly spec: ClassifierSpec) {
    this.version = spec.version;
    this.reader = new Reader(spec);
    this.names = new NameFinder(spec.names);
    this.firstNames = new Set(spec.names.first.map(foldText));
    this.heard = new Set(spec.heard.map(({ question }) => question));
    this.keyword = new Prefilter(spec.prefilter.keyword);
    this.supplementary = new Prefilter(spec.prefilter.supplementary);
    this.questions = new Map(
      Object.entries(spec.questions).map(([name, question]) => [
        name,
        new Question(question, this.reader, spec.learned[name]),
      ]),
    );
  }

  /** The answer to one question of the pack on one text. Unknown questions have no answer. */
  ask(question: string, text: string): Answer {
    return this.answer(question, this.read(text));
  }

  /** The answer to one question on all texts together, with signs that are known besides. */
  askAll(question: string, texts: readonly string[], signs: readonly string[] = []): Answer {
    return this.answer(
      question,
      this.join(
        texts.map((text) => this.read(text)),
        signs,
      ),
    );
  }

  /** What a conversation gives of the items to be gathered; the last text answers the question for the item `asking`. */
  gathered(texts: readonly string[], asking?: string): TriageDecision['gathered'] {
    const gathering = new Gathering(this.spec, this.reader, this.names);
    texts.forEach((text, i) => {
      if (asking !== undefined && i === texts.length - 1) gathering.askFor(asking);
      gathering.take(text, this.read(text));
    });
    return gathering.gathered;
  }

  /** Phrases of the document's list and of the added ones that occur in a text; where none does, in brackets signs that count as such. */
  keywords(text: string, reading: Reading = this.read(text)): { keyword: string[]; supplementary: string[] } {
    const keyword = this.keyword.hits(text);
    const supplementary = this.supplementary.hits(text);
    if (keyword.length + supplementary.length > 0) return { keyword, supplementary };
    const { signs, likely } = this.spec.prefilter;
    const found = signs.filter((sign) => reading.facts.has(this.reader.lexicon.number(sign)));
    if (found.length > 0) return { keyword, supplementary: found.map((sign) => `(${sign})`) };
    const reads = likely.filter(({ question, value, at_least: atLeast }) => {
      const answer = this.answer(question, reading);
      return answer.value === value && answer.score >= atLeast;
    });
    return { keyword, supplementary: reads.map(({ value }) => `(${value})`) };
  }

  /** What of the items to be gathered a text gives by itself, as when nothing has been asked. */
  extract(text: string): TriageDecision['gathered'] {
    const gathering = new Gathering(this.spec, this.reader, this.names);
    gathering.take(text, this.read(text));
    return gathering.gathered;
  }

  /** Decide on a single message: a conversation of one turn. */
  message(text: string, options: TriageOptions = {}): TriageDecision {
    return this.conversation([{ from: 'customer', text }], options);
  }

  /** Decide on a conversation as far as it goes. */
  conversation(turns: readonly TurnText[], options: TriageOptions = {}): TriageDecision {
    const steps = this.steps(turns, options);
    let step = steps.next();
    while (!step.done) step = steps.next(step.value.embedded);
    return step.value;
  }

  /** The same, question by question, for whoever has another classifier to ask. */
  *steps(turns: readonly TurnText[], options: TriageOptions = {}): Generator<Ask, TriageDecision, Answer> {
    const run = new Run(this, options);
    yield* run.conversation(turns);
    return run.decision();
  }

  /** What learned weights see of a text. */
  features(reading: Reading): Features {
    const known = this.featured.get(reading);
    if (known) return known;
    const rules: Record<string, Answer> = {};
    for (const [name, question] of this.questions)
      if (this.spec.learnable.includes(name)) rules[name] = question.byRules(reading);
    const features = featuresOf(reading, this.reader.lexicon, rules, this.firstNames);
    this.featured.set(reading, features);
    return features;
  }

  /** For {@link Run}. */
  answer(question: string, reading: Reading): Answer {
    return this.questions.get(question)?.answer(reading, () => this.features(reading)) ?? NO_ANSWER;
  }
  read(text: string): Reading {
    const reading = this.reader.read(text);
    const answers = new Map([...this.heard].map((question) => [question, this.answer(question, reading)]));
    for (const { question, value, at_least: atLeast, sign } of this.spec.heard) {
      const answer = answers.get(question) ?? NO_ANSWER;
      if (answer.value !== value || answer.score < atLeast) continue;
      const number = this.reader.lexicon.number(sign);
      reading.facts.add(number);
      reading.says.add(number);
    }
    return reading;
  }
  join(readings: readonly Reading[], signs: readonly string[] = []): Reading {
    const all = joined(readings, this.reader);
    for (const sign of signs) all.facts.add(this.reader.lexicon.number(sign));
    this.reader.conclude(all);
    return all;
  }
  hasSign(reading: Reading, name: string): boolean {
    return reading.says.has(this.reader.lexicon.number(name));
  }
  gathering(): Gathering {
    return new Gathering(this.spec, this.reader, this.names);
  }
}

/** Answers questions about a reading by adding up the contributions of rules, each with its reason. */
import type { Features } from './features';
import { learnedAnswer } from './learned';
import { matches, type Reader, type Reading } from './reading';
import type { Answer, LearnedSpec, QuestionSpec, WeightRule } from './types';

interface Contribution {
  rule: WeightRule;
  facts: number[][];
  not: number[];
  says: number[][];
  never: number[];
  give: [string, number][];
}

/** The label of points in a question that has no values. */
export const POINTS = 'points';

/** A question, compiled for a reader. */
export class Question {
  private readonly contributions: Contribution[];

  constructor(
    private readonly spec: QuestionSpec,
    reader: Reader,
    readonly learned?: LearnedSpec,
  ) {
    this.contributions = spec.rules.map((rule) => ({
      rule,
      facts: reader.groups(rule.facts),
      not: reader.groups(rule.not).flat(),
      says: reader.groups(rule.says),
      never: reader.groups(rule.never).flat(),
      give: Object.entries(rule.give),
    }));
  }

  /**
   * The answer with what was learned, always within the declared values and range; that of the rules where nothing was,
   * or where the text has nothing known. The rules' reasons stand before the learned ones.
   */
  answer(reading: Reading, features?: () => Features): Answer {
    const rules = this.byRules(reading);
    const learned = this.learned && features && learnedAnswer(this.learned, features());
    if (!learned) return rules;
    const { score: range, threshold, below, values } = this.spec;
    const reasons = [...rules.reasons, ...learned.reasons];
    // A question without values asks how much of something there is: the rules and what was learned may each tell it.
    if (values.length === 0) {
      const found = learned.value === POINTS ? scored(learned.share, range) : range[0];
      const counts = found >= this.spec.learned_from;
      return counts ? { value: null, score: Math.max(rules.score, found), reasons } : rules;
    }
    if (learned.value === null || !values.includes(learned.value)) return { value: null, score: range[0], reasons };
    const score = scored(learned.share, range);
    return { value: threshold === null || score >= threshold ? learned.value : below, score, reasons };
  }

  /** What the rules alone say, within the declared values and range. */
  byRules(reading: Reading): Answer {
    const points = new Map<string, number>();
    const reasons: string[] = [];
    for (const one of this.contributions) {
      if (!matches(one.facts, one.not, reading.facts) || !matches(one.says, one.never, reading.says)) continue;
      for (const [value, weight] of one.give) points.set(value, (points.get(value) ?? 0) + weight);
      reasons.push(reasonOf(one, reading));
    }
    const { decide, score: range, threshold, below } = this.spec;
    const of = (value: string): number => points.get(value) ?? 0;
    if (this.spec.values.length === 0) return { value: null, score: within(of(POINTS), range), reasons };
    const chosen = decide.find(
      (row) => of(row.value) >= row.at_least && (row.over === null || of(row.value) > of(row.over)),
    );
    if (!chosen || !this.spec.values.includes(chosen.value)) return { value: null, score: range[0], reasons };
    const score = within(chosen.score ?? of(chosen.value), range);
    const kept = threshold === null || score >= threshold ? chosen.value : below;
    return { value: kept, score, reasons };
  }
}

function reasonOf({ rule, facts, give }: Contribution, reading: Reading): string {
  const weights = give.map(([value, weight]) => `${value} ${weight > 0 ? '+' : ''}${weight}`).join(', ');
  const wanted = facts[0] ?? [];
  // The sentence by its number, not by its words: reasons are recorded, and what people write has another home.
  const at = reading.sentences.findIndex((sentence) => wanted.some((one) => sentence.has.has(one)));
  const where = at >= 0 ? ` (sentence ${at + 1})` : '';
  return `${weights}: ${rule.why}${where}${rule.clauses.length > 0 ? ` [${rule.clauses.join(', ')}]` : ''}`;
}

/** A share of certainty on a question's scale. */
const scored = (share: number, [low, high]: readonly [number, number]): number =>
  within(low + share * (high - low), [low, high]);

function within(score: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, Math.round(score)));
}

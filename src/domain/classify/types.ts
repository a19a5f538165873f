/** What a classifier is made of (data of a pack) and what it decides. Nothing here names a label: those are data. */

/** A language as far as a reader needs it: words that give it away, and the signs that turn a statement round. */
export interface LanguageSpec {
  /** Frequent small words, folded as {@link foldText} folds; the language with most of them is the sentence's. */
  common: readonly string[];
  /** Words after which a concept is denied, within a few words of the same clause. */
  not: readonly string[];
  /** Words after which a concept is only supposed, to the end of the clause. */
  if: readonly string[];
}

/** A rule over the concepts and signs of one place. An entry `a|b` asks for either. */
export interface SignRule {
  /** The sign it gives; rules run in order, later ones may read it. */
  sign: string;
  all: readonly string[];
  not: readonly string[];
}

/** A contribution to a question. `facts` is what is stated, `says` also what is asked, supposed or wished. */
export interface WeightRule {
  facts: readonly string[];
  not: readonly string[];
  says: readonly string[];
  never: readonly string[];
  /** Points by value. */
  give: Readonly<Record<string, number>>;
  /** The reason in words. */
  why: string;
  clauses: readonly string[];
}

/** A question to the classifier. */
export interface QuestionSpec {
  /** Answers that count, in no order. Empty: only a score is asked for. */
  values: readonly string[];
  /** The range of the score, both ends included. */
  score: readonly [number, number];
  rules: readonly WeightRule[];
  /** Tried in order: the first whose points reach `at_least` (and exceed those of `over`) is the answer. */
  decide: readonly { value: string; at_least: number; over: string | null; score: number | null }[];
  /** At this score and above the answer counts; below it, `below` is the answer. */
  threshold: number | null;
  below: string | null;
  /** Of a question without values: a learned score below this counts for nothing, where a false alarm costs much. */
  learned_from: number;
  clauses: readonly string[];
}

/** Weights of a question learned from labelled messages (`tocsin triage learn`): one column a value. */
export interface LearnedSpec {
  /** What each column stands for; null is none of the question's values. */
  values: readonly (string | null)[];
  bias: readonly number[];
  /** By the name of a feature. */
  weights: Readonly<Record<string, readonly number[]>>;
}

/** An answer of the embedded classifier that counts as an added keyword. */
export interface LikelySpec {
  question: string;
  value: string;
  at_least: number;
}

/** An answer of the embedded classifier to a question that every text is asked, and the sign it gives. */
export interface HeardSpec extends LikelySpec {
  sign: string;
}

/** Where a step goes: on to another step, or to an end with an outcome. */
export interface RouteSpec {
  value: string | null;
  at_least: number | null;
  go: string | null;
  outcome: string | null;
  action: string;
  clauses: readonly string[];
}

/** One thing to be learned in a conversation. */
export interface ItemSpec {
  field: string;
  /** How it is found in what the customer says. */
  extract: 'names' | 'times' | 'statements' | 'whether';
  /** For `statements` and `whether`: signs that count, with the share of an answer (0–100) that each is. */
  signs: Readonly<Record<string, number>>;
  /** For `whether`: signs of a yes and of a no, and what they are recorded as. */
  yes: readonly string[];
  no: readonly string[];
  /** Concepts of a question that asks for it: tells in a transcript what was asked. */
  asked: readonly string[];
  attempts: number;
  /** Share of an answer, 0–100, at which it counts as given. */
  sufficient: number;
  ask: string;
  clauses: readonly string[];
}

/** Something that ends the gathering at once, tried in order. */
export interface InterruptSpec {
  name: string;
  question: string;
  at_least: number;
  outcome: string;
  action: string;
  clauses: readonly string[];
}

/** The whole classifier of a pack: words, signs, questions, and the way of a message through them. */
export interface ClassifierSpec {
  /** SHA-256 of its content. */
  version: string;
  languages: Readonly<Record<string, LanguageSpec>>;
  /** Words and phrases by concept; `*` at the end stands for any ending, `~` allows a slip of the pen. */
  concepts: Readonly<Record<string, readonly string[]>>;
  /** Concepts whose words hide what else is read in them (`life hack`). */
  hide: readonly string[];
  /** Concepts of text that tells the reader what to answer: its clause is not read. */
  addressed: readonly string[];
  /** The same for what goes on to the end of the sentence (`you are now …, who …`). */
  addressed_on: readonly string[];
  /** Concepts after which, in their clause, nothing is stated: it is asked, wished or told of others. */
  supposing: readonly string[];
  /** Names that begin a line somebody else is made to speak (`system:`). */
  speakers: readonly string[];
  /** Signs that make a sentence no statement of fact. */
  off: readonly string[];
  sentence: readonly SignRule[];
  message: readonly SignRule[];
  questions: Readonly<Record<string, QuestionSpec>>;
  /** Questions whose answers are learned from labelled messages, by the label that a message carries for it. */
  learnable: readonly string[];
  /** By question. */
  learned: Readonly<Record<string, LearnedSpec>>;
  /** Signs that answers give: rules above read what words say, these what the whole of a text amounts to. */
  heard: readonly HeardSpec[];
  prefilter: {
    keyword: readonly CompiledWords[];
    supplementary: readonly CompiledWords[];
    /** Signs that count as an added keyword: no list holds every way to say it. */
    signs: readonly string[];
    likely: readonly LikelySpec[];
    miss: RouteSpec;
  };
  intent: readonly RouteSpec[];
  evidence: readonly RouteSpec[];
  gather: { items: readonly ItemSpec[]; interrupts: readonly InterruptSpec[]; unknown: readonly string[] };
  reassess: readonly RouteSpec[];
  /** Names that are no person's. */
  names: { first: readonly string[]; never: readonly string[]; titles: readonly string[]; places: readonly string[] };
}

/** A word list of the pack. */
export interface CompiledWords {
  name: string;
  list: readonly string[];
  match: 'substring' | 'word' | 'prefix';
  fold: readonly string[];
}

/** The answer to one question. */
export interface Answer {
  /** One of the declared values, or null where none is. */
  value: string | null;
  /** Within the declared range, an integer. */
  score: number;
  reasons: readonly string[];
}

/** One turn of a conversation. */
export interface TurnText {
  from: 'customer' | 'agent';
  text: string;
}

/** What was learned of one item. */
export interface Gathered {
  field: string;
  value: readonly string[];
  /** Share of an answer, 0–100. */
  score: number;
  asks: number;
  state: 'open' | 'complete' | 'unknown' | 'incomplete';
}

/** The decision on a message or a conversation, with everything it follows from. */
export interface TriageDecision {
  /** The document's own list occurs in it. */
  keywordHit: boolean;
  /** A list that was added to it occurs in it. */
  supplementaryHit: boolean;
  keywords: readonly string[];
  intent: string;
  evidence: string | null;
  /** Of the evidence where it was assessed, otherwise of the intent. */
  confidence: number;
  /** The first action. */
  action: string;
  /** How it ended; null where it is still open. */
  outcome: string | null;
  /** The customer's turn, from 1, at which it ended. */
  turn: number | null;
  interrupt: string | null;
  gathered: readonly Gathered[];
  reassessment: Answer | null;
  reasons: readonly string[];
  /** Content hash of the data it was decided by. */
  version: string;
}

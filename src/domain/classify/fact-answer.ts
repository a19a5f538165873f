/**
 * A pack's embedded classifier as the answer to a fact that the core asks: the same question whether a rehearsal or a
 * worker puts it. Pure: the same inputs always give the same answer, with its reasons and the classifier's version.
 */
import type { CompiledPack, FactDef, Json, JsonObject } from '../policy/types';
import type { FactAnswer } from '../ticket/types';
import type { Triage } from './classifier';
import type { Answer, Gathered } from './types';

/** An answer without its instant and key, which whoever asks adds. */
export type EmbeddedAnswer = Pick<FactAnswer, 'value' | 'score' | 'reasons' | 'version'>;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** What the customer has written so far, a text a turn: the transcript where the fact reads it, else the message in hand. */
function textsOf(inputs: JsonObject): string[] {
  const said = Array.isArray(inputs['transcript']) ? inputs['transcript'] : [];
  const texts = said.flatMap((line) =>
    line !== null && typeof line === 'object' && !Array.isArray(line) && line['from'] === 'customer'
      ? [text(line['text'])]
      : [],
  );
  return texts.length > 0 ? texts : [text(inputs['message.body'])];
}

/** The field that was asked for last, where the fact reads it: `flow.<name>.asking`. */
function askingOf(inputs: JsonObject): string | undefined {
  const name = Object.keys(inputs).find((one) => /^flow\.[\w.]+\.asking$/.test(one));
  const value = name === undefined ? undefined : inputs[name];
  return typeof value === 'string' ? value : undefined;
}

/** One field of an extraction, as a dialogue takes it. */
function fieldOf(triage: Triage, { field, value, score, state }: Gathered): Json | undefined {
  if (state === 'unknown') return { unknown: true };
  if (value.length === 0) return undefined;
  const how = triage.spec.gather.items.find((item) => item.field === field)?.extract;
  return { value: how === 'names' ? [...value] : value.join(how === 'statements' ? ' ' : ', '), score };
}

function extraction(triage: Triage, inputs: JsonObject): EmbeddedAnswer {
  const found: JsonObject = {};
  for (const one of triage.gathered(textsOf(inputs), askingOf(inputs))) {
    const field = fieldOf(triage, one);
    if (field !== undefined) found[one.field] = field;
  }
  const reasons = Object.keys(found).map((field) => `${field}: said by the customer`);
  return { value: found, reasons, version: triage.version };
}

/** What the items gathered by yes or no say, as signs for a later question. */
function signsOf(triage: Triage, collected: Json | undefined): string[] {
  if (collected === null || typeof collected !== 'object' || Array.isArray(collected)) return [];
  return triage.spec.gather.items.flatMap(({ extract, field }) => {
    const value = text(collected[field]);
    return extract === 'whether' && (value === 'yes' || value === 'no') ? [`${field}_${value}`] : [];
  });
}

/** Whether a dialogue of the pack fills its fields from this fact. */
const fills = (pack: CompiledPack, fact: FactDef): boolean =>
  Object.values(pack.flows).some(({ states }) =>
    Object.values(states).some((state) => state.collect?.model === fact.name),
  );

/** A fact's question as a classifier is asked it. */
export interface FactQuestion {
  question: string;
  /** What the customer has written, a text a turn. */
  texts: readonly string[];
  /** What the embedded classifier says. */
  embedded: Answer;
}

/** The question that a fact with a `model` puts; undefined where the classifier knows none of that name. */
export function questionOf(triage: Triage, fact: FactDef, inputs: JsonObject): FactQuestion | undefined {
  if (fact.model === undefined || !Object.hasOwn(triage.spec.questions, fact.model)) return undefined;
  const texts = textsOf(inputs);
  const embedded = triage.askAll(fact.model, texts, signsOf(triage, inputs['collected']));
  return { question: fact.model, texts, embedded };
}

/** What an extraction is made from. */
export interface FactGathering {
  texts: readonly string[];
  asking?: string;
}

/** The extraction that a fact with a `model` puts; undefined where it is a question, or fills no dialogue. */
export function gatheringOf(
  triage: Triage,
  pack: CompiledPack,
  fact: FactDef,
  inputs: JsonObject,
): FactGathering | undefined {
  if (fact.model === undefined || Object.hasOwn(triage.spec.questions, fact.model) || !fills(pack, fact))
    return undefined;
  const asking = askingOf(inputs);
  return { texts: textsOf(inputs), ...(asking === undefined ? {} : { asking }) };
}

/** An answer to a fact's question as the core takes it; of a question that fills a field of a dialogue, that field. */
export function asFact(
  triage: Triage,
  pack: CompiledPack,
  fact: FactDef,
  inputs: JsonObject,
  answer: Answer,
): Omit<EmbeddedAnswer, 'version'> {
  const reasons = [...answer.reasons];
  if (!fills(pack, fact))
    return { ...(answer.value === null ? {} : { value: answer.value }), score: answer.score, reasons };
  const field = askingOf(inputs);
  const [, most = 100] = triage.spec.questions[fact.model ?? '']?.score ?? [];
  const filled = { value: answer.value, score: (answer.score / most) * 100 };
  return { value: field === undefined || answer.value === null ? {} : { [field]: filled }, reasons };
}

/**
 * The answer of the embedded classifier to a fact with a `model`: of a question of that name its value and score; of a
 * dialogue's extraction `{ field: { value, score } }`, scores from 0 to 100. Undefined where it knows no such question.
 */
export function embeddedAnswer(
  triage: Triage,
  pack: CompiledPack,
  fact: FactDef,
  inputs: JsonObject,
): EmbeddedAnswer | undefined {
  if (fact.model === undefined) return undefined;
  const put = questionOf(triage, fact, inputs);
  if (put) return { ...asFact(triage, pack, fact, inputs, put.embedded), version: triage.version };
  return fills(pack, fact) ? extraction(triage, inputs) : undefined;
}

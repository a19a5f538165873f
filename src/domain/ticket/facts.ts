/**
 * Questions to the outside (policy-language §2, `facts`): asked by name with what the answer is to be made from, recorded
 * with value, score and reasons, read from then on. A question has a deadline; its failure is an answer without a value.
 */
import { isUnknown } from '../policy/expr';
import type { FactDef, Json, JsonObject } from '../policy/types';
import { lookUpName, makeEnv, type Scope } from './env';
import { contextOf } from './voices';
import type { Turn } from './turn';
import type { Actor, FactAnswer } from './types';

/** Texts handed to a model are cut to this many characters. */
const TEXT_LIMIT = 8_000;

const cut = (value: Json): Json =>
  typeof value === 'string' && value.length > TEXT_LIMIT ? value.slice(0, TEXT_LIMIT) : value;

/** The keys of the ticket's own questions begin so; those about other tickets, which nobody asks by name, do not. */
const questionsOf = (ticket: string, fact: string): string => `${ticket}|${fact}|`;

/** The names a fact reads, with their values; a name without a value is left out. */
export function inputsOf(scope: Scope, def: FactDef): JsonObject {
  const env = makeEnv(scope);
  const inputs: JsonObject = {};
  for (const name of def.reads) {
    const value = lookUpName(env, name);
    if (value !== undefined && !isUnknown(value)) inputs[name] = cut(value);
  }
  return inputs;
}

/** Ask one fact. An answer that is still awaited is awaited no longer: this question stands in its place. */
export function askFact(turn: Turn, scope: Scope, name: string, clauses: readonly string[], voice?: string): void {
  const def = turn.pack.facts[name];
  if (!def) return;
  const due = turn.at + def.deadline;
  const key = `${questionsOf(turn.state.id, name)}${turn.state.seq + 1}`;
  turn.emit({
    type: 'asked',
    subject: name,
    clauses: [...new Set([...clauses, ...def.clauses])],
    data: { fact: name, key, due, inputs: inputsOf(scope, def), ...contextOf(scope, voice) },
    patch: { asked: { [name]: { key, due } } },
  });
}

/** What an answer counts as: a value that is not listed is none; a score below a threshold turns the value into another. */
export function readAnswer(
  def: FactDef | undefined,
  answer: Pick<FactAnswer, 'value' | 'score'>,
): { value: Json; score: Json; known: boolean } {
  const [low, high] = def?.score ?? [-Infinity, Infinity];
  const inRange = answer.score !== undefined && answer.score >= low && answer.score <= high;
  const score: Json = inRange ? (answer.score ?? null) : null;
  const thresholds = Object.entries(def?.below ?? {}).sort(([a], [b]) => Number(a) - Number(b));
  const lowered = thresholds.find(([threshold]) => score !== null && Number(score) < Number(threshold))?.[1];
  const value = lowered ?? answer.value;
  const listed = value !== undefined && (!def || def.values.length === 0 || def.values.includes(String(value)));
  // A fact without values of its own is its score: it is known where that is.
  const known = listed || (value === undefined && score !== null && (def?.values.length ?? 0) === 0);
  return { value: listed ? (value ?? null) : null, score, known };
}

/**
 * Record an answer from outside. One to a question that is no longer asked (another stands in its place, its deadline has
 * passed, it has its answer) is recorded for the audit, with what it cost, and read by nobody.
 */
export function recordFact(turn: Turn, answer: FactAnswer, by?: Actor): void {
  const def = turn.pack.facts[answer.fact];
  const open = turn.state.asked?.[answer.fact];
  const answers = answer.key?.startsWith(questionsOf(turn.state.id, answer.fact)) === true;
  if (answer.key !== undefined && open?.key !== answer.key && (open !== undefined || answers)) {
    const usage = answer.usage === undefined ? {} : { usage: answer.usage };
    const data = { fact: answer.fact, value: answer.value ?? null, ...usage };
    turn.emit({ type: 'fact_late', subject: answer.fact, data });
    return;
  }
  const read = readAnswer(def, answer);
  turn.emit({
    type: 'fact',
    subject: answer.fact,
    by: by ?? { name: answer.fact, kind: 'feed' },
    clauses: def?.clauses ?? [],
    data: {
      fact: answer.fact,
      value: read.value,
      score: read.score,
      reasons: answer.reasons ?? [],
      ...(answer.value === undefined || read.value === answer.value ? {} : { given: answer.value }),
      ...(answer.members ? { members: answer.members } : {}),
      ...(answer.version === undefined ? {} : { version: answer.version }),
      ...(answer.usage === undefined ? {} : { usage: answer.usage }),
    },
    patch: {
      facts: {
        [answer.fact]: {
          ...read,
          at: turn.at,
          ...(answer.members ? { members: answer.members } : {}),
          ...(def?.model !== undefined && answer.reasons?.length ? { reasons: answer.reasons } : {}),
        },
      },
      ...(open === undefined ? {} : { asked: { [answer.fact]: null } }),
    },
  });
}

/** Nobody answered in time: that is an answer as well. */
export function factTimedOut(turn: Turn, name: string): void {
  const def = turn.pack.facts[name];
  turn.emit({
    type: 'fact',
    subject: name,
    by: { name, kind: 'feed' },
    clauses: def?.clauses ?? [],
    data: { fact: name, value: null, score: null, reasons: ['no answer in time'] },
    patch: {
      facts: { [name]: { value: null, score: null, at: turn.at, known: false } },
      asked: { [name]: null },
    },
  });
}

/** The activity that answers what a ticket asks of the outside: its pack's classifier or a model, or the port a fact names. */
import { isPermanent } from '../activities/ports';
import type { DeliveryLog } from '../activities/ports';
import type { FactPort, PortAnswer } from '../activities/fact-port';
import { underSignal } from '../activities/deadline';
import type { CompiledPack, FactDef } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import type { Classifier } from '../policies/classifier';
import type { TemplateSource } from '../policies/templates';
import { answering, type Answered, type Answering } from '../triage/answer';
import type { ModelConfig } from '../triage/model';
import { toldOf } from '../triage/told';
import type { Question, TicketActivities } from '../workflows/messages';

/** What the activity needs; instants in epoch milliseconds. */
export interface AnswersDeps {
  /** Throw ESC_PACK_UNKNOWN while the pack has not arrived: the question is put again until its deadline. */
  pack(hash: string): Promise<CompiledPack>;
  classifier(hash: string): Promise<Classifier>;
  /** Of a published pack: contexts are rendered from them. */
  templates(hash: string): Promise<Readonly<Record<string, TemplateSource>>>;
  /** Asked before the embedded classifier, where one is configured. */
  model?: ModelConfig;
  /** By the names that facts give them. */
  ports: Readonly<Record<string, FactPort>>;
  now(): EpochMs;
  log: DeliveryLog;
  /** Ends with the attempt. */
  signal(): AbortSignal;
  /** Says that the attempt goes on. */
  heartbeat(): void;
}

const HEARTBEAT_MS = 1_000;
/** So much of the time is kept for the embedded classifier and the way back: a slow model must not cost the answer. */
const KEPT = 0.2;
const KEPT_AT_MOST_MS = 3_000;

/** Makes the activity. */
export function createAnswers(deps: AnswersDeps): Pick<TicketActivities, 'answerQuestion'> {
  const made = new Map<string, Answering>();
  const answeringOf = async (hash: string): Promise<Answering> => {
    const found = made.get(hash) ?? answering(await deps.classifier(hash), deps.model);
    made.set(hash, found);
    return found;
  };
  const byClassifier = async (
    question: Question,
    pack: CompiledPack,
    hash: string,
    fact: FactDef,
  ): Promise<Answered> => {
    const answers = await answeringOf(hash);
    const told = deps.model ? toldOf(question, pack, await deps.templates(hash)) : {};
    return within(question, deps, (signal) => answers.answer(pack, fact, question.inputs, signal, told));
  };
  return {
    async answerQuestion(question, hash) {
      const beats = setInterval(() => deps.heartbeat(), HEARTBEAT_MS);
      try {
        const pack = await deps.pack(hash);
        const fact = pack.facts[question.fact];
        const said =
          fact?.model !== undefined
            ? await byClassifier(question, pack, hash, fact)
            : await byPort(question, fact, deps);
        // A worker that stops leaves the question to the next one: its model is not down.
        if (deps.signal().aborted) throw new Error('the attempt was given up');
        const { usage } = said as Answered;
        if (Number(usage?.['fallbacks'] ?? 0) > 0)
          deps.log.warn('the model could not be asked; the embedded classifier answered', {
            ticket: question.ticket,
            fact: question.fact,
          });
        return { fact: question.fact, key: question.key, at: deps.now(), ...said };
      } finally {
        clearInterval(beats);
      }
    },
  };
}

async function byPort(question: Question, fact: FactDef | undefined, deps: AnswersDeps): Promise<PortAnswer> {
  const port = fact?.port === undefined ? undefined : deps.ports[fact.port];
  if (!fact || !port) return { reasons: [`nothing answers "${fact?.port ?? question.fact}" here`] };
  const { ticket, inputs } = question;
  try {
    return await within(question, deps, (signal) => port.answer({ ticket, fact, inputs, signal }));
  } catch (error) {
    if (isPermanent(error)) return { reasons: [error.message] };
    throw error;
  }
}

/** Work that ends well before the question's deadline. */
function within<T>(question: Question, deps: AnswersDeps, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const left = Math.max(0, question.due - deps.now());
  return underSignal(deps.signal(), left - Math.min(left * KEPT, KEPT_AT_MOST_MS), work);
}

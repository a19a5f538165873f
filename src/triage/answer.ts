/** One way to answer a pack's questions to a model, whichever classifier does it. */
import type { EmbeddedAnswer } from '../domain/classify/fact-answer';
import { asFact, embeddedAnswer, gatheringOf, questionOf } from '../domain/classify/fact-answer';
import type { Classifier } from '../policies/classifier';
import type { CompiledPack, FactDef, JsonObject } from '../domain/policy/types';
import { triageOf } from './load';
import { ModelClassifier, type ModelConfig, type ModelUsage, type Told } from './model';

/** An answer to a fact, with what answered and what it took. */
export interface Answered extends EmbeddedAnswer {
  /** Of a model, calls, tokens, cost and fallbacks; absent where only the embedded classifier was asked. */
  usage?: JsonObject;
}

/** Answers facts with a `model`. */
export interface Answering {
  /**
   * The answer made from a fact's inputs; without a value where nobody knows the question. It never fails: what a model
   * cannot answer before `signal` ends the wait, the embedded classifier does. `told` is what a model hears beside the inputs.
   */
  answer(pack: CompiledPack, fact: FactDef, inputs: JsonObject, signal?: AbortSignal, told?: Told): Promise<Answered>;
}

/** Who answered, and what it took. */
function billOf(own: string, model: string, usage: ModelUsage | undefined): Pick<Answered, 'version' | 'usage'> {
  if (usage === undefined) return { version: own };
  return { version: usage.fallbacks === 0 ? `${own}+${model}` : own, usage: { ...usage } };
}

/** By a pack's own classifier; where a model is configured it is asked first, and the embedded one stands in for it. */
export function answering(classifier: Classifier, config?: ModelConfig): Answering {
  const triage = triageOf(classifier);
  const model = config && new ModelClassifier(config, classifier.spec.questions, classifier.prompts);
  return {
    async answer(pack, fact, inputs, signal, told = {}) {
      const own = (): Answered =>
        embeddedAnswer(triage, pack, fact, inputs) ?? { reasons: ['the classifier knows no such question'] };
      if (!model || fact.embedded === true) return own();
      const rest = { told, ...(signal ? { signal } : {}) };
      const put = questionOf(triage, fact, inputs);
      if (put) {
        const { answer, usage } = await model.put({ ...put, ...rest });
        return { ...asFact(triage, pack, fact, inputs, answer), ...billOf(triage.version, model.version, usage) };
      }
      const gathering = gatheringOf(triage, pack, fact, inputs);
      if (!gathering) return own();
      const { value, reasons = [] } = own();
      const embedded = (value ?? {}) as JsonObject;
      const items = triage.spec.gather.items;
      const got = await model.gather({ question: fact.model ?? '', items, ...gathering, embedded, ...rest });
      const why = [...got.reasons, ...reasons.filter((one) => !got.reasons.includes(one))];
      return { value: got.found, reasons: why, ...billOf(triage.version, model.version, got.usage) };
    },
  };
}

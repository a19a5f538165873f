/** One way to decide, whichever classifier answers the questions on the way. */
import type { Triage, TriageOptions } from '../domain/classify/classifier';
import type { TriageDecision, TurnText } from '../domain/classify/types';
import { ModelClassifier, modelFromEnv } from './model';
import type { Classifier } from '../policies/classifier';

/** Decides on a conversation. */
export type Decide = (turns: readonly TurnText[], options?: TriageOptions) => Promise<TriageDecision>;

/** The embedded classifier, or, with an environment, the model it names (`say` is told of it once). */
export async function driverOf(
  triage: Triage,
  { prompts }: Pick<Classifier, 'prompts'>,
  env: Readonly<Record<string, string | undefined>> | undefined,
  say: (text: string) => void,
): Promise<Decide> {
  if (env === undefined) return async (turns, options) => triage.conversation(turns, options);
  const model = new ModelClassifier(modelFromEnv(env), triage.spec.questions, prompts);
  say(`questions go to ${modelFromEnv(env).name}; the embedded classifier stands in for it`);
  return decideWith(triage, model);
}

/** Decide by a model's answers. */
export function decideWith(triage: Triage, model: Pick<ModelClassifier, 'answer' | 'version'>): Decide {
  return async (turns, options) => {
    const steps = triage.steps(turns, options);
    let step = steps.next();
    while (!step.done) {
      const { question, texts, embedded } = step.value;
      step = steps.next(await model.answer(question, texts, embedded));
    }
    return { ...step.value, version: `${step.value.version}+${model.version}` };
  };
}

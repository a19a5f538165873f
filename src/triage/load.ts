/** A pack with its classifier, ready to answer. */
import { TocsinError } from '../domain/errors';
import { Triage } from '../domain/classify/classifier';
import { CLASSIFIER_FOLDER, type Classifier } from '../policies/classifier';
import { loadPack, type LoadedPack } from '../policies/load';
import type { Target } from '../policies/schema/classifier';

/** A pack with its classifier. */
export interface LoadedTriage extends Classifier {
  loaded: LoadedPack;
  targets: readonly Target[];
  triage: Triage;
}

const made = new WeakMap<object, Triage>();

/** The embedded classifier of a specification, made once however often it is asked for. */
export function triageOf({ spec }: Pick<Classifier, 'spec'>): Triage {
  const known = made.get(spec) ?? new Triage(spec);
  made.set(spec, known);
  return known;
}

/**
 * The classifier of a pack. Throws ESC_PACK_UNKNOWN where there is no pack, ESC_PACK_INVALID where it or its classifier
 * cannot be read or names something that it does not define.
 */
export async function loadTriage(target: string): Promise<LoadedTriage> {
  const loaded = await loadPack(target);
  const [problem] = loaded.problems.filter((one) => one.severity === 'error');
  if (problem)
    throw new TocsinError('ESC_PACK_INVALID', `${problem.file}:${problem.line}: ${problem.message}`, { pack: target });
  const { classifier } = loaded;
  if (!classifier)
    throw new TocsinError(
      'ESC_PACK_INVALID',
      `the pack at ${loaded.dir} has no classifier: there is no ${CLASSIFIER_FOLDER}/*.yaml`,
      { pack: target },
    );
  return { ...classifier, loaded, targets: loaded.targets, triage: triageOf(classifier) };
}

/** What answers the questions of packs: their classifiers, and a model where one is configured. */
import { join } from 'node:path';
import { lackingClassifier } from '../policies/publish';
import { modelFromEnv } from '../triage/model';
import { unreachable } from '../triage/reach';
import type { DoctorCheck } from './doctor';

/** Published packs that ask a model and lack what answers it. */
export async function checkClassifiers(dataDir: string): Promise<DoctorCheck> {
  const name = 'Classifiers';
  const lacking = await lackingClassifier(join(dataDir, 'packs'));
  if (lacking.length === 0) return { name, state: 'ok', detail: 'every published pack that asks a model has its own' };
  return {
    name,
    state: 'warn',
    detail: `missing for ${lacking.map((hash) => hash.slice(0, 12)).join(', ')}: questions of these packs get no answer`,
    remedy:
      'Let a running worker fetch it, or publish a new version of the pack: a version that is stored without its classifier stays so.',
  };
}

/** Whether a model is configured, and whether it can be reached. */
export async function checkModel(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const name = 'Model';
  if ((env['TOCSIN_MODEL_URL'] ?? '').trim() === '')
    return { name, state: 'ok', detail: 'none (TOCSIN_MODEL_URL is not set): the embedded classifier answers' };
  const remedy = 'Correct it, or unset TOCSIN_MODEL_URL; the embedded classifier answers meanwhile.';
  try {
    const config = modelFromEnv(env);
    const matter = await unreachable(config);
    const who = `${config.name} at ${new URL(config.url).host}`;
    if (matter === undefined) return { name, state: 'ok', detail: `${who} answers` };
    return { name, state: 'warn', detail: `${who} ${matter}`, remedy };
  } catch (error) {
    return {
      name,
      state: 'missing',
      detail: (error as Error).message,
      remedy: 'Correct it, or unset TOCSIN_MODEL_URL.',
    };
  }
}

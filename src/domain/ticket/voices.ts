/** Voices on a ticket: how long a bot takes for its message, and what a model is told of the conversation. */
import { drawOf } from '../policy/draw';
import type { CompiledPack, JsonObject } from '../policy/types';
import type { DurationMs, EpochMs } from '../time/instants';
import { CUSTOMER } from './contacts';
import type { Scope } from './env';
import type { Said } from './flow-types';
import { variablesOf } from './variables';

/**
 * How long after its decision a message of a voice leaves: drawn from the message's key within the voice's range, both
 * ends included, in ms. A message to anybody but the customer leaves at once.
 */
export function voiceDelay(pack: CompiledPack, voice: string | undefined, role: string, key: string): DurationMs {
  const def = voice === undefined ? undefined : pack.voices?.[voice];
  if (!def || role !== CUSTOMER) return 0;
  const { from, to } = def.delay;
  return from + Math.floor(drawOf(key) * (to - from + 1));
}

/** What goes with a question of a voice: the template of its context, with the values it reads. */
export function contextOf(scope: Scope, voice: string | undefined): JsonObject {
  const def = voice === undefined ? undefined : scope.pack.voices?.[voice];
  if (!def) return {};
  const template = def.context === undefined ? undefined : scope.pack.templates[def.context];
  return {
    voice: def.name,
    ...(template ? { context: { template: template.name, vars: variablesOf(scope, template) } } : {}),
  };
}

/** A statement of a voice, as it stands in the transcript: the template whose words it is. */
export const saidBy = (voice: string | undefined, role: string, template: string, at: EpochMs): { said?: Said[] } =>
  voice === undefined || role !== CUSTOMER ? {} : { said: [{ at, from: 'bot', text: template }] };

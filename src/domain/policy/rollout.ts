/** The stable hash behind a rollout: the same key has the same place for ever, and a greater share keeps who was in. */
import { drawOf } from './draw';
import type { RolloutDef, Standing } from './rollout-types';

/** Places are told to a hundredth of a percent. */
const PLACES = 10_000;

/** The place of a key, from 0 to below 100 in steps of 0.01, evenly spread over keys. */
export const placeOf = (key: string): number => Math.floor(drawOf(key) * PLACES) / 100;

/** Where the ticket of a key stands at a share. The pack is part of what is hashed: two packs do not take the same tickets. */
export function standingOf(def: Pick<RolloutDef, 'name' | 'rest'>, pack: string, key: string, share: number): Standing {
  const place = placeOf(`${pack}|${def.name}|${key}`);
  return { side: place < share ? 'live' : def.rest, share, place };
}

/** The share that follows in the steps, or undefined at the last. */
export const nextStep = (def: Pick<RolloutDef, 'steps'>, share: number): number | undefined =>
  [...def.steps].sort((a, b) => a - b).find((step) => step > share);

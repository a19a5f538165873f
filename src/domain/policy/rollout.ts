/** The stable hash behind a rollout: the same key has the same place for ever, and a greater share keeps who was in. */
import type { RolloutDef, Standing } from './rollout-types';

/** Places are told to a hundredth of a percent. */
const PLACES = 10_000;

/**
 * The place of a key, from 0 to below 100 in steps of 0.01, evenly spread: FNV-1a over its UTF-16 code units, then the
 * finalizer of MurmurHash3, which spreads keys that differ in their last digit alone.
 */
export function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return Math.floor((hash / 0x1_0000_0000) * PLACES) / 100;
}

/** Where the ticket of a key stands at a share. The pack is part of what is hashed: two packs do not take the same tickets. */
export function standingOf(def: Pick<RolloutDef, 'name' | 'rest'>, pack: string, key: string, share: number): Standing {
  const place = placeOf(`${pack}|${def.name}|${key}`);
  return { side: place < share ? 'live' : def.rest, share, place };
}

/** The share that follows in the steps, or undefined at the last. */
export const nextStep = (def: Pick<RolloutDef, 'steps'>, share: number): number | undefined =>
  [...def.steps].sort((a, b) => a - b).find((step) => step > share);

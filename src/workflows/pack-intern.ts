/**
 * One parsed object a pack for all tickets of a worker. The module is preloaded into the sandbox, so every workflow of the
 * isolate sees the same map; what is in it is frozen and a pure function of its key (the content hash), so sharing it
 * cannot make a replay differ.
 */
const packs = new Map<string, unknown>();
/** A worker serves a handful of packs at a time; older ones are parsed again when they come back. */
const LIMIT = 32;

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** The parsed pack of a hash; `read` is called only when it is not known yet. */
export function internedPack(hash: string, read: () => unknown): unknown {
  let pack = packs.get(hash);
  if (pack === undefined) {
    pack = deepFreeze(read());
    packs.delete(packs.size >= LIMIT ? (packs.keys().next().value ?? '') : '');
    packs.set(hash, pack);
  }
  return pack;
}

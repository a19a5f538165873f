/** Named scenarios of a pack on disk, played beside the API; the results of a version stay as they are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { projectRoot } from '../local/paths';
import { loadPack } from '../policies/load';
import { playNamed, type NamedResult } from '../rehearsal/named-scenarios';

interface Order {
  pack: string;
  hash: string;
  names: string[];
}
export type ScenarioResults = Record<string, NamedResult>;

const HEAP_MB = 512;
const WITHIN_MS = 60_000;
/** Versions whose results are kept: the ones that run now. */
const KEPT = 4;
const known = new Map<string, Promise<ScenarioResults | undefined>>();

/**
 * What came of the scenarios of a version; undefined where its folder is not on this machine, or holds another version. Each
 * version is played once: a pack is immutable, and so is what its scenarios come to.
 */
export function scenariosBeside(order: Order, file = __filename): Promise<ScenarioResults | undefined> {
  const key = `${order.hash} ${order.names.join(' ')}`;
  const found = known.get(key);
  if (found) return found;
  const made = inThread(order, file).catch((error: unknown) => {
    known.delete(key);
    throw error;
  });
  known.set(key, made);
  for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
  return made;
}

async function inThread(order: Order, file: string): Promise<ScenarioResults | undefined> {
  const thread = new Worker(file, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ScenarioResults | undefined>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the scenarios of the checklists take too long')), WITHIN_MS);
      thread.once('message', (results: ScenarioResults | null) => resolve(results ?? undefined));
      thread.once('error', reject);
      thread.once('exit', (code) => reject(new Error(`the scenarios' thread ended with ${code} and no answer`)));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

/** In the thread. A pack's id has `_` where its folder has `-`. */
async function play({ pack, hash, names }: Order): Promise<ScenarioResults | null> {
  const places = [pack, pack.replaceAll('_', '-')].flatMap((name) => [
    join(process.cwd(), 'policies', name),
    join(projectRoot(), 'policies', name),
  ]);
  const dir = places.find((place) => existsSync(join(place, 'pack.yaml')));
  if (dir === undefined) return null;
  const loaded = await loadPack(dir);
  return loaded.hash === hash ? playNamed(loaded, names) : null;
}

if (!isMainThread && parentPort && Array.isArray((workerData as Partial<Order> | null)?.names)) {
  const port = parentPort;
  void play(workerData as Order).then((results) => port.postMessage(results));
}

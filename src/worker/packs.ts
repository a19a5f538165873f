/** Keeps the packs that tickets are pinned to on this worker's disk. */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../store/database';
import { asksModels } from '../policies/classifier';
import { readPublished } from '../policies/publish';
import { activePacks, getPolicyVersion, pinnedPacks } from '../store/policy-versions';

/** Fetch what is missing from the copy of record. Returns the hashes that are nowhere to be found. */
export async function fetchPacks(pool: Database, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const active = await activePacks(pool);
  const wanted = new Set([...(await pinnedPacks(pool)), ...active.map((one) => one.hash)]);
  const missing: string[] = [];
  for (const hash of wanted) {
    if (await complete(folder, hash)) continue;
    const version = await getPolicyVersion(pool, hash);
    if (!version) {
      missing.push(hash);
      continue;
    }
    await writeWhole(join(folder, `${hash}.templates.json`), JSON.stringify(version.templates));
    if (version.classifier === undefined) without.add(hash);
    else await writeWhole(join(folder, `${hash}.classifier.json`), JSON.stringify(version.classifier));
    await writeWhole(join(folder, `${hash}.json`), JSON.stringify(version.body));
  }
  return missing;
}

/** Packs without a classifier, as they were published: their bodies, which are large, are read once to know it. */
const without = new Set<string>();

/** A pack that asks a model is there with its classifier only. */
async function complete(folder: string, hash: string): Promise<boolean> {
  if (!existsSync(join(folder, `${hash}.json`))) return false;
  if (without.has(hash) || existsSync(join(folder, `${hash}.classifier.json`))) return true;
  if (asksModels(await readPublished(folder, hash))) return false;
  without.add(hash);
  return true;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedPack } from '../policies/load';
import { publishPack } from '../policies/publish';
import type { Plan } from './plan';

/** Publish the pack of a plan for a rehearsal's worker: as loaded, or with the variants that the scenario chose. */
export async function publishPlan(loaded: LoadedPack, plan: Plan, folder: string): Promise<void> {
  await publishPack(loaded, folder);
  if (plan.packHash === loaded.hash) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${plan.packHash}.json`), JSON.stringify(plan.pack));
}

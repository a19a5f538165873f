/** Scenarios of a pack by name, played one after the other: what holds, and what does not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedPack } from '../policies/load';
import { rehearse } from './rehearse';
import { readScenario } from './scenario';

/** What came of a scenario. `why` is the first expectation that does not hold. */
export interface NamedResult {
  ok: boolean;
  why?: string;
}

/** Plays the scenarios of these names (paths below `scenarios/` without the ending). Never throws for one of them. */
export async function playNamed(loaded: LoadedPack, names: readonly string[]): Promise<Record<string, NamedResult>> {
  const results: Record<string, NamedResult> = {};
  for (const name of names) results[name] = await play(loaded, name);
  return results;
}

async function play(loaded: LoadedPack, name: string): Promise<NamedResult> {
  // Of a part of a composed pack, `safety:triage/escalated`: it is played under the part.
  const [alias = '', ...rest] = name.split(':');
  const part = rest.length > 0 ? loaded.parts[alias] : undefined;
  if (part) return play(part, rest.join(':'));
  const file = join(loaded.dir, 'scenarios', `${name}.yaml`);
  if (!existsSync(file)) return { ok: false, why: 'there is none' };
  try {
    const { ok, checks } = await rehearse(await readScenario(file), loaded);
    const failed = checks.find((check) => !check.ok);
    return ok ? { ok } : { ok, why: failed?.text ?? 'it does not hold' };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** What the versions of a pack that were published in a period changed: the difference of each to the one before it. */
import type { Period } from '../domain/metrics/periods';
import type { CompiledPack } from '../domain/policy/types';
import { formatCivilDate, DAY_MS, type EpochMs } from '../domain/time/instants';
import { diffPacks, type PackChange } from '../policies/pack-diff';
import type { TemplateSource } from '../policies/templates';
import type { Database } from '../store/database';
import { getPolicyVersion, listPolicyVersions } from '../store/policy-versions';

/** One construct that a version changed. */
export interface PackEdit extends PackChange {
  version: string;
  at: EpochMs;
}

/** Values are shown this long. */
const SHOWN = 160;

/** The edits of a period, the oldest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function editsIn(pool: Database, packId: string, period: Period): Promise<PackEdit[]> {
  const versions = (await listPolicyVersions(pool, packId))
    .filter((one) => one.publishedAt < period.to)
    .sort((a, b) => a.publishedAt - b.publishedAt);
  const edits: PackEdit[] = [];
  for (const [i, one] of versions.entries()) {
    const before = versions[i - 1];
    if (!before || one.publishedAt < period.from) continue;
    const [old, now] = await Promise.all([sideOf(pool, before.hash), sideOf(pool, one.hash)]);
    if (!old || !now) continue;
    edits.push(...diffPacks(old, now).map((change) => ({ ...change, version: one.version, at: one.publishedAt })));
  }
  return edits;
}

async function sideOf(pool: Database, hash: string): Promise<Parameters<typeof diffPacks>[0] | undefined> {
  const found = await getPolicyVersion(pool, hash);
  if (!found) return undefined;
  return { pack: found.body as CompiledPack, templates: (found.templates ?? {}) as Record<string, TemplateSource> };
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}

/** The edits of some constructs in words, with the version that made them. */
export function editLines(edits: readonly PackEdit[], constructs: readonly string[]): string[] {
  const lines = edits
    .filter(({ path }) => constructs.some((one) => path.startsWith(`${one}.`)))
    .flatMap(({ version, at, path, change, fields }) => [
      `- ${path} ${change} in version ${version} (${formatCivilDate(Math.floor(at / DAY_MS))})`,
      ...fields.map((one) => `    ${one.path}: ${shown(one.before)} → ${shown(one.after)}`),
    ]);
  return lines.length > 0 ? lines : ['No change in this period.'];
}

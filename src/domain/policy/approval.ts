/** Who must approve a version of a pack before tickets get it (policy-language §2: `version.approved_by`). */
import type { CompiledPack, Json } from './types';

const namesIn = (version: Json | undefined): string[] => {
  const given =
    version !== null && typeof version === 'object' && !Array.isArray(version) ? version['approved_by'] : undefined;
  return Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
};

/**
 * The roles that must approve a version, each once: those of the pack, then those of the parts it is composed of, under
 * the names they have here. Empty where nobody has to.
 */
export function approversOf(pack: Partial<Pick<CompiledPack, 'version' | 'parts'>>): string[] {
  const parts = Object.values(pack.parts ?? {}).flatMap(({ version, names }) =>
    namesIn(version).flatMap((role) => names['role']?.[role] ?? role),
  );
  return [...new Set([...namesIn(pack.version), ...parts])];
}

/** What a role has said of a version. `waive`: nobody was asked, and that is recorded. */
export type Decision = 'approve' | 'reject' | 'waive';

/** The roles whose newest word is not in favour yet. */
export const openApprovals = (
  approvers: readonly string[],
  newest: Readonly<Record<string, Decision | undefined>>,
): string[] => approvers.filter((role) => newest[role] !== 'approve' && newest[role] !== 'waive');

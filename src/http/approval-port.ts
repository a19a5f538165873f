/** Versions of packs and who has approved them, over the store. */
import { TocsinError } from '../domain/errors';
import { roleNamed } from '../domain/policy/parts';
import type { CompiledPack } from '../domain/policy/types';
import { groupsOf } from '../domain/ticket/visibility';
import type { EpochMs } from '../domain/time/instants';
import { decideVersion, listApprovals, type ApprovalState } from '../store/approvals';
import type { Database } from '../store/database';

/** What somebody says of a version. */
export interface ApprovalOrder {
  role: string;
  decision: 'approve' | 'reject';
  note: string;
  by: string;
  /** Roles and groups of the procedure that whoever asks belongs to. */
  groups: readonly string[];
}

/** Versions and their approvals. Errors: ESC_STORE_UNAVAILABLE. */
export interface ApprovalPort {
  list(pack: string | undefined): Promise<ApprovalState[]>;
  /** Errors: ESC_PACK_UNKNOWN; ESC_FIELD_INVALID; ESC_NOT_PERMITTED for whoever does not hold the role. */
  decide(hash: string, order: ApprovalOrder, now: EpochMs): Promise<ApprovalState>;
}

/** The port; `read` gives the body of a published version. */
export function approvalPort(pool: Database, read: (hash: string) => Promise<CompiledPack>): ApprovalPort {
  return {
    list: (pack) => listApprovals(pool, pack),
    async decide(hash, { role: named, decision, note, by, groups }, now) {
      const { people } = await read(hash);
      const role = roleNamed({ people }, named) ?? named;
      // Nobody approves in another's name, an administrator neither.
      if (!groupsOf(people, groups).has(role))
        throw new TocsinError(
          'ESC_NOT_PERMITTED',
          `only "${role}" approves as that: the key belongs to ${groups.length === 0 ? 'no role' : groups.join(', ')}`,
          { role },
        );
      return decideVersion(pool, hash, { role, decision, at: now, by, note });
    },
  };
}

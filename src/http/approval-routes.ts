/** Versions of packs: which is active, who has approved it, and approving one. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import type { ApprovalState } from '../store/approvals';
import { keyOf } from './auth';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import { instantOut } from './schemas';

const versionSchema = z
  .object({
    hash: z.string(),
    pack: z.string(),
    version: z.string(),
    active: z.boolean().describe('New tickets of the pack get it'),
    approvers: z.array(z.string()).describe('Roles that must approve it'),
    open: z.array(z.string()).describe('Those that have not'),
    history: z.array(
      z.object({
        role: z.string(),
        decision: z.enum(['approve', 'reject', 'waive']).describe('waive: nobody was asked'),
        at: instantOut,
        by: z.string(),
        note: z.string(),
      }),
    ),
  })
  .meta({ id: 'PackVersion', description: 'A published version of a pack, with everything that was said of it' });

const body = z
  .strictObject({
    role: z.string().trim().min(1).max(128).describe('The role in which it is said; the key must belong to it'),
    decision: z.enum(['approve', 'reject']).default('approve'),
    note: z.string().trim().max(2_000).default(''),
  })
  .meta({ id: 'VersionDecision', description: 'What a role says of a version' });

const shown = ({ packId, history, ...state }: ApprovalState): object => ({
  ...state,
  pack: packId,
  history: history.map((one) => ({ ...one, at: formatInstant(one.at) })),
});

/** Adds the routes. */
export function approvalRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'GET',
    url: '/v1/policy/versions',
    operationId: 'listPolicyVersions',
    summary: 'Published versions of packs, the newest first',
    tag: 'service',
    querystring: z.object({ pack: z.string().max(128).optional().describe('The name of a pack; all when left out') }),
    answers: { 200: { description: 'At most 50', schema: z.array(versionSchema) } },
    handler: async ({ query: { pack } }) => (await ports.approvals.list(pack)).map(shown),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/policy/versions/:hash/approvals',
    operationId: 'decidePolicyVersion',
    summary: 'Approve or reject a version of a pack',
    description:
      'A version is active once each role that it names has approved it; until then new tickets get the version before. The newest word of a role counts, and every one is recorded.',
    tag: 'service',
    params: z.object({
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be the hash of a published version')
        .describe('The hash of a published version'),
    }),
    body,
    answers: { 200: { description: 'The version as it stands now', schema: versionSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_FIELD_INVALID'],
    handler: async ({ params: { hash }, body: order, request }) => {
      const key = keyOf(request);
      const state = await ports.approvals.decide(hash, { ...order, by: key.name, groups: key.groups ?? [] }, now());
      request.log.info({ hash, role: order.role, decision: order.decision, active: state.active }, 'version decided');
      return shown(state);
    },
  });
}

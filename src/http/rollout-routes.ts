/** The share of new tickets that a pack is live for, and what it decided in shadow. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { formatInstant, parseInstant, DAY_MS, type EpochMs } from '../domain/time/instants';
import { keyOf } from './auth';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import type { RolloutView } from './rollout-port';
import { instantIn, instantOut } from './schemas';
import { groupsFor } from './visibility';

const params = z.object({ pack: z.string().min(1).max(128).describe('The name of a pack') });
const rolloutName = z
  .string()
  .max(64)
  .optional()
  .describe('Which, where a pack has several: one for each part; the only one when left out');

const percent = z.number().min(0).max(100);
const viewSchema = z
  .object({
    rollout: z.string().describe('all: the whole pack'),
    share: percent.describe('In force for new tickets, in percent'),
    since: instantOut.nullable().describe('Null while nobody has set one: it is what the pack says'),
    rest: z.enum(['shadow', 'off']),
    steps: z.array(percent),
    next: percent.nullable(),
    unmet: z.array(z.string()).describe('What speaks against the next step now'),
    history: z.array(
      z.object({ share: percent, at: instantOut, by: z.string(), reason: z.string(), unmet: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'Rollout', description: 'The share of a pack, with everything that was set' });

const body = z
  .strictObject({
    share: z.union([percent, z.literal('next')]).describe('In percent; next is the next step. 0 is shadow for all'),
    reason: z.string().trim().min(1).max(1_000),
    force: z.boolean().default(false).describe('Set it whatever speaks against it, which is recorded'),
    by: z.string().trim().min(1).max(200).optional().describe('Who; the holder of the key when left out'),
    rollout: rolloutName,
  })
  .meta({ id: 'ShareOrder', description: 'A share to set' });

const tally = z.object({ compared: z.number().int(), agree: z.number().int(), share: z.number().nullable() });
const verdicts = ['agree', 'disagree', 'left', 'open', 'undecided'] as const;
const comparisonSchema = z
  .object({
    pack: z.string(),
    rollout: z.string(),
    from: instantOut,
    to: instantOut,
    counts: z.object(Object.fromEntries(verdicts.map((name) => [name, z.number().int()] as const))),
    all: tally.describe('Tickets on which both came to a conclusion'),
    asked: tally.describe('Of these, decided without a question to the customer'),
    unasked: tally.describe('Of these, with questions that were never put'),
    matrix: z.array(z.object({ bot: z.string(), person: z.string(), n: z.number().int() })),
    tickets: z.array(
      z.object({
        ticket: z.string(),
        number: z.string(),
        openedAt: instantOut,
        bot: z.unknown(),
        person: z.unknown(),
        verdict: z.enum(verdicts),
        unasked: z.number().int().describe('Questions that could not be put'),
        silent: z.boolean().describe('It ended because nobody answered questions that nobody was asked'),
        withheld: z.number().int(),
        overruled: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'ShadowComparison', description: 'What a pack in shadow came to, beside what people came to' });

/** Without `from`, a comparison reaches this far back. */
const BACK_MS = 30 * DAY_MS;

const shown = (view: RolloutView): object => ({
  ...view,
  since: view.since === null ? null : formatInstant(view.since),
  history: view.history.map((one) => ({ ...one, at: formatInstant(one.at) })),
});

/** Adds the routes. */
export function rolloutRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'GET',
    url: '/v1/rollouts/:pack',
    operationId: 'getRollout',
    summary: 'The share of new tickets that a pack is live for',
    tag: 'service',
    params,
    answers: {
      200: {
        description: 'Its rollouts; none where every ticket is live',
        schema: z.object({ pack: z.string(), hash: z.string(), rollouts: z.array(viewSchema) }),
      },
    },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ params: { pack } }) => {
      const found = await ports.rollouts.read(pack, now());
      return { ...found, rollouts: found.rollouts.map(shown) };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/rollouts/:pack',
    operationId: 'setRollout',
    summary: 'Set the share',
    description:
      'For tickets opened from now on; those that are open stay where they are, and a greater share keeps everyone who was in. A greater share is the next step, after the time each step stays, and where next_when holds; lowering is free.',
    tag: 'service',
    params,
    body,
    answers: { 200: { description: 'The share in force', schema: viewSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND', 'ESC_ROLLOUT_REFUSED'],
    handler: async ({ params: { pack }, body: order, request }) => {
      // Whoever is named, the key that did it is on record as well.
      const { name } = keyOf(request);
      const by = order.by === undefined || order.by === name ? name : `${order.by} (key ${name})`;
      const view = await ports.rollouts.set(pack, { ...order, by }, now());
      request.log.info({ pack, rollout: view.rollout, share: view.share, by }, 'rollout');
      return shown(view);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/rollouts/:pack/comparison',
    operationId: 'compareShadow',
    summary: 'What a pack in shadow came to, beside what people came to',
    description: 'Ticket by ticket, of those opened in the period; the last 30 days when left out.',
    tag: 'reports',
    params,
    querystring: z.object({ rollout: rolloutName, from: instantIn.optional(), to: instantIn.optional() }),
    answers: { 200: { description: 'The comparison', schema: comparisonSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ params: { pack }, query, request }) => {
      const to = (query.to === undefined ? undefined : parseInstant(query.to)) ?? now() + 1;
      const from = (query.from === undefined ? undefined : parseInstant(query.from)) ?? to - BACK_MS;
      const groups = groupsFor(keyOf(request));
      const found = await ports.rollouts.compare(pack, { rollout: query.rollout, from, to, groups });
      return {
        pack,
        ...found,
        from: formatInstant(from),
        to: formatInstant(to),
        tickets: found.tickets.map((one) => ({ ...one, openedAt: formatInstant(one.openedAt) })),
      };
    },
  });
}

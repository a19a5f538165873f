/** What goes in and out over HTTP. Instants are RFC 3339 in UTC on the way out, RFC 3339 with any offset on the way in. */
import { z } from 'zod';
import type { JsonObject } from '../domain/policy/types';
import { parseInstant } from '../domain/time/instants';
import { hasCustomer, openingShape } from '../rehearsal/scenario';
import { BOARD_VIEWS } from '../store/board';
import { BOARD_SORTS } from './ports';

export const instantOut = z.string().meta({ format: 'date-time' });
export const instantIn = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, 'must be RFC 3339 with an offset, such as 2025-01-27T10:00:00Z')
  .meta({ format: 'date-time' });
const json = z.unknown();
const object = z.record(z.string(), json);

/** Ids of commands and idempotency keys: visible characters that need no escaping in a delivery's key (decision 9). */
export const repeatKey = z
  .string()
  .regex(/^[A-Za-z0-9._:@/+=-]{1,200}$/, 'must be 1 to 200 of A-Z a-z 0-9 . _ : @ / + = -');

export const ticketParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a ticket id (TICK-20250127-001) or a public number')
    .describe('Ticket id, or public number'),
});
/** A message of the procedure for a ticket. */
export const messageParams = ticketParams.extend({
  template: z.string().min(1).max(100).describe('The name of the template'),
});

/** How a message reads. */
export const previewSchema = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  madeUp: z.array(z.string()).describe('Names that had no value, and have a made-up one here'),
});

export const commandParams = ticketParams.extend({
  command: z.string().max(40).describe('A command, such as acknowledge or send_update'),
});

export const repeatHeaders = z.object({ 'idempotency-key': repeatKey.optional().describe('Makes a repeat harmless') });

export const openBody = openingShape
  .extend({
    pack: z.string().min(1).max(128).optional().describe('Name or hash of the policy pack; absent: the default one'),
    idempotencyKey: repeatKey.optional().describe('Instead of the header Idempotency-Key'),
    receivedAt: instantIn
      .optional()
      .describe('When intake received it, where that was earlier than now (keys of intake and admin only)'),
  })
  .superRefine(hasCustomer)
  .meta({ id: 'Opening', description: 'What intake says of a new ticket; what is absent is classified' });

export const openedSchema = z
  .object({
    id: z.string(),
    number: z.string().describe('The public number'),
    created: z.boolean().describe('False: the same request was made before, this is its ticket'),
    openedAt: instantOut,
    pack: z.object({ id: z.string(), hash: z.string() }),
    url: z.string(),
  })
  .meta({ id: 'Opened', description: 'A ticket that was opened' });

export const ticketSchema = z
  .object({
    id: z.string(),
    number: z.string(),
    seq: z.number().int().describe('Sequence number of the last event'),
    at: instantOut.describe('The instant of the last event'),
    status: z.string(),
    priority: z.string().optional(),
    ticket: object.describe('Every field, built in and of the pack'),
    paths: object.describe('Escalation paths in use: level, who is told, whether acknowledged'),
    tasks: z.array(object).describe('Open tasks'),
    commitments: z
      .array(object)
      .describe('Running promises: due, remainingSeconds (negative when overdue), breached, paused'),
    is: z.array(z.string()).describe("The pack's conditions that hold"),
    nextDue: instantOut.nullable(),
    pack: object,
    rollout: object.optional().describe('Where it stands in each rollout of the pack: side, share, place'),
    waiting: z.array(object).describe('Customer messages that wait for a field'),
  })
  .meta({ id: 'Ticket', description: 'A ticket as people read it' });

export const customerViewSchema = z
  .object({
    ticket: object.describe('Fields that are visible to all'),
    log: z.array(z.object({ at: instantOut, type: z.string(), by: z.string(), text: z.string() })),
  })
  .meta({ id: 'CustomerView', description: 'A ticket as its customer may read it' });

export const commandBody = z
  .looseObject({
    by: z
      .union(
        [
          z.string().min(1).max(200),
          z.strictObject({ name: z.string().min(1).max(200), role: z.string().min(1).max(100).optional() }),
        ],
        {
          error: 'must be a name, or { name, role }',
        },
      )
      .optional()
      .describe('Who gives it; absent: the holder of the key. `role` only with keys of commanders and admins'),
    commandId: repeatKey.optional().describe('Makes a repeat harmless; instead of the header Idempotency-Key'),
    at: instantIn
      .optional()
      .describe(
        'When it was given. Counts only with keys of commanders and admins, for 15 minutes back; else it is kept as said',
      ),
    fields: object.optional().describe("The command's fields; those beside `by` count as well"),
  })
  .meta({ id: 'Command', description: 'A command: its fields, and who gives it' });

export const commandedSchema = ticketSchema
  .extend({ commandId: z.string().describe('The id to repeat with') })
  .meta({ id: 'Commanded', description: 'The ticket after the command' });
export const messageTakenSchema = z
  .object({ commandId: z.string(), id: z.string(), number: z.string(), status: z.string() })
  .meta({ id: 'MessageTaken', description: 'What a key of intake sees of a ticket' });

export const rowSchema = z
  .object({
    seq: z.number().int().optional().describe('Sequence number; `after` takes it'),
    at: instantOut.describe('The instant it belongs to'),
    recordedAt: instantOut.optional().describe('When it was written; later than `at` by its lateness'),
    offset: z.string().describe('ISO 8601 duration since the opening'),
    type: z.string(),
    subject: z.string().optional(),
    summary: z.string(),
    by: object.optional(),
    cause: z.string().optional(),
    clauses: z.array(z.string()),
    data: object,
  })
  .meta({ id: 'TimelineRow', description: 'One thing that happened' });

export const agendaItemSchema = z
  .object({
    at: instantOut,
    kind: z.string(),
    id: z.string(),
    name: z.string(),
    label: z.string(),
    shadow: z.boolean().describe('Decided and recorded then; nobody hears of it'),
    clauses: z.array(z.string()),
    data: object,
  })
  .meta({ id: 'AgendaItem', description: 'One thing that falls due unless something happens first' });

export const timelineQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('Only rows with a later sequence number'),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
});

export const ledgerSchema = z
  .array(
    z.object({
      key: z.string(),
      channel: z.string(),
      role: z.string(),
      recipient: z.string().nullable(),
      template: z.string().nullable(),
      state: z.enum(['claimed', 'sent', 'failed', 'dropped']),
      attempts: z.number().int(),
      duplicates: z.number().int().describe('Sent once more under the same key'),
      dueAt: instantOut,
      claimedAt: instantOut.nullable(),
      settledAt: instantOut.nullable(),
      sentAt: instantOut.nullable(),
      person: z.string().nullable(),
      provider: z.string().nullable(),
      lastError: z.string().nullable(),
    }),
  )
  .meta({ id: 'Ledger', description: 'Deliveries of a ticket in the order in which they were due' });

const list = z
  .union([z.string().max(500), z.array(z.string().max(500)).max(50)])
  .transform((value) =>
    [value]
      .flat()
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  )
  .optional();

export const boardQuery = z.strictObject({
  kind: list.describe('Kinds of ticket, separated by commas; without it support tickets only'),
  status: list.describe('Any of these, separated by commas'),
  priority: list.describe('Any of these, separated by commas: P1,P2'),
  queue: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  pack: z.string().max(200).optional().describe("The pack's name"),
  q: z.string().max(200).optional().describe('Words of the subject, or a number'),
  view: z
    .enum(BOARD_VIEWS)
    .optional()
    .describe('mine, team, unassigned, escalated, my_escalations, or inbox (chats that wait)'),
  by: z.string().max(200).optional().describe('Whose view; the holder of the key when left out'),
  team: z.string().max(200).optional().describe('Of the view team: its tier or its queue'),
  breached: z.enum(['true', 'false']).optional().describe('With a commitment breached, or with none'),
  sort: z.enum(BOARD_SORTS).default('next_due'),
  cursor: z.string().max(1_000).optional().describe("An earlier page's nextCursor"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const boardSchema = z
  .object({
    tickets: z.array(
      z.object({
        id: z.string(),
        number: z.string(),
        kind: z.string().describe('support, or a kind of the pack'),
        subject: z.string(),
        status: z.string(),
        priority: z.string(),
        queue: z.string().nullable(),
        owner: z.string().nullable(),
        pack: z.string(),
        openedAt: instantOut,
        nextDue: instantOut.nullable(),
        nextLabel: z.string().nullable().describe('What falls due then'),
        breached: z.boolean(),
        side: z.string().nullable().describe('shadow or off where the pack does not act on it; null where it does'),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Board', description: 'A page of the board' });

export const rehearsalBody = z
  .union([z.string().min(1), object], { error: 'must be a scenario, as JSON or as YAML text' })
  .meta({
    id: 'ScenarioSource',
    description: 'A scenario file (docs/scenarios): { policy, opened, ticket, script, until, expect, never, … }',
  });

export const rehearsalSchema = z
  .object({
    ok: z.boolean().describe('Whether every expectation holds'),
    timeline: z.array(rowSchema),
    expectations: z.array(
      z.object({ ok: z.boolean(), kind: z.enum(['expect', 'never']), text: z.string(), found: z.string().optional() }),
    ),
  })
  .meta({ id: 'Rehearsal', description: "A rehearsal's outcome" });

export const statusSchema = z
  .object({
    state: z.enum(['operational', 'incident']),
    asOf: instantOut,
    stale: z.boolean().describe('The source does not answer; this is what it said last'),
    incidents: z.array(
      z.object({
        title: z.string(),
        state: z.string(),
        startedAt: instantOut,
        resolvedAt: instantOut.nullable(),
        nextUpdateDue: instantOut.nullable(),
        lateSeconds: z.number().int().describe('How late the promised update is; 0 when it is not'),
        updates: z.array(z.object({ at: instantOut, text: z.string() })),
      }),
    ),
  })
  .meta({ id: 'Status', description: 'The public status' });

export const readySchema = z
  .object({ ready: z.boolean(), checks: z.array(z.object({ name: z.string(), ok: z.boolean() })) })
  .meta({ id: 'Readiness', description: 'Whether requests may be sent here' });

export type StatusDocument = z.infer<typeof statusSchema>;
export type OpenBody = z.infer<typeof openBody>;
export type CommandBody = z.infer<typeof commandBody>;
export type Fields = JsonObject;

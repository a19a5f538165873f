/** Bodies and answers of the routes of decisions. */
import { z } from 'zod';
import { instantOut } from './schemas';

const turn = z.strictObject({ from: z.enum(['customer', 'agent']), text: z.string().max(20_000) });
const message = z
  .strictObject({
    id: z
      .union([z.string().max(200), z.number()])
      .nullable()
      .default(null),
    text: z.string().max(20_000).optional().describe('One message of a customer'),
    turns: z.array(turn).min(1).max(100).optional().describe('A conversation, oldest first'),
  })
  .refine((one) => (one.text === undefined) !== (one.turns === undefined), 'give either "text" or "turns"');

export const triageBody = z.strictObject({
  pack: z.string().max(128).optional().describe("The pack's name; absent: the default one"),
  classifier: z.enum(['embedded', 'model']).default('embedded'),
  prefilter: z.boolean().default(true).describe('false: classify whatever the keywords say'),
  messages: z.array(message).min(1).max(100),
});

const answer = z.object({ value: z.string().nullable(), score: z.number(), reasons: z.array(z.string()) });
const usage = z
  .object({
    calls: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cost: z.number().describe('US dollars'),
    fallbacks: z.number().describe('Questions that the embedded classifier answered in place of the model'),
  })
  .describe('What a model took; absent where only the embedded classifier was asked');

export const triageSchema = z
  .object({
    pack: z.object({ id: z.string(), hash: z.string() }),
    decisions: z.array(
      z.object({
        id: z.union([z.string(), z.number()]).nullable(),
        keywordHit: z.boolean(),
        supplementaryHit: z.boolean(),
        keywords: z.array(z.string()),
        intent: z.string(),
        evidence: z.string().nullable(),
        confidence: z.number(),
        action: z.string().describe('The first action'),
        outcome: z.string().nullable().describe('How it ends; null where it is still open'),
        turn: z.number().nullable().describe("The customer's turn, from 1, at which it ends"),
        interrupt: z.string().nullable(),
        gathered: z.array(
          z.object({
            field: z.string(),
            value: z.array(z.string()),
            score: z.number(),
            asks: z.number(),
            state: z.string(),
          }),
        ),
        reassessment: answer.nullable(),
        reasons: z.array(z.string()),
        version: z.string().describe('Of the data, and of the model where one answered'),
      }),
    ),
    usage: usage.optional(),
  })
  .meta({ id: 'Triage', description: 'Decisions on messages; nothing was acted on' });

export const decisionSchema = z
  .object({
    seq: z.number(),
    fact: z.string(),
    at: instantOut,
    by: z.object({ name: z.string(), role: z.string().optional(), kind: z.string() }),
    askedAt: instantOut.optional(),
    inputs: z.record(z.string(), z.unknown()).optional().describe('What the answer was made from'),
    value: z.unknown(),
    score: z.unknown(),
    reasons: z.array(z.string()),
    given: z.unknown().optional().describe('What was said, where another value counts'),
    version: z.string().optional(),
    usage: z.record(z.string(), z.unknown()).optional(),
    late: z.boolean().optional().describe('It came too late or twice, and counts for nothing'),
    overruledBy: z.number().optional().describe("The seq of a reviewer's word that stands in its place"),
    overrules: z.object({ from: z.unknown(), reason: z.unknown().optional() }).optional(),
    clauses: z.array(z.string()),
  })
  .meta({ id: 'Decision' });

export const reviewQuery = z.strictObject({
  pack: z.string().max(128).optional().describe("The pack's name; absent: the default one"),
  kind: z.string().max(64).optional().describe('Reviews of this kind only'),
  verdict: z.string().max(100).optional().describe('Only those in which this was chosen'),
  over: z.enum(['true', 'false']).default('false').describe('Resolved and closed ones as well'),
  cursor: z.string().max(300).optional().describe("An earlier page's nextCursor"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const reviewsSchema = z
  .object({
    reviews: z.array(
      z.object({
        id: z.string(),
        number: z.string(),
        kind: z.string(),
        title: z.string().describe('Of the kind'),
        key: z.string().nullable(),
        subject: z.string(),
        status: z.string(),
        openedAt: instantOut.nullable(),
        resolvedAt: instantOut.nullable(),
        closed: z.boolean(),
        values: z.record(z.string(), z.unknown()).describe('The fields that its kind declares'),
        findings: z
          .array(
            z.object({
              seq: z.number(),
              task: z.string(),
              at: instantOut,
              by: z.string(),
              choice: z.unknown().describe('The verdict; null of a task without choices'),
              answer: z.record(z.string(), z.unknown()),
            }),
          )
          .describe('Tasks that were done, the oldest first'),
        url: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Reviews' });

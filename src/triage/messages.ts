/** Lines of NDJSON as messages and labelled messages. */
import { z } from 'zod';
import type { TurnText } from '../domain/classify/types';
import type { Labelled } from './evaluate';

const id = z.union([z.string(), z.number()]).nullable().default(null);
const turn = z.object({ from: z.enum(['customer', 'agent']), text: z.string() });
const body = { id, text: z.string().optional(), turns: z.array(turn).min(1).optional() };
const either = (one: { text?: string | undefined; turns?: unknown }): boolean =>
  (one.text === undefined) !== (one.turns === undefined);
const EITHER = 'give either "text" or "turns"';

const message = z.object(body).refine(either, EITHER);
const labels = {
  intent: z.string().optional(),
  evidence: z.string().nullable().optional(),
  action: z.string().optional(),
  outcome: z.string().nullable().optional(),
  turn: z.number().int().positive().nullable().optional(),
  answers: z.record(z.string(), z.union([z.string(), z.boolean()]).nullable()).optional(),
};
const labelled = z
  .object({ ...body, ...labels, expected: z.object(labels).optional(), labels: z.object(labels).optional() })
  .refine(either, EITHER);

/** A message to be decided on. */
export interface Message {
  id: string | number | null;
  turns: TurnText[];
}

function parse<T>(line: string, schema: z.ZodType<T>): T {
  if (line.trim() === '') throw new Error('the line is empty; give a JSON object');
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch {
    // The parser's own message would quote what a customer wrote.
    throw new Error('the line is not JSON');
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues
      .map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '))
      .join('; '),
  );
}

const turnsOf = (one: { text?: string | undefined; turns?: TurnText[] | undefined }): TurnText[] =>
  one.turns ?? [{ from: 'customer', text: one.text ?? '' }];

/** One line as a message. Throws an Error with what is wrong, which quotes nothing of the message. */
export function readMessage(line: string): Message {
  const one = parse(line, message);
  return { id: one.id, turns: turnsOf(one) };
}

/** One line with labels, beside the text or under `expected` or `labels`. Throws as {@link readMessage}. */
export function readLabelled(line: string): Labelled {
  const one = parse(line, labelled);
  const given = { ...one, ...one.labels, ...one.expected };
  return {
    id: one.id,
    turns: turnsOf(one),
    ...(given.intent === undefined ? {} : { intent: given.intent }),
    ...(given.evidence === undefined ? {} : { evidence: given.evidence }),
    ...(given.action === undefined ? {} : { action: given.action }),
    ...(given.outcome === undefined ? {} : { outcome: given.outcome }),
    ...(given.turn === undefined ? {} : { turn: given.turn }),
    ...(given.answers === undefined ? {} : { answers: given.answers }),
  };
}

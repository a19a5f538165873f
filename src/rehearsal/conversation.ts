/**
 * Conversations as files: what a customer says, what the world answers, what the assistant is expected to say. Played on the
 * dialogue core in no time; a ticket that it opens is opened on the ticket core under the same pack.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { greet, receive, resume } from '../domain/assistant/engine';
import { promised } from '../domain/assistant/promise';
import type { AssistantQuestion, ConversationState, Visitor } from '../domain/assistant/types';
import { searchArticles } from '../domain/articles/search';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { parseDuration, parseInstant, type EpochMs } from '../domain/time/instants';
import type { LoadedPack } from '../policies/load';

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);
const visitor = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
  plan: z.string().optional(),
});
const saidSchema = z.strictObject({
  say: z.string().describe('What the customer writes'),
  after: z.string().optional().describe('How long after the message before; a minute when left out'),
  guess: z.strictObject({ intent: z.string(), confidence: z.number() }).optional(),
  reply: z.string().optional().describe('The whole answer, word for word'),
  includes: z.array(z.string()).optional().describe('Texts in the answer'),
  excludes: z.array(z.string()).optional().describe('Texts that are not in it'),
  silent: z.literal(true).optional().describe('Nothing is said'),
  status: z.enum(['bot', 'collecting', 'handed_off']).optional(),
  trigger: z.string().optional().describe('Why a person takes over'),
  ticket: z
    .union([z.literal(false), z.record(z.string(), json)])
    .optional()
    .describe('What the ticket holds; false: none'),
});
export const conversationSchema = z.strictObject({
  policy: z.string().optional(),
  assistant: z.string(),
  about: z.string().optional(),
  clauses: z.array(z.string()).default([]),
  at: z.string().refine((text) => parseInstant(text) !== undefined, 'must be RFC 3339 with an offset'),
  customer: visitor.optional().describe('Who writes; absent: a visitor whom nobody knows'),
  account: z.record(z.string(), json).default({}).describe("The customer's account"),
  tickets: z.array(z.record(z.string(), json)).default([]).describe("The customer's own tickets"),
  queue: z.strictObject({ ahead: z.number().int().nonnegative() }).default({ ahead: 0 }),
  number: z.string().default('12345').describe('The number of a ticket that is opened'),
  answers: z
    .record(z.string(), z.number())
    .default({})
    .describe('How certain the knowledge base is of a question, where that is not left to its search'),
  greeting: z.string().optional().describe('The greeting, word for word'),
  turns: z.array(saidSchema).min(1),
});
export type ConversationScript = z.infer<typeof conversationSchema>;

/** One turn as it went, and what of the expectations does not hold. */
export interface PlayedTurn {
  said: string;
  reply: string;
  status: ConversationState['status'];
  faults: string[];
}

export interface PlayedConversation {
  ok: boolean;
  greeting: string;
  turns: PlayedTurn[];
  faults: string[];
  state: ConversationState;
}

/** Whether a file beside a pack is a conversation: they lie in a folder of their own. */
export const isConversation = (file: string): boolean => basename(dirname(file)) === 'conversations';

/** Reads a conversation's text. Errors: ESC_SCENARIO_INVALID. */
export function parseConversation(text: string, file: string): ConversationScript {
  const document = parseDocument(text, { version: '1.2' });
  const [broken] = document.errors;
  const parsed = broken ? undefined : conversationSchema.safeParse(document.toJS());
  if (parsed?.success) return parsed.data;
  const why = broken?.message ?? (parsed ? z.prettifyError(parsed.error) : '');
  throw new TocsinError('ESC_SCENARIO_INVALID', `${file}: ${why}`, { file });
}

/** Reads a conversation's file. Errors: ESC_SCENARIO_INVALID. */
export async function readConversation(file: string): Promise<ConversationScript> {
  const text = await readFile(resolve(file), 'utf8').catch(() => {
    throw new TocsinError('ESC_SCENARIO_INVALID', `${file} cannot be read`, { file });
  });
  return parseConversation(text, file);
}

const MINUTE_MS = 60_000;

/** Plays a conversation under a pack. Errors: ESC_SCENARIO_INVALID where the pack has no such assistant. */
export function playConversation(
  loaded: Pick<LoadedPack, 'pack' | 'knowledge'>,
  script: ConversationScript,
): PlayedConversation {
  const { pack } = loaded;
  const def = pack.assistants[script.assistant];
  if (!def) throw new TocsinError('ESC_SCENARIO_INVALID', `the pack has no assistant "${script.assistant}"`);
  const visitor = visitorOf(script);
  let at = parseInstant(script.at) ?? 0;
  const begun = greet(def, visitor, at);
  let { state } = begun;
  const greeting = begun.replies.join('\n\n');
  const faults =
    script.greeting !== undefined && script.greeting !== greeting ? [`the greeting is ${quoted(greeting)}`] : [];
  const turns: PlayedTurn[] = [];
  for (const said of script.turns) {
    at += parseDuration(said.after ?? '') ?? MINUTE_MS;
    const replies: string[] = [];
    let turn = receive(pack, def, state, { text: said.say, at, visitor, ...(said.guess ? { guess: said.guess } : {}) });
    for (;;) {
      replies.push(...turn.replies);
      if (!turn.question) break;
      turn = resume(pack, def, turn.state, answer(loaded, script, turn.state, turn.question, at));
    }
    state = turn.state;
    const reply = replies.join('\n\n');
    turns.push({ said: said.say, reply, status: state.status, faults: faultsOf(said, reply, state) });
  }
  const ok = faults.length === 0 && turns.every((turn) => turn.faults.length === 0);
  return { ok, greeting, turns, faults, state };
}

const visitorOf = ({ customer }: ConversationScript): Visitor => {
  const { id, name, email, plan } = customer ?? {};
  return {
    identified: customer !== undefined,
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(plan === undefined ? {} : { plan }),
  };
};

function answer(
  { pack, knowledge }: Pick<LoadedPack, 'pack' | 'knowledge'>,
  script: ConversationScript,
  state: ConversationState,
  question: AssistantQuestion,
  at: EpochMs,
): JsonObject {
  switch (question.ask) {
    case 'search': {
      const own = knowledge.articles.filter((one) => one.language === knowledge.tree?.language);
      const hits = searchArticles(own, question.query).map((hit) => ({
        ...hit,
        url: `/portal/help/${hit.slug}`,
        ...(script.answers[question.query] === undefined ? {} : { confidence: script.answers[question.query] ?? 0 }),
      }));
      return { hits: hits };
    }
    case 'account': {
      const value = question.fact
        .split('.')
        .reduce<Json | undefined>(
          (inner, key) =>
            inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? inner[key] : undefined,
          script.account,
        );
      return value === undefined ? {} : { value };
    }
    case 'ticket_status':
      return {
        tickets: script.tickets.filter((one) => question.number === undefined || one['number'] === question.number),
      };
    case 'queue':
      return { ahead: script.queue.ahead };
    case 'open_ticket':
      return { ...promised(pack, state, question.opening, at), number: script.number };
  }
}

const quoted = (text: string): string => JSON.stringify(text);

function faultsOf(said: z.infer<typeof saidSchema>, reply: string, state: ConversationState): string[] {
  const faults: string[] = [];
  if (said.reply !== undefined && said.reply.trim() !== reply)
    faults.push(`the answer is ${quoted(reply)}, not ${quoted(said.reply.trim())}`);
  if (said.silent && reply !== '') faults.push(`something is said: ${quoted(reply)}`);
  for (const text of said.includes ?? [])
    if (!reply.includes(text)) faults.push(`${quoted(text)} is not in ${quoted(reply)}`);
  for (const text of said.excludes ?? [])
    if (reply.includes(text)) faults.push(`${quoted(text)} is in ${quoted(reply)}`);
  if (said.status !== undefined && said.status !== state.status)
    faults.push(`the conversation is ${state.status}, not ${said.status}`);
  if (said.trigger !== undefined && said.trigger !== state.handoff?.trigger)
    faults.push(`it was handed over for ${state.handoff?.trigger ?? 'nothing'}, not ${said.trigger}`);
  if (said.ticket === false && state.ticket) faults.push('a ticket was opened');
  if (said.ticket)
    for (const [path, wanted] of Object.entries(said.ticket)) {
      const found = at(state.ticket ?? null, path);
      if (JSON.stringify(found) !== JSON.stringify(wanted))
        faults.push(`the ticket's ${path} is ${quoted(String(JSON.stringify(found)))}, not ${JSON.stringify(wanted)}`);
    }
  return faults;
}

/** The value at a dotted path; `length` of a list is its length. */
function at(value: Json, path: string): Json | undefined {
  let inner: Json | undefined = value;
  for (const key of path.split('.')) {
    if (Array.isArray(inner)) inner = key === 'length' ? inner.length : inner[Number(key)];
    else inner = inner !== null && typeof inner === 'object' ? inner[key] : undefined;
  }
  return inner;
}

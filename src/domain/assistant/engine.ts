/**
 * The dialogue: a message in, replies and at most one question to the outside out; the answer to that comes in the same way.
 * Pure: no model, no clock, no look-up. A message in the middle of a script is tried in this order: reasons to hand over,
 * choices, intents that interrupt, what the step waits for, other intents.
 */
import type { Env } from '../policy/expr';
import type { CompiledPack, Json, JsonObject, Value } from '../policy/types';
import { assistantEnv, holds, textOf, valueOf } from './env';
import { beginHandoff, collectDetail, finishHandoff, ticketWish } from './handoff';
import { chosen, readField } from './reading';
import type {
  AssistantDef,
  AssistantQuestion,
  ConversationState,
  IncomingMessage,
  StepDef,
  Turn,
  Visitor,
} from './types';

/** One turn under way. */
export interface Talk {
  pack: CompiledPack;
  def: AssistantDef;
  state: ConversationState;
  replies: string[];
  question?: AssistantQuestion;
}

/** Steps that follow one another without a message in between, at most. */
const MOST_STEPS = 50;

/** A new conversation with its greeting. */
export function greet(def: AssistantDef, visitor: Visitor, at: number): Turn {
  const messages = [{ from: 'assistant' as const, at, text: def.greeting }];
  return {
    state: {
      ...{ schema: 1, assistant: def.name, status: 'bot', messages, visitor },
      ...{ collected: {}, result: {}, confidence: 1, at },
    },
    replies: [def.greeting],
  };
}

/** A message of the customer. A conversation that was handed over keeps it, and says nothing. */
export function receive(
  pack: CompiledPack,
  def: AssistantDef,
  before: ConversationState,
  message: IncomingMessage,
): Turn {
  const { pending: _pending, ...rest } = before;
  const talk: Talk = {
    pack,
    def,
    replies: [],
    state: {
      ...rest,
      at: message.at,
      visitor: message.visitor,
      messages: [...before.messages, { from: 'customer', at: message.at, text: message.text }],
      confidence: 1,
    },
  };
  if (before.status === 'collecting') collectDetail(talk, message.text);
  else if (before.status === 'bot') hear(talk, message);
  return turnOf(talk);
}

/** The answer to the question that the last turn put. */
export function resume(pack: CompiledPack, def: AssistantDef, before: ConversationState, answer: JsonObject): Turn {
  const { pending, ...state } = before;
  const talk: Talk = { pack, def, state: { ...state, result: resultOf(pending?.question, answer) }, replies: [] };
  if (!pending) return turnOf(talk);
  if (pending.question.ask === 'open_ticket') talk.state.ticket = answer;
  if (pending.step === '') finishHandoff(talk, pending.question);
  else afterAct(talk, pending.step);
  return turnOf(talk);
}

/** An answer as texts read it: of a search the best hit and a list, of tickets a list. */
function resultOf(question: AssistantQuestion | undefined, answer: JsonObject): JsonObject {
  if (question?.ask === 'search') {
    const hits = (answer['hits'] ?? []) as JsonObject[];
    const lines = hits.slice(0, SHOWN).map((hit) => `- ${String(hit['title'])}: ${String(hit['url'])}`);
    return { confidence: 0, ...hits[0], hits, count: hits.length, list: lines.join('\n') };
  }
  if (question?.ask === 'ticket_status') {
    const tickets = (answer['tickets'] ?? []) as JsonObject[];
    const lines = tickets.slice(0, SHOWN).map(({ number, subject, status, priority, next_update: next }) => {
      const update = typeof next === 'string' ? `, next update by ${next}` : '';
      return `#${String(number)} ${String(subject)}: ${String(status)}, ${String(priority)}${update}`;
    });
    return { tickets, count: tickets.length, list: lines.join('\n') };
  }
  return answer;
}

/** Hits and tickets that are listed at most. */
const SHOWN = 3;

function turnOf(talk: Talk): Turn {
  const { state, replies, question } = talk;
  const spoken = replies.length === 0 ? [] : [{ from: 'assistant' as const, at: state.at, text: replies.join('\n\n') }];
  return {
    state: { ...state, messages: [...state.messages, ...spoken] },
    replies,
    ...(question ? { question } : {}),
  };
}

export const envOf = ({ pack, def, state }: Talk): Env => assistantEnv(pack, def, state);

/** Says a text. */
export function say(talk: Talk, text: Parameters<typeof textOf>[1] | undefined): void {
  const words = text === undefined ? '' : textOf(envOf(talk), text);
  if (words !== '') talk.replies.push(words);
}

/** Keeps values under `collected`; null is no value. */
export function keep(talk: Talk, values: Record<string, Value>): void {
  const env = envOf(talk);
  for (const [name, value] of Object.entries(values)) {
    const got = valueOf(env, value);
    if (got !== null) talk.state.collected = { ...talk.state.collected, [name]: got };
  }
}

function hear(talk: Talk, message: IncomingMessage): void {
  const { def, state } = talk;
  const env = envOf(talk);
  const trigger = def.triggers.find((one) => one.when && holds(env, one.when));
  if (trigger) return beginHandoff(talk, trigger);
  const step = state.waiting === undefined ? undefined : def.steps[state.waiting];
  const option = step && chosen(step.options, message.text);
  if (option) return enter(talk, option.go);
  const intents = def.intents.filter((one) => holds(env, one.when));
  const interrupting = intents.find((one) => one.interrupts);
  if (interrupting) return follow(talk, interrupting);
  if (step && step.reads.length > 0) {
    const read = step.reads.map((one) => [one.field, readField(one, message.text)] as const);
    const found = read.filter((one): one is readonly [string, Json] => one[1] !== undefined);
    if (found.length > 0) {
      state.collected = { ...state.collected, ...Object.fromEntries(found) };
      return goOn(talk, step);
    }
  }
  if (message.guess) state.confidence = message.guess.confidence;
  const guessed = message.guess && def.intents.find((one) => one.name === message.guess?.intent);
  const intent = intents[0] ?? guessed;
  // Words that the procedure names are certain; a model's guess is as certain as it says.
  if (intents[0]) state.confidence = 1;
  if (state.confidence < def.confidence) return unsure(talk);
  if (intent) return follow(talk, intent);
  if (step) return say(talk, def.again);
  enter(talk, def.otherwise);
}

function follow(talk: Talk, intent: { set: Record<string, Value>; go: string }): void {
  keep(talk, intent.set);
  enter(talk, intent.go);
}

/** An answer that is not certain enough is not given. */
export function unsure(talk: Talk): void {
  const trigger = talk.def.triggers.find((one) => one.name === talk.def.unsure);
  if (trigger) beginHandoff(talk, trigger);
}

/** Enters a step, and goes on until something is waited for. */
function enter(talk: Talk, name: string, depth = 0): void {
  delete talk.state.waiting;
  const [to, trigger] = name.split(':');
  if (to === 'handoff') {
    const found = talk.def.triggers.find((one) => one.name === (trigger ?? talk.def.unsure));
    if (found) beginHandoff(talk, found);
    return;
  }
  const step = talk.def.steps[name];
  if (!step || depth >= MOST_STEPS) return;
  const question = step.act && questionOf(talk, step);
  if (question === null) return say(talk, talk.def.login);
  if (question) {
    talk.question = question;
    talk.state.pending = { step: step.name, question };
    return;
  }
  speak(talk, step, depth);
}

/** What a step asks of the outside; null where the visitor has to log in first. */
function questionOf(talk: Talk, { act }: StepDef): AssistantQuestion | null | undefined {
  const { state } = talk;
  switch (act?.do) {
    case 'search':
      return { ask: 'search', query: String(valueOf(envOf(talk), act.query) ?? '') };
    case 'account':
      return state.visitor.identified ? { ask: 'account', fact: act.fact } : null;
    case 'ticket_status': {
      if (!state.visitor.identified) return null;
      const number = /#?(\d{4,})/.exec(state.messages.at(-1)?.text ?? '')?.[1];
      return { ask: 'ticket_status', ...(number === undefined ? {} : { number }) };
    }
    case 'open_ticket':
      return { ask: 'open_ticket', opening: ticketWish(talk) };
    case undefined:
      return undefined;
  }
}

function afterAct(talk: Talk, name: string): void {
  const step = talk.def.steps[name];
  if (!step) return;
  const confidence = talk.state.result['confidence'];
  if (typeof confidence === 'number') talk.state.confidence = confidence;
  if (step.act?.do === 'search' && talk.state.confidence < talk.def.confidence) return unsure(talk);
  speak(talk, step, 0);
}

function speak(talk: Talk, step: StepDef, depth: number): void {
  keep(talk, step.set);
  say(talk, step.say);
  if (step.reads.length > 0 || step.options.length > 0) talk.state.waiting = step.name;
  else goOn(talk, step, depth);
}

function goOn(talk: Talk, step: StepDef, depth = 0): void {
  const env = envOf(talk);
  const next = step.next.find((one) => holds(env, one.when));
  if (next) enter(talk, next.go, depth + 1);
}

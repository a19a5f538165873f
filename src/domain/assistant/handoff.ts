/** Handing over to a person: missing details, the ticket with the whole conversation, the wait. */
import type { Json, JsonObject } from '../policy/types';
import { calendarOf } from '../ticket/calendars';
import { isOpen, nextOpening } from '../time/calendar';
import { formatInstant } from '../time/instants';
import { durationWords, localWords } from '../time/words';
import { envOf, keep, say, type Talk } from './engine';
import { holds, textOf, valueOf } from './env';
import { readField } from './reading';
import type { AssistantQuestion, CollectDef, TicketWish, TriggerDef } from './types';

/** Begins at once; what is missing is asked for first. */
export function beginHandoff(talk: Talk, trigger: TriggerDef): void {
  const { state } = talk;
  delete state.waiting;
  keep(talk, trigger.set);
  state.status = 'collecting';
  state.handoff = {
    trigger: trigger.name,
    tags: trigger.tags,
    ...(trigger.queue === undefined ? {} : { queue: trigger.queue }),
  };
  say(talk, trigger.say);
  askNext(talk);
}

function missing(talk: Talk): CollectDef | undefined {
  const env = envOf(talk);
  return talk.def.collect.find(
    (one) => !Object.hasOwn(talk.state.collected, one.read.field) && (one.when === undefined || holds(env, one.when)),
  );
}

function askNext(talk: Talk): void {
  const { state } = talk;
  const next = missing(talk);
  if (!state.handoff) return;
  if (!next) return openTicket(talk);
  state.handoff = { ...state.handoff, asking: next.read.field };
  say(talk, next.ask);
}

/** A message while details are collected: the detail, or the wish for a person once more, which ends the questions. */
export function collectDetail(talk: Talk, text: string): void {
  const { state, def } = talk;
  const env = envOf(talk);
  const insists = def.triggers.find((one) => one.insists && one.when && holds(env, one.when));
  if (insists) return openTicket(talk);
  const asked = def.collect.find((one) => one.read.field === state.handoff?.asking);
  const value: Json | undefined = asked && readField(asked.read, text);
  if (asked && value !== undefined) state.collected = { ...state.collected, [asked.read.field]: value };
  askNext(talk);
}

function openTicket(talk: Talk): void {
  const question: AssistantQuestion = { ask: 'open_ticket', opening: ticketWish(talk) };
  talk.question = question;
  talk.state.pending = { step: '', question };
}

/** The ticket of the conversation as it stands: every message with speaker and time. */
export function ticketWish(talk: Talk): TicketWish {
  const { def, state } = talk;
  const env = envOf(talk);
  const category = def.ticket.category === undefined ? null : valueOf(env, def.ticket.category);
  const fields = Object.fromEntries(
    Object.entries(def.ticket.fields)
      .map(([name, value]): [string, Json] => [name, valueOf(env, value)])
      .filter(([, value]) => value !== null && value !== ''),
  );
  // What is said in this very turn belongs to it as well.
  const spoken = talk.replies.map((text) => ({ from: 'assistant' as const, at: state.at, text }));
  const conversation = [...state.messages, ...spoken].map(({ from, at, text }) => ({
    from,
    at: formatInstant(at),
    text,
  }));
  return {
    subject: textOf(env, def.ticket.subject),
    body: conversation.map(({ from, at, text }) => `[${at}] ${from}: ${text}`).join('\n'),
    ...(typeof category === 'string' ? { category } : {}),
    tags: state.handoff?.tags ?? [],
    fields: {
      ...fields,
      conversation,
      ...(state.handoff ? { handoff_reason: state.handoff.trigger } : {}),
      ...(state.handoff?.queue === undefined ? {} : { handoff_queue: state.handoff.queue }),
    },
  };
}

/** After the ticket was opened: how long the queue is; after that: when somebody answers. */
export function finishHandoff(talk: Talk, question: AssistantQuestion): void {
  const { state } = talk;
  if (question.ask === 'open_ticket') {
    const queue = typeof state.ticket?.['queue'] === 'string' ? state.ticket['queue'] : (state.handoff?.queue ?? '');
    talk.question = { ask: 'queue', queue };
    state.pending = { step: '', question: talk.question };
    return;
  }
  state.status = 'handed_off';
  const { wait } = talk.def;
  const calendar = calendarOf(talk.pack, String(valueOf(envOf(talk), wait.calendar) ?? 'always'));
  const open = isOpen(calendar, state.at);
  const ahead = Number(state.result['ahead'] ?? 0);
  const more: JsonObject = open
    ? { ahead, wait: durationWords(ahead * wait.handling) }
    : { opens: localWords(calendar, nextOpening(calendar, state.at)) };
  state.result = { ...state.result, ...more };
  say(talk, open ? wait.open : wait.closed);
}

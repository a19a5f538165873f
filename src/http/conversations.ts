/** Drives an assistant's dialogue: a message in, its questions answered by the ports, the replies out. */
import { randomUUID } from 'node:crypto';
import { greet, receive, resume } from '../domain/assistant/engine';
import { openingOf, promised } from '../domain/assistant/promise';
import type { AssistantDef, AssistantQuestion, ConversationState, Turn, Visitor } from '../domain/assistant/types';
import { TocsinError } from '../domain/errors';
import type { CompiledPack, Json, JsonObject } from '../domain/policy/types';
import type { Opening } from '../domain/ticket/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { factAt } from './accounts';
import type { Desk } from './desk';
import { articleUrl } from './knowledge-present';
import type { HttpPorts } from './ports';

/** A message for an assistant. Without a text and a conversation: hello. */
export interface ChatMessage {
  assistant: string;
  conversation?: string | undefined;
  text?: string | undefined;
  guess?: { intent: string; confidence: number } | undefined;
  visitor: Visitor;
  language: string;
  /** What whoever passes the message on knows of a ticket that the conversation opens. */
  opens?: (opening: Opening) => Opening;
}

/** What the assistant says. */
export interface ChatAnswer {
  conversation: string;
  replies: string[];
  state: ConversationState;
}

/** Questions that one message may lead to, at most. */
const MOST_QUESTIONS = 10;
/** Tickets whose next update is looked up. */
const MOST_TICKETS = 3;

/** Conversations over the ports. */
export class Conversations {
  constructor(
    private readonly ports: HttpPorts,
    private readonly desk: Desk,
    private readonly now: () => EpochMs,
  ) {}

  /** Errors: ESC_NOT_FOUND for an assistant or a conversation that is not there, or is another's. */
  async say(message: ChatMessage): Promise<ChatAnswer> {
    const pack = await this.ports.policies.active();
    const assistants: Partial<CompiledPack>['assistants'] = pack.assistants;
    const def = assistants && Object.hasOwn(assistants, message.assistant) ? assistants[message.assistant] : undefined;
    if (!def) throw new TocsinError('ESC_NOT_FOUND', `there is no assistant "${message.assistant}"`);
    const at = this.now();
    const known = message.conversation === undefined ? undefined : await this.own(message);
    const begun = known ? { state: known.state, replies: [] } : greet(def, message.visitor, at);
    const id = known?.id ?? randomUUID();
    const replies: string[] = [...begun.replies];
    let { state } = begun;
    if (message.text !== undefined && message.text.trim() !== '') {
      const { text, visitor, guess } = message;
      const heard = receive(pack, def, state, { text, at, visitor, ...(guess ? { guess } : {}) });
      const turn = await this.finish(pack, def, id, message, heard, replies);
      state = turn.state;
      if (known?.state.status === 'handed_off') await this.passOn(id, state);
    }
    await this.ports.conversations.save({ id, packId: pack.id, state, version: known?.version ?? 0 }, at);
    return { conversation: id, replies, state };
  }

  /** The assistant that customers meet on the portal: the pack's first. Errors: ESC_NOT_FOUND. */
  async first(): Promise<AssistantDef> {
    const { assistants = {} }: Partial<CompiledPack> = await this.ports.policies.active();
    const [def] = Object.values(assistants);
    if (!def) throw new TocsinError('ESC_NOT_FOUND', 'there is no assistant');
    return def;
  }

  private async own({ conversation = '', visitor, assistant }: ChatMessage) {
    const known = await this.ports.conversations.find(conversation);
    const other = known?.state.visitor.identified && known.state.visitor.email !== visitor.email;
    if (!known || other || known.state.assistant !== assistant)
      throw new TocsinError('ESC_NOT_FOUND', `there is no conversation "${conversation}"`);
    return known;
  }

  private async finish(
    pack: CompiledPack,
    def: AssistantDef,
    id: string,
    message: ChatMessage,
    first: Turn,
    replies: string[],
  ): Promise<Turn> {
    let turn = first;
    replies.push(...turn.replies);
    for (let n = 0; turn.question && n < MOST_QUESTIONS; n++) {
      const answer = await this.answer(pack, def, id, message, turn.state, turn.question);
      turn = resume(pack, def, turn.state, answer);
      replies.push(...turn.replies);
    }
    return turn;
  }

  private async answer(
    pack: CompiledPack,
    def: AssistantDef,
    id: string,
    { visitor, language, opens = (opening) => opening }: ChatMessage,
    state: ConversationState,
    question: AssistantQuestion,
  ): Promise<JsonObject> {
    const at = this.now();
    const visit = { id, channel: 'chat' };
    switch (question.ask) {
      case 'search': {
        const { hits } = await this.ports.knowledge.search({ text: question.query, language, limit: 5, assist: true });
        await this.ports.knowledge.record(visit, { kind: 'search', query: question.query, hits: hits.length }, at);
        for (const article of hits.filter((hit) => hit.confidence >= def.confidence))
          await this.ports.knowledge.record(visit, { kind: 'suggestion', article }, at);
        return { hits: hits.map((hit) => ({ ...hit, url: articleUrl(hit.slug) })) as unknown as Json };
      }
      case 'account': {
        const facts = await this.desk.account({ id: visitor.id ?? '', email: visitor.email ?? '' });
        const value = factAt(facts, question.fact);
        return value === undefined ? {} : { value };
      }
      case 'ticket_status':
        return { tickets: await this.ticketsOf(visitor, question.number) };
      case 'queue': {
        const except = typeof state.ticket?.['id'] === 'string' ? state.ticket['id'] : '';
        return { ahead: await this.ports.conversations.waiting(question.queue, except) };
      }
      case 'open_ticket': {
        const opened = await this.ports.tickets.open({
          opening: opens(openingOf(def, state, question.opening)),
          pack: pack.id,
          idempotencyKey: `conversation:${id}/${state.messages.length}`,
          receivedAt: at,
          now: at,
        });
        await this.ports.knowledge.ticketOpened(visit, opened.id, at).catch(() => undefined);
        return { ...promised(pack, state, question.opening, at), id: opened.id, number: opened.number };
      }
    }
  }

  private async ticketsOf({ email = '' }: Visitor, number: string | undefined): Promise<Json[]> {
    const own = (await this.desk.list({ email })).filter((one) => number === undefined || one.number === number);
    return own.slice(0, MOST_TICKETS).map(({ number: no, subject, status, priority, nextUpdate }) => ({
      ...{ number: no, subject, status, priority },
      ...(nextUpdate === undefined ? {} : { next_update: formatInstant(nextUpdate) }),
    }));
  }

  /** What is written after the transfer reaches whoever took over. */
  private async passOn(id: string, state: ConversationState): Promise<void> {
    const ticket = state.ticket?.['id'];
    const last = state.messages.at(-1);
    if (typeof ticket !== 'string' || !last) return;
    await this.ports.tickets.command(ticket, {
      id: `chat:${id}:${state.messages.length}`,
      name: 'message',
      at: this.now(),
      by: { name: state.visitor.name ?? state.visitor.email ?? 'Visitor', kind: 'customer' },
      fields: { from: 'customer', text: last.text },
    });
  }
}

/**
 * Chats: a widget says who is there, messages go both ways and are kept on the ticket, the chatbot answers first where it is
 * there, and a person takes over. Out of hours a message that is left opens a ticket.
 */
import { z } from 'zod';
import type { JsonObject, WayInDef } from '../domain/policy/types';
import type { Opening } from '../domain/ticket/types';
import { formatInstant } from '../domain/time/instants';
import { availability, type Availability } from './availability';
import { once, type BotAnswer, type IntakePorts, type OpenedTicket, type Thread } from './ports';
import {
  keptFields,
  openingOf,
  planOf,
  refused,
  subjectOf,
  unknownAddress,
  waysOf,
  type Customer,
  type Pack,
} from './ways';

const text = z.string().min(1).max(500);
const company = z.looseObject({ id: z.string().optional(), name: z.string().optional(), plan: z.string().optional() });

/** What the widget of Intercom is set up with, and a first message where there is one. */
export const chatSession = z
  .looseObject({
    app_id: text.optional(),
    name: text.optional(),
    email: z.email().optional(),
    user_id: text.optional(),
    company: company.optional(),
    subscription_tier: z.string().optional(),
    conversation_id: text.optional().describe('The conversation; with `message` it begins'),
    message: z.string().min(1).max(20_000).optional(),
    message_id: text.optional().describe('A repeat counts once'),
    page: z.string().max(2_000).optional().describe('The page that is looked at'),
  })
  .meta({ id: 'ChatSession', description: "The widget's settings (window.intercomSettings), and what was written" });
export type ChatSession = z.output<typeof chatSession>;

/** One message or event of a conversation. */
export interface ChatMessage {
  id: string;
  conversation: string;
  from: 'customer' | 'agent' | 'bot';
  author: string;
  text: string;
  customer?: Partial<Customer> & { user_id?: string };
}

/** Takes the widget's settings: whoever it is is known from then on. A missing or wrong app id is refused. */
export async function takeSession(ports: IntakePorts, session: ChatSession): Promise<JsonObject> {
  const pack = await ports.pack();
  const ways = waysOf(pack, 'chat');
  if (session.app_id === undefined) throw refused('app_id', 'a chat needs the app_id of its widget');
  const way =
    ways.find((one) => one.app === session.app_id) ??
    (ways.every((one) => one.app === undefined) ? ways[0] : undefined);
  if (!way) throw refused('app_id', `no chat widget has the app_id "${session.app_id}"`);
  const who = session.user_id ?? session.email ?? session.conversation_id;
  if (who === undefined) throw refused('user_id', 'a chat needs a user_id, an email or a conversation_id');
  const customer = await customerOf(ports, way, session);
  const profile: JsonObject = { customer, way: way.name, kept: keptFields(way, session as JsonObject) };
  const now = ports.now();
  for (const id of [session.user_id, session.email])
    if (id !== undefined) await ports.memory.keep('chat_user', id.toLowerCase(), { data: profile }, now);
  if (session.page !== undefined)
    await ports.memory.view({ source: 'chat', kind: 'page', what: session.page, who, at: now, data: {} });
  if (session.message === undefined || session.conversation_id === undefined)
    return { does: 'known', user: who, plan: customer.plan };
  return takeMessage(ports, {
    id: session.message_id ?? `${session.conversation_id}/first`,
    conversation: session.conversation_id,
    from: 'customer',
    author: customer.name,
    text: session.message,
    customer: { ...customer, ...(session.user_id === undefined ? {} : { user_id: session.user_id }) },
  });
}

async function customerOf(ports: IntakePorts, way: WayInDef, session: ChatSession): Promise<Customer> {
  const known =
    (session.user_id === undefined ? undefined : await ports.customers.byAttribute('user_id', session.user_id)) ??
    (session.email === undefined ? undefined : await ports.customers.byEmail(session.email));
  const plan = planOf(way, session.company?.plan, session.subscription_tier, known?.plan) ?? '';
  return {
    ...known,
    name: session.name ?? known?.name ?? 'Visitor',
    email: session.email ?? known?.email ?? unknownAddress(session.user_id ?? session.conversation_id ?? 'visitor'),
    plan,
    ...(session.user_id === undefined ? {} : { user_id: session.user_id }),
    ...(session.company?.name === undefined ? {} : { company: session.company.name }),
  };
}

/** A page that a visitor looks at: shown to whoever chats with them. */
export async function takePage(ports: IntakePorts, who: string, page: string): Promise<JsonObject> {
  await ports.memory.view({ source: 'chat', kind: 'page', what: page, who, at: ports.now(), data: {} });
  return { does: 'recorded', user: who };
}

/** Takes one message of a conversation, from either side. */
export async function takeMessage(ports: IntakePorts, message: ChatMessage): Promise<JsonObject> {
  return once(ports, 'chat', message.id, async () => {
    const thread = await ports.memory.thread('chat', message.conversation);
    const going = thread?.ticket === undefined ? undefined : await ports.tickets.find(thread.ticket);
    if (going && !going.closed) return logged(ports, message, going.id);
    if (message.from !== 'customer') return { does: 'ignored', reason: 'there is no ticket of this conversation' };
    return began(ports, message, thread ?? { data: {} });
  });
}

/** A message on a ticket; whoever wrote it. */
async function logged(ports: IntakePorts, message: ChatMessage, ticket: string): Promise<JsonObject> {
  const from = message.from === 'customer' ? 'customer' : 'agent';
  await ports.tickets.command(
    ticket,
    'message',
    { from, text: message.text, via: 'chat' },
    {
      name: message.author,
      kind: message.from === 'customer' ? 'customer' : message.from === 'bot' ? 'feed' : 'person',
    },
    `chat:${message.id}`,
    ports.now(),
  );
  return { does: 'message', ticket };
}

/** The beginning of a conversation: the bot, a person, or a message that is left. */
async function began(ports: IntakePorts, message: ChatMessage, thread: Thread): Promise<JsonObject> {
  const pack = await ports.pack();
  const { customer, way, kept } = await profileOf(ports, pack, message);
  const found = availability(pack, 'chat', customer.plan, ports.now());
  const history = [...historyOf(thread), { from: message.from, text: message.text }];
  const chat: Chat = { ports, pack, message, customer, way, kept, found, history };
  if (found.then !== 'wait' && found.then !== 'bot') return offline(chat);
  const answer = await botAnswer(chat, thread);
  if (answer?.ticket) return handedBy(chat, answer, answer.ticket);
  if (answer && !answer.handoff) {
    const next = [...history, { from: 'bot', text: answer.text }];
    const data = { history: next, ...(answer.session === undefined ? {} : { session: answer.session }) };
    await ports.memory.keep('chat', message.conversation, { data }, ports.now());
    return { does: 'answered', by: 'bot', text: answer.text };
  }
  return found.then === 'wait' ? handed(chat, answer?.text) : offline(chat);
}

/** What the chatbot says. One that fails is one that is not there: whoever waits must reach a person all the same. */
async function botAnswer(chat: Chat, { data }: Thread): Promise<BotAnswer | undefined> {
  const { ports, message, customer, history, found } = chat;
  if (!ports.bot) return undefined;
  const { session } = data;
  const opening = await openingFor(chat, found.then === 'wait' ? withHuman(chat) : withNobody(chat));
  return ports.bot
    .answer({
      conversation: message.conversation,
      text: message.text,
      customer,
      history,
      opening,
      ...(typeof session === 'string' ? { session } : {}),
    })
    .catch((error: unknown) => {
      ports.failed?.('bot', error);
      return undefined;
    });
}

interface Chat {
  ports: IntakePorts;
  pack: Pack;
  message: ChatMessage;
  customer: Customer;
  way: WayInDef | undefined;
  kept: JsonObject;
  found: Availability;
  history: JsonObject[];
}

const queueOf = ({ found, way }: Chat): string => found.queue ?? way?.queue ?? 'chat';
const withHuman = (chat: Chat): JsonObject => ({
  chat_with: 'human',
  chat_queue: queueOf(chat),
  ...chat.found.opens,
});
const withNobody = ({ found }: Chat): JsonObject => ({ chat_with: 'nobody', ...nextOf(found), ...found.opens });
const nextOf = ({ nextOpening: next }: Availability) =>
  next === undefined ? {} : { next_opening: formatInstant(next) };

/** To a person: a ticket with the whole conversation, first in its queue by the plan's rank. */
async function handed(chat: Chat, said?: string): Promise<JsonObject> {
  return waits(chat, await open(chat, withHuman(chat)), said);
}

/** The chatbot handed over, and opened the ticket itself. */
async function handedBy(chat: Chat, { text }: BotAnswer, ticket: OpenedTicket): Promise<JsonObject> {
  await keep(chat, ticket);
  return chat.found.then === 'wait' ? waits(chat, ticket, text) : left(chat, ticket, text);
}

async function waits(chat: Chat, ticket: OpenedTicket, said?: string): Promise<JsonObject> {
  const { ports, message, found, customer } = chat;
  const queue = queueOf(chat);
  await ports.memory.wait({
    channel: 'chat',
    id: message.conversation,
    queue,
    rank: found.rank,
    name: customer.name,
    plan: customer.plan,
    since: ports.now(),
  });
  return { does: 'handed', ticket: ticket.id, number: ticket.number, queue, ...textOf(said) };
}

/** Nobody is there: what was written opens a ticket, and the customer is told when somebody is. */
async function offline(chat: Chat): Promise<JsonObject> {
  return left(chat, await open(chat, withNobody(chat)));
}

function left({ found }: Chat, ticket: OpenedTicket, said?: string): JsonObject {
  return {
    does: 'offline',
    state: found.state,
    ticket: ticket.id,
    number: ticket.number,
    ...(found.nextOpening === undefined ? {} : { nextOpening: formatInstant(found.nextOpening) }),
    ...textOf(said),
  };
}

const textOf = (said: string | undefined): JsonObject => (said === undefined ? {} : { text: said });

async function open(chat: Chat, fields: JsonObject): Promise<OpenedTicket> {
  const { ports, message } = chat;
  const opening = await openingFor(chat, fields);
  const ticket = await ports.tickets.open(opening, `intake/chat/${message.conversation}/${message.id}`, ports.now());
  await keep(chat, ticket);
  return ticket;
}

const keep = ({ ports, message, history }: Chat, { id }: OpenedTicket): Promise<void> =>
  ports.memory.keep('chat', message.conversation, { ticket: id, data: { history } }, ports.now());

async function openingFor(chat: Chat, fields: JsonObject): Promise<Opening> {
  const { ports, pack, message, customer, way, kept, history } = chat;
  const pages = await ports.memory.views('chat', String(customer['user_id'] ?? customer.email), 5);
  return openingOf(pack, {
    channel: 'chat',
    subject: subjectOf(message.text, 'Chat'),
    body: history
      .map((one) => (history.length === 1 ? String(one['text']) : `${String(one['from'])}: ${String(one['text'])}`))
      .join('\n'),
    customer,
    way,
    externalId: `intercom/${message.conversation}`,
    fields: { ...kept, ...fields, visited_pages: pages.map((one) => one.what) },
  });
}

const historyOf = (thread: Thread): JsonObject[] =>
  Array.isArray(thread.data['history']) ? (thread.data['history'] as JsonObject[]) : [];

async function profileOf(
  ports: IntakePorts,
  pack: Pack,
  message: ChatMessage,
): Promise<{ customer: Customer; way: WayInDef | undefined; kept: JsonObject }> {
  const said = message.customer ?? {};
  const ids = [said.user_id, said.email].filter((one): one is string => one !== undefined);
  for (const id of ids) {
    const profile = await ports.memory.thread('chat_user', id.toLowerCase());
    if (profile)
      return {
        customer: { ...(profile.data['customer'] as Customer), ...defined(said) },
        way: pack.intake[String(profile.data['way'])],
        kept: (profile.data['kept'] ?? {}) as JsonObject,
      };
  }
  const [way] = waysOf(pack, 'chat');
  const known = said.email === undefined ? undefined : await ports.customers.byEmail(said.email);
  const customer = {
    ...known,
    name: said.name ?? known?.name ?? message.author,
    email: said.email ?? known?.email ?? unknownAddress(said.user_id ?? message.conversation),
    plan: planOf(way, said.plan, known?.plan) ?? '',
  };
  return { customer, way, kept: {} };
}

const defined = (values: Partial<Customer>): JsonObject =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

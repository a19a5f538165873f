/** Calls: what the telephone system is told to do, and the tickets that come of them. A call that waits is no ticket yet. */
import { z } from 'zod';
import type { JsonObject, WayInDef } from '../domain/policy/types';
import { formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { availability } from './availability';
import { menuAnswer } from './menu';
import { once, type IntakePorts, type Thread } from './ports';
import { openingOf, planOf, subjectOf, unknownAddress, waysOf, type Customer, type Pack } from './ways';

const text = z.string().min(1).max(500);

/** One event of a call. */
export const callEvent = z
  .strictObject({
    id: text.describe('The id of the event: a repeat counts once'),
    call: text.describe('The id of the call'),
    event: z.enum(['option', 'timeout', 'answered', 'abandoned', 'ended', 'voicemail']),
    at: z.string().optional().describe('RFC 3339; now when left out'),
    from: text.optional().describe("The caller's number"),
    to: text.optional().describe('The number that was called'),
    key: z
      .string()
      .regex(/^[0-9*#]$/)
      .optional()
      .describe('The key that was pressed'),
    agent: text.optional().describe('Who answered'),
    recording: z.url().optional().describe('Where the recording is'),
    transcript: z.string().max(20_000).optional().describe('What was said, of a voicemail'),
    seconds: z.number().nonnegative().optional().describe('How long the call lasted'),
    customer: z
      .strictObject({
        name: text.optional(),
        email: z.email().optional(),
        plan: text.optional(),
        user_id: text.optional(),
      })
      .optional()
      .describe('What the telephone system knows of the caller'),
  })
  .meta({ id: 'CallEvent', description: 'What happened in a call' });
export type CallEvent = z.output<typeof callEvent>;

/** Takes an event of a call; the answer says what the telephone system does next. */
export async function takeCall(ports: IntakePorts, event: CallEvent): Promise<JsonObject> {
  return once(ports, 'phone', event.id, async () => {
    const pack = await ports.pack();
    const at = event.at === undefined ? ports.now() : (parseInstant(event.at) ?? ports.now());
    const call: Call = {
      ports,
      pack,
      event,
      at,
      thread: (await ports.memory.thread('phone', event.call)) ?? { data: {} },
    };
    const handler = HANDLERS[event.event];
    return handler(call);
  });
}

interface Call {
  ports: IntakePorts;
  pack: Pack;
  event: CallEvent;
  at: EpochMs;
  thread: Thread;
}

const HANDLERS: Record<CallEvent['event'], (call: Call) => Promise<JsonObject>> = {
  option: (call) =>
    chosen(
      call,
      waysOf(call.pack, 'phone').find((way) => way.press === call.event.key),
    ),
  timeout: (call) =>
    chosen(
      call,
      waysOf(call.pack, 'phone').find((way) => way.waits === true),
    ),
  answered,
  abandoned,
  ended,
  voicemail,
};

async function chosen(call: Call, way: WayInDef | undefined): Promise<JsonObject> {
  const { ports, pack, event, at } = call;
  if (!way) return { ...menuAnswer(pack), invalid: true };
  if (way.does === 'repeat') return menuAnswer(pack);
  if (way.does === 'transfer') {
    await keep(call, { way: way.name, outcome: 'transferred' });
    return { action: 'transfer', to: way.to ?? '' };
  }
  const customer = await callerOf(call, way);
  if (way.does === 'emergency') {
    const ticket = await open(call, way, customer, 'Hotline call', {});
    return { action: 'page', ticket: ticket.id, number: ticket.number };
  }
  const found = availability(pack, 'phone', customer.plan, at);
  const queue = way.queue ?? found.queue ?? 'general';
  await keep(call, { way: way.name, queue, customer, state: found.state });
  if (found.then === 'wait') {
    await ports.memory.wait({
      channel: 'phone',
      id: event.call,
      queue,
      rank: found.rank,
      name: customer.name,
      plan: customer.plan,
      since: at,
    });
    const line = await ports.memory.waiting('phone', queue);
    return {
      action: 'queue',
      queue,
      position: line.findIndex((one) => one.id === event.call) + 1,
      waiting: line.length,
    };
  }
  if (found.then === 'message')
    return {
      action: 'voicemail',
      queue,
      ...(found.nextOpening === undefined ? {} : { nextOpening: formatInstant(found.nextOpening) }),
    };
  const ticket = await open(call, way, customer, 'Call out of hours', found.opens);
  return { action: found.state, ticket: ticket.id, number: ticket.number };
}

/** Somebody takes the call: from here on it is a ticket, theirs. */
async function answered(call: Call): Promise<JsonObject> {
  const { ports, event, at } = call;
  const waited = await ports.memory.leave('phone', event.call, at);
  const way = wayOf(call);
  const customer = await callerOf(call, way);
  const ticket =
    call.thread.ticket === undefined ? await open(call, way, customer, 'Call', {}) : { id: call.thread.ticket };
  const agent = event.agent ?? 'phone';
  // With the call: whoever takes the ticket this way is talking with the customer.
  const fields = { call: event.call };
  await ports.tickets.command(ticket.id, 'claim', fields, { name: agent, kind: 'person' }, `phone:${event.id}`, at);
  return {
    action: 'talk',
    ticket: ticket.id,
    ...(waited ? { waitedSeconds: Math.round((at - waited.since) / 1000) } : {}),
  };
}

/** Whoever gives up waiting is called back: a ticket. */
async function abandoned(call: Call): Promise<JsonObject> {
  const { ports, event, at } = call;
  const waited = await ports.memory.leave('phone', event.call, at);
  if (!waited) return { action: 'none' };
  const way = wayOf(call);
  const ticket = await open(call, way, await callerOf(call, way), 'Missed call: call back', {});
  return { action: 'none', ticket: ticket.id };
}

/** The end of a call: its recording is kept where staff alone read it. */
async function ended(call: Call): Promise<JsonObject> {
  const { ports, event, at, thread } = call;
  await ports.memory.leave('phone', event.call, at);
  await keep(call, { outcome: 'ended', ...(event.seconds === undefined ? {} : { seconds: event.seconds }) });
  if (thread.ticket === undefined) return { action: 'none' };
  if (event.recording !== undefined) await record(call, thread.ticket, event.recording);
  return { action: 'none', ticket: thread.ticket };
}

async function record(call: Call, ticket: string, recording: string): Promise<void> {
  const { ports, event, at, pack } = call;
  const by = { name: 'phone', kind: 'feed' as const };
  if (pack.fields['call_recording'])
    await ports.tickets.command(ticket, 'set', { call_recording: recording }, by, `phone:${event.id}:recording`, at);
  else
    await ports.tickets.command(
      ticket,
      'note',
      { text: `Recording: ${recording}` },
      by,
      `phone:${event.id}:recording`,
      at,
    );
}

/** A voicemail is a ticket, whose words are what was said. */
async function voicemail(call: Call): Promise<JsonObject> {
  const { event } = call;
  const way = wayOf(call);
  const customer = await callerOf(call, way);
  const said = event.transcript ?? '';
  const ticket = await open(call, way, customer, subjectOf(said, 'Voicemail'), {
    voicemail: event.recording ?? 'no recording',
    ...(event.recording === undefined ? {} : { call_recording: event.recording }),
  });
  return { action: 'none', ticket: ticket.id, number: ticket.number };
}

const wayOf = ({ pack, thread }: Call): WayInDef | undefined =>
  pack.intake[String(thread.data['way'])] ?? waysOf(pack, 'phone').find((way) => way.waits === true);

async function open(
  call: Call,
  way: WayInDef | undefined,
  customer: Customer,
  subject: string,
  fields: JsonObject,
): Promise<{ id: string; number: string }> {
  const { ports, pack, event, at } = call;
  const opening = openingOf(pack, {
    channel: 'phone',
    subject,
    body: event.transcript ?? `Call from ${event.from ?? 'a withheld number'}`,
    customer,
    way,
    externalId: `phone/${event.call}`,
    fields,
  });
  const ticket = await ports.tickets.open(opening, `intake/phone/${event.call}`, at);
  await ports.memory.keep(
    'phone',
    event.call,
    { ticket: ticket.id, data: { ...call.thread.data, from: event.from ?? null } },
    at,
  );
  return ticket;
}

async function keep(call: Call, data: JsonObject): Promise<void> {
  const { ports, event, at, thread } = call;
  const own = { ...thread.data, ...(event.from === undefined ? {} : { from: event.from }), ...data };
  await ports.memory.keep('phone', event.call, { data: own }, at);
}

/** The caller: from the call itself, from what was said of it, by the number. */
async function callerOf(call: Call, way: WayInDef | undefined): Promise<Customer> {
  const { ports, event, thread } = call;
  const before = thread.data['customer'];
  if (
    before !== undefined &&
    before !== null &&
    typeof before === 'object' &&
    !Array.isArray(before) &&
    !event.customer
  )
    return before as Customer;
  const from = event.from ?? (typeof thread.data['from'] === 'string' ? thread.data['from'] : undefined);
  const said = event.customer;
  const known =
    (said?.email === undefined ? undefined : await ports.customers.byEmail(said.email)) ??
    (said?.user_id === undefined ? undefined : await ports.customers.byAttribute('user_id', said.user_id)) ??
    (from === undefined ? undefined : await ports.customers.byAttribute('phone', from));
  return {
    ...known,
    name: said?.name ?? known?.name ?? from ?? 'Unknown caller',
    email: said?.email ?? known?.email ?? unknownAddress(from ?? event.call),
    plan:
      planOf(way, said?.plan, known?.plan) ??
      planOf(waysOf(call.pack, 'phone').find((one) => one.unknownPlan !== undefined)) ??
      '',
    ...(from === undefined ? {} : { phone: from }),
  };
}

/** Who waits, in the order in which they are offered. */
export async function waitingCalls(ports: IntakePorts, queue?: string): Promise<JsonObject[]> {
  const now = ports.now();
  return (await ports.memory.waiting('phone', queue)).map((one, i) => ({
    call: one.id,
    queue: one.queue,
    name: one.name,
    plan: one.plan,
    position: i + 1,
    waitingSeconds: Math.max(0, Math.round((now - one.since) / 1000)),
  }));
}

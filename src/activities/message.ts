/**
 * From a delivery to the message an adapter sends: its text, the built-in one where the template cannot give it.
 */
import type { Json, JsonObject } from '../domain/policy/types';
import type { Delivery } from '../domain/ticket/types';
import type { RenderedTemplate } from './delivery-ports';
import type { OutgoingMessage, Recipient } from './ports';
import type { Target } from './recipients';

/** The built-in plain text: what it is about, from the effect alone. */
export function builtInText(delivery: Delivery): RenderedTemplate {
  const number = readText(delivery.vars, 'ticket.number') ?? delivery.ticket;
  const about = readText(delivery.vars, 'ticket.subject');
  const what = delivery.name ?? (delivery.template === '' ? delivery.verb : delivery.template);
  const lines = [
    `Ticket: ${number}${about === undefined ? '' : ` (${about})`}`,
    `Priority: ${delivery.priority}`,
    `Role: ${delivery.role}${delivery.level === undefined ? '' : `, level ${delivery.level} of ${delivery.path ?? 'the path'}`}`,
    `At: ${new Date(delivery.at).toISOString()}`,
    ...(delivery.clauses.length === 0 ? [] : [`Clauses: ${delivery.clauses.join(', ')}`]),
  ];
  return { subject: `${delivery.priority} ${number}: ${about ?? what}`, text: lines.join('\n') };
}

/**
 * The words of a delivery that names no template: the text that a person gave with it, or on a status page the plain
 * sentence of its state. Undefined where there are none. The ticket's subject is not used: it may not be public.
 */
export function givenText(delivery: Delivery): RenderedTemplate | undefined {
  const given = readText(delivery.vars, 'text') ?? readText(delivery.vars, 'event.text');
  const state = delivery.channel === 'status_page' ? delivery.state : undefined;
  const text = given ?? (state === undefined ? undefined : (STATES[state] ?? `The incident is now ${state}.`));
  if (text === undefined) return undefined;
  const title = readText(delivery.vars, 'title') ?? readText(delivery.vars, 'event.title');
  const number = readText(delivery.vars, 'ticket.number') ?? delivery.ticket;
  return { subject: title ?? (state === undefined ? number : 'Service incident'), text };
}

const STATES: Record<string, string> = {
  investigating: 'We are investigating an incident.',
  identified: 'The cause of the incident has been identified.',
  monitoring: 'A fix is in place and we are watching the result.',
  resolved: 'The incident has been resolved.',
};

/** The message for one recipient, under the key that its retries repeat. */
export function messageFor(
  delivery: Delivery,
  target: Target,
  key: string,
  text: RenderedTemplate,
  cc: readonly Recipient[] = [],
): OutgoingMessage {
  const number = readText(delivery.vars, 'ticket.number');
  const subject = delivery.verb === 'draft' ? `Draft: ${text.subject}` : text.subject;
  return {
    key,
    ticket: delivery.ticket,
    ...(number === undefined ? {} : { number }),
    at: delivery.at,
    channel: delivery.channel,
    verb: delivery.verb,
    priority: delivery.priority,
    subject,
    text: text.text,
    ...(text.html === undefined ? {} : { html: text.html }),
    ...(text.images === undefined ? {} : { images: text.images }),
    to: [target.name === undefined ? { address: target.address } : { name: target.name, address: target.address }],
    ...(cc.length === 0 ? {} : { cc: [...cc] }),
    ...(delivery.importance === undefined ? {} : { importance: delivery.importance }),
    ...(delivery.from === undefined ? {} : { from: delivery.from }),
    ...(delivery.priorityHeader === undefined ? {} : { priorityHeader: delivery.priorityHeader }),
    threadKey:
      isIncident(delivery) && delivery.path !== undefined ? `${delivery.ticket}|${delivery.path}` : delivery.ticket,
    ...(delivery.state === undefined ? {} : { state: delivery.state }),
    ...(delivery.mention === undefined ? {} : { mention: delivery.mention }),
    role: delivery.role,
    attempt: delivery.attempt ?? 1,
    template: delivery.template,
    vars: delivery.vars,
  };
}

/** Whether a page acknowledges or resolves an incident instead of raising one: then it needs no text. */
export function isSettlingPage(delivery: Delivery): boolean {
  const action = delivery.vars['action'];
  return delivery.channel === 'page' && (action === 'acknowledge' || action === 'resolve');
}

function isIncident(delivery: Delivery): boolean {
  return delivery.channel === 'page' || delivery.channel === 'webhook';
}

/** A variable by its dotted name, whether the effect carries it dotted or nested. */
function readText(vars: JsonObject, name: string): string | undefined {
  let value: Json | undefined = vars[name];
  if (value === undefined) {
    value = vars;
    for (const part of name.split('.')) {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
      value = value[part];
    }
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What erasing a person does to an event that names them. Pure. */
import type { Json, JsonObject } from '../domain/policy/types';
import type { StatePatch, TicketEvent } from '../domain/ticket/types';
import { ERASED } from './ticket';

/** Whom and what to blank. */
export interface Redaction {
  /** Texts that identify the person: name, address, what they wrote. */
  texts: readonly string[];
  /** Fields that the pack marks as personal. */
  fields: readonly string[];
}

/** Shorter texts are blanked only where they are a whole value: they occur in words by chance. */
const SHORTEST_PART = 4;
const LETTER = '[\\p{L}\\p{N}]';

/** Blanks a JSON value: every text that is, or contains as words, one of the person's. Keys stay. */
export function redactor({ texts }: Pick<Redaction, 'texts'>): <T extends Json>(value: T) => T {
  const known = [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))];
  const whole = new Set(known.map((text) => text.toLowerCase()));
  // The longest first, so that an address goes before the name in it.
  const parts = known
    .filter((text) => text.length >= SHORTEST_PART)
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const pattern =
    parts.length === 0 ? undefined : new RegExp(`(?<!${LETTER})(?:${parts.join('|')})(?!${LETTER})`, 'giu');
  const blank = (value: Json): Json => {
    if (typeof value === 'string') {
      if (whole.has(value.trim().toLowerCase())) return ERASED;
      return pattern ? value.replace(pattern, ERASED) : value;
    }
    if (Array.isArray(value)) return value.map(blank);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, blank(inner)]));
  };
  return blank as <T extends Json>(value: T) => T;
}

const CUSTOMER_TEXT: ReadonlySet<string> = new Set(['text', 'body', 'subject', 'comment']);

/** The event without the person: their names and words, the customer's attributes but the plan, personal fields. */
export function redactEvent(event: TicketEvent, redaction: Redaction): TicketEvent {
  const blank = redactor(redaction);
  const data = blank(event.data);
  const patch = event.patch && (blank(event.patch as unknown as JsonObject) as unknown as StatePatch);
  const byCustomer = event.by.kind === 'customer' || (event.type === 'message' && event.subject === 'customer');
  return {
    ...event,
    ...(event.subject === undefined ? {} : { subject: blank(event.subject) }),
    by: event.by.kind === 'customer' ? { ...event.by, name: ERASED } : { ...event.by, name: blank(event.by.name) },
    data: redactData(event, data, byCustomer, redaction),
    ...(patch === undefined ? {} : { patch: redactPatch(patch, event.type === 'opened', redaction) }),
  };
}

/** What one ticket told another without the person: their names and words, and personal fields wherever they stand. */
export function redactMessage(body: JsonObject, redaction: Redaction): JsonObject {
  return withoutCustomer(fieldless(redactor(redaction)(body), redaction.fields));
}

/** Personal fields blanked wherever they stand (`names`, `ticket.names`); what is known of one keeps its form. */
function fieldless<T extends Json>(value: T, fields: readonly string[]): T {
  if (Array.isArray(value)) return value.map((one) => fieldless(one, fields)) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => {
    if (inner === null || !fields.includes(key.slice(key.lastIndexOf('.') + 1))) return [key, fieldless(inner, fields)];
    return [key, isObject(inner) && 'value' in inner ? { ...inner, value: ERASED } : ERASED];
  });
  return Object.fromEntries(entries) as T;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What a question was made from: the customer's words and attributes among it. */
function redactInputs(inputs: JsonObject): JsonObject {
  const said = blanked(inputs, (key) => key === 'transcript' || key.startsWith('message.'));
  const entries = Object.entries(said).map(([key, value]): [string, Json] =>
    key.endsWith('.customer') ? [key, withoutCustomer({ customer: value })['customer'] ?? null] : [key, value],
  );
  return Object.fromEntries(entries);
}

/** A dialogue without what the customer said in it. */
function redactDialogue(patch: StatePatch): StatePatch {
  const { said, flows } = patch;
  return {
    ...patch,
    ...(said ? { said: said.map((one) => (one.from === 'customer' ? { ...one, text: ERASED } : one)) } : {}),
    ...(flows
      ? {
          flows: Object.fromEntries(
            Object.entries(flows).map(([name, flow]) => [
              name,
              flow && isObject(flow['message'])
                ? { ...flow, message: blanked(flow['message'], (key) => CUSTOMER_TEXT.has(key)) }
                : flow,
            ]),
          ),
        }
      : {}),
  };
}

function redactData(event: TicketEvent, data: JsonObject, byCustomer: boolean, { fields }: Redaction): JsonObject {
  let next = withoutCustomer(data);
  if (byCustomer) next = blanked(next, (key) => CUSTOMER_TEXT.has(key));
  if ((event.type === 'changed' || event.type === 'withheld') && fields.includes(String(data['field']))) {
    next = blanked(next, (key) => key === 'from' || key === 'to' || key === 'value');
  }
  if (event.type === 'asked') {
    const { inputs, context } = next;
    next = {
      ...next,
      ...(isObject(inputs) ? { inputs: redactInputs(inputs) } : {}),
      ...(isObject(context) ? { context: { ...context, vars: {} } } : {}),
    };
  }
  return fieldless(next, fields);
}

function redactPatch(patch: StatePatch, opened: boolean, { fields }: Redaction): StatePatch {
  const clean = redactDialogue(fieldless(patch as unknown as JsonObject, fields));
  if (!clean.ticket) return clean;
  return { ...clean, ticket: blanked(withoutCustomer(clean.ticket), (key) => opened && key === 'subject') };
}

/** A customer, wherever it stands (a delivery's variables may hold one), keeps the plan only. */
function withoutCustomer<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutCustomer) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => {
    if (key !== 'customer' || inner === null || typeof inner !== 'object' || Array.isArray(inner)) {
      return [key, withoutCustomer(inner)];
    }
    const plan = inner['plan'];
    return [key, { name: ERASED, email: ERASED, ...(plan === undefined ? {} : { plan }) }];
  });
  return Object.fromEntries(entries) as T;
}

function blanked(record: JsonObject, which: (key: string) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, which(key) && value !== null ? ERASED : value]),
  );
}

/** Tickets of other systems: one interface, one mapping a platform. */
import { z } from 'zod';
import type { JsonObject } from '../domain/policy/types';
import { once, type IntakePorts } from './ports';
import { openingOf, planOf, refused, waysOf } from './ways';

/** What a webhook of a platform says, in our words. */
export interface ForeignTicket {
  /** The id of the event, where the platform gives one: a repeat counts once. */
  event: string;
  id: string;
  kind: 'created' | 'comment' | 'status' | 'other';
  subject?: string;
  body?: string;
  /** low, normal, high, urgent. */
  priority?: string;
  status?: string;
  tags: string[];
  requester?: { name?: string; email?: string; plan?: string };
  comment?: { id: string; text: string; author: string; public: boolean; byAgent: boolean };
}

export interface Platform {
  /** What its webhooks look like. */
  schema: z.ZodType;
  read(payload: unknown): ForeignTicket;
}

const id = z.union([z.string().min(1), z.number()]).transform(String);
const maybe = z.string().nullish();
const requester = z.looseObject({ name: maybe, email: maybe, plan: maybe }).nullish();

const zendeskEvent = z.looseObject({
  type: z.string().startsWith('zen:event-type:'),
  id,
  subject: z.string().optional(),
  detail: z.looseObject({
    id,
    subject: maybe,
    description: maybe,
    priority: maybe,
    status: maybe,
    tags: z.array(z.string()).nullish(),
    requester,
  }),
  event: z.looseObject({
    current: z.unknown().optional(),
    comment: z
      .looseObject({
        id: id.optional(),
        body: maybe,
        is_public: z.boolean().nullish(),
        author: z.looseObject({ id: id.optional(), name: maybe, is_staff: z.boolean().nullish() }).nullish(),
      })
      .nullish(),
  }),
});
/** A trigger's own JSON body: the placeholders that docs/api.md names. */
const zendeskTrigger = z.looseObject({
  id,
  title: z.string().min(1),
  description: maybe,
  priority: maybe,
  status: maybe,
  requester,
  tags: z.union([z.string(), z.array(z.string())]).nullish(),
});
const ZENDESK_KINDS: Record<string, ForeignTicket['kind']> = {
  'ticket.created': 'created',
  'ticket.comment_added': 'comment',
  'ticket.status_changed': 'status',
};

const given = <K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } =>
  value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]: V });

function personOf(one: z.output<typeof requester>): { requester: NonNullable<ForeignTicket['requester']> } | object {
  if (!one) return {};
  return { requester: { ...given('name', one.name), ...given('email', one.email), ...given('plan', one.plan) } };
}

const zendesk: Platform = {
  schema: z.union([zendeskEvent, zendeskTrigger]),
  read(payload) {
    const event = zendeskEvent.safeParse(payload);
    if (!event.success) {
      const { id: ticket, title, description, priority, status, tags, requester: who } = zendeskTrigger.parse(payload);
      return {
        event: `trigger/${ticket}`,
        id: ticket,
        kind: 'created',
        subject: title,
        ...given('body', description),
        ...given('priority', priority?.toLowerCase()),
        ...given('status', status?.toLowerCase()),
        tags: typeof tags === 'string' ? tags.split(/[\s,]+/).filter((one) => one !== '') : (tags ?? []),
        ...personOf(who),
      };
    }
    const { detail, type, id: eventId, event: what } = event.data;
    const { comment } = what;
    return {
      event: eventId,
      id: detail.id,
      kind: ZENDESK_KINDS[type.slice('zen:event-type:'.length)] ?? 'other',
      ...given('subject', detail.subject),
      ...given('body', detail.description),
      ...given('priority', detail.priority?.toLowerCase()),
      ...given('status', detail.status?.toLowerCase()),
      tags: detail.tags ?? [],
      ...personOf(detail.requester),
      ...(comment
        ? {
            comment: {
              id: comment.id ?? eventId,
              text: comment.body ?? '',
              author: comment.author?.name ?? comment.author?.id ?? 'Zendesk',
              public: comment.is_public !== false,
              byAgent: comment.author?.is_staff === true,
            },
          }
        : {}),
    };
  },
};

const freshdeskHook = z.looseObject({
  freshdesk_webhook: z.looseObject({
    ticket_id: id,
    ticket_subject: maybe,
    ticket_description: maybe,
    ticket_priority: maybe,
    ticket_status: maybe,
    ticket_tags: maybe,
    ticket_requester_name: maybe,
    ticket_requester_email: maybe,
    ticket_latest_public_comment: maybe,
    triggered_event: maybe,
  }),
});

const freshdesk: Platform = {
  schema: freshdeskHook,
  read(payload) {
    const hook = freshdeskHook.parse(payload).freshdesk_webhook;
    const event = hook.triggered_event ?? '';
    const comment = hook.ticket_latest_public_comment ?? undefined;
    const kind = /note|reply|comment/i.test(event) ? 'comment' : /status/i.test(event) ? 'status' : 'created';
    return {
      event: `${hook.ticket_id}/${event}/${hook.ticket_status ?? ''}/${comment?.length ?? 0}`,
      id: hook.ticket_id,
      kind,
      ...given('subject', hook.ticket_subject),
      ...given('body', hook.ticket_description),
      ...given('priority', hook.ticket_priority?.toLowerCase()),
      ...given('status', hook.ticket_status?.toLowerCase()),
      tags: (hook.ticket_tags ?? '')
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
      requester: { ...given('name', hook.ticket_requester_name), ...given('email', hook.ticket_requester_email) },
      ...(comment === undefined || kind !== 'comment'
        ? {}
        : {
            comment: {
              id: `${hook.ticket_id}/${comment.length}`,
              text: comment,
              author: hook.ticket_requester_name ?? 'Freshdesk',
              public: true,
              byAgent: false,
            },
          }),
    };
  },
};

/** An incident of the Table API, as a business rule posts it. */
const serviceNowRecord = z.looseObject({
  sys_id: z.string().min(1),
  number: maybe,
  short_description: maybe,
  description: maybe,
  priority: z.union([z.string(), z.number()]).nullish(),
  state: z.union([z.string(), z.number()]).nullish(),
  sys_mod_count: z.union([z.string(), z.number()]).nullish(),
  caller_id: z.looseObject({ name: maybe, email: maybe }).nullish(),
  comments: maybe,
  operation: maybe,
});
const SERVICENOW_PRIORITY: Record<string, string> = {
  '1': 'urgent',
  '2': 'high',
  '3': 'normal',
  '4': 'low',
  '5': 'low',
};

const servicenow: Platform = {
  schema: serviceNowRecord,
  read(payload) {
    const record = serviceNowRecord.parse(payload);
    const commented = record.comments !== null && record.comments !== undefined && record.comments !== '';
    const kind = record.operation === 'update' ? (commented ? 'comment' : 'status') : 'created';
    const event = `${record.sys_id}/${String(record.sys_mod_count ?? 0)}`;
    return {
      event,
      id: record.sys_id,
      kind,
      ...given('subject', record.short_description),
      ...given('body', record.description),
      ...given('priority', SERVICENOW_PRIORITY[String(record.priority ?? '')]),
      ...given('status', record.state === null || record.state === undefined ? undefined : String(record.state)),
      tags: [],
      requester: { ...given('name', record.caller_id?.name), ...given('email', record.caller_id?.email) },
      ...(kind === 'comment'
        ? {
            comment: {
              id: event,
              text: record.comments ?? '',
              author: record.caller_id?.name ?? 'ServiceNow',
              public: true,
              byAgent: false,
            },
          }
        : {}),
    };
  },
};

/** The platforms, by the name in the address of their webhook. */
export const PLATFORMS: Readonly<Record<string, Platform>> = { zendesk, freshdesk, servicenow };

/** Urgency words of other systems; ours are decided by the procedure, where it reads `foreign_priority`. */
export async function takeForeign(ports: IntakePorts, platform: string, foreign: ForeignTicket): Promise<JsonObject> {
  return once(ports, platform, foreign.event, async () => {
    const thread = await ports.memory.thread(platform, foreign.id);
    if (thread?.ticket === undefined) return opened(ports, platform, foreign);
    const going = await ports.tickets.find(thread.ticket);
    if (!going || going.closed) return { does: 'ignored', reason: 'the ticket is closed', ticket: thread.ticket };
    if (foreign.kind === 'comment' && foreign.comment) return commented(ports, platform, foreign.comment, going.id);
    return { does: 'known', ticket: going.id };
  });
}

async function opened(ports: IntakePorts, platform: string, foreign: ForeignTicket): Promise<JsonObject> {
  const pack = await ports.pack();
  const way = waysOf(pack, 'api').find((one) => one.address === platform) ?? waysOf(pack, 'api')[0];
  const email = foreign.requester?.email;
  if (email === undefined)
    throw refused('requester.email', `the ticket ${foreign.id} names no requester with an address`);
  if (foreign.subject === undefined) throw refused('subject', `the ticket ${foreign.id} has no subject`);
  const known = await ports.customers.byEmail(email);
  const opening = openingOf(pack, {
    channel: 'api',
    subject: foreign.subject,
    body: foreign.body ?? '',
    customer: {
      ...known,
      name: foreign.requester?.name ?? known?.name ?? email,
      email,
      plan: planOf(way, foreign.requester?.plan, known?.plan) ?? '',
    },
    way,
    externalId: `${platform}/${foreign.id}`,
    tags: foreign.tags,
    fields: foreign.priority === undefined ? {} : { foreign_priority: foreign.priority },
  });
  const ticket = await ports.tickets.open(opening, `intake/${platform}/${foreign.id}`, ports.now());
  await ports.memory.keep(platform, foreign.id, { ticket: ticket.id }, ports.now());
  return { does: 'opened', ticket: ticket.id, number: ticket.number, externalId: `${platform}/${foreign.id}` };
}

/** A comment there is a message here; one that staff alone read there is a note here. */
async function commented(
  ports: IntakePorts,
  platform: string,
  comment: NonNullable<ForeignTicket['comment']>,
  ticket: string,
): Promise<JsonObject> {
  const by = { name: comment.author, kind: comment.byAgent ? ('person' as const) : ('customer' as const) };
  const id = `${platform}:${comment.id}`;
  const at = ports.now();
  if (!comment.public)
    await ports.tickets.command(ticket, 'note', { text: comment.text }, { ...by, kind: 'person' }, id, at);
  else
    await ports.tickets.command(
      ticket,
      'message',
      { from: comment.byAgent ? 'agent' : 'customer', text: comment.text },
      by,
      id,
      at,
    );
  return { does: comment.public ? 'message' : 'note', ticket };
}

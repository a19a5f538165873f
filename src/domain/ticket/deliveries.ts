/** Messages: what is asked for, what became of it, and what waits for a field or for a receipt. */
import { isUnknown } from '../policy/expr';
import type { DeliverAction, Json, JsonObject, TemplateDef } from '../policy/types';
import { formatInstant, type EpochMs } from '../time/instants';
import { CUSTOMER, membersOf, namesOf, targetsOf, type Target } from './contacts';
import { makeEnv, valueIn, type Scope } from './env';
import { linkTo } from './links';
import { pageMissed, pageTaken } from './paths';
import { holdDelivery, hoursOf } from './hours';
import type { Turn } from './turn';
import type { MailHeaders } from './mail-headers';
import { missingFields, variablesOf } from './variables';
import { withholdDelivery } from './withheld';
import { saidBy, voiceDelay } from './voices';
import type { Channel, Delivery, DeliveryState, Receipt } from './types';

/** A page that nobody confirmed to have taken by then counts as not reached (design.md, decision 4). */
export const PAGE_TIMEOUT_MS = 120_000;
const DEFAULT_CHANNELS: Record<DeliverAction['verb'], Channel[]> = {
  notify: ['email'],
  page: ['page'],
  send: ['email'],
  draft: ['email'],
  status_page: ['status_page'],
};

export interface DeliverOptions {
  clauses: string[];
  /** Where a path pages one of its levels. */
  path?: { name: string; level: number; attempt: number };
  extra?: JsonObject;
  /** Where this delivery stands in the pack, so that it can be made later when a field was missing. */
  source?: string;
  /** The voice whose message it is: its delay comes before it. */
  voice?: string;
}

const isPublic = (action: DeliverAction, template: TemplateDef | undefined): boolean =>
  action.verb === 'status_page' || template?.audience === 'customer' || template?.audience === 'public';

/**
 * Carry out a delivery action: one delivery a target and channel, or none yet where a customer's message lacks a field.
 * Returns whether anybody was addressed.
 */
export function deliver(turn: Turn, given: Scope, asked: DeliverAction, options: DeliverOptions): boolean {
  // A message says how things stand when it is made: the clocks that this instant started included.
  const scope: Scope = { ...given, state: turn.seen() };
  const action = worded(scope, asked);
  const template = action.template === undefined ? undefined : turn.pack.templates[action.template];
  const missing = missingFields(scope, template);
  if (missing.length > 0 && isPublic(action, template) && action.verb !== 'draft') {
    wait(turn, scope, action, options, missing);
    return false;
  }
  const got = valueIn(makeEnv(scope), action.verb === 'draft' ? (action.for ?? action.to) : action.to);
  if (isUnknown(got) && action.verb !== 'status_page') {
    turn.recordUnknown(got.missing, action.template ?? action.verb);
    return false;
  }
  const channels = (action.via.length > 0 ? action.via : DEFAULT_CHANNELS[action.verb]) as Channel[];
  const targets: Target[] =
    action.verb === 'status_page'
      ? [{ role: 'public', to: 'status_page', channel: 'status_page', via: [] }]
      : customersOr(turn, scope, isUnknown(got) ? null : got, channels);
  for (const target of targets) {
    const hours = hoursOf(turn, scope, target, action.verb);
    const delayed = action.delay === undefined ? undefined : turn.at + action.delay;
    const until =
      hours.until === undefined || delayed === undefined ? (hours.until ?? delayed) : Math.max(hours.until, delayed);
    make(turn, scope, action, template, target, options, until);
    for (const also of hours.also) {
      const clauses = [...new Set([...options.clauses, ...hours.clauses])];
      for (const one of targetsOf(scope, also, channels))
        make(turn, scope, action, template, one, { ...options, clauses });
    }
  }
  return targets.length > 0;
}

/** An action whose template is computed, with the one that it came to. */
function worded(scope: Scope, action: DeliverAction): DeliverAction {
  if (action.templateFrom === undefined) return action;
  const name = valueIn(makeEnv(scope), { cel: action.templateFrom });
  return typeof name === 'string' && scope.pack.templates[name] ? { ...action, template: name } : action;
}

function customersOr(turn: Turn, scope: Scope, value: Json, channels: Channel[]): Target[] {
  if (Array.isArray(value) && value.some((item) => item !== null && typeof item === 'object')) {
    return [{ role: 'recipients', to: 'recipients', channel: 'broadcast', recipients: value, via: [] }];
  }
  const names = membersOf(turn.pack, namesOf(value));
  const targets: Target[] = [];
  for (const name of names) {
    const found = targetsOf(scope, name, channels);
    if (found.length > 0) targets.push(...found);
    else if (name.includes('@')) targets.push({ role: name, to: name, channel: 'email', via: [] });
    else unreachable(turn, name);
  }
  return targets;
}

/** Nobody can be told under this name: said as an event. A path then passes the level over. */
function unreachable(turn: Turn, role: string): void {
  const data: JsonObject = { role, reason: 'no contact' };
  if (turn.shadow) turn.withhold('unreached', { data });
  else turn.emit({ type: 'unreached', subject: role, data });
}

function make(
  turn: Turn,
  scope: Scope,
  action: DeliverAction,
  template: TemplateDef | undefined,
  target: Target,
  options: DeliverOptions,
  notBefore?: EpochMs,
): void {
  const templateName = action.template ?? `builtin_${action.verb}`;
  const apart = turn.shadow ? `shadow ${turn.shadow.rollout} ` : '';
  const once = `${apart}deliver:${target.role}:${target.channel}:${templateName}`;
  if (action.once && turn.state.once.includes(once)) return;
  const state = action.state ? valueIn(makeEnv(scope), action.state) : undefined;
  const stateText = typeof state === 'string' ? state : undefined;
  const mergeKey = `${apart}${target.channel} ${target.to} ${templateName} ${stateText ?? ''} ${String(options.extra?.['action'] ?? '')}`;
  const twin = turn.made.get(mergeKey);
  if (twin) {
    twin.clauses = [...new Set([...twin.clauses, ...options.clauses])];
    (twin.data as { clauses?: Json }).clauses = twin.clauses;
    return;
  }
  const place = options.path ? `:L${options.path.level}.${options.path.attempt}` : '';
  const slot = `${target.role}:${templateName}${place}${stateText === undefined ? '' : `:${stateText}`}`;
  const key = [turn.state.id, turn.cause, slot, target.channel].join('|');
  const pause = voiceDelay(turn.pack, options.voice, target.role, key);
  const heldUntil = pause === 0 ? notBefore : Math.max(turn.at + pause, notBefore ?? 0);
  const delivery: Delivery = {
    key,
    ticket: turn.state.id,
    at: turn.at,
    channel: target.channel,
    verb: action.verb,
    role: target.role,
    to: target.to,
    ...(target.recipients === undefined ? {} : { recipients: target.recipients }),
    template: templateName,
    ...(stateText === undefined ? {} : { state: stateText }),
    vars: variablesOf(scope, template, options.extra),
    clauses: options.clauses,
    ...(action.name === undefined ? {} : { name: action.name }),
    ...(options.path ? { path: options.path.name, level: options.path.level, attempt: options.path.attempt } : {}),
    ...(action.mention === undefined ? {} : { mention: action.mention }),
    priority: String(turn.state.ticket['priority'] ?? ''),
    ...(action.worth === undefined ? {} : { worthUntil: turn.at + action.worth }),
    ifLate: action.ifLate,
    ...(action.verb === 'draft' ? { draftFor: draftAudience(scope, action) } : {}),
    ...(target.channel === 'email' ? headersOf(turn, scope, action, template) : {}),
  };
  if (turn.shadow) {
    turn.made.set(mergeKey, withholdDelivery(turn, delivery, heldUntil, action.once ? once : undefined));
    return;
  }
  const pending: DeliveryState = {
    key: delivery.key,
    ...(action.name === undefined ? {} : { name: action.name }),
    at: turn.at,
    channel: target.channel,
    role: target.role,
    to: target.to,
    ...(options.path ? { path: options.path.name } : {}),
    status: 'pending',
    ...setOf(turn, action, target),
    ...(action.delay === undefined ? {} : { delayed: true }),
    by: action.by.map((by) => (heldUntil ?? turn.at) + by),
    ...(target.channel === 'page' && options.path ? { timeoutAt: turn.at + PAGE_TIMEOUT_MS } : {}),
  };
  const data: JsonObject = {
    ...(delivery as unknown as JsonObject),
    ...(target.via.length > 0 ? { fallback: target.via } : {}),
  };
  const event = (
    heldUntil === undefined
      ? turn.emit.bind(turn)
      : holdDelivery(turn, heldUntil, action.delay !== undefined || pause > 0)
  )({
    type: 'delivery',
    subject: action.name ?? templateName,
    clauses: options.clauses,
    data,
    patch: {
      deliveries: { [delivery.key]: pending as unknown as JsonObject },
      ...(action.name === undefined
        ? {}
        : { named: { [action.name]: { ok: false, to: target.to, role: target.role, at: turn.at } } }),
      ...(action.once ? { once: [once] } : {}),
      ...saidBy(options.voice, target.role, templateName, heldUntil ?? turn.at),
    },
  });
  turn.made.set(mergeKey, event);
}

/** Deliveries of one message to one recipient over several channels belong together. */
function setOf(turn: Turn, action: DeliverAction, target: Target): Pick<DeliveryState, 'set' | 'all'> {
  if (action.name === undefined || action.via.length < 2) return {};
  return { set: `${turn.cause}|${action.name}|${target.role}`, ...(action.all ? { all: true } : {}) };
}

const IMPORTANCE = ['high', 'normal', 'low'] as const;

/** Sender, copies and marks of a mail: the template says, an action may say otherwise of the copy. */
function headersOf(turn: Turn, scope: Scope, action: DeliverAction, template: TemplateDef | undefined): MailHeaders {
  const env = makeEnv(scope);
  const copies = action.cc ?? template?.cc;
  const to = copies ? valueIn(env, copies) : null;
  const cc = isUnknown(to) ? [] : membersOf(turn.pack, namesOf(to));
  const marked = template?.importance ? valueIn(env, template.importance) : undefined;
  const importance = IMPORTANCE.find((one) => one === marked);
  const priority = template?.priority ? valueIn(env, template.priority) : undefined;
  return {
    ...(cc.length === 0 ? {} : { cc }),
    ...(importance === undefined ? {} : { importance }),
    ...(template?.from === undefined ? {} : { from: template.from }),
    ...(typeof priority === 'string' && priority !== '' ? { priorityHeader: priority } : {}),
  };
}

function draftAudience(scope: Scope, action: DeliverAction): string {
  const audience = valueIn(makeEnv(scope), action.to);
  return isUnknown(audience) ? CUSTOMER : namesOf(audience).join(', ') || CUSTOMER;
}

function wait(turn: Turn, scope: Scope, action: DeliverAction, options: DeliverOptions, missing: string[]): void {
  if (turn.shadow) {
    const { template = '', verb } = action;
    turn.withhold(verb, { clauses: options.clauses, data: { template, missing } });
  }
  if (turn.shadow || options.source === undefined) return;
  const subject = action.name ?? action.template ?? action.verb;
  const entry: JsonObject = { source: options.source, template: action.template ?? '', event: eventOf(scope), missing };
  const waiting = [...turn.state.waiting.filter((one) => one['source'] !== options.source), entry];
  turn.emit({
    type: 'waiting',
    subject,
    clauses: options.clauses,
    data: { template: action.template ?? '', missing },
    patch: { waiting },
  });
}

/** The event of a scope as it is kept for later. */
export const eventOf = (scope: Scope): JsonObject => ({
  type: scope.event.type,
  ...(scope.event.subject === undefined ? {} : { subject: scope.event.subject }),
  at: scope.event.at,
  by: scope.event.by as unknown as JsonObject,
  data: scope.event.data,
});

/** Customer messages whose fields are there now are made; the others go on waiting. */
export function retryWaiting(
  turn: Turn,
  find: (source: string) => { action: DeliverAction; clauses: string[] } | undefined,
): void {
  for (const entry of turn.state.waiting) {
    const source = String(entry['source']);
    const found = find(source);
    const event = entry['event'] as unknown as Scope['event'];
    const scope: Scope = { pack: turn.pack, state: turn.state, event };
    const template = found?.action.template === undefined ? undefined : turn.pack.templates[found.action.template];
    if (found && missingFields(scope, template).length > 0) continue;
    const waiting = turn.state.waiting.filter((one) => one['source'] !== source);
    turn.emit({
      type: 'waited',
      subject: found?.action.name ?? String(entry['template']),
      data: {},
      patch: { waiting },
    });
    if (found) deliver(turn, scope, found.action, { clauses: found.clauses, source });
  }
}

/** Settle a delivery by what its activity said. A receipt for a delivery already settled changes nothing. */
export function settle(turn: Turn, receipt: Receipt): void {
  const pending = turn.state.deliveries[receipt.key];
  if (!pending) return;
  const name = pending.name ?? subjectOf(receipt.key);
  const data: JsonObject = {
    key: receipt.key,
    channel: pending.channel,
    role: pending.role,
    to: receipt.to ?? pending.to,
  };
  if (receipt.person !== undefined) data['person'] = receipt.person;
  if (receipt.provider !== undefined) data['provider'] = receipt.provider;
  if (receipt.detail !== undefined) data['detail'] = receipt.detail;
  const ok = receipt.outcome === 'delivered';
  const others = siblingsOf(turn, pending);
  // Over several channels one receipt is enough, or every one is needed: then it has arrived with the last.
  const whole = ok && (pending.all !== true || (others.length === 0 && pending.broken !== true));
  const named: JsonObject = {
    ok: whole,
    to: data['to'] ?? pending.to,
    role: pending.role,
    at: receipt.at,
    ...(receipt.person ? { person: receipt.person } : {}),
  };
  turn.emit({
    type: ok
      ? whole
        ? 'delivered'
        : 'received'
      : receipt.outcome === 'unreached'
        ? 'unreached'
        : receipt.outcome === 'dropped'
          ? 'dropped'
          : 'undelivered',
    subject: receipt.outcome === 'unreached' ? pending.role : name,
    data,
    patch: {
      deliveries: { ...afterReceipt(others, pending, ok), [receipt.key]: null },
      ...(pending.name === undefined ? {} : { named: { [pending.name]: named } }),
    },
  });
  if (ok && pending.link !== undefined && receipt.to !== undefined) linkTo(turn, [receipt.to], pending.link);
  if (pending.path === undefined) return;
  if (ok) pageTaken(turn, pending, receipt);
  else if (receipt.outcome !== 'dropped') pageMissed(turn, pending);
}

/** The other deliveries of a message that goes over several channels. */
const siblingsOf = (turn: Turn, pending: DeliveryState): DeliveryState[] =>
  pending.set === undefined
    ? []
    : Object.values(turn.state.deliveries).filter((one) => one.set === pending.set && one.key !== pending.key);

/** What a receipt means to the others: nobody waits for them any more, or the message can no longer arrive whole. */
function afterReceipt(
  others: readonly DeliveryState[],
  pending: DeliveryState,
  ok: boolean,
): Record<string, JsonObject> {
  const change: JsonObject | undefined = pending.all
    ? ok
      ? undefined
      : { broken: true }
    : ok
      ? { by: [] }
      : undefined;
  return change ? Object.fromEntries(others.map((one) => [one.key, change])) : {};
}

const subjectOf = (key: string): string => key.split('|').at(-2)?.split(':')[1] ?? 'delivery';

/** A deadline for a receipt has passed (`undelivered(name)`); the delivery itself goes on being tried. */
export function deadlinePassed(turn: Turn, pending: DeliveryState, deadline: EpochMs): void {
  const name = pending.name ?? subjectOf(pending.key);
  turn.emit({
    type: 'undelivered',
    subject: name,
    data: {
      key: pending.key,
      channel: pending.channel,
      role: pending.role,
      to: pending.to,
      by: formatInstant(deadline),
    },
    // One word for all channels of the message: their deadline is the same.
    patch: {
      deliveries: Object.fromEntries(
        [pending, ...siblingsOf(turn, pending)].map((one) => [one.key, { by: one.by.filter((by) => by > deadline) }]),
      ),
    },
  });
}

/** No word of a page within its timeout: whoever it was for counts as not reached. */
export function pageTimedOut(turn: Turn, pending: DeliveryState): void {
  turn.emit({
    type: 'unreached',
    subject: pending.role,
    data: {
      key: pending.key,
      channel: pending.channel,
      role: pending.role,
      to: pending.to,
      reason: 'no receipt in time',
    },
    patch: { deliveries: { [pending.key]: { timeoutAt: null } } },
  });
  pageMissed(turn, pending);
}

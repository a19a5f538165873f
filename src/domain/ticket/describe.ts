/**
 * Events in words: one plain sentence each, for somebody who is woken at 03:00. Total: an event of a type that is not
 * listed, or with data missing, still gets a sentence. Pure; wall time comes from the caller.
 */
import type { Json, JsonObject } from '../policy/types';
import { DAY_MS, formatInstant, parseDuration, parseInstant } from '../time/instants';
import { apart, withheldWords } from './describe-shadow';
import { answerWords } from './fact-words';
import { readable } from './readable';
import type { EpochMs, TicketEvent } from './types';

export { readable };

/** What `describe` reads of an event, so that a stored row can be described too. */
export type Described = Pick<TicketEvent, 'type' | 'subject' | 'at' | 'by' | 'data'>;

/** How instants are written: wall time of the reader. Without it they are written in UTC. */
export interface DescribeOptions {
  /** `HH:MM` (with a day where it is not the same one) of an instant, in the reader's zone. */
  clock?: (instant: EpochMs) => string;
}

/** A duration for people, two units at most: `90000` → `1 min 30 s`, `172800000` → `2 days`. Never negative. */
export function humanDuration(ms: number): string {
  const left = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(left / 86_400), left >= 172_800 ? 'days' : 'day'],
    [Math.floor((left % 86_400) / 3600), 'h'],
    [Math.floor((left % 3600) / 60), 'min'],
    [left % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(Math.max(first, 0), first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ') || '0 s';
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Text of a value inside a sentence; cut at 120 characters so that a sentence stays one. */
function say(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value === 'string') return shorten(readable(value));
  // A number this large is an instant (after 2001): nobody reads milliseconds.
  if (typeof value === 'number' && value > 1e12) return `${formatInstant(value).slice(0, 16).replace('T', ' ')} UTC`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return list(value.map(say).filter((text) => text !== ''));
  const named = value['name'] ?? value['role'] ?? value['id'] ?? value['email'];
  return named === undefined ? shorten(JSON.stringify(value)) : say(named);
}

const shorten = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(.{119}).{2,}$/su, '$1…');
const list = (items: string[]): string => items.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** One event with what its sentence needs at hand. */
export class Reading {
  readonly data: JsonObject;
  readonly name: string;
  constructor(
    readonly event: Described,
    private readonly options: DescribeOptions,
  ) {
    this.data = event.data;
    this.name = readable(event.subject ?? '');
  }

  /** `by Dana` where a person or a customer acted, else nothing. */
  by(): string {
    const { by } = this.event;
    return by.kind === 'engine' ? '' : ` by ${readable(by.name)}`;
  }

  with(before: string, field: string, after = ''): string {
    const text = say(this.data[field]);
    return text === '' ? '' : `${before}${text}${after}`;
  }

  /** The first of the fields that has something to say, else the fallback. */
  one(fallback: string, ...fields: string[]): string {
    return fields.map((field) => say(this.data[field])).find((text) => text !== '') ?? fallback;
  }

  /** `: “text”` of the first of the fields that is text. */
  quoted(...fields: string[]): string {
    const text = fields.map((field) => this.data[field]).find((value) => typeof value === 'string' && value !== '');
    return typeof text === 'string' ? `: “${shorten(text)}”` : '';
  }

  /** `11:00` and, where it is a day or more away, how far. */
  when(field: string): string {
    const value = this.data[field];
    const instant = typeof value === 'string' ? parseInstant(value) : value;
    if (typeof instant !== 'number') return '';
    const clock = this.options.clock?.(instant) ?? `${formatInstant(instant).slice(11, 16)} UTC`;
    const ahead = instant - this.event.at;
    return ahead >= DAY_MS ? `${clock} in ${humanDuration(ahead)}` : clock;
  }
}

const at = (r: Reading, field: string, before: string): string => r.when(field) && `${before}${r.when(field)}`;
const dueAt = (r: Reading, before: string): string => at(r, 'due', before);
const isTask = (r: Reading): boolean => r.data['owner'] === 'task';
/** A clock's name as a subject: tasks are called tasks. */
const clockName = (r: Reading): string => (isTask(r) ? `Task ${r.name}` : capital(r.name || 'clock'));

const REASONS: Record<string, string> = {
  not_acknowledged: 'nobody acknowledged in time',
  unreached: 'nobody could be reached',
};

/** Why, after a colon; `waited` (ms or ISO 8601) says how long an acknowledgement was waited for. */
function reason(r: Reading): string {
  const { reason: value, waited } = r.data;
  if (typeof value !== 'string' || value === '') return '';
  const length = typeof waited === 'string' ? parseDuration(waited) : waited;
  if (typeof length === 'number') return `: nobody acknowledged within ${humanDuration(length)}`;
  return `: ${REASONS[value] ?? (/^(resolved|closed|merged)$/.test(value) ? `the ticket is ${value}` : say(value))}`;
}

function level(r: Reading): string {
  const path = r.data['path'];
  if (typeof r.data['level'] !== 'number') return typeof path === 'string' ? `, ${readable(path)}` : '';
  return typeof path === 'string' ? `, level ${r.data['level']} of ${readable(path)}` : `, level ${r.data['level']}`;
}

/** Where a path moved: its level's holders, and which level of which path that is. */
function target(r: Reading): string {
  const step = typeof r.data['to'] === 'number' ? r.data['to'] : r.data['level'];
  const place = [step === undefined ? '' : `level ${say(step)}`, r.name].filter((text) => text !== '').join(' of ');
  const who = typeof r.data['to'] === 'number' ? '' : r.one('', 'to', 'role');
  return who === '' ? `to ${place || 'the next level'}` : `to ${who}${place === '' ? '' : ` (${place})`}`;
}

const VERBS: Record<string, string> = {
  page: 'Paged',
  email: 'Mailed',
  slack: 'Posted on Slack to',
  status_page: 'Status page',
  console: 'Told on the console',
  ticket: 'Told another ticket',
  broadcast: 'Sent to everyone in',
};

const draft = (r: Reading): string =>
  `Draft ${r.one(r.name || 'message', 'template')} ready for ${r.one('a person', 'draftFor', 'for', 'role')}`;

/** What goes to another ticket. */
const word = (r: Reading): string =>
  r.data['verb'] === 'open'
    ? `Has a ticket opened, or finds it: ${r.one(r.name || 'of another kind', 'to')}`
    : `Told ${r.one('another ticket', 'to')}: ${r.name || 'something'}`;

function delivery(r: Reading): string {
  const channel = String(r.data['channel'] ?? '');
  const role = say(r.data['role'] ?? r.data['to']);
  if (channel === 'status_page')
    return `Status page set to ${say(r.data['state']) || r.one('its new state', 'template')}`;
  if (channel === 'ticket') return word(r);
  if (r.data['verb'] === 'draft' || r.data['draftFor'] !== undefined) return draft(r);
  const to = say(r.data['to']);
  const address = to === '' || to === role ? '' : ` (${to})`;
  const attempt = Number(r.data['attempt'] ?? 1) > 1 ? r.with(', attempt ', 'attempt') : '';
  const subject = r.quoted('subject');
  const about = channel === 'page' || subject !== '' ? subject : r.with(': ', 'template');
  return `${VERBS[channel] ?? 'Sent to'} ${role || 'somebody'}${address}${level(r)}${attempt}${about}`;
}

function mark(r: Reading): string {
  const label = String(r.data['mark'] ?? '');
  const length = parseDuration(label);
  const near =
    length === undefined ? label : `${humanDuration(Math.abs(length))} ${length < 0 ? 'left' : 'have passed'}`;
  return `Warning, ${r.name}: ${label.endsWith('%') ? `${label} of the time is used` : near}${dueAt(r, ', due ')}`;
}

function names(r: Reading): string {
  const stopped = r.data['names'];
  if (!Array.isArray(stopped) || stopped.length === 0) return r.name === '' ? 'All clocks' : capital(r.name);
  const unique = [...new Set(stopped.map(say))];
  return capital(unique.length > 4 ? `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more` : list(unique));
}

function changed(r: Reading): string {
  const field = capital(r.name || r.one('field', 'field'));
  const to = r.with(' set to ', 'to') || ' cleared';
  return `${field}${to}${r.with(' (was ', 'from', ')')}${r.by()}`;
}

type Teller = (r: Reading) => string;

/** A sentence for each type of event. */
const SENTENCES: Record<string, Teller> = {
  opened: (r) =>
    `Ticket opened${r.event.by.kind === 'customer' ? ' by the customer' : ''}${r.with(' as ', 'priority')}${r.quoted('subject')}${apart(r)}`,
  claimed: (r) => `Claimed${r.by()}`,
  progress: (r) => `Progress noted${r.by()}${r.quoted('text')}`,
  agent_reply: (r) => `Answered the customer${r.by()}${r.quoted('text')}`,
  message: (r) => `${r.name === 'customer' ? 'The customer' : capital(r.name || 'somebody')} wrote${r.quoted('text')}`,
  update_sent: (r) => `Status update sent to the customer${r.by()}${r.quoted('text', 'summary')}`,
  acknowledged: (r) => `Acknowledged${r.by()}${level(r) || (r.name && `, ${r.name}`)}`,
  escalated: (r) => `Escalated ${target(r)}${reason(r)}`,
  deescalated: (r) => `De-escalated ${target(r)}${r.by()}${reason(r)}`,
  repeated: (r) => `Asked ${r.one('the level', 'to')} again${level(r)}`,
  level_thinned: (r) => `${capital(r.name)}: part of level ${r.one('?', 'level')} could not be reached`,
  receipt_confirmed: (r) => `Receipt confirmed${r.by()}${r.name === '' ? '' : ` for ${r.name}`}`,
  paused: (r) => `Ticket put on hold${r.by()}${reason(r)}`,
  resumed: (r) => `Ticket taken up again${r.by()}`,
  handed_off: (r) => `Handed off${r.with(' to ', 'to')}${r.by()}`,
  released: (r) => `Released${r.by()}: nobody owns the ticket now`,
  assigned: (r) =>
    `${r.event.by.kind === 'engine' ? 'Auto-assigned' : 'Assigned'} to ${r.one('a team', 'owner', 'queue_title', 'queue', 'to')}${r.with(', tier ', 'tier')}`,
  changed,
  tagged: (r) => `Tagged ${r.name || say(r.data['tag'])}${r.by()}`,
  untagged: (r) => `Tag ${r.name || say(r.data['tag'])} removed${r.by()}`,
  noted: (r) => `Note${r.by()}${r.quoted('text', 'note')}${r.with(': ', 'template')}`,
  linked: (r) =>
    `Linked: ${r.one('another ticket', 'to')} is ${r.name || 'related'} to this one${r.with(', instead of ', 'instead')}`,
  unlinked: (r) =>
    `No longer linked: ${r.one('another ticket', 'to')} is not ${r.name || 'related'} to this one any more`,
  ticket_wanted: (r) => `A ticket is wanted: ${readable(r.one('of another kind', 'kind'))}${r.with(' ', 'key')}`,
  resolved: (r) => `Resolved${r.by()}${r.quoted('resolution', 'text')}`,
  reopened: (r) => `Reopened${r.by()}${reason(r)}`,
  closed: (r) => `Closed${r.by()}`,
  merged: (r) => `Merged into ${r.one('another ticket', 'into', 'to')}${r.by()}`,
  began: (r) => `${capital(r.name)} applies from now`,
  ended: (r) =>
    r.data['flow'] === undefined
      ? `${capital(r.name)} no longer applies`
      : `${capital(r.name)} ended${r.with(': ', 'outcome')}`,
  started: (r) => `Clock of ${r.name} started${dueAt(r, ', due ')}`,
  stopped: (r) => `${names(r)} stopped${reason(r)}`,
  activated: (r) => `Clock of ${r.name} counts again${dueAt(r, ', due ')}`,
  deactivated: (r) => `Clock of ${r.name} does not count now`,
  clock_paused: (r) => `Clock of ${r.name} stands still`,
  clock_resumed: (r) => `Clock of ${r.name} goes on${dueAt(r, ', due ')}`,
  rescheduled: (r) => `${capital(r.name)} moved${dueAt(r, ': now due ')}`,
  mark,
  due: (r) => `${clockName(r)}: due now${r.data['kept'] === true ? ', kept' : ''}${at(r, 'next', ', next ')}`,
  met: (r) =>
    r.data['idle'] === true
      ? `${capital(r.name)}: done, though it does not count now`
      : `${capital(r.name)}: ${r.data['late'] === true ? `kept late${dueAt(r, ', was due ')}` : `kept${dueAt(r, ', due ')}`}`,
  breached: (r) => `${clockName(r)}: due${dueAt(r, ' ')} — ${isTask(r) ? 'not done' : 'missed'}`,
  again: (r) => `${capital(r.name)}: still missed, period ${Number(r.data['n'] ?? 0) + 1} is over`,
  fired: (r) => `Rule ${r.name} fell due`,
  task_opened: (r) => `Task for ${r.one('somebody', 'for')}: ${r.name}${dueAt(r, ', due ')}`,
  task_done: (r) => `Task ${r.name} done${doer(r)}${r.with(': ', 'choice')}`,
  task_moot: (r) => `Task ${r.name} is no longer needed`,
  task_lapsed: (r) => `Task ${r.name} was not answered`,
  unchanged: (r) => `${readable(String(r.data['command'] ?? 'command'))} changed nothing`,
  waited: (r) => `Nothing is missing any more for ${r.name}`,
  reminded: (r) => `Reminded ${r.one('its owner', 'for')} of task ${r.name}`,
  delivery,
  delivered: (r) =>
    `${capital(r.name || 'message')} reached ${r.one('its recipient', 'person', 'to')}${r.with(' by ', 'channel')}`,
  undelivered: (r) => `${capital(r.name || 'message')} not delivered${heard(r)}`,
  dropped: (r) => `${capital(r.name || 'message')} not sent any more${r.with(': ', 'detail')}`,
  unreached: (r) => `Nobody reached for ${r.name || r.one('a role', 'role')}`,
  exhausted: (r) =>
    `Nobody acknowledged on the last level${r.name && ` of ${r.name}`}${r.with('; ', 'catchAll', ' is told')}`,
  held: (r) =>
    `Message to ${r.one('its role', 'role')} ${r.data['delayed'] === true ? 'is sent later' : 'waits for its hours'}${at(r, 'until', ', until ')}`,
  waiting: (r) => `Message ${r.name} waits${r.with(': ', 'missing', ' is missing')}`,
  unknown: (r) => `Could not decide: ${r.one('a value', 'names')} is missing`,
  refused: (r) => `Refused ${r.name}${r.quoted('message')}`,
  overridden: (r) => `Guard passed on purpose${r.by()}${r.with(': ', 'reason')}`,
  asked: (r) => `Asked for ${r.name}`,
  fact: (r) => `Answer on ${r.name}: ${say(answerWords(r.data['value'], r.data['score'])) || 'unknown'}`,
  fact_late: (r) => `An answer on ${r.name} came too late`,
  reclassified: (r) =>
    `${capital(r.name)} is ${r.one('another', 'value')}${r.with(', not ', 'from')}${r.by()}${reason(r)}`,
  flow_started: (r) => `${capital(r.name)} begins`,
  flow_resumed: (r) => `${capital(r.name)} goes on from ${r.one('its state', 'state')}`,
  flow_heard: (r) => `${capital(r.name)}: the customer's message ${r.one('', 'turn')}`,
  flow_waits: (r) => `${capital(r.name)} waits for ${r.one('an answer', 'for')}`,
  entered: (r) => `${capital(r.one('the flow', 'flow'))}: ${r.name}${r.with(' after ', 'from')}`,
  question: (r) =>
    `${r.data['unasked'] === true ? 'In shadow: would have asked' : 'Asked'} the customer for ${r.name}${r.with(', time ', 'attempt')}`,
  withheld: (r) => `In shadow: ${withheldWords(r)}`,
  switched_off: (r) => `${capital(r.one('the flow', 'flow'))}: ${r.name} is switched off`,
  collected: (r) => `${capital(r.name)}: nothing is open any more`,
  silent: (r) => `${capital(r.name)}: the customer is silent`,
  given_up: (r) => `${capital(r.name)}: what is still open is given up`,
  received: (r) => `${capital(r.name || 'message')}: one of its channels has a receipt${r.with(', ', 'channel')}`,
  sequenced: (r) => `${capital(r.name)}: step ${r.one('?', 'step')} of ${r.one('?', 'of')} is done`,
  mark_shared: (r) => `Warning of ${r.name} left to ${readable(r.one('another promise', 'warns'))}`,
  told: (r) => `${r.one('Another ticket', 'from')} says: ${readable(r.name || 'something')}`,
  ignored: (r) =>
    `${r.one('Another ticket', 'from')} says ${readable(r.name || 'something')}, to no effect: the ticket is closed`,
  engine_fault: (r) => `Fault in the engine, set aside; the catch-all is told${r.quoted('error', 'message')}`,
};

const heard = (r: Reading): string => at(r, 'by', ': no receipt by ') || r.with(': ', 'detail');
const doer = (r: Reading): string => (say(r.data['by']) === '' ? r.by() : ` by ${say(r.data['by'])}`);

/** One plain sentence on what happened, without a full stop; never empty. */
export function describe(event: Described, options: DescribeOptions = {}): string {
  const reading = new Reading(event, options);
  if (event.type.startsWith('draft')) return draft(reading);
  const sentence = Object.hasOwn(SENTENCES, event.type) ? SENTENCES[event.type] : undefined;
  if (sentence) return sentence(reading);
  return `${capital(readable(event.type))}${reading.name === '' ? '' : `: ${reading.name}`}`;
}

const HEADLINES = new Set(
  'refused opened acknowledged escalated deescalated paused resumed resolved reopened closed merged breached again exhausted unreached undelivered engine_fault'.split(
    ' ',
  ),
);
const DETAILS = new Set(
  'began ended started stopped activated deactivated clock_paused clock_resumed rescheduled due fired delivered received sequenced mark_shared tagged untagged unknown asked flow_waits flow_heard'.split(
    ' ',
  ),
);

/** How much an event matters to a reader: clock bookkeeping, conditions and receipts that say "as expected" are detail. */
export function importance(event: Pick<TicketEvent, 'type' | 'data'>): 'headline' | 'normal' | 'detail' {
  if (HEADLINES.has(event.type)) return 'headline';
  if (event.type === 'met' && event.data['idle'] === true) return 'detail';
  return DETAILS.has(event.type) ? 'detail' : 'normal';
}

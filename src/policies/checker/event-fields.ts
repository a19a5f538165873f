/** What the events of the engine carry, for messages that read `event.x`. */
import type { Pattern } from '../../domain/policy/types';
import type { CheckContext } from './context';
import { COMMAND_EVENTS } from './events';
import { actionsOf } from './walk';

/** What every event has. */
const ALWAYS = new Set(['type', 'at', 'by']);

/** Fields that an event always has; after `?` those it may have. */
const FIELDS: Readonly<Record<string, string>> = {
  opened: 'subject channel priority customer status decided',
  progress: 'text',
  agent_reply: '? text template',
  update_sent: 'text',
  message: 'subject from text',
  assigned: '? queue queue_title tier team owner status',
  claimed: 'owner status ? call',
  paused: 'status',
  resumed: 'status ? reason',
  handed_off: 'owner from',
  noted: 'text',
  linked: 'subject to kind ? instead',
  unlinked: 'subject to kind',
  resolved: 'status ? resolution text',
  reopened: 'status',
  closed: 'status',
  merged: 'status into',
  acknowledged: 'subject path level',
  escalated: 'subject path level to reason ? title from status reason_title group immediate',
  paged: 'subject path level to reason ? title from status',
  deescalated: 'subject path level from reason ? status reason_title group immediate',
  repeated: 'subject path level attempt to',
  level_thinned: 'subject path level left',
  exhausted: 'subject path level reason',
  /** A level that is told: the event that moved the ticket, with where it stands now. */
  path: 'path level reason ? subject to title from attempt',
  changed: 'subject field to ? from reason table rows',
  freed: 'subject field',
  tagged: 'subject tag',
  untagged: 'subject tag',
  overridden: 'subject command reason',
  refused: 'subject command code message',
  ticket_wanted: 'kind key',
  began: 'subject',
  ended: 'subject ? outcome',
  mark: 'subject owner mark ? due for',
  due: 'subject owner due ? tick kept for',
  breached: 'subject owner due ? for',
  again: 'subject owner n',
  met: 'subject late ? due idle',
  started: 'subject owner calendar ? due previous',
  activated: 'subject owner ? due',
  deactivated: 'subject owner ? due',
  clock_paused: 'subject owner ? due',
  clock_resumed: 'subject owner ? due',
  rescheduled: 'subject owner ? due reason previous',
  stopped: 'reason names',
  fired: 'subject ? after',
  task_opened: 'subject task for ? n title prefill call',
  task_done: 'subject task n ? choice closed_by',
  task_moot: 'subject task n',
  reminded: 'subject task for',
  asked: 'subject fact due',
  fact: 'subject fact value score reasons',
  delivered: 'subject key channel role to ? person provider detail',
  undelivered: 'subject key channel role to ? by person provider detail',
  received: 'subject key channel role to ? person provider detail',
  sequenced: 'subject step of',
  mark_shared: 'subject owner mark warns ? due for',
  dropped: 'subject key channel role to ? detail',
  unreached: 'subject role ? key channel to reason',
  delivery: 'subject key channel role to template',
  held: 'subject key channel role to template until ? replaces',
  waiting: 'subject template missing',
  waited: 'subject',
  unchanged: 'command',
  told: 'subject from name',
  ignored: 'subject from name',
  engine_fault: 'subject item at error',
  unknown: 'names',
};

/** Events of commands: whoever gives one may send more with it. */
const OPEN = new Set<string>(Object.values(COMMAND_EVENTS).filter((name) => name !== 'changed'));

/** Whether an event has a field: always, not always, or never. */
export function guaranteed(context: CheckContext, pattern: Pattern, field: string): 'yes' | 'perhaps' | 'no' {
  if (ALWAYS.has(field)) return 'yes';
  const known = Object.hasOwn(FIELDS, pattern.name) ? FIELDS[pattern.name] : undefined;
  if (known === undefined) return 'perhaps';
  const [sure = '', maybe = ''] = known.split('?');
  if (sure.split(' ').includes(field)) return 'yes';
  if (field === 'due' && pattern.name === 'mark' && hasDue(context, pattern.subject)) return 'yes';
  if (pattern.name === 'task_done') return answered(context, pattern.subject, field);
  if (pattern.name === 'told') return said(context, pattern.subject, field);
  return maybe.split(' ').includes(field) || OPEN.has(pattern.name) ? 'perhaps' : 'no';
}

/** Whether what other tickets are told has a field: every rule that tells it sends it along. */
function said(context: CheckContext, word: string | undefined, field: string): 'yes' | 'perhaps' | 'no' {
  const tells = [...actionsOf(context.source)].flatMap(({ action }) =>
    action.tell && (word === undefined || action.tell.event === word) ? [action.tell] : [],
  );
  if (tells.length === 0) return 'perhaps';
  const sent = tells.filter((tell) => tell.with[field] !== undefined);
  // A computed value may be missing.
  const sure = sent.every((tell) => typeof tell.with[field] !== 'string' || !tell.with[field].startsWith('='));
  return sent.length === 0 ? 'no' : sent.length === tells.length && sure ? 'yes' : 'perhaps';
}

/** Whether the answer to a task has a field. */
function answered(context: CheckContext, task: string | undefined, field: string): 'yes' | 'perhaps' | 'no' {
  const def = task === undefined ? undefined : context.source.tasks[task];
  if (!def) return 'perhaps';
  if (field === 'choice') return def.choices === undefined ? 'no' : 'yes';
  const asked = def.ask[field];
  if (asked === undefined) return def.sets.includes(field) ? 'perhaps' : 'no';
  return asked === 'optional' || !/^(text|url|number|date|person|list|any)$/.test(asked) ? 'perhaps' : 'yes';
}

/** Whether a clock has a due instant, so that its warnings name it. */
function hasDue(context: CheckContext, name: string | undefined): boolean {
  const { commitments, tasks } = context.source;
  const commitment = commitments[name ?? ''];
  const task = tasks[name ?? ''];
  const clocks = name === undefined ? [...Object.values(commitments), ...Object.values(tasks)] : [commitment, task];
  return clocks.every((clock) => {
    if (clock === undefined || clock.marks.length === 0) return true;
    return (
      clock.due !== undefined ||
      ('after' in clock ? clock.after : (clock as { cadence?: unknown }).cadence) !== undefined
    );
  });
}

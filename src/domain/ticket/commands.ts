/**
 * What each command does: checks first, then events. A handler that returns a rejection has emitted nothing that stays:
 * the turn is thrown away. The set of commands is fixed (design.md, decision 17).
 */
import { rejection } from '../errors';
import type { Json, JsonObject, PathDef } from '../policy/types';
import { tagTicket } from './actions';
import { membersOf, namesOf } from './contacts';
import { BUILT_IN_FIELDS, misfit, setField } from './fields';
import { checkGuards } from './guards';
import { enterLevel, levelOf } from './paths';
import { answerTask, openTask } from './tasks';
import type { Turn } from './turn';
import type { Actor, CommandName, PathState, Rejection } from './types';

export interface Order {
  name: string;
  by: Actor;
  fields: JsonObject;
}
type Handler = (turn: Turn, order: Order) => Rejection | undefined;

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
const required = (order: Order, field: string): Rejection => rejection('ESC_FIELD_REQUIRED', `${order.name} needs the field "${field}"`, { field, command: order.name });
const forbids = (turn: Turn, order: Order, allowed: string): Rejection =>
  rejection('ESC_STATUS_FORBIDS', `${order.name} does not apply to a ticket that is ${turn.state.ticket.status}; it needs ${allowed}`, { status: turn.state.ticket.status, command: order.name });

/** Fields of a command that are not about the command itself, kept on its event. */
function rest(order: Order, ...without: string[]): JsonObject {
  return Object.fromEntries(Object.entries(order.fields).filter(([name, value]) => !without.includes(name) && value !== null));
}

/** A text under any of the names people use for it. */
function textField(order: Order, ...names: string[]): string | undefined {
  for (const name of names) {
    const found = textOf(order.fields[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const emitStatus = (turn: Turn, order: Order, type: string, status: string, data: JsonObject = {}, ticket: JsonObject = {}, subject?: string): void => {
  turn.emit({ type, ...(subject === undefined ? {} : { subject }), by: order.by, data: { ...data, status }, patch: { ticket: { status, ...ticket } } });
};

const isOver = (turn: Turn): boolean => ['resolved', 'closed'].includes(turn.state.ticket.status);

const handlers: Record<CommandName, Handler> = {
  claim(turn, order) {
    if (isOver(turn)) return forbids(turn, order, 'an open ticket');
    const status = turn.state.ticket.status === 'pending' ? 'pending' : 'in_progress';
    emitStatus(turn, order, 'claimed', status, { owner: order.by.name, ...rest(order) }, { owner: order.by.name });
    return undefined;
  },
  progress(turn, order) {
    const text = textField(order, 'text', 'note');
    if (text === undefined) return required(order, 'text');
    turn.emit({ type: 'progress', by: order.by, data: { ...rest(order, 'note'), text } });
    return undefined;
  },
  reply(turn, order) {
    const text = textField(order, 'text', 'body', 'message');
    if (text === undefined) return required(order, 'text');
    turn.emit({ type: 'agent_reply', by: order.by, data: { ...rest(order, 'body', 'message'), text } });
    return undefined;
  },
  message(turn, order) {
    const from = order.fields['from'] === 'agent' ? 'agent' : 'customer';
    const text = textField(order, 'text', 'body') ?? '';
    turn.emit({ type: 'message', subject: from, by: order.by, data: { ...rest(order, 'body'), from, text } });
    if (from === 'customer' && turn.state.ticket.status === 'pending') emitStatus(turn, order, 'resumed', 'in_progress', { reason: 'customer replied' });
    return undefined;
  },
  send_update(turn, order) {
    const text = textField(order, 'text', 'body', 'message', 'update');
    if (text === undefined) return required(order, 'text');
    turn.emit({ type: 'update_sent', by: order.by, data: { ...rest(order, 'body', 'message', 'update'), text } });
    return undefined;
  },
  acknowledge(turn, order) {
    return acknowledge(turn, order);
  },
  confirm_receipt(turn, order) {
    const refused = acknowledge(turn, order);
    if (refused) return refused;
    turn.emit({ type: 'receipt_confirmed', by: order.by, data: rest(order) });
    return undefined;
  },
  escalate(turn, order) {
    return escalate(turn, order);
  },
  deescalate(turn, order) {
    return deescalate(turn, order);
  },
  pause(turn, order) {
    if (isOver(turn)) return forbids(turn, order, 'an open ticket');
    emitStatus(turn, order, 'paused', 'pending', rest(order));
    return undefined;
  },
  resume(turn, order) {
    if (turn.state.ticket.status !== 'pending') return forbids(turn, order, 'a pending ticket');
    emitStatus(turn, order, 'resumed', 'in_progress', rest(order));
    return undefined;
  },
  hand_off(turn, order) {
    const to = textField(order, 'to', 'owner');
    if (to === undefined) return required(order, 'to');
    turn.emit({ type: 'handed_off', by: order.by, data: { ...rest(order, 'to'), owner: to, from: turn.state.ticket['owner'] ?? null }, patch: { ticket: { owner: to } } });
    return undefined;
  },
  release(turn, order) {
    turn.emit({ type: 'released', by: order.by, data: rest(order), patch: { ticket: { owner: textOf(order.fields['to']) ?? null } } });
    return undefined;
  },
  answer(turn, order) {
    return answer(turn, order);
  },
  set(turn, order) {
    return setFields(turn, order);
  },
  tag(turn, order) {
    const tag = textField(order, 'tag', 'value');
    if (tag === undefined) return required(order, 'tag');
    tagTicket(turn, 'tag', tag, []);
    return undefined;
  },
  untag(turn, order) {
    const tag = textField(order, 'tag', 'value');
    if (tag === undefined) return required(order, 'tag');
    tagTicket(turn, 'untag', tag, []);
    return undefined;
  },
  note(turn, order) {
    const text = textField(order, 'text', 'note');
    if (text === undefined) return required(order, 'text');
    turn.emit({ type: 'noted', by: order.by, data: { ...rest(order, 'note'), text } });
    return undefined;
  },
  link(turn, order) {
    const to = textField(order, 'to', 'ticket');
    if (to === undefined) return required(order, 'to');
    turn.emit({ type: 'linked', subject: textOf(order.fields['kind']) ?? 'related', by: order.by, data: { ...rest(order, 'ticket'), to } });
    return undefined;
  },
  resolve(turn, order) {
    if (isOver(turn)) return forbids(turn, order, 'an open ticket');
    const resolution = textField(order, 'resolution', 'text');
    emitStatus(turn, order, 'resolved', 'resolved', { ...rest(order, 'text'), ...(resolution === undefined ? {} : { resolution, text: resolution }) }, {
      resolved_at: turn.at,
      ...(resolution === undefined ? {} : { resolution }),
    });
    return undefined;
  },
  reopen(turn, order) {
    if (!isOver(turn) || turn.state.ticket['merged_into'] !== undefined) return forbids(turn, order, 'a resolved or closed ticket');
    emitStatus(turn, order, 'reopened', 'in_progress', rest(order), { resolved_at: null });
    return undefined;
  },
  close(turn, order) {
    if (turn.state.ticket.status !== 'resolved') return forbids(turn, order, 'a resolved ticket');
    emitStatus(turn, order, 'closed', 'closed', rest(order));
    return undefined;
  },
  merge(turn, order) {
    const into = textField(order, 'into', 'to');
    if (into === undefined) return required(order, 'into');
    if (into === turn.state.id) return rejection('ESC_FIELD_INVALID', 'a ticket cannot be merged into itself', { field: 'into' });
    emitStatus(turn, order, 'merged', 'closed', { into, ...rest(order, 'to') }, { merged_into: into });
    return undefined;
  },
};

/** Commands that a closed ticket still takes. */
const AFTER_CLOSE: ReadonlySet<string> = new Set(['reopen', 'note', 'link', 'tag', 'untag', 'answer']);

/** The canonical name of a command, however it is written: `send-update`, `sendUpdate`, `Send Update`. Undefined for none. */
export function commandName(written: string): CommandName | undefined {
  const bare = written.toLowerCase().replace(/[^a-z]/g, '');
  return (Object.keys(handlers) as CommandName[]).find((name) => name.replace(/_/g, '') === bare) ?? ALIASES[bare];
}
const ALIASES: Record<string, CommandName | undefined> = { __proto__: null as never, ack: 'acknowledge', update: 'send_update', handoff: 'hand_off', confirm: 'confirm_receipt', setpending: 'pause' };

/** Decide one command within a turn: guards, then its events. A rejection means that the turn must be dropped. */
export function decide(turn: Turn, order: Order): Rejection | undefined {
  const name = commandName(order.name);
  if (!name) return rejection('ESC_COMMAND_UNKNOWN', `there is no command "${order.name}"; commands are ${Object.keys(handlers).join(', ')}`, { command: order.name });
  const named = { ...order, name };
  if (turn.state.ticket.status === 'closed' && !AFTER_CLOSE.has(name)) {
    return rejection('ESC_TICKET_CLOSED', `${turn.state.id} is closed: ${name} is refused; reopen it or open a linked ticket`, { status: 'closed' });
  }
  const resolution = textField(named, 'resolution', 'text');
  const overlay: JsonObject = name === 'resolve' && resolution !== undefined ? { resolution } : {};
  return checkGuards(turn, named, overlay) ?? handlers[name](turn, named);
}

/** A command that a rule gives: what is refused is recorded, not thrown. */
export function runCommand(turn: Turn, order: Order): void {
  const refused = decide(turn, order);
  if (refused) turn.emit({ type: 'refused', subject: order.name, data: { command: order.name, code: refused.code, message: refused.message } });
}

/** The paths an acknowledgement is for: the named one; those that tell this person or role; else the first that waits. */
function acknowledge(turn: Turn, order: Order): Rejection | undefined {
  const wanted = textOf(order.fields['path']);
  const waiting = Object.entries(turn.state.paths).filter(([name, path]) => !path.acknowledged && !path.done && turn.pack.paths[name] && (wanted === undefined || wanted === name));
  if (waiting.length === 0) {
    return rejection('ESC_NOTHING_TO_ACKNOWLEDGE', wanted === undefined ? 'no escalation path waits for an acknowledgement' : `the path "${wanted}" does not wait for an acknowledgement`, { path: wanted ?? null });
  }
  const addressed = waiting.filter(([name, path]) => {
    const level = turn.pack.paths[name]?.levels[path.level - 1];
    const roles = level ? [...level.to, ...membersOf(turn.pack, level.to)] : [];
    return roles.includes(order.by.role ?? '') || roles.includes(order.by.name);
  });
  const first = waiting[0];
  const chosen = wanted !== undefined ? waiting : addressed.length > 0 ? addressed : first ? [first] : [];
  for (const [name, path] of chosen) {
    turn.emit({
      type: 'acknowledged',
      subject: name,
      by: order.by,
      clauses: turn.pack.paths[name]?.clauses ?? [],
      data: { ...rest(order), path: name, level: path.level },
      patch: { paths: { [name]: { acknowledged: true, acknowledgedBy: order.by.name, acknowledgedAt: turn.at, ackDue: null } } },
    });
  }
  return undefined;
}

/** The path a person means: the named one, the one with the named level, else the functional one (or the last declared). */
function pathFor(turn: Turn, order: Order): PathDef | Rejection {
  const paths = Object.values(turn.pack.paths);
  const wanted = textOf(order.fields['path']);
  if (wanted !== undefined) {
    return turn.pack.paths[wanted] ?? rejection('ESC_PATH_UNKNOWN', `the pack has no path "${wanted}"; it has ${paths.map((path) => path.name).join(', ')}`, { field: 'path' });
  }
  const to = namesOf(order.fields['to'] ?? null);
  const byLevel = to.length > 0 && to[0] !== 'next' ? paths.find((path) => levelOf(path, 0, to, (names) => membersOf(turn.pack, names)) !== undefined) : undefined;
  const found = byLevel ?? paths.find((path) => path.kind === 'functional') ?? paths.at(-1);
  return found ?? rejection('ESC_PATH_UNKNOWN', 'the pack has no escalation path', { field: 'path' });
}

const isRejection = (value: object): value is Rejection => 'code' in value && 'message' in value;

function numeric(value: Json | undefined): Json {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? 'next');
}

function escalate(turn: Turn, order: Order): Rejection | undefined {
  if (isOver(turn)) return forbids(turn, order, 'an open ticket');
  const reason = textField(order, 'reason');
  if (reason === undefined) return required(order, 'reason');
  const path = pathFor(turn, order);
  if (isRejection(path)) return path;
  const current: PathState | undefined = turn.state.paths[path.name];
  const to = numeric(order.fields['to']);
  const level = levelOf(path, current?.level ?? 0, to, (names) => membersOf(turn.pack, names));
  if (level === undefined && to !== 'next') return rejection('ESC_PATH_UNKNOWN', `the path "${path.name}" has no level ${JSON.stringify(to)}`, { field: 'to', path: path.name });
  if (level === undefined || (current && !current.done && level <= current.level)) {
    return rejection('ESC_PATH_TOP', `the ticket already stands on level ${current?.level ?? 0} of "${path.name}"`, { path: path.name, level: current?.level ?? 0 });
  }
  const only = to === 'next' || typeof to === 'number' ? undefined : namesOf(to);
  enterLevel(turn, path, { level, reason, by: order.by, clauses: [], data: rest(order, 'path', 'to', 'reason'), ...(only ? { only } : {}) });
  return undefined;
}

function deescalate(turn: Turn, order: Order): Rejection | undefined {
  if (isOver(turn)) return forbids(turn, order, 'an open ticket');
  const reason = textField(order, 'reason');
  if (reason === undefined) return required(order, 'reason');
  const path = pathFor(turn, order);
  if (isRejection(path)) return path;
  const current = turn.state.paths[path.name];
  if (!current) return rejection('ESC_PATH_UNKNOWN', `the ticket does not stand on the path "${path.name}"`, { field: 'path' });
  const to = numeric(order.fields['to']);
  const level = to === 'next' ? current.level - 1 : (levelOf(path, 0, to, (names) => membersOf(turn.pack, names)) ?? -1);
  if (level < 0 || level >= current.level) return rejection('ESC_PATH_UNKNOWN', `"${path.name}" has no lower level ${JSON.stringify(to)}`, { field: 'to', level: current.level });
  const status = path.status !== undefined && turn.state.ticket.status === path.status ? { status: 'in_progress' } : {};
  turn.emit({
    type: 'deescalated',
    subject: path.name,
    by: order.by,
    clauses: path.clauses,
    data: { ...rest(order), path: path.name, from: current.level, level, reason, ...status },
    patch: { paths: { [path.name]: level === 0 ? null : { level, ackDue: null, acknowledged: true, exhausted: false, reason } }, ticket: status },
  });
  const priority = order.fields['priority'];
  if (typeof priority === 'string') setField(turn, 'priority', priority, { by: order.by, hold: true });
  return undefined;
}

function answer(turn: Turn, order: Order): Rejection | undefined {
  const name = textField(order, 'task', 'name');
  if (name === undefined) return required(order, 'task');
  const found = openTask(turn.state, name);
  if (!found) {
    const open = [...new Set(Object.values(turn.state.tasks).filter((task) => task.open).map((task) => task.name))];
    return rejection('ESC_TASK_NOT_OPEN', `no open task "${name}"; open are ${open.join(', ') || 'none'}`, { field: 'task', open });
  }
  const def = turn.pack.tasks[name];
  const given = rest(order, 'task', 'name', 'choice');
  const choices = def && 'lit' in def.choices ? def.choices.lit : [];
  const choice = order.fields['choice'] ?? undefined;
  if (choices.length > 0 && !choices.some((allowed) => String(allowed) === String(choice))) {
    return rejection('ESC_FIELD_INVALID', `choice for "${name}" must be one of ${choices.map(String).join(', ')}`, { field: 'choice', task: name, choices });
  }
  const exact = choices.find((allowed) => String(allowed) === String(choice)) ?? choice;
  const missing = [...Object.entries(def?.ask ?? {}).filter(([, ask]) => needed(turn, order, ask.required, exact)).map(([field]) => field), ...(def?.sets ?? [])].filter(
    (field) => given[field] === undefined && turn.state.ticket[field] === undefined,
  );
  if (missing.length > 0) return rejection('ESC_FIELD_REQUIRED', `the answer to "${name}" needs ${missing.join(', ')}`, { field: missing[0] ?? null, fields: missing, task: name });
  for (const field of def?.sets ?? []) {
    const wrong = given[field] === undefined ? undefined : wrongField(turn, field, given[field] ?? null);
    if (wrong) return wrong;
  }
  for (const field of def?.sets ?? []) {
    const value = given[field];
    if (value !== undefined) setField(turn, field, value, { by: order.by });
  }
  answerTask(turn, found.key, found.task, order.by, exact, given);
  return undefined;
}

function needed(turn: Turn, order: Order, requirement: boolean | { src: string; x: unknown; reads: string[] }, choice: Json | undefined): boolean {
  if (typeof requirement === 'boolean') return requirement;
  const data = choice === undefined ? order.fields : { ...order.fields, choice };
  return turn.holds({ pack: turn.pack, state: turn.state, event: { type: 'answer', at: turn.at, by: order.by, data } }, requirement as never);
}

function wrongField(turn: Turn, name: string, value: Json): Rejection | undefined {
  const def = turn.pack.fields[name];
  const builtIn = BUILT_IN_FIELDS[name];
  if (!def && builtIn === undefined) return rejection('ESC_FIELD_UNKNOWN', `the pack declares no field "${name}"`, { field: name });
  const wrong = misfit(def ?? { type: builtIn ?? 'any', values: [] }, value);
  return wrong === undefined ? undefined : rejection('ESC_FIELD_INVALID', `the field "${name}" must be ${wrong}`, { field: name, value });
}

function setFields(turn: Turn, order: Order): Rejection | undefined {
  const { field, value, ...others } = order.fields;
  const pairs: [string, Json][] = Object.entries(others).filter(([name]) => name !== 'reason' && name !== 'override');
  if (typeof field === 'string') pairs.push([field, value ?? null]);
  if (pairs.length === 0) return required(order, 'field');
  const tables = new Set(Object.values(turn.pack.tables).map((table) => table.sets));
  for (const [name, given] of pairs) {
    if (given === 'auto' && turn.state.held.includes(name)) continue;
    const wrong = wrongField(turn, name, given);
    if (wrong) return wrong;
  }
  for (const [name, given] of pairs) {
    const reason = order.fields['reason'];
    if (given === 'auto' && turn.state.held.includes(name)) {
      turn.emit({ type: 'freed', subject: name, by: order.by, data: { field: name }, patch: { unheld: [name] } });
    } else setField(turn, name, given, { by: order.by, hold: tables.has(name), ...(typeof reason === 'string' ? { data: { reason } } : {}) });
  }
  return undefined;
}

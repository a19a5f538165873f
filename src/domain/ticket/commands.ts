/**
 * What each command does: checks first, then events. A handler that returns a rejection has emitted nothing that stays:
 * the turn is thrown away. The set of commands is fixed (design.md, decision 17).
 */
import { rejection } from '../errors';
import type { JsonObject } from '../policy/types';
import { tagTicket } from './actions';
import { answer, reclassify, setFields } from './field-commands';
import { checkGuards } from './guards';
import { linkTo } from './links';
import { forbids, isOver, required, rest, textField, textOf, type Order } from './orders';
import { kindOf } from './pack-index';
import { acknowledge, deescalate, escalate } from './path-commands';
import { aimedFields, reasonFault } from './reasons';
import { wordsOf } from './replies';
import type { Turn } from './turn';
import type { CommandName, Rejection } from './types';
import { groupsOf } from './visibility';

type Handler = (turn: Turn, order: Order) => Rejection | undefined;

const emitStatus = (
  turn: Turn,
  order: Order,
  type: string,
  status: string,
  data: JsonObject = {},
  ticket: JsonObject = {},
  subject?: string,
): void => {
  turn.emit({
    type,
    ...(subject === undefined ? {} : { subject }),
    by: order.by,
    data: { ...data, status },
    patch: { ticket: { status, ...ticket } },
  });
};

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
    const words = wordsOf(turn, order);
    if ('rejection' in words) return words.rejection;
    turn.emit({
      type: 'agent_reply',
      by: order.by,
      ...(words.clauses.length === 0 ? {} : { clauses: words.clauses }),
      data: { ...rest(order, 'body', 'message', 'text', 'template'), ...words.data },
    });
    return undefined;
  },
  message(turn, order) {
    const { from = 'customer' } = order.fields;
    if (from !== 'customer' && from !== 'agent')
      return rejection('ESC_FIELD_INVALID', `"from" must be customer or agent, not ${JSON.stringify(from)}`, {
        field: 'from',
        command: order.name,
      });
    // A mail without a word of its own (an attachment alone) is a message; a command that forgot the text is none.
    if (order.fields['text'] === undefined && order.fields['body'] === undefined) return required(order, 'text');
    const text = textField(order, 'text', 'body') ?? '';
    turn.emit({ type: 'message', subject: from, by: order.by, data: { ...rest(order, 'body'), from, text } });
    if (from === 'customer' && turn.state.ticket.status === 'pending')
      emitStatus(turn, order, 'resumed', 'in_progress', { reason: 'customer replied' });
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
    const wanted = textField(order, 'path');
    const taken = Object.entries(turn.state.paths).some(
      ([name, path]) => (wanted === undefined || wanted === name) && path.acknowledged && !path.done,
    );
    const refused = acknowledge(turn, order);
    // Who has acknowledged already may still say more, such as when the first review will be.
    if (refused && !taken) return refused;
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
    turn.emit({
      type: 'handed_off',
      by: order.by,
      data: { ...rest(order, 'to'), owner: to, from: turn.state.ticket['owner'] ?? null },
      patch: { ticket: { owner: to } },
    });
    return undefined;
  },
  release(turn, order) {
    turn.emit({
      type: 'released',
      by: order.by,
      data: rest(order),
      patch: { ticket: { owner: textOf(order.fields['to']) ?? null } },
    });
    return undefined;
  },
  answer(turn, order) {
    return answer(turn, order);
  },
  reclassify(turn, order) {
    return reclassify(turn, order);
  },
  set(turn, order) {
    return setFields(turn, order);
  },
  tag(turn, order) {
    const tag = textField(order, 'tag', 'value');
    if (tag === undefined) return required(order, 'tag');
    tagTicket(turn, 'tag', tag, [], order.by);
    return undefined;
  },
  untag(turn, order) {
    const tag = textField(order, 'tag', 'value');
    if (tag === undefined) return required(order, 'tag');
    tagTicket(turn, 'untag', tag, [], order.by);
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
    if (to === turn.state.id)
      return rejection('ESC_FIELD_INVALID', 'a ticket cannot be linked to itself', { field: 'to' });
    linkTo(turn, [to], textOf(order.fields['kind']) ?? 'related', { by: order.by, data: rest(order, 'ticket') });
    return undefined;
  },
  resolve(turn, order) {
    if (isOver(turn)) return forbids(turn, order, 'an open ticket');
    const resolution = textField(order, 'resolution', 'text');
    // Whoever resolves what nobody has taken up takes it up thereby: there is no way from assigned to resolved but this.
    if (turn.state.ticket.status === 'assigned' && order.by.kind === 'person')
      emitStatus(turn, order, 'claimed', 'in_progress', { owner: order.by.name }, { owner: order.by.name });
    emitStatus(
      turn,
      order,
      'resolved',
      'resolved',
      { ...rest(order, 'text'), ...(resolution === undefined ? {} : { resolution, text: resolution }) },
      {
        resolved_at: turn.at,
        ...(resolution === undefined ? {} : { resolution }),
      },
    );
    return undefined;
  },
  reopen(turn, order) {
    if (!isOver(turn) || turn.state.ticket['merged_into'] !== undefined)
      return forbids(turn, order, 'a resolved or closed ticket');
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
    if (into === turn.state.id)
      return rejection('ESC_FIELD_INVALID', 'a ticket cannot be merged into itself', { field: 'into' });
    emitStatus(turn, order, 'merged', 'closed', { into, ...rest(order, 'to') }, { merged_into: into });
    linkTo(turn, [into], 'original', { by: order.by });
    return undefined;
  },
};

/** Commands that a closed ticket still takes. */
const AFTER_CLOSE: ReadonlySet<string> = new Set(['reopen', 'note', 'link', 'tag', 'untag', 'answer']);

/** The canonical name of a command, however it is written: `send-update`, `sendUpdate`, `Send Update`. Undefined for none. */
export function commandName(written: string): CommandName | undefined {
  const bare = written.toLowerCase().replace(/[^a-z]/g, '');
  return (Object.keys(handlers) as CommandName[]).find((name) => name.replace(/_/g, '') === bare) ?? ALIASES.get(bare);
}
const ALIASES = new Map<string, CommandName>(
  Object.entries({
    ack: 'acknowledge',
    update: 'send_update',
    handoff: 'hand_off',
    confirm: 'confirm_receipt',
    setpending: 'pause',
  }),
);

/** Commands that change nothing of the ticket itself, or are for whoever a task is for. */
const ANYBODY: ReadonlySet<string> = new Set(['note', 'answer']);

/** Whether somebody may change an entry of a register: the kind's own roles, where it names any, and what the engine does. */
function mayEdit(turn: Turn, order: Order): Rejection | undefined {
  const kind = turn.pack.kinds[kindOf(turn.state.ticket)];
  const { by } = order;
  if (!kind || kind.edit.length === 0 || by.kind === 'engine' || ANYBODY.has(order.name)) return undefined;
  const groups = groupsOf(turn.pack.people, by.role === undefined ? [by.name] : [by.role, by.name]);
  if (kind.edit.some((role) => groups.has(role))) return undefined;
  return rejection('ESC_GUARD_REFUSED', `${kind.title}: only ${kind.edit.join(', ')} may change an entry`, {
    kind: kind.name,
    roles: kind.edit,
  });
}

/** What guards read as `event`: the fields under their first names, and where a move leads. */
function guardFields(turn: Turn, order: Order): JsonObject {
  if (order.name !== 'answer') return aimedFields(turn, order);
  const task = textField(order, 'task', 'name');
  return task === undefined ? order.fields : { ...order.fields, task };
}

/** Decide one command within a turn: guards, then its events. A rejection means that the turn must be dropped. */
export function decide(turn: Turn, order: Order): Rejection | undefined {
  const name = commandName(order.name);
  if (!name)
    return rejection(
      'ESC_COMMAND_UNKNOWN',
      `there is no command "${order.name}"; commands are ${Object.keys(handlers).join(', ')}`,
      { command: order.name },
    );
  const named = { ...order, name };
  if (turn.state.ticket.status === 'closed' && !AFTER_CLOSE.has(name)) {
    return rejection(
      'ESC_TICKET_CLOSED',
      `${turn.state.id} is closed: ${name} is refused; reopen it or open a linked ticket`,
      { status: 'closed' },
    );
  }
  const foreign = mayEdit(turn, named);
  if (foreign) return foreign;
  const resolution = textField(named, 'resolution', 'text');
  const overlay: JsonObject = name === 'resolve' && resolution !== undefined ? { resolution } : {};
  return (
    reasonFault(turn, named) ??
    checkGuards(turn, { ...named, fields: guardFields(turn, named) }, overlay) ??
    handlers[name](turn, named)
  );
}

/** A command that a rule gives: what is refused is recorded, not thrown. */
export function runCommand(turn: Turn, order: Order): void {
  const refused = decide(turn, order);
  if (refused)
    turn.emit({
      type: 'refused',
      subject: order.name,
      data: { command: order.name, code: refused.code, message: refused.message },
    });
}

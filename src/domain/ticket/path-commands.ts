/** Commands that move a ticket on its escalation paths: acknowledge, escalate, de-escalate. */
import { rejection } from '../errors';
import type { Json, PathDef } from '../policy/types';
import { membersOf, namesOf } from './contacts';
import { setField } from './fields';
import { forbids, isOver, required, rest, textField, textOf, type Order } from './orders';
import { enterLevel, levelOf } from './paths';
import type { Turn } from './turn';
import type { PathState, Rejection } from './types';

/** The paths an acknowledgement is for: the named one; those that tell this person or role; else the first that waits. */
export function acknowledge(turn: Turn, order: Order): Rejection | undefined {
  const wanted = textOf(order.fields['path']);
  const waiting = Object.entries(turn.state.paths).filter(
    ([name, path]) =>
      !path.acknowledged && !path.done && turn.pack.paths[name] && (wanted === undefined || wanted === name),
  );
  if (waiting.length === 0) {
    return rejection(
      'ESC_NOTHING_TO_ACKNOWLEDGE',
      wanted === undefined
        ? 'no escalation path waits for an acknowledgement'
        : `the path "${wanted}" does not wait for an acknowledgement`,
      { path: wanted ?? null },
    );
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
      patch: {
        paths: { [name]: { acknowledged: true, acknowledgedBy: order.by.name, acknowledgedAt: turn.at, ackDue: null } },
      },
    });
  }
  return undefined;
}

/** The path a person means: the named one, the one with the named level, else the functional one (or the last declared). */
function pathFor(turn: Turn, order: Order): PathDef | Rejection {
  const paths = Object.values(turn.pack.paths);
  const wanted = textOf(order.fields['path']);
  if (wanted !== undefined) {
    return (
      turn.pack.paths[wanted] ??
      rejection(
        'ESC_PATH_UNKNOWN',
        `the pack has no path "${wanted}"; it has ${paths.map((path) => path.name).join(', ')}`,
        { field: 'path' },
      )
    );
  }
  const to = namesOf(order.fields['to'] ?? null);
  const byLevel =
    to.length > 0 && to[0] !== 'next'
      ? paths.find((path) => levelOf(path, 0, to, (names) => membersOf(turn.pack, names)) !== undefined)
      : undefined;
  const found = byLevel ?? paths.find((path) => path.kind === 'functional') ?? paths.at(-1);
  return found ?? rejection('ESC_PATH_UNKNOWN', 'the pack has no escalation path', { field: 'path' });
}

const isRejection = (value: object): value is Rejection => 'code' in value && 'message' in value;

function numeric(value: Json | undefined): Json {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? 'next');
}

export function escalate(turn: Turn, order: Order): Rejection | undefined {
  if (isOver(turn)) return forbids(turn, order, 'an open ticket');
  const reason = textField(order, 'reason');
  if (reason === undefined) return required(order, 'reason');
  const path = pathFor(turn, order);
  if (isRejection(path)) return path;
  const current: PathState | undefined = turn.state.paths[path.name];
  const to = numeric(order.fields['to']);
  const level = levelOf(path, current?.level ?? 0, to, (names) => membersOf(turn.pack, names));
  if (level === undefined && to !== 'next')
    return rejection('ESC_PATH_UNKNOWN', `the path "${path.name}" has no level ${JSON.stringify(to)}`, {
      field: 'to',
      path: path.name,
    });
  if (level === undefined || (current && !current.done && level <= current.level)) {
    return rejection('ESC_PATH_TOP', `the ticket already stands on level ${current?.level ?? 0} of "${path.name}"`, {
      path: path.name,
      level: current?.level ?? 0,
    });
  }
  const only = to === 'next' || typeof to === 'number' ? undefined : namesOf(to);
  enterLevel(turn, path, {
    level,
    reason,
    by: order.by,
    clauses: [],
    data: rest(order, 'path', 'to', 'reason'),
    ...(only ? { only } : {}),
  });
  return undefined;
}

export function deescalate(turn: Turn, order: Order): Rejection | undefined {
  if (isOver(turn)) return forbids(turn, order, 'an open ticket');
  const reason = textField(order, 'reason');
  if (reason === undefined) return required(order, 'reason');
  const path = pathFor(turn, order);
  if (isRejection(path)) return path;
  const current = turn.state.paths[path.name];
  if (!current)
    return rejection('ESC_PATH_UNKNOWN', `the ticket does not stand on the path "${path.name}"`, { field: 'path' });
  const to = numeric(order.fields['to']);
  const level =
    to === 'next' ? current.level - 1 : (levelOf(path, 0, to, (names) => membersOf(turn.pack, names)) ?? -1);
  if (level < 0 || level >= current.level)
    return rejection('ESC_PATH_UNKNOWN', `"${path.name}" has no lower level ${JSON.stringify(to)}`, {
      field: 'to',
      level: current.level,
    });
  const status = path.status !== undefined && turn.state.ticket.status === path.status ? { status: 'in_progress' } : {};
  turn.emit({
    type: 'deescalated',
    subject: path.name,
    by: order.by,
    clauses: path.clauses,
    data: { ...rest(order), path: path.name, from: current.level, level, reason, ...status },
    patch: {
      paths: {
        [path.name]: level === 0 ? null : { level, ackDue: null, acknowledged: true, exhausted: false, reason },
      },
      ticket: status,
    },
  });
  const priority = order.fields['priority'];
  if (typeof priority === 'string') setField(turn, 'priority', priority, { by: order.by, hold: true });
  return undefined;
}

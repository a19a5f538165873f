/** Commands that move a ticket on its escalation paths: acknowledge, escalate, de-escalate. */
import { rejection } from '../errors';
import type { JsonObject } from '../policy/types';
import { membersOf, namesOf } from './contacts';
import { setField } from './fields';
import { forbids, isOver, required, rest, textOf, type Order } from './orders';
import { enterLevel, settings } from './paths';
import { aimOf, reasonData, type Aim } from './reasons';
import type { Turn } from './turn';
import type { Rejection } from './types';

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

const isRejection = (value: object): value is Rejection => 'code' in value && 'message' in value;

/** A move worked out, or why there is none. */
function aimed(turn: Turn, order: Order): Aim | Rejection {
  if (isOver(turn)) return forbids(turn, order, 'an open ticket');
  return aimOf(turn, order) ?? required(order, 'reason');
}

export function escalate(turn: Turn, order: Order): Rejection | undefined {
  const aim = aimed(turn, order);
  if (isRejection(aim)) return aim;
  const { path, level, to, from, reason } = aim;
  const current = turn.state.paths[path.name];
  if (level === undefined && to !== 'next')
    return rejection('ESC_PATH_UNKNOWN', `the path "${path.name}" has no level ${JSON.stringify(to)}`, {
      field: 'to',
      path: path.name,
    });
  if (level === undefined || (!current?.done && level <= from)) {
    return rejection('ESC_PATH_TOP', `the ticket already stands on level ${from} of "${path.name}"`, {
      path: path.name,
      level: from,
    });
  }
  const only = to === 'next' || typeof to === 'number' ? undefined : namesOf(to);
  enterLevel(turn, path, {
    level,
    reason,
    by: order.by,
    clauses: aim.def?.clauses ?? [],
    data: { ...rest(order, 'path', 'to', 'reason'), ...reasonData(reason, aim.def) },
    ...(only ? { only } : {}),
  });
  return undefined;
}

/** Back to a lower level: the one it came from where none is named. Its fields are set, and what the reason says. */
export function deescalate(turn: Turn, order: Order): Rejection | undefined {
  const aim = aimed(turn, order);
  if (isRejection(aim)) return aim;
  const { path, from, level, to, reason, def } = aim;
  const current = turn.state.paths[path.name];
  if (from === 0)
    return rejection('ESC_PATH_UNKNOWN', `the ticket does not stand on the path "${path.name}"`, { field: 'path' });
  const lowest = path.start === undefined ? 0 : 1;
  if (level === undefined || level < lowest || level >= from)
    return rejection('ESC_PATH_UNKNOWN', `"${path.name}" has no level ${JSON.stringify(to)} below ${from}`, {
      field: 'to',
      level: from,
    });
  const back = path.status !== undefined && turn.state.ticket.status === path.status ? 'in_progress' : undefined;
  const status = def?.status ?? back;
  const data: JsonObject = {
    ...rest(order),
    path: path.name,
    from,
    level,
    ...reasonData(reason, def),
    ...(status === undefined ? {} : { status }),
  };
  const target = path.levels[level - 1];
  const trail = (current?.trail ?? []).filter((one) => one < level);
  turn.emit({
    type: 'deescalated',
    subject: path.name,
    by: order.by,
    clauses: [...new Set([...path.clauses, ...(def?.clauses ?? [])])],
    data,
    patch: {
      paths: {
        [path.name]:
          level === 0
            ? null
            : {
                ...(current ? {} : { enteredAt: turn.at, toldAt: turn.at, attempt: 0, done: false, pending: [] }),
                level,
                trail,
                ackDue: null,
                acknowledged: true,
                exhausted: false,
                reason,
              },
      },
      ticket: { ...(target ? settings(turn, target, data) : {}), ...(status === undefined ? {} : { status }) },
    },
  });
  const priority = order.fields['priority'];
  if (typeof priority === 'string') setField(turn, 'priority', priority, { by: order.by, hold: true });
  return undefined;
}

/** Where a person's escalation leads, and whether its reason is one: the pack's reasons, held against the command. */
import { isUnknown } from '../policy/expr';
import { rejection } from '../errors';
import type { Json, JsonObject, PathDef, ReasonDef } from '../policy/types';
import { membersOf, namesOf } from './contacts';
import { makeEnv, valueIn, type Scope } from './env';
import { offerOf } from './guards';
import { textField, textOf, type Order } from './orders';
import { levelOf, standing } from './paths';
import type { Turn } from './turn';
import type { Rejection } from './types';

/** An escalation or de-escalation as it is meant: path and levels worked out. */
export interface Aim {
  path: PathDef;
  /** Where the ticket stands on the path; 0 where nowhere. */
  from: number;
  /** The level meant; undefined where the path has none such. */
  level: number | undefined;
  /** What the level was named by. */
  to: Json;
  reason: string;
  def?: ReasonDef;
}

const isRejection = (value: object): value is Rejection => 'code' in value && 'message' in value;

/** The main reason: the first, where several are given. */
export function reasonOf(order: Order): string | undefined {
  const given = order.fields['reason'];
  return Array.isArray(given) ? textOf(given[0]) : textField(order, 'reason');
}

/** The reasons of a pack for a move, by code. */
export function reasonsFor(turn: Pick<Turn, 'pack'>, move: ReasonDef['move']): ReasonDef[] {
  return Object.values(turn.pack.reasons ?? {}).filter((one) => one.move === move);
}

/**
 * Why the reason of a move is none, or undefined. A pack without reasons takes any text. `details.reasons` lists what
 * would be taken; `details.audit` asks the driver to note the attempt.
 */
export function reasonFault(turn: Turn, order: Order): Rejection | undefined {
  if (order.name !== 'escalate' && order.name !== 'deescalate') return undefined;
  const all = reasonsFor(turn, order.name);
  const reason = reasonOf(order);
  if (all.length === 0 || reason === undefined) return undefined;
  const def = all.find((one) => one.name === reason);
  const known = countedOn(turn, order, all, def);
  if (known.length === 0) return undefined;
  const reasons = known
    .filter((one) => one.refused === undefined)
    .map((one) => ({ code: one.name, title: one.title, ...(one.group === undefined ? {} : { group: one.group }) }));
  if (!def)
    return rejection(
      'ESC_REASON_UNKNOWN',
      `"${reason}" is no reason to ${order.name}; reasons are ${reasons.map((one) => one.code).join(', ')}`,
      { field: 'reason', reason, reasons, audit: true },
    );
  if (def.refused !== undefined) {
    const scope: Scope = {
      pack: turn.pack,
      state: turn.state,
      event: { type: order.name, at: turn.at, by: order.by, data: order.fields },
    };
    const offer = def.offer === undefined ? {} : { offer: offerOf(scope, def.offer) };
    return rejection('ESC_REASON_REFUSED', `${order.name} is refused: ${def.title} is no reason; ${def.refused}`, {
      field: 'reason',
      reason,
      advice: def.refused,
      ...offer,
      reasons,
      audit: true,
      clauses: def.clauses,
    });
  }
  const missing = def.needs.filter((name) => textOf(order.fields[name]) === undefined);
  return missing.length === 0
    ? undefined
    : rejection('ESC_FIELD_REQUIRED', `the reason "${reason}" needs ${missing.join(', ')}`, {
        field: missing[0] ?? null,
        fields: missing,
        command: order.name,
      });
}

/** The reasons that count on the path that is meant. */
function countedOn(turn: Turn, order: Order, all: ReasonDef[], def: ReasonDef | undefined): ReasonDef[] {
  if (all.every((one) => one.paths === undefined)) return all;
  const path = pathFor(turn, order, def);
  return isRejection(path) ? all : all.filter((one) => one.paths?.includes(path.name) ?? true);
}

/** A level by its number, whether it came as a number or as digits. */
function numeric(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

/** The path meant: the named one, that of the reason, the one with the named level, the functional one, the last declared. */
function pathFor(turn: Turn, order: Order, def: ReasonDef | undefined): PathDef | Rejection {
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
  const ofReason = def?.path === undefined ? undefined : turn.pack.paths[def.path];
  const to = namesOf(order.fields['to'] ?? null);
  const byLevel =
    to.length > 0 && to[0] !== 'next'
      ? paths.find((path) => levelOf(path, 0, to, (names) => membersOf(turn.pack, names)) !== undefined)
      : undefined;
  const found = ofReason ?? byLevel ?? paths.find((path) => path.kind === 'functional') ?? paths.at(-1);
  return found ?? rejection('ESC_PATH_UNKNOWN', 'the pack has no escalation path', { field: 'path' });
}

/** What the reason says of the level, where the command names none. */
function levelOfReason(turn: Turn, order: Order, def: ReasonDef | undefined, path: PathDef): Json | undefined {
  if (!def?.to || def.path !== path.name) return undefined;
  const scope: Scope = {
    pack: turn.pack,
    state: turn.state,
    event: { type: order.name, at: turn.at, by: order.by, data: order.fields },
  };
  const got = valueIn(makeEnv(scope), def.to);
  return isUnknown(got) ? undefined : got;
}

/** Work out where a move leads. Undefined where it gives no reason, which its handler refuses. */
export function aimOf(turn: Turn, order: Order): Aim | Rejection | undefined {
  const reason = reasonOf(order);
  if (reason === undefined) return undefined;
  const def = reasonsFor(turn, order.name === 'deescalate' ? 'deescalate' : 'escalate').find(
    (one) => one.name === reason,
  );
  const path = pathFor(turn, order, def);
  if (isRejection(path)) return path;
  const from = standing(turn, path);
  const given = numeric(order.fields['to']);
  const aim = { path, from, reason, ...(def ? { def } : {}) };
  const groups = (names: string[]): string[] => membersOf(turn.pack, names);
  if (order.name === 'deescalate') {
    // Back to where it came from, unless a lower level is named.
    const to = given ?? turn.state.paths[path.name]?.trail?.at(-1) ?? from - 1;
    return { ...aim, to, level: to === 'next' ? from - 1 : to === 0 ? 0 : levelOf(path, 0, to, groups) };
  }
  const to = given ?? levelOfReason(turn, order, def, path) ?? 'next';
  return { ...aim, to, level: levelOf(path, from, to, groups) };
}

/** What a guard reads as `event` of a move: the command's fields, and where it leads. */
export function aimedFields(turn: Turn, order: Order): JsonObject {
  if (order.name !== 'escalate' && order.name !== 'deescalate') return order.fields;
  const aim = aimOf(turn, order);
  if (!aim || isRejection(aim)) return order.fields;
  return {
    ...order.fields,
    path: aim.path.name,
    from: aim.from,
    ...(aim.level === undefined ? {} : { level: aim.level }),
    ...reasonData(aim.reason, aim.def),
  };
}

/** What an event of a move says of its reason. */
export function reasonData(reason: string, def: ReasonDef | undefined): JsonObject & { reason: string } {
  if (!def) return { reason };
  return {
    reason,
    reason_title: def.title,
    immediate: def.immediate === true,
    ...(def.group === undefined ? {} : { group: def.group }),
  };
}

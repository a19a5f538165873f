/** Escalation paths: ordered levels, each told, waited for, told again, and passed over when nobody takes it. */
import { isUnknown } from '../policy/expr';
import type { DeliverAction, Json, JsonObject, LevelDef, PathDef } from '../policy/types';
import { membersOf, namesOf } from './contacts';
import { deliver } from './deliveries';
import { makeEnv, valueIn, type Scope } from './env';
import { viewOf, type Turn } from './turn';
import type { Actor, DeliveryState, PathState, Receipt } from './types';

/** A hand-over this much later than intended moves the acknowledgement timeout along (design.md, decision 5). */
export const HAND_OVER_TOLERANCE_MS = 60_000;

export interface Move {
  level: number;
  reason: string;
  by?: Actor;
  clauses: string[];
  /** Only these roles of the level (a rule may name them); everyone otherwise. */
  only?: string[];
  template?: string;
  via?: string[];
  /** Name and deadlines of the first telling's receipts. */
  name?: string;
  deadlines?: number[];
  /** `page` enters a path without escalating. */
  type?: 'paged' | 'escalated';
  data?: JsonObject;
}

/** The level a target names: `next`, a number, or roles that stand on it (the highest wins). Undefined when there is none. */
export function levelOf(
  path: PathDef,
  current: number,
  target: Json,
  groups: (names: string[]) => string[],
): number | undefined {
  if (target === 'next' || target === null) return current + 1 <= path.levels.length ? current + 1 : undefined;
  if (typeof target === 'number') return target >= 1 && target <= path.levels.length ? target : undefined;
  const names = namesOf(target);
  const found = path.levels
    .map((level, i) =>
      level.to.some((role) => names.includes(role)) || groups(level.to).some((role) => names.includes(role))
        ? i + 1
        : 0,
    )
    .filter((level) => level > 0);
  return found.length > 0 ? Math.max(...found) : undefined;
}

/** The level a ticket stands on: where it was moved to last, else where the path says that it starts; 0 for none. */
export function standing(turn: Turn, path: PathDef): number {
  const entered = turn.state.paths[path.name];
  if (entered) return entered.level;
  if (!path.start) return 0;
  const got = valueIn(makeEnv(scopeOf(turn, {})), path.start);
  return typeof got === 'number' && got >= 0 && got <= path.levels.length ? got : 0;
}

const scopeOf = (turn: Turn, extra: JsonObject): Scope => {
  const last = turn.events.at(-1);
  return {
    pack: turn.pack,
    state: turn.state,
    event: last
      ? { ...viewOf(last), data: { ...last.data, ...extra } }
      : { type: 'engine', at: turn.at, by: { name: 'tocsin', kind: 'engine' }, data: extra },
  };
};

/** Stand the ticket on a level of a path: recorded, the level's fields set, its people told, the levels passed over copied. */
export function enterLevel(turn: Turn, path: PathDef, move: Move): void {
  const level = path.levels[move.level - 1];
  if (!level) return;
  const before = turn.state.paths[path.name];
  const from = standing(turn, path);
  const roles = level.to.filter(
    (role) =>
      !move.only || move.only.includes(role) || membersOf(turn.pack, [role]).some((one) => move.only?.includes(one)),
  );
  const told = roles.length > 0 ? roles : level.to;
  const extraRoles = (move.only ?? []).filter(
    (role) => !membersOf(turn.pack, level.to).includes(role) && !level.to.includes(role),
  );
  const state = pathState(turn, level, move, before, from);
  const status =
    path.status !== undefined && !['resolved', 'closed', 'pending'].includes(turn.state.ticket.status)
      ? { status: path.status }
      : {};
  const set = settings(turn, level, { ...move.data, from, level: move.level, reason: move.reason });
  const clauses = [...new Set([...path.clauses, ...move.clauses])];
  turn.emit({
    type: move.type ?? 'escalated',
    subject: path.name,
    ...(move.by ? { by: move.by } : {}),
    clauses,
    data: {
      path: path.name,
      level: move.level,
      to: [...told, ...extraRoles],
      reason: move.reason,
      ...(level.title === undefined ? {} : { title: level.title }),
      ...(before || (from > 0 && from !== move.level) ? { from } : {}),
      ...(status as JsonObject),
      ...move.data,
    },
    patch: { paths: { [path.name]: state as unknown as JsonObject }, ticket: { ...status, ...set } },
  });
  const reached = tell(turn, path, move, state, [...told, ...extraRoles], clauses);
  const first = from + 1;
  for (let passed = first; passed < move.level; passed++)
    copy(turn, path, move, passed, clauses, [...told, ...extraRoles]);
  // A level of roles that nobody holds is not waited for.
  if (!reached) goOn(turn, path, state, 'unreached');
}

function pathState(turn: Turn, level: LevelDef, move: Move, before: PathState | undefined, from: number): PathState {
  const trail = [
    ...(before?.trail ?? []).filter((one) => one < from),
    ...(from > 0 && from < move.level ? [from] : []),
  ];
  const blank: JsonObject = { ackDue: null, acknowledgedBy: null, acknowledgedAt: null, template: null };
  return {
    ...(before ? blank : {}),
    level: move.level,
    ...(trail.length === 0 && !before?.trail ? {} : { trail }),
    enteredAt: turn.at,
    toldAt: turn.at,
    attempt: 0,
    acknowledged: false,
    exhausted: false,
    done: false,
    reason: move.reason,
    ...(move.template === undefined ? {} : { template: move.template }),
    ...(level.ack === undefined ? {} : { ackDue: turn.at + level.ack }),
    pending: [],
  };
}

/** The fields that standing on a level sets; `event` is the move that leads there. */
export function settings(turn: Turn, level: LevelDef, move: JsonObject): JsonObject {
  const env = makeEnv(scopeOf(turn, move));
  const set: JsonObject = {};
  for (const [name, value] of Object.entries(level.sets)) {
    const got = valueIn(env, value);
    if (!isUnknown(got)) set[name] = got;
  }
  return set;
}

function action(
  path: PathDef,
  via: string[],
  to: string[],
  move: Pick<Move, 'template' | 'name' | 'deadlines'>,
): DeliverAction {
  const template = move.template ?? path.template;
  return {
    verb: via.includes('page') ? 'page' : 'notify',
    to: { lit: to },
    via,
    ...(template === undefined ? {} : { template }),
    ...(move.name === undefined ? {} : { name: move.name }),
    by: move.deadlines ?? [],
    ifLate: 'send',
  };
}

function tell(turn: Turn, path: PathDef, move: Move, state: PathState, roles: string[], clauses: string[]): boolean {
  // A path without channels leaves the telling to rules.
  if (path.via.length === 0 && move.via === undefined) return true;
  const scope = scopeOf(turn, { level: move.level, path: path.name, reason: move.reason });
  const before = new Set(Object.keys(turn.state.deliveries));
  const reached = deliver(turn, scope, action(path, move.via ?? path.via, roles, move), {
    clauses,
    path: { name: path.name, level: move.level, attempt: state.attempt },
  });
  trackPages(turn, path.name, before);
  return reached;
}

/** The pages of this telling, so that the level is passed over at once when none of them reaches anybody. */
function trackPages(turn: Turn, path: string, before: Set<string>): void {
  const pending = Object.values(turn.state.deliveries)
    .filter((delivery) => !before.has(delivery.key) && delivery.path === path && delivery.channel === 'page')
    .map((delivery) => delivery.key);
  const last = turn.events.at(-1);
  if (!last || pending.length === 0) return;
  // Rides on the delivery event that was just made: one fact, one event.
  const paths = { ...last.patch?.paths, [path]: { ...(last.patch?.paths?.[path] ?? {}), pending } };
  last.patch = { ...last.patch, paths };
  const current = turn.state.paths[path];
  if (current) turn.state = { ...turn.state, paths: { ...turn.state.paths, [path]: { ...current, pending } } };
}

/** Levels that were passed over are informed only. */
function copy(turn: Turn, path: PathDef, move: Move, level: number, clauses: string[], told: string[]): void {
  const def = path.levels[level - 1];
  if (!def || path.via.length === 0) return;
  const roles = membersOf(turn.pack, def.to).filter((role) => !membersOf(turn.pack, told).includes(role));
  if (roles.length === 0) return;
  const scope = scopeOf(turn, { level: move.level, path: path.name, reason: move.reason, copy: true });
  deliver(
    turn,
    scope,
    {
      ...action(path, ['email'], roles, { ...(move.template === undefined ? {} : { template: move.template }) }),
      verb: 'notify',
    },
    { clauses },
  );
}

/** Nobody acknowledged in time: tell the level again, or go on to the next. */
export function acknowledgementMissed(turn: Turn, name: string, state: PathState): void {
  const path = turn.pack.paths[name];
  const level = path?.levels[state.level - 1];
  if (!path || !level) return;
  if (state.attempt < level.repeat) {
    const attempt = state.attempt + 1;
    const next: JsonObject = { attempt, toldAt: turn.at, ackDue: turn.at + (level.ack ?? 0) };
    turn.emit({
      type: 'repeated',
      subject: name,
      clauses: path.clauses,
      data: { path: name, level: state.level, attempt, to: level.to },
      patch: { paths: { [name]: next } },
    });
    const move: Move = {
      level: state.level,
      reason: 'not_acknowledged',
      clauses: [],
      ...(state.template === undefined ? {} : { template: state.template }),
    };
    tell(turn, path, move, { ...state, attempt }, level.to, path.clauses);
    return;
  }
  goOn(turn, path, state, 'not_acknowledged');
}

/** The next level, or, after the last, the catch-all: it is told, and that is said. */
export function goOn(turn: Turn, path: PathDef, state: PathState, reason: string): void {
  if (state.level < path.levels.length) {
    enterLevel(turn, path, {
      level: state.level + 1,
      reason,
      clauses: [],
      ...(state.template === undefined ? {} : { template: state.template }),
    });
    return;
  }
  if (state.exhausted) return;
  turn.emit({
    type: 'exhausted',
    subject: path.name,
    clauses: path.clauses,
    data: { path: path.name, level: state.level, reason },
    patch: { paths: { [path.name]: { exhausted: true, ackDue: null } } },
  });
  const catchAll = path.catchAll ?? turn.pack.catchAll;
  if (!catchAll) return;
  const scope = scopeOf(turn, { path: path.name, level: state.level, reason });
  deliver(
    turn,
    scope,
    {
      ...action(path, ['page', 'email'], [catchAll], {
        ...(state.template === undefined ? {} : { template: state.template }),
      }),
      verb: 'page',
    },
    { clauses: path.clauses, path: { name: path.name, level: state.level + 1, attempt: 0 } },
  );
}

/** A page of a level was taken. Handed over late, its acknowledgement timeout runs from then. */
export function pageTaken(turn: Turn, pending: DeliveryState, receipt: Receipt): void {
  const name = pending.path ?? '';
  const state = turn.state.paths[name];
  const level = turn.pack.paths[name]?.levels[(state?.level ?? 0) - 1];
  const handedOver = receipt.handedOverAt ?? receipt.at;
  if (!state || !level?.ack || state.ackDue === undefined || state.acknowledged || pending.at !== state.toldAt) return;
  if (handedOver - pending.at <= HAND_OVER_TOLERANCE_MS) return;
  turn.emit({
    type: 'rescheduled',
    subject: name,
    data: { owner: 'path', reason: 'handed over late', due: handedOver + level.ack },
    patch: { paths: { [name]: { ackDue: handedOver + level.ack } } },
  });
}

/** A page of a level reached nobody: when none of them did, the level is passed over at once. */
export function pageMissed(turn: Turn, pending: DeliveryState): void {
  const name = pending.path ?? '';
  const path = turn.pack.paths[name];
  const state = turn.state.paths[name];
  if (!path || !state || state.done || state.acknowledged || !state.pending.includes(pending.key)) return;
  const left = state.pending.filter((key) => key !== pending.key);
  if (left.length > 0) {
    turn.emit({
      type: 'level_thinned',
      subject: name,
      data: { path: name, level: state.level, left: left.length },
      patch: { paths: { [name]: { pending: left } } },
    });
    return;
  }
  goOn(turn, path, { ...state, pending: [] }, 'unreached');
}

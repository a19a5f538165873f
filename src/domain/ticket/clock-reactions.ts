/** What events do to clocks: start, stand still, go on, move, be met, stop. */
import { isUnknown, missingName } from '../policy/expr';
import type { ClockDef, CommitmentDef, Json, JsonObject, Value } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { calendarOf } from './calendars';
import { dueOf, nextTick, readAmount } from './clocks';
import { makeEnv, valueIn, type Scope } from './env';
import { attempt } from './faults';
import { kindOf, packIndex } from './pack-index';
import { matches } from './patterns';
import { touches, type Happening, type Turn } from './turn';
import type { ClockState } from './types';

const OPTIONAL = ['pausedAt', 'due', 'breachedAt', 'late', 'grace', 'lastTick', 'lastMet', 'event'] as const;

/** A patch that replaces a clock whole. */
function whole(clock: ClockState): JsonObject {
  const patch = { ...clock } as unknown as JsonObject;
  for (const name of OPTIONAL) if (clock[name] === undefined) patch[name] = null;
  return patch;
}

/** The definition behind a clock of the state, or undefined where the pack has it no more. */
export function clockDef(turn: Pick<Turn, 'pack'>, clock: ClockState): ClockDef | undefined {
  if (clock.owner === 'commitment') return turn.pack.commitments[clock.name]?.clock;
  if (clock.owner === 'task') return turn.pack.tasks[clock.name]?.clock;
  return turn.pack.rules[clock.name]?.clock;
}

export function clausesOf(turn: Pick<Turn, 'pack'>, clock: ClockState): string[] {
  if (clock.owner === 'commitment') return turn.pack.commitments[clock.name]?.clauses ?? [];
  if (clock.owner === 'task') return turn.pack.tasks[clock.name]?.clauses ?? [];
  return turn.pack.rules[clock.name]?.clauses ?? [];
}

function read(turn: Turn, scope: Scope, value: Value | undefined, fallback: Json): Json {
  if (!value) return fallback;
  const got = valueIn(makeEnv(scope), value);
  if (!isUnknown(got)) return got;
  turn.recordUnknown(missingName(got), 'cel' in value ? value.cel.src : '');
  return fallback;
}

const inputs = (def: ClockDef): (Value | undefined)[] => [def.due, def.cadence, def.calendar, def.grace];

/** The time of grace that a definition gives now, in ms; none where it gives none. */
function graceOf(turn: Turn, scope: Scope, def: ClockDef): { grace?: number } {
  if (!def.grace) return {};
  const amount = readAmount(read(turn, scope, def.grace, null));
  return amount && 'amount' in amount && typeof amount.amount === 'number' && amount.amount > 0
    ? { grace: amount.amount }
    : {};
}
const readsEvent = (def: ClockDef): boolean =>
  inputs(def).some(
    (value) => value && 'cel' in value && value.cel.reads.some((name) => name === 'event' || name.startsWith('event.')),
  );

function withDue(turn: Turn, clock: ClockState, def: ClockDef): ClockState {
  const { due: _old, ...rest } = clock;
  if (def.cadence || clock.pausedAt !== undefined || clock.amount === null) return rest;
  const due = dueOf(clock, calendarOf(turn.pack, clock.calendar));
  return due === undefined ? rest : { ...rest, due };
}

const statusOf = (runs: boolean, paused: boolean): ClockState['status'] =>
  !runs ? 'idle' : paused ? 'paused' : 'running';

/** Start (or start anew) a clock at an anchoring event. */
export function startClock(
  turn: Turn,
  happening: Happening,
  owner: ClockState['owner'],
  name: string,
  key: string,
  def: ClockDef,
  clauses: string[],
): void {
  const { event } = happening;
  const scope = turn.scope(happening);
  const runs = turn.holds(scope, def.while);
  const paused = def.pause !== undefined && turn.holds(scope, def.pause);
  const clock: ClockState = {
    owner,
    name,
    anchorSeq: event.seq,
    anchor: event.at,
    status: statusOf(runs, paused),
    activeFrom: event.at,
    amount: read(turn, scope, def.cadence ?? def.due, null),
    calendar: String(read(turn, scope, def.calendar, 'always')),
    ...graceOf(turn, scope, def),
    pauses: [],
    ...(paused ? { pausedAt: event.at } : {}),
    marked: [],
    breached: false,
    met: false,
    again: 0,
    ...(owner === 'rule' || readsEvent(def)
      ? {
          event: {
            ...event.data,
            ...(event.subject === undefined ? {} : { subject: event.subject }),
            type: event.type,
          },
        }
      : {}),
  };
  const started = withDue(turn, clock, def);
  if (turn.shadow && owner === 'commitment') {
    // One that does not count now would promise nothing.
    if (!runs) return;
    turn.withhold('commitment', {
      clauses,
      data: { commitment: name, ...(started.due === undefined ? {} : { due: started.due }) },
    });
    return;
  }
  const replaced = turn.state.clocks[key];
  // A clock that is started anew keeps its old due instant in the history: a reset hides no breach.
  const previous = replaced && replaced.status !== 'done' ? replaced.due : undefined;
  turn.emit({
    type: 'started',
    subject: name,
    clauses,
    data: {
      owner,
      calendar: clock.calendar,
      ...(started.due === undefined ? {} : { due: started.due }),
      ...(previous === undefined ? {} : { previous }),
    },
    patch: { clocks: { [key]: whole(started) } },
  });
}

/** Clocks that begin at this event: commitments and delayed rules (tasks start theirs when they open). */
export function startClocks(turn: Turn, happening: Happening): void {
  const { event } = happening;
  const index = packIndex(turn.pack, kindOf(turn.state.ticket));
  for (const commitment of index.commitmentsOn.get(event.type) ?? []) {
    if (matches(commitment.clock.anchors, event)) {
      const { name, clock, clauses } = commitment;
      attempt(turn, name, () =>
        turn.as(name, happening, () =>
          startClock(turn, happening, 'commitment', name, `commitment:${name}`, clock, clauses),
        ),
      );
    }
  }
  for (const rule of index.rulesOn.get(event.type) ?? []) {
    if (!rule.clock || !matches(rule.on, event)) continue;
    if (rule.once && turn.state.once.includes(`rule:${rule.name}`)) continue;
    const { clock } = rule;
    const start = (): void => {
      if (turn.holds(turn.scope(happening), rule.when))
        startClock(turn, happening, 'rule', rule.name, `rule:${rule.name}`, clock, rule.clauses);
    };
    attempt(turn, rule.name, () => turn.as(rule.name, happening, start, rule));
  }
}

/** Clocks whose `while`, `pause`, amount or calendar this event changed. */
export function refreshClocks(turn: Turn, happening: Happening): void {
  if (!touches(packIndex(turn.pack, kindOf(turn.state.ticket)).clockReads, happening.changed)) return;
  for (const [key, clock] of Object.entries(happening.after.clocks)) {
    const current = turn.state.clocks[key];
    if (clock.status === 'done' || !current || current.status === 'done' || current.anchorSeq !== clock.anchorSeq)
      continue;
    const def = clockDef(turn, clock);
    if (!def) continue;
    const reads = [
      def.while,
      def.pause,
      ...inputs(def).map((value) => (value && 'cel' in value ? value.cel : undefined)),
    ];
    if (!reads.some((cel) => cel && touches(cel.reads, happening.changed))) continue;
    const exempt =
      clock.owner === 'commitment' ? undefined : turn.pack[clock.owner === 'task' ? 'tasks' : 'rules'][clock.name];
    attempt(turn, clock.name, () =>
      turn.as(clock.name, undefined, () => refreshClock(turn, happening, key, current, def), exempt),
    );
  }
}

function refreshClock(turn: Turn, happening: Happening, key: string, clock: ClockState, def: ClockDef): void {
  const base = turn.scope(happening);
  const scope: Scope = clock.event ? { ...base, event: { ...base.event, data: clock.event } } : base;
  const at = happening.event.at;
  const runs = turn.holds(scope, def.while);
  const paused = def.pause !== undefined && turn.holds(scope, def.pause);
  const amount = read(turn, scope, def.cadence ?? def.due, clock.amount);
  const calendar = String(read(turn, scope, def.calendar, clock.calendar));
  const { grace: _grace, ...rest } = clock;
  let next: ClockState = { ...rest, amount, calendar, ...graceOf(turn, scope, def), status: statusOf(runs, paused) };
  if (paused && clock.pausedAt === undefined) next.pausedAt = at;
  if (!paused && clock.pausedAt !== undefined) {
    const { pausedAt: _ended, ...going } = next;
    next = { ...going, pauses: [...clock.pauses, [clock.pausedAt, at]] };
  }
  const moved = JSON.stringify(amount) !== JSON.stringify(clock.amount) || calendar !== clock.calendar;
  if ((next.status !== 'idle' && clock.status === 'idle') || moved) next.activeFrom = at;
  if (moved) delete next.late;
  next = withDue(turn, next, def);
  if (JSON.stringify(next) === JSON.stringify(clock)) return;
  const type =
    next.status === 'paused' && clock.status !== 'paused'
      ? 'clock_paused'
      : clock.status === 'paused' && next.status === 'running'
        ? 'clock_resumed'
        : next.status === 'idle' && clock.status !== 'idle'
          ? 'deactivated'
          : next.status !== 'idle' && clock.status === 'idle'
            ? 'activated'
            : 'rescheduled';
  turn.emit({
    type,
    subject: clock.name,
    clauses: clausesOf(turn, clock),
    data: {
      owner: clock.owner,
      ...(next.due === undefined ? {} : { due: next.due }),
      ...(type === 'rescheduled' && clock.due !== undefined ? { previous: clock.due } : {}),
    },
    patch: { clocks: { [key]: whole(next) } },
  });
}

/** Commitments that this event fulfils. */
export function meetCommitments(turn: Turn, happening: Happening): void {
  for (const commitment of packIndex(turn.pack, kindOf(turn.state.ticket)).metOn.get(happening.event.type) ?? []) {
    if (!matches(commitment.met, happening.event)) continue;
    const key = `commitment:${commitment.name}`;
    const clock = turn.state.clocks[key];
    if (!clock || clock.status === 'done' || clock.anchorSeq >= happening.event.seq) continue;
    const met = (): void => {
      if (!turn.holds(turn.scope(happening), commitment.metWhen)) return;
      if (commitment.clock.cadence) meetTick(turn, commitment, key, clock, happening.event.at);
      else meetOnce(turn, commitment, key, clock);
    };
    turn.as(commitment.name, happening, met);
  }
}

function meetOnce(turn: Turn, commitment: CommitmentDef, key: string, clock: ClockState): void {
  turn.emit({
    type: 'met',
    subject: commitment.name,
    clauses: commitment.clauses,
    data: {
      late: clock.breached,
      ...(clock.due === undefined ? {} : { due: clock.due }),
      // Done, should it ever count; it is no promise that was kept.
      ...(clock.status === 'idle' ? { idle: true } : {}),
    },
    patch: { clocks: { [key]: { status: 'done', met: true } } },
  });
}

/** An update keeps the tick it comes shortly before, and heals every tick missed before it; it moves none. */
function meetTick(turn: Turn, commitment: CommitmentDef, key: string, clock: ClockState, at: EpochMs): void {
  // A cadence that is not in force has no ticks to keep; a single promise counts as met however its `while` stands.
  if (clock.status === 'idle') return;
  const calendar = calendarOf(turn.pack, clock.calendar);
  const tick = nextTick(clock, calendar, Math.max(clock.lastTick ?? clock.anchor, clock.activeFrom));
  const keeps = tick !== undefined && at > tick.at - commitment.clock.early && at <= tick.at;
  if (!clock.breached && !keeps) return;
  turn.emit({
    type: 'met',
    subject: commitment.name,
    clauses: commitment.clauses,
    data: {
      late: clock.breached,
      ...(keeps ? { due: tick.at } : clock.breachedAt === undefined ? {} : { due: clock.breachedAt }),
    },
    patch: { clocks: { [key]: { lastMet: at, breached: false, breachedAt: null } } },
  });
}

/** Resolving stops commitments, delayed rules and paths that are older than it; closing and merging stop everything. */
export function stopAt(turn: Turn, happening: Happening): void {
  const { event } = happening;
  const all = event.type !== 'resolved';
  const clocks: Record<string, JsonObject | null> = {};
  const names: string[] = [];
  for (const [key, clock] of Object.entries(turn.state.clocks)) {
    if (clock.status === 'done' || clock.anchorSeq >= event.seq || (clock.owner === 'task' && !all)) continue;
    clocks[key] = clock.owner === 'rule' ? null : { status: 'done' };
    names.push(clock.name);
  }
  const paths: Record<string, JsonObject> = {};
  for (const [name, path] of Object.entries(turn.state.paths)) {
    if (!path.done) paths[name] = { done: true, ackDue: null };
  }
  // One with a delay is like a delayed rule. A message that waits for somebody's hours still informs of a resolved ticket; of a closed one nobody needs to hear.
  const deliveries: Record<string, JsonObject | null> = {};
  for (const [key, delivery] of Object.entries(turn.state.deliveries)) {
    if (delivery.heldUntil !== undefined) {
      if (all || delivery.delayed) deliveries[key] = null;
    } else if (delivery.at < event.at && (delivery.by.length > 0 || delivery.timeoutAt !== undefined))
      deliveries[key] = { by: [], timeoutAt: null };
  }
  const sequences: Record<string, null> = {};
  for (const [key, sequence] of Object.entries(turn.state.sequences ?? {}))
    if (sequence.anchorSeq < event.seq) sequences[key] = null;
  const tasks: Record<string, JsonObject> = {};
  if (all) {
    for (const [key, task] of Object.entries(turn.state.tasks))
      if (task.open) tasks[key] = { open: false, outcome: 'closed', remindAt: null };
  }
  if (
    [names, ...[paths, tasks, deliveries, sequences].map(Object.keys), turn.state.waiting].every(
      (list) => list.length === 0,
    )
  )
    return;
  turn.emit({
    type: 'stopped',
    data: { reason: event.type, names },
    patch: {
      clocks,
      paths,
      deliveries,
      tasks,
      waiting: [],
      ...(Object.keys(sequences).length > 0 ? { sequences } : {}),
    },
  });
}

/** Tasks: whatever a person must answer. Opened by events, answered by a command, moot when their `while` ends. */
import { isUnknown } from '../policy/expr';
import type { Json, JsonObject, TaskDef } from '../policy/types';
import { clockDef, startClock } from './clock-reactions';
import { namesOf } from './contacts';
import { variablesOf } from './variables';
import { makeEnv, valueIn, type Scope } from './env';
import { attempt } from './faults';
import { kindOf, packIndex } from './pack-index';
import { matches } from './patterns';
import { compileExpr } from '../policy/expr';
import { touches, type Happening, type Turn } from './turn';
import type { Actor, TaskState, TicketState } from './types';

/** The newest open task of a name, or undefined. */
export function openTask(state: TicketState, name: string): { key: string; task: TaskState } | undefined {
  let found: { key: string; task: TaskState } | undefined;
  for (const [key, task] of Object.entries(state.tasks)) {
    if (task.name === name && task.open && (!found || task.n > found.task.n)) found = { key, task };
  }
  return found;
}

/** Tasks that this event opens, and those it closes or makes moot. */
export function openTasks(turn: Turn, happening: Happening): void {
  for (const task of packIndex(turn.pack, kindOf(turn.state.ticket)).tasksOn.get(happening.event.type) ?? []) {
    if (!matches(task.clock.anchors, happening.event)) continue;
    const open = (): void => {
      if (turn.holds(turn.scope(happening), task.when)) openOne(turn, happening, task);
    };
    attempt(turn, task.name, () => turn.as(task.name, happening, open, { inShadow: task.inShadow === true }));
  }
}

/** Open one task; its answerer may be named by the rule that opens it. */
export function openOne(turn: Turn, happening: Happening, task: TaskDef, answerer?: Json): void {
  const scope = turn.scope(happening);
  if (!task.kind.includes(kindOf(turn.state.ticket)) || !turn.holds(scope, task.clock.while)) return;
  // Two events of one instant ask one question once.
  if (Object.values(turn.state.tasks).some((one) => one.name === task.name && one.open && one.openedAt === turn.at))
    return;
  const env = makeEnv(scope);
  const got = answerer ?? valueIn(env, task.for);
  if (turn.shadow) {
    const answerers = isUnknown(got) ? [] : namesOf(got);
    turn.withhold('task', { clauses: task.clauses, data: { task: task.name, for: answerers } });
    return;
  }
  if (task.lapses) lapse(turn, task.name);
  const prefill = task.prefill ? compileExpr(task.prefill.x)(env) : undefined;
  const n =
    1 +
    Math.max(
      0,
      ...Object.values(turn.state.tasks)
        .filter((one) => one.name === task.name)
        .map((one) => one.n),
    );
  const key = `${task.name}#${n}`;
  const state: TaskState = {
    name: task.name,
    n,
    for: isUnknown(got) ? [] : namesOf(got),
    openedAt: turn.at,
    open: true,
    ...(prefill === undefined || isUnknown(prefill) ? {} : { prefill }),
    ...draftOf(turn, scope, task),
    ...(task.remind === undefined ? {} : { remindAt: turn.at + task.remind }),
  };
  const older: Record<string, JsonObject | null> = {};
  for (const [oldKey, old] of Object.entries(turn.state.tasks))
    if (old.name === task.name && !old.open) older[oldKey] = null;
  turn.emit({
    type: 'task_opened',
    subject: task.name,
    clauses: task.clauses,
    data: {
      task: task.name,
      n,
      for: state.for,
      ...(task.title === undefined ? {} : { title: task.title }),
      ...(state.prefill === undefined ? {} : { prefill: state.prefill }),
    },
    patch: { tasks: { ...older, [key]: state as unknown as JsonObject } },
  });
  startClock(turn, happening, 'task', task.name, `task:${key}`, task.clock, task.clauses);
}

/** The text a form begins with, where the pack has the template: its variables as they are when the task opens. */
function draftOf(turn: Turn, scope: Scope, task: TaskDef): Pick<TaskState, 'draft'> {
  const template = task.draft === undefined ? undefined : turn.pack.templates[task.draft];
  return template
    ? { draft: { template: template.name, vars: variablesOf({ ...scope, state: turn.state }, template) } }
    : {};
}

function settleTask(
  turn: Turn,
  key: string,
  task: TaskState,
  type: 'task_done' | 'task_moot' | 'task_lapsed',
  by: Actor | undefined,
  patch: JsonObject,
  data: JsonObject,
): void {
  turn.emit({
    type,
    subject: task.name,
    ...(by ? { by } : {}),
    clauses: turn.pack.tasks[task.name]?.clauses ?? [],
    data: { task: task.name, n: task.n, ...data },
    patch: {
      tasks: { [key]: { open: false, remindAt: null, at: turn.at, ...patch } },
      clocks: { [`task:${key}`]: null },
    },
  });
}

/** The next occasion has come: the question of the last one stays unanswered, and that is recorded. */
function lapse(turn: Turn, name: string): void {
  for (const [key, task] of Object.entries(turn.state.tasks)) {
    if (task.name === name && task.open)
      settleTask(turn, key, task, 'task_lapsed', undefined, { outcome: 'lapsed' }, {});
  }
}

/** Whether an event closes a task: what only a part in shadow has come to closes nobody's. */
function concerns(turn: Turn, happening: Happening, def: TaskDef): boolean {
  let holds = false;
  turn.as(def.name, happening, () => (holds = turn.holds(turn.scope(happening), def.closesWhen)), def);
  return holds;
}

/** Tasks closed by this event, and tasks whose `while` it ended. */
export function closeTasks(turn: Turn, happening: Happening): void {
  for (const def of packIndex(turn.pack, kindOf(turn.state.ticket)).tasksClosedOn.get(happening.event.type) ?? []) {
    const { event } = happening;
    const found = matches(def.closes, event) ? openTask(turn.state, def.name) : undefined;
    if (!found || found.task.openedAt > event.at || !concerns(turn, happening, def)) continue;
    // What the task asks for, as far as the event says it.
    const answer = Object.fromEntries(Object.entries(event.data).filter(([name]) => name in def.ask));
    settleTask(
      turn,
      found.key,
      found.task,
      'task_done',
      event.by.kind === 'engine' ? undefined : event.by,
      { outcome: 'done', ...(Object.keys(answer).length > 0 ? { answer, by: event.by.name } : {}) },
      { closed_by: event.type, ...answer },
    );
  }
  if (!touches(packIndex(turn.pack, kindOf(turn.state.ticket)).clockReads, happening.changed)) return;
  for (const [key, clock] of Object.entries(happening.after.clocks)) {
    if (clock.owner !== 'task') continue;
    const task = turn.state.tasks[key.slice('task:'.length)];
    const condition = clockDef(turn, clock)?.while;
    if (!task?.open || !condition || !touches(condition.reads, happening.changed)) continue;
    if (!turn.holds(turn.scope(happening), condition))
      settleTask(turn, key.slice('task:'.length), task, 'task_moot', undefined, { outcome: 'moot' }, {});
  }
}

/** Record a person's answer; the fields it sets are set by the caller's `changed` events. */
export function answerTask(
  turn: Turn,
  key: string,
  task: TaskState,
  by: Actor,
  choice: Json | undefined,
  answer: JsonObject,
): void {
  const given: JsonObject = choice === undefined ? {} : { choice };
  settleTask(
    turn,
    key,
    task,
    'task_done',
    by,
    { outcome: 'done', by: by.name, answer, ...given },
    { ...answer, ...given },
  );
}

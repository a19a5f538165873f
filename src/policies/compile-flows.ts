/** Flows of the source as the core runs them. */
import type { CollectDef, FlowDef, FlowStateDef, GoRow, SilenceRow } from '../domain/policy/flow-types';
import type { Action, TaskDef } from '../domain/policy/types';
import { compileAction } from './compile-actions';
import { given, listOf, patternsOf, type Compiler, type SourcePath } from './compiler';
import type { ActionSource } from './schema/actions';
import type { PackSource } from './schema/pack';

type FlowSource = PackSource['flows'][string];
type StateSource = FlowSource['states'][string];
type GoSource = StateSource['go'][number] & { name?: string };
type SilenceSource = NonNullable<StateSource['silence']>[number];

const actions = (c: Compiler, source: readonly ActionSource[] | undefined, path: SourcePath): Action[] =>
  (source ?? []).map((action, i) => compileAction(c, action, [...path, i]));

/** A message to the customer by the name of its template. */
const sends = (template: string, clauses: string[]): Action => ({
  do: 'deliver',
  clauses,
  verb: 'send',
  to: { lit: 'customer' },
  via: [],
  template,
  by: [],
  ifLate: 'send',
});

function goRow(c: Compiler, source: GoSource, path: SourcePath): GoRow {
  return {
    ...c.maybe('when', source.when, [...path, 'when'], 'flow'),
    to: source.to,
    ...given('outcome', source.outcome),
    do: actions(c, source.do, [...path, 'do']),
    clauses: source.clauses,
    ...given('name', source.name),
    ...given('title', source.title),
  };
}

function silenceRow(c: Compiler, source: SilenceSource, path: SourcePath): SilenceRow {
  return {
    after: c.amount(source.after, [...path, 'after']),
    ...(source.send === undefined ? {} : { send: sends(source.send, source.clauses) }),
    ...given('to', source.to),
    giveUp: source.give_up ?? false,
    do: actions(c, source.do, [...path, 'do']),
    clauses: source.clauses,
  };
}

function collect(c: Compiler, source: NonNullable<StateSource['collect']>, path: SourcePath): CollectDef {
  return {
    model: source.model,
    begins: source.begins,
    items: source.items.map(({ field, ask, attempts, sufficient, dates, clauses }) => ({
      field,
      ...(ask === undefined ? {} : { ask: sends(ask, [...new Set([...source.clauses, ...clauses])]) }),
      attempts,
      sufficient,
      ...given('dates', dates),
    })),
    silence: (source.silence ?? []).map((row, i) => silenceRow(c, row, [...path, 'silence', i])),
    clauses: [...new Set([...source.clauses, ...source.items.flatMap((item) => item.clauses)])],
  };
}

function stateOf(c: Compiler, name: string, source: StateSource, path: SourcePath): FlowStateDef {
  return {
    name,
    ...c.maybe('when', source.when, [...path, 'when'], 'flow'),
    ...(source.otherwise ? { otherwise: goRow(c, source.otherwise, [...path, 'otherwise']) } : {}),
    ...given('title', source.title),
    ...given('voice', source.voice ?? source.collect?.voice),
    ask: source.ask ?? [],
    askEachMessage: source.ask_each_message ?? [],
    interrupts: (source.interrupts ?? []).map((row, i) => goRow(c, row, [...path, 'interrupts', i])),
    ...(source.collect ? { collect: collect(c, source.collect, [...path, 'collect']) } : {}),
    task: source.task !== undefined,
    do: actions(c, source.do, [...path, 'do']),
    inOrder: source.in_order ?? false,
    silence: (source.silence ?? []).map((row, i) => silenceRow(c, row, [...path, 'silence', i])),
    go: source.go.map((row, i) => goRow(c, row, [...path, 'go', i])),
    clauses: source.clauses,
  };
}

/** One flow. */
export function compileFlow(c: Compiler, name: string, source: FlowSource, path: SourcePath): FlowDef {
  const starts = Array.isArray(source.starts) ? source.starts : [source.starts];
  return {
    name,
    clauses: source.clauses,
    kind: listOf(source.kind),
    starts: starts.map((start, i) => ({
      on: patternsOf(start.on),
      ...c.maybe('when', start.when, [...path, 'starts', ...(Array.isArray(source.starts) ? [i] : []), 'when'], 'flow'),
      ...given('first', start.first),
    })),
    first: source.first,
    states: Object.fromEntries(
      Object.entries(source.states).map(([state, one]) => [state, stateOf(c, state, one, [...path, 'states', state])]),
    ),
  };
}

/** The tasks that states of flows wait for: opened by the flow, named `<flow>_<state>`. */
export function tasksOfFlows(c: Compiler, flows: PackSource['flows']): Record<string, TaskDef> {
  const tasks: Record<string, TaskDef> = {};
  for (const [flow, source] of Object.entries(flows)) {
    for (const [state, { task, clauses }] of Object.entries(source.states)) {
      if (!task) continue;
      const path = ['flows', flow, 'states', state, 'task'];
      const name = `${flow}_${state}`;
      tasks[name] = {
        name,
        clauses,
        ...given('title', task.title),
        kind: listOf(source.kind),
        clock: c.clock([], { due: task.due, marks: [] }, path),
        closes: [],
        for: c.value(task.for, [...path, 'for']),
        choices: c.value(task.choices ?? [], [...path, 'choices']),
        ask: Object.fromEntries(
          Object.entries(task.ask).map(([field, need]) => [
            field,
            { type: need === 'optional' ? ('any' as const) : need, required: need !== 'optional' },
          ]),
        ),
        sets: task.sets,
      };
    }
  }
  return tasks;
}

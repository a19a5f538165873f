/**
 * Flows: declared state machines on a ticket (policy-language §2, §4.10). A state asks facts as one batch, collects fields by
 * dialogue, waits for a task, or goes on at once; the first row of `go` that holds leads on. Nothing outside the declared rows
 * can happen, whatever a model answers.
 */
import type { FlowDef, FlowStateDef, GoRow } from '../policy/flow-types';
import type { JsonObject } from '../policy/types';
import { runActions } from './act';
import type { Scope } from './env';
import { askFact } from './facts';
import { attempt } from './faults';
import { collect, keep, newField } from './flow-collect';
import { reconsider } from './flow-review';
import { armSilence } from './flow-silence';
import type { FlowState, Said } from './flow-types';
import { kindOf } from './pack-index';
import { matches } from './patterns';
import { openOne } from './tasks';
import { viewOf, type Happening, type Turn } from './turn';
import type { StatePatch } from './types';

/** States of a flow's path that are kept. */
const PATH_KEPT = 60;

export const flowOf = (turn: Turn, name: string): FlowState | undefined => turn.state.flows[name];

/** Whose messages a state's are. */
export const voiceOf = (def: FlowStateDef): { voice?: string } => (def.voice === undefined ? {} : { voice: def.voice });

type Change = { [K in keyof FlowState]?: FlowState[K] | null };

/** Change a flow's state through an event; null takes a key away. */
export const flowPatch = (name: string, change: Change, said: Said[] = []): StatePatch => ({
  flows: { [name]: change as unknown as JsonObject },
  ...(said.length > 0 ? { said } : {}),
});

/** Nobody waits for the customer any more. */
export const NOT_SILENT: Change = { silentSince: null, silenceDue: null };

/** The scope of a flow's conditions and actions: the event in hand, and the customer's message that led here. */
export function flowScope(turn: Turn, happening: Happening, state: FlowState | undefined): Scope {
  const message = happening.message ?? state?.message;
  return {
    pack: turn.pack,
    state: turn.seen(),
    event: viewOf(happening.event),
    ...(message ? { message } : {}),
  };
}

/** What one event does to the flows of a ticket: starts, answers, messages. */
export function runFlows(turn: Turn, happening: Happening): void {
  for (const flow of Object.values(turn.pack.flows)) {
    if (!flow.kind.includes(kindOf(turn.state.ticket))) continue;
    const run = (): void => {
      const state = flowOf(turn, flow.name);
      if (state && happening.event.type === 'reclassified') reconsider(turn, happening, flow);
      else if (state && ENDS.has(happening.event.type)) stopFlow(turn, happening, flow, state);
      else if (state?.running) goOnWith(turn, happening, flow, state);
      else startFlow(turn, happening, flow);
    };
    attempt(turn, flow.name, () => turn.as(flow.name, happening, run));
  }
}

/** What ends a ticket's flows; what a flow itself resolves goes on to its own end. */
const ENDS = new Set(['resolved', 'closed', 'merged']);

function stopFlow(turn: Turn, { event }: Happening, flow: FlowDef, state: FlowState): void {
  if (state.running && event.by.kind !== 'engine') endFlow(turn, flow, event.type, []);
}

function startFlow(turn: Turn, happening: Happening, flow: FlowDef): void {
  for (const start of flow.starts) {
    if (!matches(start.on, happening.event)) continue;
    const before = flowOf(turn, flow.name);
    const scope = flowScope(turn, happening, before);
    if (!turn.holds(scope, start.when)) continue;
    const message = happening.message ?? before?.message;
    turn.emit({
      type: 'flow_started',
      subject: flow.name,
      clauses: flow.clauses,
      data: { flow: flow.name, first: start.first ?? flow.first },
      patch: flowPatch(
        flow.name,
        {
          ...BLANK,
          enteredAt: turn.at,
          startedAt: turn.at,
          message: message ?? null,
          turns: message ? 1 : 0,
        },
        message && before === undefined ? [{ at: turn.at, from: 'customer', text: textOf(message) }] : [],
      ),
    });
    enterState(turn, happening, flow, start.first ?? flow.first);
    return;
  }
}

const BLANK: Change = {
  state: '',
  running: true,
  path: [],
  pending: [],
  waits: 'nothing',
  collected: {},
  failed: false,
  silences: 0,
  endedAt: null,
  outcome: null,
  asking: null,
  ...NOT_SILENT,
};

const textOf = (message: JsonObject): string => String(message['body'] ?? message['text'] ?? '');

/** An event reaches a running flow. */
function goOnWith(turn: Turn, happening: Happening, flow: FlowDef, state: FlowState): void {
  const { event } = happening;
  const def = flow.states[state.state];
  if (!def) return;
  if (event.type === 'message' && event.subject === 'customer') heard(turn, happening, flow, def, state);
  else if (event.type === 'fact' && state.pending.includes(event.subject ?? ''))
    answered(turn, happening, flow, def, state);
  else if (state.waits === 'task' && event.type === 'task_done' && event.subject === taskName(flow, def))
    choose(turn, happening, flow, def);
}

/** The task that a state waits for has this name (the compiler makes it). */
export const taskName = (flow: Pick<FlowDef, 'name'>, def: Pick<FlowStateDef, 'name'>): string =>
  `${flow.name}_${def.name}`;

/** A message of the customer: it ends silence, and a state that listens puts its questions about it. */
function heard(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef, state: FlowState): void {
  const message = happening.message ?? {};
  const listens = def.askEachMessage.length > 0 || def.collect !== undefined;
  turn.emit({
    type: 'flow_heard',
    subject: flow.name,
    data: { flow: flow.name, turn: state.turns + 1 },
    patch: flowPatch(flow.name, { ...NOT_SILENT, message, turns: state.turns + 1, silences: 0 }, [
      { at: turn.at, from: 'customer', text: textOf(message) },
    ]),
  });
  if (listens && state.waits !== 'facts') listen(turn, happening, flow, def);
}

/** Put the questions of a state about the message in hand. */
function listen(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const model = def.collect ? [def.collect.model] : [];
  askAll(turn, happening, flow, def, [...def.askEachMessage, ...model], 'message');
}

/** Ask facts as one batch; the flow goes on when each has its answer or has failed. */
function askAll(
  turn: Turn,
  happening: Happening,
  flow: FlowDef,
  def: FlowStateDef,
  facts: readonly string[],
  waits: 'facts' | 'message',
): void {
  const state = flowOf(turn, flow.name);
  if (!state) return;
  turn.emit({
    type: 'flow_waits',
    subject: flow.name,
    data: { flow: flow.name, state: def.name, for: [...facts] },
    patch: flowPatch(flow.name, { pending: [...facts], waits }),
  });
  const scope = flowScope(turn, happening, state);
  for (const fact of facts) askFact(turn, scope, fact, def.clauses, def.voice);
}

/** A pending fact has its answer; when none is open any more the flow goes on. */
export function answered(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef, state: FlowState): void {
  if (state.pending.some((fact) => turn.state.asked?.[fact] !== undefined)) return;
  if (state.waits === 'message') listenedTo(turn, happening, flow, def);
  else afterFacts(turn, happening, flow, def);
}

/** All that was asked about a message is known: interrupts first, in order, then the dialogue. */
function listenedTo(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const scope = flowScope(turn, happening, flowOf(turn, flow.name));
  const hit = def.interrupts.find((row) => turn.holds(scope, row.when));
  if (hit) {
    if (def.collect) keep(turn, flow, def, def.collect);
    // The others that hold as well are not acted on; what they say of the ticket stays visible as their tags.
    for (const row of def.interrupts) {
      if (row === hit || !turn.holds(scope, row.when)) continue;
      const tags = row.do.filter((action) => action.do === 'tag');
      runActions(turn, happening, tags, scope, { name: flow.name, clauses: row.clauses, source: '' });
    }
    take(turn, happening, flow, def, hit, `interrupts.${def.interrupts.indexOf(hit)}`);
    return;
  }
  dialogue(turn, happening, flow, def);
}

function dialogue(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  if (!def.collect) {
    choose(turn, happening, flow, def);
    return;
  }
  if (collect(turn, happening, flow, def, def.collect) === 'done') choose(turn, happening, flow, def);
  else armSilence(turn, happening, flow, def);
}

/** The facts of entering are known: a state that also listens takes the message that led here, else it goes on. */
function afterFacts(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  if (def.askEachMessage.length > 0 || def.collect) listen(turn, happening, flow, def);
  else choose(turn, happening, flow, def);
}

/** Stand in a state: what it does, then what it waits for. */
export function enterState(turn: Turn, happening: Happening, flow: FlowDef, name: string, data: JsonObject = {}): void {
  const def = flow.states[name];
  const before = flowOf(turn, flow.name);
  if (!def || !before) return;
  if (def.when && def.otherwise && !turn.holds(flowScope(turn, happening, before), def.when)) {
    skipState(turn, happening, flow, def, def.otherwise);
    return;
  }
  const fields = Object.fromEntries(
    (def.collect?.items ?? []).map((item) => [item.field, before.collected[item.field] ?? newField(turn, item.field)]),
  );
  const event = turn.emit({
    type: 'entered',
    subject: name,
    clauses: [...new Set([...def.clauses])],
    data: { flow: flow.name, state: name, ...(before.state === '' ? {} : { from: before.state }), ...data },
    patch: flowPatch(flow.name, {
      ...NOT_SILENT,
      state: name,
      enteredAt: turn.at,
      path: [...before.path, name].slice(-PATH_KEPT),
      pending: [],
      waits: 'nothing',
      asking: null,
      silences: 0,
      failed: false,
      collected: { ...before.collected, ...fields },
    }),
  });
  const here: Happening = { ...happening, event, after: turn.state };
  const source = `flows.${flow.name}.states.${name}.do`;
  runActions(turn, happening, def.do, flowScope(turn, happening, flowOf(turn, flow.name)), {
    name: flow.name,
    clauses: def.clauses,
    source,
    inOrder: def.inOrder,
    ...voiceOf(def),
  });
  if (def.ask.length > 0) askAll(turn, here, flow, def, def.ask, 'facts');
  else if (def.collect || def.askEachMessage.length > 0) begin(turn, happening, flow, def);
  else if (def.task) await_(turn, here, flow, def);
  else if (def.silence.length > 0 && def.go.length === 0) armSilence(turn, here, flow, def);
  else choose(turn, happening, flow, def);
}

/** A state that is switched off is passed: that is recorded, and its other way is taken. */
function skipState(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef, row: GoRow): void {
  turn.emit({
    type: 'switched_off',
    subject: def.name,
    clauses: row.clauses,
    data: { flow: flow.name, state: def.name },
  });
  take(turn, happening, flow, def, row, 'otherwise');
}

/** A dialogue begins with the message that led into the state, unless the state has just written to the customer. */
function begin(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const state = flowOf(turn, flow.name);
  if (!state) return;
  if (state.message && !(def.collect?.begins === 'question')) listen(turn, happening, flow, def);
  else if (dialogueOpens(turn, happening, flow, def)) armSilence(turn, happening, flow, def);
}

/** The state has asked its first question by what it does: it waits for the customer. */
function dialogueOpens(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): boolean {
  if (!def.collect) return false;
  if (collect(turn, happening, flow, def, def.collect, { extract: false }) === 'asked') return true;
  choose(turn, happening, flow, def);
  return false;
}

function await_(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const state = flowOf(turn, flow.name);
  const task = turn.pack.tasks[taskName(flow, def)];
  if (!state || !task) return;
  turn.emit({
    type: 'flow_waits',
    subject: flow.name,
    data: { flow: flow.name, state: def.name, for: [task.name] },
    patch: flowPatch(flow.name, { waits: 'task' }),
  });
  openOne(turn, happening, task);
}

/** The first row that holds leads on. A state whose last row holds nothing stays where it is. */
export function choose(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const scope = flowScope(turn, happening, flowOf(turn, flow.name));
  const i = def.go.findIndex((row) => turn.holds(scope, row.when));
  const row = def.go[i];
  if (row) take(turn, happening, flow, def, row, `go.${i}`);
}

/** Take a row: what it does on the way, then the next state or the end. */
export function take(
  turn: Turn,
  happening: Happening,
  flow: FlowDef,
  def: FlowStateDef,
  row: Pick<GoRow, 'to' | 'outcome' | 'do' | 'clauses' | 'name'>,
  place: string,
): void {
  const scope = flowScope(turn, happening, flowOf(turn, flow.name));
  runActions(turn, happening, row.do, scope, {
    name: flow.name,
    clauses: row.clauses,
    source: `flows.${flow.name}.states.${def.name}.${place}.do`,
    ...voiceOf(def),
  });
  const data: JsonObject = {
    row: place,
    ...(row.name === undefined ? {} : { interrupt: row.name }),
    ...leftBehind(flowOf(turn, flow.name), def),
  };
  if (row.clauses.length > 0) data['row_clauses'] = row.clauses;
  if (row.to === 'end') endFlow(turn, flow, row.outcome, row.clauses, data);
  else enterState(turn, happening, flow, row.to, data);
}

/** What a dialogue came to, said when it is left: how many of its fields have a value, which have none, after how many turns. */
function leftBehind(state: FlowState | undefined, def: FlowStateDef): JsonObject {
  if (!def.collect || !state) return {};
  const missing = def.collect.items.filter((item) => state.collected[item.field]?.value === undefined);
  const of = def.collect.items.length;
  return {
    dialogue: {
      state: def.name,
      complete: of - missing.length,
      of,
      missing: missing.map((item) => item.field),
      turns: state.turns,
    },
  };
}

/** A flow ends with its outcome: the event `ended(flow)`. */
export function endFlow(
  turn: Turn,
  flow: FlowDef,
  outcome: string | undefined,
  clauses: readonly string[],
  data: JsonObject = {},
): void {
  const before = flowOf(turn, flow.name);
  if (!before) return;
  turn.emit({
    type: 'ended',
    subject: flow.name,
    clauses: [...new Set([...clauses])],
    data: { flow: flow.name, state: before.state, ...(outcome === undefined ? {} : { outcome }), ...data },
    patch: flowPatch(flow.name, {
      ...NOT_SILENT,
      running: false,
      pending: [],
      waits: 'nothing',
      asking: null,
      endedAt: turn.at,
      outcome: outcome ?? null,
    }),
  });
}

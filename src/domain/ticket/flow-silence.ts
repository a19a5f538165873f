/** Silence in a flow: nobody answers, and after each amount of time something happens. Silence is not an attempt. */
import type { FlowDef, FlowStateDef, SilenceRow } from '../policy/flow-types';
import type { Action } from '../policy/types';
import { isUnknown } from '../policy/expr';
import { runActions } from './act';
import { calendarOf } from './calendars';
import { dueOf } from './clocks';
import { makeEnv, valueIn } from './env';
import type { FlowState } from './flow-types';
import { choose, flowOf, flowPatch, flowScope, take, voiceOf } from './flows';
import type { Happening, Turn } from './turn';

const silenceOf = (def: FlowStateDef): SilenceRow[] => def.collect?.silence ?? def.silence;

/** From now on nobody answers: when does the next row of silence fall due? */
export function armSilence(turn: Turn, happening: Happening, flow: FlowDef, def: FlowStateDef): void {
  const state = flowOf(turn, flow.name);
  if (!state?.running || state.state !== def.name) return;
  const since = turn.at;
  const due = silenceDue(turn, happening, def, { ...state, silences: 0 }, since);
  turn.emit({
    type: 'flow_waits',
    subject: flow.name,
    data: { flow: flow.name, state: def.name, for: ['customer'], ...(due === undefined ? {} : { due }) },
    patch: flowPatch(flow.name, { waits: 'customer', silentSince: since, silences: 0, silenceDue: due ?? null }),
  });
}

function silenceDue(
  turn: Turn,
  happening: Happening,
  def: FlowStateDef,
  state: FlowState,
  since: number,
): number | undefined {
  const row = silenceOf(def)[state.silences];
  if (!row) return undefined;
  const got = valueIn(makeEnv(flowScope(turn, happening, state)), row.after);
  return isUnknown(got)
    ? undefined
    : dueOf({ anchor: since, amount: got, pauses: [] }, calendarOf(turn.pack, 'always'));
}

/** Nobody has answered for so long: the next row of silence. */
export function silenceFell(turn: Turn, name: string): void {
  const flow = turn.pack.flows[name];
  const state = flowOf(turn, name);
  const def = flow?.states[state?.state ?? ''];
  const row = def ? silenceOf(def)[state?.silences ?? 0] : undefined;
  if (!flow || !state || !def || !row) return;
  const event = turn.emit({
    type: 'silent',
    subject: name,
    clauses: row.clauses,
    data: { flow: name, state: def.name, n: state.silences + 1 },
    patch: flowPatch(name, { silences: state.silences + 1, silenceDue: null }),
  });
  const happening: Happening = { event, after: turn.state, changed: new Set(), edges: [] };
  const actions: Action[] = [...(row.send ? [row.send] : []), ...row.do];
  runActions(turn, happening, actions, flowScope(turn, happening, state), {
    name,
    clauses: row.clauses,
    source: '',
    ...voiceOf(def),
  });
  const after = flowOf(turn, name);
  if (!after) return;
  if (row.to !== undefined)
    take(turn, happening, flow, def, { to: row.to, do: [], clauses: row.clauses }, `silence.${state.silences}`);
  else if (row.giveUp) {
    const collected = Object.fromEntries(
      Object.entries(after.collected).map(([field, one]) => [field, { ...one, open: false }]),
    );
    turn.emit({
      type: 'given_up',
      subject: name,
      clauses: row.clauses,
      data: { flow: name },
      patch: flowPatch(name, { collected }),
    });
    choose(turn, happening, flow, def);
  } else {
    const due = silenceDue(turn, happening, def, after, after.silentSince ?? turn.at);
    if (due !== undefined)
      turn.emit({
        type: 'flow_waits',
        subject: name,
        data: { flow: name, state: def.name, for: ['customer'], due },
        patch: flowPatch(name, { silenceDue: due }),
      });
  }
}

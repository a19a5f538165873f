/** A reviewer's word on what a model answered. */
import type { FlowDef } from '../policy/flow-types';
import { answered, choose, flowOf, flowPatch, NOT_SILENT } from './flows';
import type { Happening, Turn } from './turn';

/** A reviewer has answered in place of a model: the flow goes on from the state that asked, as if the model had said so. */
export function reconsider(turn: Turn, happening: Happening, flow: FlowDef): void {
  const { data, subject: fact = '' } = happening.event;
  const state = flowOf(turn, flow.name);
  const waiting = state?.running && data['awaited'] === true ? flow.states[state.state] : undefined;
  if (state && waiting && state.pending.includes(fact)) {
    answered(turn, happening, flow, waiting, state);
    return;
  }
  const def = Object.values(flow.states).find((one) => one.ask.includes(fact));
  if (!def || !state) return;
  turn.emit({
    type: 'flow_resumed',
    subject: flow.name,
    data: { flow: flow.name, state: def.name, fact },
    patch: flowPatch(flow.name, {
      ...NOT_SILENT,
      running: true,
      state: def.name,
      pending: [],
      waits: 'nothing',
      endedAt: null,
      outcome: null,
    }),
  });
  choose(turn, happening, flow, def);
}

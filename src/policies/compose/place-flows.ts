/** A flow of a part. Its states keep their names: they are the flow's own. */
import type { FlowDef, FlowStateDef, GoRow, SilenceRow } from '../../domain/policy/flow-types';
import { change, keyed } from './change';
import type { Placing } from './placing';

const row =
  (p: Placing) =>
  (one: GoRow): GoRow =>
    change(one, { when: p.cel, do: p.actions });

const silence =
  (p: Placing) =>
  (rows: SilenceRow[]): SilenceRow[] =>
    rows.map((one) => change(one, { after: p.value, send: p.action, do: p.actions }));

const stateOf = (p: Placing, state: FlowStateDef): FlowStateDef =>
  change(state, {
    voice: p.name('voice'),
    when: p.cel,
    otherwise: row(p),
    ask: p.list('fact'),
    askEachMessage: p.list('fact'),
    interrupts: (rows) => rows.map(row(p)),
    collect: (collect) =>
      change(collect, {
        model: p.name('fact'),
        items: (items) =>
          items.map((item) => change(item, { field: p.name('field'), ask: p.action, dates: p.name('field') })),
        silence: silence(p),
      }),
    do: p.actions,
    silence: silence(p),
    go: (rows) => rows.map(row(p)),
  });

/** One flow. */
export const placeFlow = (p: Placing, flow: FlowDef): FlowDef =>
  p.kinds(
    change(flow, {
      name: p.name('flow'),
      starts: (starts) => starts.map((start) => change(start, { on: p.patterns, when: p.cel })),
      states: (states) =>
        keyed(
          states,
          (name) => name,
          (state) => stateOf(p, state),
        ),
    }),
  );

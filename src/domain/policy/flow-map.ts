/** The map of a flow: its states, the ways out of each, and which of them a ticket has gone. */
import type { FlowDef, FlowStateDef, GoRow } from './flow-types';
import type { CompiledPack, JsonObject } from './types';

/** A way out of a state. */
export interface MapWay {
  /** As the events name it: `go.0`, `interrupts.1`, `silence.0`, `otherwise`. */
  row: string;
  /** When it is taken, in words. */
  label: string;
  /** The next state; absent where the flow ends. */
  to?: string;
  outcome?: string;
  /** Of the state or the outcome. */
  title: string;
  taken: boolean;
}

/** A state with the ways out of it. */
export interface MapState {
  name: string;
  title: string;
  /** Whose state it is, or what it collects. */
  about: string;
  ways: MapWay[];
  /** `passed`, or `here` where the flow stands. */
  visited: 'passed' | 'here' | null;
}

/** A flow as it is drawn. */
export interface FlowMap {
  flow: string;
  states: MapState[];
  /** What it ended as; absent where it runs or has not begun. */
  outcome?: string;
  /** Whether it has ever begun on the ticket. */
  begun: boolean;
}

/** `gather_more` as words: `Gather more`. */
export function wordsOf(name: string): string {
  const text = name.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A condition in words, as far as its form is a plain one; otherwise as it is written. */
function labelOf(src: string): string {
  const parts = src.split(/\s*&&\s*/).map((part) => {
    const same = /^[\w.]+ == '([^']*)'$/.exec(part);
    if (same) return same[1] ?? part;
    const than = /^([\w.]+) (>=|>|<=|<) (\S+)$/.exec(part);
    if (!than) return part;
    const [, name = '', sign = '', number = ''] = than;
    const words = name.split('.').filter((one) => !['fact', 'ticket', 'value'].includes(one));
    return `${words.join(' ').replace(/_/g, ' ')} ${sign.replace('>=', '≥').replace('<=', '≤')} ${number}`;
  });
  return parts.join(', ');
}

/** A ticket's own steps through a flow, from its events. */
interface Steps {
  states: string[];
  /** `state row` of every way that was taken. */
  ways: Set<string>;
  running: boolean;
  outcome?: string;
  begun: boolean;
}

function stepsOf(flow: string, events: Iterable<{ type: string; data: JsonObject }>): Steps {
  const steps: Steps = { states: [], ways: new Set(), running: false, begun: false };
  for (const { type, data } of events) {
    if (data['flow'] !== flow) continue;
    const row = typeof data['row'] === 'string' ? data['row'] : undefined;
    if (type === 'flow_started') {
      steps.begun = steps.running = true;
      delete steps.outcome;
    } else if (type === 'entered') {
      steps.states.push(String(data['state']));
      if (row !== undefined && data['from'] !== undefined) steps.ways.add(`${String(data['from'])} ${row}`);
    } else if (type === 'ended') {
      steps.running = false;
      if (row !== undefined) steps.ways.add(`${String(data['state'])} ${row}`);
      if (typeof data['outcome'] === 'string') steps.outcome = data['outcome'];
    } else if (type === 'flow_resumed') steps.running = true;
  }
  return steps;
}

const titleOf = (flow: FlowDef, name: string): string => flow.states[name]?.title ?? wordsOf(name);

function waysOf(flow: FlowDef, def: FlowStateDef, steps: Steps): MapWay[] {
  const way = (row: string, label: string, to: string, outcome: string | undefined): MapWay => ({
    row,
    label,
    ...(to === 'end' ? {} : { to }),
    ...(to === 'end' && outcome !== undefined ? { outcome } : {}),
    title: to === 'end' ? wordsOf(outcome ?? 'end') : titleOf(flow, to),
    taken: steps.ways.has(`${def.name} ${row}`),
  });
  const written = ({ title, when }: Pick<GoRow, 'title' | 'when'>, otherwise: string): string =>
    title ?? (when ? labelOf(when.src) : otherwise);
  const silences = def.collect?.silence ?? def.silence;
  return [
    // A step that is switched off shows on the tickets that passed it by.
    ...(def.otherwise && steps.ways.has(`${def.name} otherwise`)
      ? [way('otherwise', def.otherwise.title ?? 'switched off', def.otherwise.to, def.otherwise.outcome)]
      : []),
    ...def.interrupts.map((row, i) =>
      way(`interrupts.${i}`, row.title ?? wordsOf(row.name ?? 'interrupt'), row.to, row.outcome),
    ),
    ...silences.flatMap((row, i) =>
      row.to === undefined ? [] : [way(`silence.${i}`, 'nobody answers', row.to, undefined)],
    ),
    ...def.go.map((row, i) =>
      way(`go.${i}`, written(row, def.go.length === 1 ? 'then' : 'otherwise'), row.to, row.outcome),
    ),
  ];
}

/** The map of a flow, with the way that a ticket went by its events; without events nothing is marked. */
export function flowMap(
  pack: Pick<CompiledPack, 'flows' | 'voices'>,
  name: string,
  events: Iterable<{ type: string; data: JsonObject }> = [],
): FlowMap | undefined {
  const flow = Object.hasOwn(pack.flows, name) ? pack.flows[name] : undefined;
  if (!flow) return undefined;
  const steps = stepsOf(name, events);
  const here = steps.running ? steps.states.at(-1) : undefined;
  return {
    flow: name,
    states: Object.values(flow.states).map((def) => ({
      name: def.name,
      title: titleOf(flow, def.name),
      about: [
        def.voice === undefined ? '' : (pack.voices?.[def.voice]?.title ?? ''),
        def.collect ? `${def.collect.items.length} to collect` : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
      ways: waysOf(flow, def, steps),
      visited: def.name === here ? 'here' : steps.states.includes(def.name) ? 'passed' : null,
    })),
    ...(steps.outcome === undefined ? {} : { outcome: steps.outcome }),
    begun: steps.begun,
  };
}

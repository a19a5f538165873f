/** Event patterns: each must name an event that something raises, about something the pack declares. */
import type { Pattern } from '../../domain/policy/types';
import { COMMANDS } from '../../domain/ticket/types';
import { patternOf } from '../compiler';
import type { NameKind } from '../compose/names';
import { unknownName, type Check, type CheckContext } from './context';

type Names = ReadonlySet<string>;
/** What an event can be about: nothing, anything, or one of the names of a kind. */
type About = 'nothing' | 'anything' | { kind: string; names(context: CheckContext): Names };

const about = (kind: string, names: (context: CheckContext) => Names): About => ({ kind, names });
const PATHS = about('path', (context) => context.names.paths);
const FIELDS = about('field that can be set', (context) => context.names.settable);
const TASKS = about('task', (context) => context.names.tasks);
const FACTS = about('fact', (context) => context.names.facts);
const ROLES = about('role', (context) => context.names.roles);
const RULES = about('rule', (context) => context.names.rules);
const STATES = about('state of a flow', (context) => context.names.states);
const FLOWS = about('flow', (context) => context.names.flows);
const SCHEDULES = about('schedule', (context) => context.names.schedules);
/** A delivery without a name goes by its template. */
const DELIVERIES = about(
  'delivery',
  (context) =>
    new Set([...context.names.deliveries, ...context.names.templates, ...context.names.told, ...context.names.kinds]),
);
const EDGES = about('condition or flow', (context) => new Set([...context.names.conditions, ...context.names.flows]));
const CLOCKS = about(
  'clock',
  ({ names }) => new Set([...names.commitments, ...names.tasks, ...names.rules, 'commitment', 'task', 'rule']),
);
/** What rules tell other tickets, and what Tocsin tells them by itself. */
const TOLD = about('word of another ticket', ({ names }) => names.told);
const WARNED = about('clock with marks', (context) => owned(context, (clock) => clock.marks.length > 0));
const DUE = about('clock that falls due', (context) =>
  owned(context, (clock) => clock.due !== undefined || clock.after !== undefined || clock.cadence !== undefined),
);
const PROMISED = about('clock that can be missed', (context) =>
  owned(context, (clock) => clock.due !== undefined || clock.after !== undefined || clock.met !== undefined),
);
const REPEATED = about('commitment with "again"', (context) => promises(context, (one) => one.again !== undefined));
const MET = about('commitment with "met"', (context) => promises(context, (one) => one.met !== undefined));

const entries = <T>(map: Record<string, T>): [string, T][] => Object.entries(map);
/** What the parts of a composed pack declare is taken to be right: each was checked by itself. */
const ofParts = ({ loaded }: CheckContext, kind: NameKind): string[] =>
  Object.values(loaded.pack.parts ?? {}).flatMap(({ names }) => Object.values(names[kind] ?? {}).flat());
const withOwner = (found: [string, unknown][], owner: string): Set<string> =>
  new Set(found.length > 0 ? [...found.map(([name]) => name), owner] : []);

interface AnyClock {
  marks: readonly unknown[];
  due?: unknown;
  after?: unknown;
  cadence?: unknown;
  met?: unknown;
}

/** Commitments and tasks of which something is true, and the word for the owner when any is. */
function owned(context: CheckContext, test: (clock: AnyClock) => boolean): Set<string> {
  const { source } = context;
  const of = (map: Record<string, AnyClock>, owner: string): Set<string> =>
    withOwner(
      entries(map).filter(([, clock]) => test(clock)),
      owner,
    );
  const parts = [...ofParts(context, 'commitment'), ...ofParts(context, 'task')];
  return new Set([...of(source.commitments, 'commitment'), ...of(source.tasks, 'task'), ...parts]);
}

type Promise_ = CheckContext['source']['commitments'][string];

/** Commitments of which something is true, and those of the parts. */
function promises(context: CheckContext, test: (one: Promise_) => boolean): Set<string> {
  const own = withOwner(
    entries(context.source.commitments).filter(([, one]) => test(one)),
    'commitment',
  );
  return new Set([...own, ...ofParts(context, 'commitment')]);
}

/** Every event of the engine, and what it is about. */
export const EVENTS: Readonly<Record<string, About>> = {
  ...Object.fromEntries(
    [
      'opened',
      'assigned',
      'claimed',
      'progress',
      'agent_reply',
      'update_sent',
      'receipt_confirmed',
      'paused',
      'resumed',
    ].map((name) => [name, 'nothing']),
  ),
  ...Object.fromEntries(
    [
      'handed_off',
      'released',
      'noted',
      'resolved',
      'reopened',
      'closed',
      'merged',
      'stopped',
      'unknown',
      'unchanged',
    ].map((name) => [name, 'nothing']),
  ),
  message: about('sender (customer, agent)', () => new Set(['customer', 'agent'])),
  acknowledged: PATHS,
  escalated: PATHS,
  deescalated: PATHS,
  paged: PATHS,
  repeated: PATHS,
  level_thinned: PATHS,
  exhausted: PATHS,
  changed: FIELDS,
  freed: FIELDS,
  tagged: 'anything',
  untagged: 'anything',
  linked: 'anything',
  unlinked: 'anything',
  overridden: 'anything',
  engine_fault: 'anything',
  withheld: 'anything',
  switched_off: STATES,
  refused: about('command', () => new Set(COMMANDS)),
  ticket_wanted: 'nothing',
  began: EDGES,
  ended: EDGES,
  entered: STATES,
  mark: WARNED,
  due: DUE,
  breached: PROMISED,
  again: REPEATED,
  met: MET,
  started: CLOCKS,
  activated: CLOCKS,
  deactivated: CLOCKS,
  clock_paused: CLOCKS,
  clock_resumed: CLOCKS,
  rescheduled: CLOCKS,
  fired: RULES,
  task_opened: TASKS,
  task_done: TASKS,
  task_moot: TASKS,
  reminded: TASKS,
  asked: FACTS,
  fact: FACTS,
  fact_late: FACTS,
  reclassified: FACTS,
  flow_started: FLOWS,
  flow_resumed: FLOWS,
  flow_heard: FLOWS,
  flow_waits: FLOWS,
  collected: FLOWS,
  given_up: FLOWS,
  silent: FLOWS,
  question: FIELDS,
  delivery: DELIVERIES,
  held: DELIVERIES,
  delivered: DELIVERIES,
  undelivered: DELIVERIES,
  dropped: DELIVERIES,
  received: DELIVERIES,
  sequenced: 'anything',
  mark_shared: WARNED,
  waiting: DELIVERIES,
  waited: DELIVERIES,
  unreached: ROLES,
  told: TOLD,
  ignored: TOLD,
  schedule: SCHEDULES,
};

/** The event by which each command is known. */
export const COMMAND_EVENTS: Readonly<Record<(typeof COMMANDS)[number], string>> = {
  claim: 'claimed',
  progress: 'progress',
  reply: 'agent_reply',
  message: 'message',
  send_update: 'update_sent',
  acknowledge: 'acknowledged',
  escalate: 'escalated',
  deescalate: 'deescalated',
  confirm_receipt: 'receipt_confirmed',
  pause: 'paused',
  resume: 'resumed',
  hand_off: 'handed_off',
  release: 'released',
  answer: 'task_done',
  reclassify: 'reclassified',
  set: 'changed',
  tag: 'tagged',
  untag: 'untagged',
  note: 'noted',
  link: 'linked',
  resolve: 'resolved',
  reopen: 'reopened',
  close: 'closed',
  merge: 'merged',
};

/** Every event with the kind of thing it is about, for the reference of the language. */
export function eventList(): { name: string; about: string }[] {
  return Object.entries(EVENTS).map(([name, what]) => ({
    name,
    about: what === 'nothing' ? '' : what === 'anything' ? 'any name' : what.kind,
  }));
}

/** Why nobody can raise an event, or undefined where somebody can. */
export function eventFault(context: CheckContext, pattern: Pattern): string | undefined {
  const { name, subject } = pattern;
  if (name === 'command') {
    const event = subject === undefined ? undefined : (COMMAND_EVENTS as Record<string, string>)[subject];
    return `nobody raises "command"; name the event of the command${event === undefined ? '' : `: ${event}`}`;
  }
  const what = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  if (what === undefined)
    return `nobody raises this event: ${unknownName('event', name, new Set(Object.keys(EVENTS)))}`;
  if (what === 'anything') return undefined;
  if (what === 'nothing')
    return subject === undefined ? undefined : `the event "${name}" is about nothing: write it without (${subject})`;
  const names = what.names(context);
  if (names.size === 0) return `nobody raises "${name}": the pack has no ${what.kind}`;
  if (subject === undefined || names.has(subject)) return undefined;
  return `nobody raises ${name}(${subject}): ${unknownName(what.kind, subject, names)}`;
}

type Patterns = string | readonly string[] | undefined;

/** Every pattern of the pack, with its place. */
export function* patternsOfPack(source: CheckContext['source']): Generator<{ text: string; at: (string | number)[] }> {
  const all = function* (
    given: Patterns,
    at: (string | number)[],
  ): Generator<{ text: string; at: (string | number)[] }> {
    if (typeof given === 'string') yield { text: given, at };
    else for (const [i, text] of (given ?? []).entries()) yield { text, at: [...at, i] };
  };
  for (const [name, one] of entries(source.commitments)) {
    yield* all(one.from, ['commitments', name, 'from']);
    yield* all(one.met, ['commitments', name, 'met']);
  }
  for (const [name, one] of entries(source.tasks)) {
    yield* all(one.opens, ['tasks', name, 'opens']);
    yield* all(one.closes, ['tasks', name, 'closes']);
  }
  for (const [name, one] of entries(source.rules)) yield* all(one.on, ['rules', name, 'on']);
  for (const [name, one] of entries(source.flows)) {
    if (Array.isArray(one.starts))
      for (const [i, start] of one.starts.entries()) yield* all(start.on, ['flows', name, 'starts', i, 'on']);
    else yield* all(one.starts.on, ['flows', name, 'starts', 'on']);
  }
  for (const [name, one] of entries(source.metrics)) {
    const at = ['metrics', name];
    const of = typeof one.of === 'string' ? [one.of] : (one.of ?? []);
    if (!of.every((text) => /^(tickets|escalations|(ticks|series)\(.+\))$/.test(text)))
      yield* all(one.of, [...at, 'of']);
    for (const key of ['on', 'from', 'to'] as const) yield* all(one[key], [...at, key]);
    yield* all(one.per?.of, [...at, 'per', 'of']);
    yield* all(one.split?.on, [...at, 'split', 'on']);
  }
}

/** An event that nobody can raise. */
export const events: Check = (context) => {
  for (const { text, at } of patternsOfPack(context.source)) {
    const message = eventFault(context, patternOf(text));
    if (message !== undefined) context.error('unknown-event', at, message);
  }
};

/** What the names of a part are in the pack that it is composed into, by what they name. */
import type { PartDef } from '../../domain/policy/parts';
import type { Action, CompiledPack, Json, Pattern } from '../../domain/policy/types';
import { BUILT_IN_WORDS } from '../../domain/ticket/told';

/** What a name names. */
export type NameKind =
  | 'role'
  | 'rota'
  | 'calendar'
  | 'param'
  | 'words'
  | 'queue'
  | 'table'
  | 'condition'
  | 'fact'
  | 'commitment'
  | 'task'
  | 'path'
  | 'rule'
  | 'guard'
  | 'template'
  | 'kind'
  | 'flow'
  | 'voice'
  | 'checklist'
  | 'metric'
  | 'schedule'
  | 'report'
  | 'reply'
  | 'delivery'
  | 'told'
  | 'clock'
  | 'field';

/** What a composite puts in the place of a part's own: names of the composite or of another part, by the part's name. */
export interface Bindings {
  people?: Record<string, string>;
  calendars?: Record<string, string>;
  queues?: Record<string, string>;
}

/** Every action of a compiled pack, wherever it stands. */
function* actionsIn(node: unknown): Generator<Action> {
  if (node === null || typeof node !== 'object') return;
  if (!Array.isArray(node) && 'do' in node && typeof node.do === 'string') {
    yield node as Action;
    return;
  }
  if ('src' in node && 'reads' in node) return;
  for (const inner of Object.values(node)) yield* actionsIn(inner);
}

/** What the subject of an event can be: the first of these that has the name. */
const SUBJECTS: Readonly<Record<string, readonly NameKind[]>> = {
  ...of(['acknowledged', 'escalated', 'deescalated', 'paged', 'repeated', 'exhausted', 'level_thinned'], 'path'),
  ...of(['began', 'ended'], 'condition', 'flow'),
  ...of(
    ['mark', 'mark_shared', 'due', 'breached', 'again', 'met', 'started', 'activated'],
    'commitment',
    'task',
    'rule',
  ),
  ...of(['deactivated', 'clock_paused', 'clock_resumed', 'rescheduled'], 'commitment', 'task', 'rule'),
  ...of(['fired'], 'rule'),
  ...of(['noted'], 'template'),
  ...of(['overridden'], 'guard'),
  ...of(['sequenced'], 'rule', 'flow'),
  ...of(['task_opened', 'task_done', 'task_moot', 'task_lapsed', 'reminded'], 'task'),
  ...of(['asked', 'fact', 'fact_late', 'reclassified'], 'fact'),
  ...of(['flow_started', 'flow_resumed', 'flow_heard', 'flow_waits', 'collected', 'given_up', 'silent'], 'flow'),
  ...of(['delivery', 'held', 'delivered', 'undelivered', 'dropped'], 'delivery', 'template', 'told', 'kind'),
  ...of(['received', 'waiting', 'waited'], 'delivery', 'template', 'told', 'kind'),
  ...of(['unreached'], 'role'),
  ...of(['told', 'ignored'], 'told'),
  ...of(['schedule'], 'schedule'),
  ...of(['changed', 'freed', 'question'], 'field'),
};

function of(events: readonly string[], ...kinds: NameKind[]): Record<string, readonly NameKind[]> {
  return Object.fromEntries(events.map((event) => [event, kinds]));
}

/** A pack's names by kind, as the pack itself has them. */
function declared(pack: CompiledPack): Record<NameKind, string[]> {
  const actions = [...actionsIn([pack.rules, pack.flows])];
  const calls = actions.flatMap((action) => (action.do === 'call' ? [action.name] : []));
  const sent = actions.flatMap((action) => (action.do === 'deliver' && action.name !== undefined ? [action.name] : []));
  const told = actions.flatMap((action) => (action.do === 'tell' ? [action.event] : []));
  const builtIn: readonly string[] = BUILT_IN_WORDS;
  const tasks = [...Object.keys(pack.tasks), ...calls];
  return {
    role: Object.keys(pack.people),
    rota: Object.keys(pack.rotas),
    calendar: Object.keys(pack.calendars),
    param: Object.keys(pack.params),
    words: Object.keys(pack.words),
    queue: Object.keys(pack.queues),
    table: Object.keys(pack.tables),
    condition: pack.conditions.map((one) => one.name),
    fact: Object.keys(pack.facts),
    commitment: Object.keys(pack.commitments),
    task: tasks,
    path: Object.keys(pack.paths),
    rule: Object.keys(pack.rules),
    guard: Object.keys(pack.guards),
    template: Object.keys(pack.templates),
    kind: Object.keys(pack.kinds),
    flow: Object.keys(pack.flows),
    voice: Object.keys(pack.voices ?? {}),
    checklist: Object.keys(pack.checklists ?? {}),
    metric: Object.keys(pack.metrics),
    schedule: Object.keys(pack.schedules),
    report: Object.keys(pack.reports),
    reply: Object.keys(pack.replies),
    delivery: sent,
    told: told.filter((one) => !builtIn.includes(one)),
    clock: [...Object.keys(pack.commitments), ...Object.keys(pack.rules), ...tasks, ...Object.keys(pack.paths)],
    field: [],
  };
}

/** The names of one part. */
export class PartNames {
  private readonly maps: Record<NameKind, Map<string, string>>;
  private readonly clocks: string[];

  constructor(
    /** The prefix. */
    readonly alias: string,
    private readonly pack: CompiledPack,
    bound: Bindings = {},
    /** Fields that it does not share: they get the prefix. */
    apart: readonly string[] = [],
  ) {
    this.maps = Object.fromEntries(
      Object.entries(declared(pack)).map(([kind, names]) => [
        kind,
        new Map(names.map((name) => [name, `${alias}.${name}`])),
      ]),
    ) as Record<NameKind, Map<string, string>>;
    for (const [kind, names] of [
      ['role', bound.people],
      ['calendar', bound.calendars],
      ['queue', bound.queues],
    ] as const)
      for (const [name, other] of Object.entries(names ?? {})) this.maps[kind].set(name, other);
    for (const field of apart) this.maps.field.set(field, `${alias}.${field}`);
    this.clocks = [...Object.keys(pack.commitments), ...Object.keys(pack.rules)].map((name) => `${alias}.${name}`);
  }

  has(kind: NameKind, name: string): boolean {
    return this.maps[kind].has(name);
  }

  /** The name in the whole pack; one that is not the part's stays: `always`, `customer`, an address. */
  full(kind: NameKind, name: string): string {
    return this.maps[kind].get(name) ?? name;
  }

  /** The same for a list, or for whatever a value holds. */
  deep(kind: NameKind, value: Json): Json {
    if (typeof value === 'string') return kind === 'clock' && value === 'all' ? this.clocks : this.full(kind, value);
    if (Array.isArray(value)) return value.map((item) => this.deep(kind, item));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.deep(kind, item)]));
  }

  /** An event pattern. A word for the owner (`breached(task)`) and a subject of nobody's stay. */
  pattern(pattern: Pattern): Pattern {
    const { subject } = pattern;
    if (subject === undefined) return pattern;
    const kind = SUBJECTS[pattern.name]?.find((one) => this.has(one, subject));
    return kind ? { ...pattern, subject: this.full(kind, subject) } : pattern;
  }

  /** What the core has to know: the kinds that computed values can name. */
  definition(): PartDef {
    const names = Object.fromEntries(
      Object.entries(this.maps).map(([kind, map]): [string, Record<string, string | string[]>] => [
        kind,
        Object.fromEntries(map),
      ]),
    );
    names['clock'] = { ...names['clock'], all: this.clocks };
    return { pack: this.pack.id, version: this.pack.version, names };
  }
}

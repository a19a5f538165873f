/** What rules do. Each action appends its events to the turn; none reads another's results within one event. */
import { isUnknown } from '../policy/expr';
import type { Action, CompiledPack, DeliverAction, Json, JsonObject, PathDef, Value } from '../policy/types';
import { along } from '../policy/parts';
import { runCommand } from './commands';
import { membersOf, namesOf } from './contacts';
import { deliver, type DeliverOptions } from './deliveries';
import { variablesOf } from './variables';
import { makeEnv, valueIn, type Scope } from './env';
import { askFact } from './facts';
import { setField } from './fields';
import { linkTo } from './links';
import { tell, want } from './outreach';
import { enterLevel, levelOf, standing } from './paths';
import { reasonData } from './reasons';
import { openOne } from './tasks';
import { restartClocks } from './clock-commands';
import { withTags } from './rollout';
import { withholdAction } from './withheld';
import { ENGINE, type Happening, type Turn } from './turn';
import type { Actor } from './types';

const text = (value: Json | undefined, fallback = ''): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? fallback : JSON.stringify(value);

/** Where actions stand in the pack: whose they are, the clauses all of them carry, and the path to their list. */
export interface ActionList {
  name: string;
  clauses: readonly string[];
  /** `rules.p1_begins.do`; empty where a delivery that lacks a field cannot be found again. */
  source: string;
  inOrder?: boolean;
  /** The voice whose messages these are. */
  voice?: string;
}

/** A delivery action by its place in the pack (`rules.p1_begins.do.2`), with the clauses of what holds it. */
export function findDelivery(
  pack: CompiledPack,
  source: string,
): { action: DeliverAction; clauses: string[] } | undefined {
  let holder: unknown;
  let action: Action | undefined;
  for (const node of along(pack, source.split('.'))) {
    if (action !== undefined && 'clauses' in action) holder = action;
    action = node as Action | undefined;
  }
  if (action?.do !== 'deliver') return undefined;
  return { action, clauses: withOwn((holder as { clauses?: string[] } | undefined)?.clauses ?? [], action) };
}

const withOwn = (clauses: readonly string[], action: Action): string[] => [...new Set([...clauses, ...action.clauses])];

const optionsOf = ({ voice }: ActionList, clauses: string[], source: string): DeliverOptions => ({
  clauses,
  ...(source === '' ? {} : { source }),
  ...(voice === undefined ? {} : { voice }),
});

/** One action of a list; `source` is its place in the pack (`rules.p1_begins.do.2`). */
export function runAction(
  turn: Turn,
  happening: Happening,
  list: ActionList,
  action: Action,
  scope: Scope,
  source: string,
): void {
  const clauses = withOwn(list.clauses, action);
  const env = makeEnv(scope);
  const read = (value: Parameters<typeof valueIn>[1] | undefined): Json | undefined => {
    if (!value) return undefined;
    const got = valueIn(env, value);
    return isUnknown(got) ? undefined : got;
  };
  /** What of these values is known. */
  const readAll = (values: Record<string, Value>): JsonObject => {
    const known: JsonObject = {};
    for (const [name, value] of Object.entries(values)) {
      const got = read(value);
      if (got !== undefined) known[name] = got;
    }
    return known;
  };
  if (withholdAction(turn, action, read, clauses)) return;
  switch (action.do) {
    case 'set':
      for (const [name, value] of Object.entries(action.fields)) {
        const got = read(value);
        if (got !== undefined) setField(turn, name, got, { clauses });
      }
      return;
    case 'assign':
      assign(turn, action.assign, read, clauses);
      return;
    case 'tag':
    case 'untag':
      for (const tag of namesOf(read(action.tag) ?? null)) tagTicket(turn, action.do, tag, clauses);
      return;
    case 'note':
      note(turn, scope, read(action.note), clauses);
      return;
    case 'deliver':
      if (action.path !== undefined) startPath(turn, action, clauses);
      else deliver(turn, scope, action, optionsOf(list, clauses, source));
      return;
    case 'escalate':
      escalateByRule(
        turn,
        action,
        read(action.to) ?? 'next',
        text(read(action.path)),
        text(read(action.reason), list.name),
        clauses,
      );
      return;
    case 'deescalate':
      runCommand(turn, {
        name: 'deescalate',
        by: ENGINE,
        fields: {
          path: read(action.path) ?? null,
          to: read(action.to) ?? null,
          reason: read(action.reason) ?? list.name,
        },
      });
      return;
    case 'ask':
      for (const fact of action.facts) askFact(turn, scope, fact, clauses);
      return;
    case 'open_task': {
      const task = turn.pack.tasks[action.task];
      if (task) openOne(turn, happening, task, read(action.for));
      return;
    }
    case 'clocks':
      restartClocks(turn, happening, read(action.clocks) ?? null, clauses);
      return;
    case 'restrict':
      setField(turn, 'restricted_to', membersOf(turn.pack, namesOf(read(action.to) ?? null)), { clauses });
      return;
    case 'call':
      callTask(turn, action.name, namesOf(read(action.to) ?? null), clauses);
      return;
    case 'command':
      runCommand(turn, { name: action.command, by: ENGINE, fields: readAll(action.fields) });
      return;
    case 'open_ticket': {
      const key = read(action.key);
      if (key === undefined) return;
      const subject = text(read(action.subject), text(turn.state.ticket['subject'], action.kind));
      const { kind, link } = action;
      const wanted = { kind, key: text(key), subject, fields: readAll(action.fields) };
      want(turn, { ...wanted, ...(link === undefined ? {} : { link }) }, clauses);
      return;
    }
    case 'link':
      linkTo(turn, namesOf(read(action.to) ?? null), action.kind, { clauses });
      return;
    case 'tell':
      tell(turn, namesOf(read(action.to) ?? null), action.event, readAll(action.with), clauses);
      return;
  }
}

/** A note is a text, or a template with the values it reads, rendered where people read it. */
function note(turn: Turn, scope: Scope, value: Json | undefined, clauses: string[]): void {
  const name =
    value !== null && typeof value === 'object' && !Array.isArray(value) && typeof value['template'] === 'string'
      ? value['template']
      : undefined;
  const template = name === undefined ? undefined : turn.pack.templates[name];
  const all = [...new Set([...clauses, ...(template?.clauses ?? [])])];
  const data: JsonObject =
    name === undefined || !template
      ? { text: text(value) }
      : { template: name, vars: variablesOf({ ...scope, state: turn.seen() }, template, {}, NOTE_LIMIT) };
  if (turn.shadow) turn.withhold('note', { clauses: all, data });
  else turn.emit({ type: 'noted', ...(template ? { subject: template.name } : {}), clauses: all, data });
}
/** Values of a note: it may hold a whole conversation, and leaves by no channel. */
const NOTE_LIMIT = 32_768;

/** What `assigned` says of a ticket, beside what was just set. */
const ASSIGNED = ['queue', 'tier', 'owner'] as const;

/** Give a ticket to somebody: its fields are set, and one that nobody had is assigned from then on. */
function assign(
  turn: Turn,
  values: Record<string, Value>,
  read: (value: Value) => Json | undefined,
  clauses: string[],
): void {
  for (const [name, value] of Object.entries(values)) {
    const got = read(value);
    if (got !== undefined) setField(turn, name, got, { clauses });
  }
  const { ticket } = turn.state;
  if (turn.shadow) {
    const to = Object.keys(values).map((name): [string, Json] => [name, turn.seen().ticket[name] ?? null]);
    turn.withhold('assign', { clauses, data: Object.fromEntries(to) });
    return;
  }
  const status = ticket.status === 'created' ? { status: 'assigned' } : {};
  const data: JsonObject = { ...status };
  for (const name of [...ASSIGNED, ...Object.keys(values)]) if (ticket[name] !== undefined) data[name] = ticket[name];
  const title = turn.pack.queues[String(ticket['queue'])]?.title;
  if (title !== undefined) data['queue_title'] = title;
  turn.emit({ type: 'assigned', clauses, data, patch: { ticket: status } });
}

/** Put a tag on, or take it off; a tag that is already so changes nothing. */
export function tagTicket(turn: Turn, verb: 'tag' | 'untag', tag: string, clauses: string[], by?: Actor): void {
  const { tags } = turn.seen().ticket;
  if (tags.includes(tag) === (verb === 'tag')) return;
  const next = verb === 'tag' ? [...tags, tag] : tags.filter((one) => one !== tag);
  if (turn.shadow) {
    turn.withhold(verb, { clauses, data: { tag } }, withTags(turn.copy, turn.state.ticket.tags, next));
    return;
  }
  turn.emit({
    type: verb === 'tag' ? 'tagged' : 'untagged',
    subject: tag,
    ...(by ? { by } : {}),
    clauses,
    data: { tag },
    patch: { ticket: { tags: next } },
  });
}

/** A resolved or closed ticket never escalates, whatever still arrives for it: recorded as a refusal, as a person's would be. */
function refusedOverTicket(turn: Turn, path: PathDef, clauses: string[]): boolean {
  const { status } = turn.state.ticket;
  if (status !== 'resolved' && status !== 'closed') return false;
  turn.emit({
    type: 'refused',
    subject: 'escalate',
    clauses,
    data: {
      command: 'escalate',
      code: 'ESC_STATUS_FORBIDS',
      path: path.name,
      message: `a ticket that is ${status} does not escalate`,
    },
  });
  return true;
}

function startPath(turn: Turn, action: DeliverAction, clauses: string[]): void {
  const path = turn.pack.paths[action.path ?? ''];
  if (!path) return;
  const state = turn.state.paths[path.name];
  if ((state && !state.done) || refusedOverTicket(turn, path, clauses)) return;
  const via = action.via.length > 0 ? action.via : undefined;
  enterLevel(turn, path, {
    level: 1,
    type: 'paged',
    reason: 'first level',
    clauses,
    ...(action.template === undefined ? {} : { template: action.template }),
    ...(via ? { via } : {}),
    ...(action.name === undefined ? {} : { name: action.name }),
    deadlines: action.by,
  });
}

function escalateByRule(
  turn: Turn,
  action: Extract<Action, { do: 'escalate' }>,
  to: Json,
  pathName: string,
  reason: string,
  clauses: string[],
): void {
  const path: PathDef | undefined = turn.pack.paths[pathName];
  if (!path) return;
  const current = turn.state.paths[path.name];
  const from = standing(turn, path);
  const level = levelOf(path, from, to, (names) => membersOf(turn.pack, names));
  // A path may be entered on the very level it starts from: that is a record of its own.
  if (level === undefined || (current ? !current.done && level <= from : level < from)) return;
  if (refusedOverTicket(turn, path, clauses)) return;
  const only = to === 'next' || typeof to === 'number' ? undefined : namesOf(to);
  const def = turn.pack.reasons?.[reason];
  enterLevel(turn, path, {
    level,
    reason,
    clauses: [...new Set([...clauses, ...(def?.clauses ?? [])])],
    ...(def ? { data: reasonData(reason, def) } : {}),
    ...(only ? { only } : {}),
    ...(action.template === undefined ? {} : { template: action.template }),
    ...(action.via ? { via: action.via } : {}),
  });
}

/** A task to ring somebody: its answer is the receipt. */
function callTask(turn: Turn, name: string, roles: string[], clauses: string[]): void {
  const phones = roles
    .map((role) => turn.pack.people[role]?.phone)
    .filter((phone): phone is string => phone !== undefined);
  const key = `${name}#${turn.state.seq}`;
  turn.emit({
    type: 'task_opened',
    subject: name,
    clauses,
    data: { task: name, for: roles, call: phones },
    patch: { tasks: { [key]: { name, n: turn.state.seq, for: roles, openedAt: turn.at, open: true } } },
  });
}

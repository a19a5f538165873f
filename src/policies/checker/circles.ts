/** Rules that set each other off without a clock between them: the engine would never come to rest. */
import type { Pattern } from '../../domain/policy/types';
import { commandName } from '../../domain/ticket/commands';
import { inverseOf } from '../../domain/ticket/links';
import { listOf, patternsOf } from '../compiler';
import { DELIVERY_VERBS } from '../compile-actions';
import type { ActionSource } from '../schema/actions';
import type { Check, CheckContext } from './context';
import { COMMAND_EVENTS } from './events';

/** Something that reacts at once: the events it waits for, and those it causes. */
interface Reaction {
  id: string;
  at: (string | number)[];
  on: Pattern[];
  causes: Cause[];
  /** The kinds of ticket it happens on. */
  kind: string[];
}

/** An event it causes: on this ticket, or on another one, of these kinds or of any. */
interface Cause extends Pattern {
  elsewhere?: string[] | 'any';
}

const elsewhere = (cause: Pattern, kinds: string[] | 'any'): Cause => ({ ...cause, elsewhere: kinds });
const event = (name: string, subject?: string): Pattern => (subject === undefined ? { name } : { name, subject });
/** A computed name may be any. */
const literal = (name: string | undefined): string | undefined => (name?.startsWith('=') ? undefined : name);

/** The events an action causes at once. What only the outside can answer (a receipt, a fact) is not among them. */
export function causesOf(action: ActionSource, waits: (template: string) => boolean = () => true): Cause[] {
  const causes: Cause[] = [];
  for (const field of Object.keys({ ...action.set, ...action.assign })) causes.push(event('changed', field));
  for (const tag of listOf(action.tag)) causes.push(event('tagged', literal(tag)));
  for (const tag of listOf(action.untag)) causes.push(event('untagged', literal(tag)));
  if (action.note !== undefined) causes.push(event('noted'));
  for (const verb of DELIVERY_VERBS) {
    const delivery = action[verb];
    if (!delivery) continue;
    if (delivery.path !== undefined) causes.push(event('paged', delivery.path));
    const name = delivery.name ?? delivery.template;
    causes.push(event('delivery', name));
    if (delivery.template !== undefined && waits(delivery.template)) causes.push(event('waiting', name));
    if (typeof delivery.to === 'string') causes.push(event('unreached', literal(delivery.to)));
  }
  if (action.escalate) causes.push(event('escalated', literal(action.escalate.path)));
  if (action.deescalate) causes.push(event('deescalated', literal(action.deescalate.path)));
  for (const fact of listOf(action.ask)) causes.push(event('asked', fact));
  if (action.open_task) causes.push(event('task_opened', action.open_task.template));
  if (action.call) causes.push(event('task_opened', action.call.name));
  // What another ticket is told or opened with happens there at the same instant.
  if (action.open_ticket) {
    const { kind } = action.open_ticket;
    causes.push(event('ticket_wanted'), event('delivery', kind));
    causes.push(elsewhere(event('opened'), [kind]), elsewhere(event('told', 'wanted'), [kind]));
  }
  if (action.link) {
    causes.push(event('linked', action.link.kind), elsewhere(event('linked', inverseOf(action.link.kind)), 'any'));
  }
  if (action.tell)
    causes.push(event('delivery', action.tell.event), elsewhere(event('told', action.tell.event), 'any'));
  if (action.clocks !== undefined) causes.push(event('started'), event('stopped'));
  if (action.restrict) causes.push(event('changed', 'restricted_to'));
  if (action.command !== undefined) {
    const name = commandName(action.command);
    if (name) causes.push(event(COMMAND_EVENTS[name]));
    causes.push(event('refused', name));
  }
  return causes;
}

const meets = (caused: Pattern, awaited: Pattern): boolean =>
  caused.name === awaited.name &&
  (caused.subject === undefined || awaited.subject === undefined || caused.subject === awaited.subject);

/** Whether an event that one reaction causes sets off another, on the same ticket or on one it reaches. */
function reaches(from: Reaction, caused: Cause, to: Reaction): boolean {
  const kinds = caused.elsewhere ?? from.kind;
  return (
    (kinds === 'any' || to.kind.some((kind) => kinds.includes(kind))) && to.on.some((awaited) => meets(caused, awaited))
  );
}

/** What reacts at once: rules without a clock, tables that set, clocks that start and are met, tasks that open and close. */
function reactions(context: CheckContext): Reaction[] {
  const { source, loaded } = context;
  const all: Reaction[] = [];
  // Only a message to customers waits for what it needs.
  const waits = (name: string): boolean => {
    const template = loaded.pack.templates[name];
    return template !== undefined && template.audience !== 'staff' && template.needs.length > 0;
  };
  for (const [name, rule] of Object.entries(source.rules)) {
    if (rule.after !== undefined || rule.once !== undefined) continue;
    const causes = rule.do.flatMap((action) => [...causesOf(action, waits), ...edgesOf(context, action)]);
    all.push({ id: name, at: ['rules', name], on: patternsOf(rule.on), causes, kind: listOf(rule.kind) });
  }
  for (const table of Object.values(loaded.pack.tables)) {
    if (table.sets === undefined) continue;
    const cels = table.rows.flatMap((row) => [row.when, 'cel' in row.then ? row.then.cel : undefined]);
    const fields = new Set(
      cels.flatMap((cel) => cel?.reads ?? []).flatMap((read) => (read.startsWith('ticket.') ? [read.slice(7)] : [])),
    );
    const on = [...fields].map((field) => event('changed', field === '*' ? undefined : field));
    all.push({
      id: `table ${table.name}`,
      at: ['tables', table.name, 'sets'],
      on,
      causes: [event('changed', table.sets)],
      kind: table.kind,
    });
  }
  for (const [name, one] of Object.entries(source.commitments)) {
    const at = ['commitments', name];
    const kind = listOf(one.kind);
    all.push({ id: `commitment ${name}`, at, on: patternsOf(one.from), causes: [event('started', name)], kind });
    all.push({ id: `commitment ${name}`, at, on: patternsOf(one.met), causes: [event('met', name)], kind });
  }
  for (const [name, one] of Object.entries(source.tasks)) {
    const at = ['tasks', name];
    const kind = listOf(one.kind);
    all.push({
      id: `task ${name}`,
      at,
      on: patternsOf(one.opens),
      causes: [event('task_opened', name), event('started', name)],
      kind,
    });
    all.push({ id: `task ${name}`, at, on: patternsOf(one.closes), causes: [event('task_done', name)], kind });
  }
  return all;
}

/** Conditions that what an action sets can begin or end. */
function edgesOf(context: CheckContext, action: ActionSource): Pattern[] {
  const set = Object.keys({ ...action.set, ...action.assign }).map((field) => `ticket.${field}`);
  if (set.length === 0) return [];
  const touched = new Set<string>(set);
  const edges: Pattern[] = [];
  for (const condition of context.loaded.pack.conditions) {
    if (!condition.cel.reads.some((read) => touched.has(read) || read === 'ticket.*')) continue;
    touched.add(`is.${condition.name}`);
    edges.push(event('began', condition.name), event('ended', condition.name));
  }
  return edges;
}

/**
 * A circle through a condition is one only where rules wait for both its edges: a rule that sets what it is told by
 * `began(x)` can end x, but x does not begin again by that.
 */
function isEdgeOnly(circle: Reaction[], from: Reaction, to: Reaction): boolean {
  const links = from.causes.filter((caused) => reaches(from, caused, to));
  return links.every(({ name, subject }) => {
    if (name !== 'began' && name !== 'ended') return false;
    const other = event(name === 'began' ? 'ended' : 'began', subject);
    return !circle.some((one) => one.on.some((awaited) => meets(other, awaited)));
  });
}

/** Rules that form a circle without a clock. */
export const circles: Check = (context) => {
  // Twice: the second time without the links that turned out to be edges of conditions only.
  for (const group of components(reactions(context), leads)) {
    for (const circle of components(group, (a, b) => leads(a, b) && !isEdgeOnly(group, a, b))) {
      const first = circle.find((one) => one.at[0] === 'rules') ?? circle[0];
      if (!first) continue;
      const names = [...new Set(circle.map((one) => one.id))];
      const message =
        names.length === 1
          ? `the rule ${names[0]} sets itself off, without a clock between`
          : `these set each other off, without a clock between: ${names.join(', ')}`;
      context.error('circle', first.at, message);
    }
  }
};

const leads = (from: Reaction, to: Reaction): boolean => from.causes.some((caused) => reaches(from, caused, to));

/** Groups of which each member leads to each, itself included (Tarjan). */
function components(nodes: Reaction[], linked: (a: Reaction, b: Reaction) => boolean): Reaction[][] {
  const next = nodes.map((a) => nodes.flatMap((b, i) => (linked(a, b) ? [i] : [])));
  const index: (number | undefined)[] = [];
  const low: number[] = [];
  const stack: number[] = [];
  const found: Reaction[][] = [];
  let count = 0;
  const visit = (v: number): void => {
    index[v] = low[v] = count++;
    stack.push(v);
    for (const w of next[v] ?? []) {
      if (index[w] === undefined) {
        visit(w);
        low[v] = Math.min(low[v] ?? 0, low[w] ?? 0);
      } else if (stack.includes(w)) low[v] = Math.min(low[v] ?? 0, index[w] ?? 0);
    }
    if (low[v] !== index[v]) return;
    const group = stack.splice(stack.indexOf(v));
    if (group.length > 1 || (next[v] ?? []).includes(v))
      found.push(group.sort((a, b) => a - b).flatMap((i) => nodes[i] ?? []));
  };
  nodes.forEach((_, v) => {
    if (index[v] === undefined) visit(v);
  });
  return found;
}

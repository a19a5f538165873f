/** Names outside expressions: roles, fields, templates, paths, tasks, calendars and whatever else one construct says of another. */
import type { Json } from '../../domain/policy/types';
import { commandName } from '../../domain/ticket/commands';
import { COMMANDS } from '../../domain/ticket/types';
import { listOf, type SourcePath } from '../compiler';
import { ITEM_CONSTRUCTS } from '../schema/pack';
import type { CheckContext, Check } from './context';
import { chainFaults } from './expressions';
import { answersOf, ROOTS } from './names';
import { actionsOf, deliveryActionsOf } from './walk';

const isComputed = (value: Json): boolean => typeof value === 'string' && value.startsWith('=');
const isAddress = (name: string): boolean => /^[^\s@]+@[^\s@]+$/.test(name);

/** `=table('audience')` as a whole: the table whose answers the value is. */
const tableOf = (value: Json): string | undefined =>
  typeof value === 'string' ? /^=\s*table\('([^']+)'[^()]*\)$/.exec(value)?.[1] : undefined;

/** The texts in a value with their places, those of a table it is read from included; computed ones are left out. */
export function* textsIn(
  context: CheckContext,
  value: Json | undefined,
  at: SourcePath,
): Generator<{ text: string; at: SourcePath }> {
  if (value === undefined) return;
  const table = tableOf(value);
  if (table !== undefined) {
    for (const answer of answersOf(context.source, table)) {
      if (!isComputed(answer.value)) yield* textsIn(context, answer.value, answer.at);
    }
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) if (!isComputed(item)) yield* textsIn(context, item, [...at, i]);
  } else if (typeof value === 'string' && !isComputed(value)) yield { text: value, at };
}

/** Who can be written to: roles, groups, audiences, the customer, addresses, fields that list recipients. */
function recipients(context: CheckContext, value: Json | undefined, at: SourcePath): void {
  const known = new Set([...context.names.roles, ...context.names.fields]);
  for (const { text, at: place } of textsIn(context, value, at)) {
    if (!isAddress(text)) context.known('role, audience or field', text, known, place);
  }
}

/** Roles, groups and addresses: who can be given something to do. */
function roles(context: CheckContext, value: Json | undefined, at: SourcePath): void {
  for (const { text, at: place } of textsIn(context, value, at)) {
    if (!isAddress(text)) context.known('role', text, context.names.roles, place);
  }
}

function each(
  context: CheckContext,
  kind: string,
  values: Json | undefined,
  known: ReadonlySet<string>,
  at: SourcePath,
): void {
  for (const { text, at: place } of textsIn(context, values, at)) context.known(kind, text, known, place);
}

const CONSTRUCTS: ReadonlySet<string> = new Set([...ITEM_CONSTRUCTS, 'templates']);

/** Names that one construct uses of another. */
export const references: Check = (context) => {
  people(context);
  vocabulary(context);
  clocks(context);
  actions(context);
  reasons(context);
  copies(context);
  guards(context);
  kindsOf(context);
  outlook(context);
  intake(context);
};

/** Channels, ways in, canned responses. */
function intake(context: CheckContext): void {
  const { source, names } = context;
  for (const [name, calendar] of Object.entries(source.calendars)) {
    if (calendar.must_configure)
      context.beforeProduction(
        'must-configure',
        ['calendars', name],
        `the hours of "${name}" are assumed: confirm them`,
      );
  }
  for (const [name, channel] of Object.entries(source.channels)) {
    const at = ['channels', name];
    if (channel.must_configure && channel.link === undefined)
      context.beforeProduction('must-configure', at, `the channel "${name}" has no link yet`);
    const lists = [
      ['states', channel.states] as const,
      ...Object.entries(channel.plans).map(([plan, rows]) => [`plans.${plan}`, rows] as const),
    ];
    for (const [list, rows] of lists) {
      for (const [i, row] of rows.entries()) {
        const place = [...at, ...list.split('.'), i];
        each(context, 'calendar', row.during, names.calendars, [...place, 'during']);
        for (const field of Object.keys(row.opens))
          context.known('field', field, names.fields, [...place, 'opens', field]);
      }
    }
  }
  for (const [name, way] of Object.entries(source.intake)) {
    const at = ['intake', name];
    for (const field of Object.keys(way.opens)) context.known('field', field, names.fields, [...at, 'opens', field]);
    for (const [value, field] of Object.entries(way.keeps))
      context.known('field', field, names.fields, [...at, 'keeps', value]);
  }
  for (const [name, reply] of Object.entries(source.replies))
    each(context, 'template', reply.template, names.templates, ['replies', name, 'template']);
}

function people(context: CheckContext): void {
  const { source, names } = context;
  each(context, 'role', source.catch_all, names.roles, ['catch_all']);
  each(context, 'role', source.version.approved_by, names.roles, ['version', 'approved_by']);
  each(context, 'role', source.version.owners, names.roles, ['version', 'owners']);
  for (const [name, role] of Object.entries(source.people)) {
    const at = ['people', name];
    each(context, 'role', role.group, names.roles, [...at, 'group']);
    each(context, 'role', role.fallback, names.roles, [...at, 'fallback']);
    each(context, 'rotation', role.rota, names.rotas, [...at, 'rota']);
    each(context, 'calendar', role.hours, names.calendars, [...at, 'hours']);
    each(context, 'role', role.out_of_hours?.also, names.roles, [...at, 'out_of_hours', 'also']);
    each(context, 'role', role.point_of, names.roles, [...at, 'point_of']);
    each(context, 'role', role.reports_to, names.roles, [...at, 'reports_to']);
  }
}

/** A queue that something puts tickets into. A pack without queues knows any. */
function queueNames(context: CheckContext, value: Json | undefined, at: SourcePath): void {
  if (context.names.queues.size > 0) each(context, 'queue', value, context.names.queues, at);
}

function vocabulary(context: CheckContext): void {
  const { source, names } = context;
  for (const [name, field] of Object.entries(source.fields)) {
    const groups = new Set(['all', 'staff', ...names.roles]);
    each(context, 'group', field.visible, groups, ['fields', name, 'visible']);
  }
  for (const [name, table] of Object.entries(source.tables)) {
    each(context, 'field that can be set', table.sets, names.settable, ['tables', name, 'sets']);
    if (table.sets === 'queue')
      for (const answer of answersOf(source, name)) queueNames(context, answer.value, answer.at);
  }
  for (const [name, queue] of Object.entries(source.queues))
    each(context, 'queue', queue.parent, names.queues, ['queues', name, 'parent']);
  for (const [name, param] of Object.entries(source.params)) {
    if (param === null || typeof param !== 'object' || Array.isArray(param) || typeof param['use'] !== 'string')
      continue;
    const variants = new Set(Object.keys(param).filter((key) => key !== 'use'));
    context.known('variant', param['use'], variants, ['params', name, 'use']);
  }
  for (const [name, fact] of Object.entries(source.facts)) {
    const roots = new Set(['message', 'ticket', 'transcript', 'customer', 'collected', 'flow']);
    for (const [i, read] of fact.reads.entries()) {
      const [root = ''] = read.split('.');
      const at = ['facts', name, 'reads', i];
      if (context.known('name', root, roots, at)) dotted(context, read, at);
    }
  }
}

/** A dotted name outside an expression. */
function dotted(context: CheckContext, name: string, at: SourcePath): void {
  const chain = name.split('.');
  for (let length = 2; length <= chain.length; length++) {
    for (const fault of chainFaults(context, chain.slice(0, length))) context.error(fault.rule, at, fault.message);
  }
}

function clocks(context: CheckContext): void {
  const { source, names } = context;
  for (const construct of ['commitments', 'tasks', 'rules'] as const) {
    const items: Record<string, { calendar?: string | undefined }> = source[construct];
    for (const [name, item] of Object.entries(items)) {
      each(context, 'calendar', item.calendar, names.calendars, [construct, name, 'calendar']);
    }
  }
  for (const [name, task] of Object.entries(source.tasks)) {
    const at = ['tasks', name];
    roles(context, task.for, [...at, 'for']);
    each(context, 'field that can be set', task.sets, names.settable, [...at, 'sets']);
    // The form still opens without it, only empty: no reason to refuse the pack.
    if (task.draft !== undefined && !names.templates.has(task.draft))
      context.warn('missing-draft', [...at, 'draft'], `there is no template "${task.draft}": the form begins empty`);
  }
  for (const [name, path] of Object.entries(source.paths)) {
    const at = ['paths', name];
    each(context, 'role', path.catch_all, names.roles, [...at, 'catch_all']);
    each(context, 'template', path.template, names.templates, [...at, 'template']);
    for (const [i, level] of path.levels.entries()) {
      roles(context, level.to, [...at, 'levels', i, 'to']);
      for (const field of Object.keys(level.sets))
        context.known('field that can be set', field, names.settable, [...at, 'levels', i, 'sets', field]);
    }
  }
}

function actions(context: CheckContext): void {
  const { source, names } = context;
  for (const { delivery, at } of deliveryActionsOf(source)) {
    recipients(context, delivery.to, [...at, 'to']);
    roles(context, delivery.for, [...at, 'for']);
    each(context, 'template', delivery.template, names.templates, [...at, 'template']);
    each(context, 'path', delivery.path, names.paths, [...at, 'path']);
  }
  for (const { action, at } of actionsOf(source)) {
    for (const verb of ['set', 'assign'] as const) {
      for (const field of Object.keys(action[verb] ?? {}))
        context.known('field that can be set', field, names.settable, [...at, verb, field]);
      queueNames(context, action[verb]?.['queue'], [...at, verb, 'queue']);
    }
    for (const verb of ['escalate', 'deescalate'] as const) {
      const move = action[verb];
      if (!move) continue;
      each(context, 'path', move.path, names.paths, [...at, verb, 'path']);
      level(context, move.path, move.to, [...at, verb, 'to']);
    }
    each(context, 'template', action.escalate?.template, names.templates, [...at, 'escalate', 'template']);
    each(context, 'fact', action.ask, names.facts, [...at, 'ask']);
    each(context, 'task', action.open_task?.template, names.tasks, [...at, 'open_task', 'template']);
    roles(context, action.open_task?.for, [...at, 'open_task', 'for']);
    each(context, 'kind of ticket', action.open_ticket?.kind, names.kinds, [...at, 'open_ticket', 'kind']);
    for (const field of Object.keys(action.open_ticket?.fields ?? {}))
      context.known('field that can be set', field, names.settable, [...at, 'open_ticket', 'fields', field]);
    roles(context, action.restrict?.to, [...at, 'restrict', 'to']);
    roles(context, action.call?.to, [...at, 'call', 'to']);
    if (action.command !== undefined) command(context, action.command, [...at, 'command']);
    clocksAction(context, action.clocks, [...at, 'clocks']);
  }
}

/** A level that a move names: a number of the path, or roles of which one stands on it. */
function level(context: CheckContext, path: string, to: Json, at: SourcePath): void {
  const levels = context.source.paths[path]?.levels;
  if (!levels || to === 'next' || isComputed(to)) return;
  if (typeof to === 'number') {
    if (!Number.isInteger(to) || to < 1 || to > levels.length)
      context.error('unknown-name', at, `the path "${path}" has no level ${to}; it has ${levels.length}`);
    return;
  }
  roles(context, to, at);
  const open = (name: string, seen: Set<string>): string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [name, ...(context.source.people[name]?.group ?? []).flatMap((one) => open(one, seen))];
  };
  const standing = new Set(levels.flatMap((one) => listOf(one.to).flatMap((role) => open(role, new Set()))));
  const named = [...textsIn(context, to, at)].map(({ text }) => text);
  if (named.length > 0 && !named.some((name) => standing.has(name)))
    context.error('unknown-name', at, `nobody of ${named.join(', ')} stands on the path "${path}"`);
}

/** The kinds of ticket that constructs apply to. */
function kindsOf(context: CheckContext): void {
  const { source, names } = context;
  for (const construct of ['tables', 'commitments', 'tasks', 'rules', 'guards', 'facts'] as const) {
    const items: Record<string, { kind: string | string[] }> = source[construct];
    for (const [name, item] of Object.entries(items))
      each(context, 'kind of ticket', item.kind, names.kinds, [construct, name, 'kind']);
  }
  for (const [name, fact] of Object.entries(source.facts))
    each(context, 'kind of ticket', fact.among, names.kinds, ['facts', name, 'among']);
}

/** Reasons: where they lead, and what is offered in the place of one. */
function reasons(context: CheckContext): void {
  const { source, names } = context;
  for (const [name, reason] of Object.entries(source.reasons)) {
    const at = ['reasons', name];
    each(context, 'path', reason.path, names.paths, [...at, 'path']);
    if (reason.path !== undefined && reason.to !== undefined) level(context, reason.path, reason.to, [...at, 'to']);
    offered(context, reason.offer, [...at, 'offer']);
  }
}

/** Who gets copies of mails. */
function copies(context: CheckContext): void {
  for (const { delivery, at } of deliveryActionsOf(context.source)) roles(context, delivery.cc, [...at, 'cc']);
  for (const [name, file] of Object.entries(context.loaded.templateFiles)) {
    roles(context, file.head.cc, ['templates', name, 'cc']);
    const marks = new Set(['high', 'normal', 'low']);
    each(context, 'importance', file.head.importance, marks, ['templates', name, 'importance']);
  }
}

/** `draft(x)`: the template that is offered in place of what is refused. */
function offered(context: CheckContext, offer: string | undefined, at: SourcePath): void {
  const draft = offer === undefined ? undefined : /^draft\(([^()]+)\)$/.exec(offer)?.[1];
  each(context, 'template', draft, context.names.templates, at);
}

function command(context: CheckContext, name: string, at: SourcePath): void {
  if (commandName(name) === undefined) context.known('command', name, new Set(COMMANDS), at);
}

function clocksAction(context: CheckContext, order: Json | undefined, at: SourcePath): void {
  const { names } = context;
  const known = new Set(['all', ...names.commitments, ...names.tasks, ...names.rules]);
  const stoppable = new Set([...known, ...names.paths]);
  const table = order === undefined ? undefined : tableOf(order);
  const orders = table === undefined ? [{ value: order ?? null, at }] : answersOf(context.source, table);
  for (const { value, at: place } of orders) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    for (const [verb, clocks] of Object.entries(value)) {
      if (context.known('order to clocks', verb, new Set(['restart', 'stop', 'recompute']), [...place, verb]))
        each(context, 'clock', clocks, verb === 'stop' ? stoppable : known, [...place, verb]);
    }
  }
}

const GUARD_ROOTS: ReadonlySet<string> = new Set(ROOTS);

function guards(context: CheckContext): void {
  const { source, names } = context;
  for (const [name, guard] of Object.entries(source.guards)) {
    const at = ['guards', name];
    command(context, guard.command, [...at, 'command']);
    for (const [i, need] of guard.needs.entries()) {
      const [root = ''] = need.split('.');
      if (context.known('name', root, GUARD_ROOTS, [...at, 'needs', i])) dotted(context, need, [...at, 'needs', i]);
    }
    each(context, 'role', guard.override?.by, names.roles, [...at, 'override', 'by']);
    offered(context, guard.offer, [...at, 'offer']);
  }
}

/** Flows, schedules, kinds and metrics. */
function outlook(context: CheckContext): void {
  const { source, names } = context;
  for (const [name, flow] of Object.entries(source.flows)) {
    const states = new Set(Object.keys(flow.states));
    each(context, 'state', flow.first, states, ['flows', name, 'first']);
    for (const start of [flow.starts].flat()) each(context, 'state', start.first, states, ['flows', name, 'starts']);
    for (const [stateName, state] of Object.entries(flow.states)) {
      const at = ['flows', name, 'states', stateName];
      each(context, 'fact', state.ask, names.facts, [...at, 'ask']);
      each(context, 'fact', state.ask_each_message, names.facts, [...at, 'ask_each_message']);
      roles(context, state.task?.for, [...at, 'task', 'for']);
      const next = new Set([...states, 'end']);
      for (const key of ['go', 'interrupts'] as const) {
        for (const [i, go] of (state[key] ?? []).entries()) each(context, 'state', go.to, next, [...at, key, i, 'to']);
      }
      each(context, 'state', state.otherwise?.to, next, [...at, 'otherwise', 'to']);
      each(context, 'fact', state.collect?.model, names.facts, [...at, 'collect', 'model']);
      for (const [i, item] of (state.collect?.items ?? []).entries()) {
        each(context, 'field', item.field, names.fields, [...at, 'collect', 'items', i, 'field']);
        each(context, 'template', item.ask, names.templates, [...at, 'collect', 'items', i, 'ask']);
        each(context, 'field', item.dates, names.fields, [...at, 'collect', 'items', i, 'dates']);
      }
      const silences = [
        { silence: state.silence, place: [...at, 'silence'] },
        { silence: state.collect?.silence, place: [...at, 'collect', 'silence'] },
      ];
      for (const { silence, place } of silences) {
        for (const [i, one] of (silence ?? []).entries()) {
          each(context, 'template', one.send, names.templates, [...place, i, 'send']);
          each(context, 'state', one.to, next, [...place, i, 'to']);
        }
      }
    }
  }
  for (const [name, schedule] of Object.entries(source.schedules)) {
    each(context, 'kind of ticket', schedule.opens.kind, names.kinds, ['schedules', name, 'opens', 'kind']);
    roles(context, schedule.opens.for, ['schedules', name, 'opens', 'for']);
  }
  for (const [name, kind] of Object.entries(source.kinds)) {
    each(context, 'field of a ticket', kind.fields, names.ticket, ['kinds', name, 'fields']);
    each(context, 'role', kind.edit, names.roles, ['kinds', name, 'edit']);
  }
  for (const [name, report] of Object.entries(source.reports)) {
    each(context, 'metric', report.transcripts, names.metrics, ['reports', name, 'transcripts']);
    for (const [i, section] of report.sections.entries())
      each(context, 'construct', section.changes, CONSTRUCTS, ['reports', name, 'sections', i, 'changes']);
  }
  for (const [name, metric] of Object.entries(source.metrics)) {
    const ticks = typeof metric.of === 'string' ? /^ticks\(([^()]+)\)$/.exec(metric.of)?.[1] : undefined;
    each(context, 'commitment', ticks, names.commitments, ['metrics', name, 'of']);
    for (const key of ['relative_to', 'out_of'] as const)
      each(context, 'metric', metric[key], names.metrics, ['metrics', name, key]);
    if (metric.kind !== 'any') each(context, 'kind of ticket', metric.kind, names.kinds, ['metrics', name, 'kind']);
  }
}

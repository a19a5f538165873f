/** Actions of the source as the core runs them. */
import type { Action, DeliverAction, Value } from '../domain/policy/types';
import { given, listOf, ms, type Compiler, type SourcePath } from './compiler';
import type { ActionSource, DeliverySource } from './schema/actions';

/** The verbs of deliveries. */
export const DELIVERY_VERBS = [
  'notify',
  'page',
  'send',
  'draft',
  'status_page',
] as const satisfies readonly DeliverAction['verb'][];

function deliver(c: Compiler, verb: DeliverAction['verb'], source: DeliverySource, path: SourcePath): DeliverAction {
  return {
    verb,
    to: c.value(source.to ?? (verb === 'send' ? 'customer' : null), [...path, 'to']),
    via: listOf(source.via),
    ...c.maybeValue('cc', source.cc, [...path, 'cc']),
    ...(source.template?.startsWith('=')
      ? c.maybe('templateFrom', source.template, [...path, 'template'], 'value')
      : given('template', source.template)),
    by: listOf(source.by).map(ms),
    ...given('once', source.once),
    ...given('name', source.name),
    ...(source.delay === undefined ? {} : { delay: ms(source.delay) }),
    ...given('all', source.all),
    ...given('path', source.path),
    ...c.maybeValue('state', source.state, [...path, 'state']),
    ...c.maybeValue('for', source.for, [...path, 'for']),
    ...given('mention', source.mention),
    ...(source.worth === undefined ? {} : { worth: ms(source.worth) }),
    ifLate: source.if_late,
  };
}

function escalation(c: Compiler, source: NonNullable<ActionSource['deescalate']>, path: SourcePath) {
  return {
    path: c.value<string>(source.path, [...path, 'path']),
    to: c.value(source.to, [...path, 'to']),
    ...c.maybeValue('reason', source.reason, [...path, 'reason']),
  };
}

/** One action of the source as the core runs it. */
export function compileAction(c: Compiler, source: ActionSource, path: SourcePath): Action {
  const base = { clauses: source.clauses, ...c.maybe('when', source.when, [...path, 'when'], 'when') };
  for (const verb of DELIVERY_VERBS) {
    const delivery = source[verb];
    if (delivery) return { ...base, do: 'deliver', ...deliver(c, verb, delivery, [...path, verb]) };
  }
  const value = (key: 'tag' | 'untag' | 'note' | 'clocks' | 'reason'): Value =>
    c.value(source[key] ?? null, [...path, key]);
  if (source.set) return { ...base, do: 'set', fields: c.values(source.set, [...path, 'set']) };
  if (source.assign) return { ...base, do: 'assign', assign: c.values(source.assign, [...path, 'assign']) };
  if (source.tag !== undefined) return { ...base, do: 'tag', tag: value('tag') };
  if (source.untag !== undefined) return { ...base, do: 'untag', tag: value('untag') };
  if (source.note !== undefined) return { ...base, do: 'note', note: value('note') };
  if (source.escalate) {
    const { template, via } = source.escalate;
    return {
      ...base,
      do: 'escalate',
      ...escalation(c, source.escalate, [...path, 'escalate']),
      ...given('template', template),
      ...(via === undefined ? {} : { via: listOf(via) }),
    };
  }
  if (source.deescalate)
    return { ...base, do: 'deescalate', ...escalation(c, source.deescalate, [...path, 'deescalate']) };
  if (source.ask !== undefined) return { ...base, do: 'ask', facts: listOf(source.ask) };
  if (source.open_task) {
    const { template, for: answerer } = source.open_task;
    return {
      ...base,
      do: 'open_task',
      task: template,
      ...c.maybeValue('for', answerer, [...path, 'open_task', 'for']),
    };
  }
  if (source.open_ticket) {
    const { kind, key, fields, link, subject } = source.open_ticket;
    const at = [...path, 'open_ticket'];
    return {
      ...base,
      do: 'open_ticket',
      kind,
      key: c.value(key ?? '', [...at, 'key']),
      fields: c.values(fields, [...at, 'fields']),
      ...c.maybeValue('subject', subject, [...at, 'subject']),
      ...given('link', link),
    };
  }
  if (source.link)
    return { ...base, do: 'link', to: c.value(source.link.to, [...path, 'link', 'to']), kind: source.link.kind };
  if (source.tell) {
    const at = [...path, 'tell'];
    return {
      ...base,
      do: 'tell',
      to: c.value(source.tell.to, [...at, 'to']),
      event: source.tell.event,
      with: c.values(source.tell.with, [...at, 'with']),
    };
  }
  if (source.clocks !== undefined) return { ...base, do: 'clocks', clocks: value('clocks') };
  if (source.restrict)
    return { ...base, do: 'restrict', to: c.value(listOf(source.restrict.to), [...path, 'restrict', 'to']) };
  if (source.call)
    return {
      ...base,
      do: 'call',
      to: c.value(listOf(source.call.to), [...path, 'call', 'to']),
      name: source.call.name,
    };
  const fields = source.reason === undefined ? {} : { reason: value('reason') };
  return { ...base, do: 'command', command: source.command ?? '', fields };
}

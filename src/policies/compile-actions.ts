import type { Action, DeliverAction, Json } from '../domain/policy/types';
import { ms, type Compiler } from './compile';
import type { ActionSource } from './schema/actions';

type DeliverySource = NonNullable<ActionSource['notify']>;

function deliverOf(c: Compiler, verb: DeliverAction['verb'], source: DeliverySource, path: (string | number)[]): DeliverAction {
  const { to, via, template, by, once, name, state, mention, worth, if_late } = source;
  return {
    verb,
    to: c.value(to ?? (verb === 'send' ? 'customer' : null), [...path, 'to']),
    via: via === undefined ? [] : typeof via === 'string' ? [via] : via,
    ...(template === undefined ? {} : { template }),
    by: (by === undefined ? [] : typeof by === 'string' ? [by] : by).map(ms),
    ...(once === undefined ? {} : { once }),
    ...(name === undefined ? {} : { name }),
    ...(source.path === undefined ? {} : { path: source.path }),
    ...(state === undefined ? {} : { state: c.value(state, [...path, 'state']) }),
    ...(source.for === undefined ? {} : { for: c.value(source.for, [...path, 'for']) }),
    ...(mention === undefined ? {} : { mention }),
    ...(worth === undefined ? {} : { worth: ms(worth) }),
    ifLate: if_late,
  };
}

const list = (value: string | string[]): string[] => (typeof value === 'string' ? [value] : value);

/** One action of the source as the core runs it. */
export function compileAction(c: Compiler, source: ActionSource, path: (string | number)[]): Action {
  const when = c.maybe(source.when, [...path, 'when']);
  const base = { clauses: source.clauses, ...(when ? { when } : {}) };
  for (const verb of ['notify', 'page', 'send', 'draft', 'status_page'] as const) {
    const delivery = source[verb];
    if (delivery) return { ...base, do: 'deliver', ...deliverOf(c, verb, delivery, [...path, verb]) };
  }
  if (source.set) return { ...base, do: 'set', fields: c.values(source.set, [...path, 'set']) };
  if (source.assign) return { ...base, do: 'assign', assign: c.values(source.assign, [...path, 'assign']) };
  if (source.tag !== undefined) return { ...base, do: 'tag', tag: c.value(source.tag as Json, [...path, 'tag']) };
  if (source.untag !== undefined) return { ...base, do: 'untag', tag: c.value(source.untag as Json, [...path, 'untag']) };
  if (source.note !== undefined) return { ...base, do: 'note', note: c.value(source.note, [...path, 'note']) };
  if (source.escalate) {
    const { path: on, to, reason, template, via } = source.escalate;
    return {
      ...base,
      do: 'escalate',
      path: c.value<string>(on, [...path, 'escalate', 'path']),
      to: c.value(to, [...path, 'escalate', 'to']),
      ...(reason === undefined ? {} : { reason: c.value(reason, [...path, 'escalate', 'reason']) }),
      ...(template === undefined ? {} : { template }),
      ...(via === undefined ? {} : { via }),
    };
  }
  if (source.deescalate) {
    const { path: on, to, reason } = source.deescalate;
    return { ...base, do: 'deescalate', path: c.value<string>(on, path), to: c.value(to, path), ...(reason === undefined ? {} : { reason: c.value(reason, path) }) };
  }
  if (source.ask !== undefined) return { ...base, do: 'ask', facts: list(source.ask) };
  if (source.open_task) return { ...base, do: 'open_task', task: source.open_task.template, ...(source.open_task.for === undefined ? {} : { for: c.value(source.open_task.for, path) }) };
  if (source.open_ticket) {
    const { kind, key, fields, link } = source.open_ticket;
    return { ...base, do: 'open_ticket', kind, key: c.value(key ?? '', path), fields: c.values(fields, path), ...(link === undefined ? {} : { link }) };
  }
  if (source.link) return { ...base, do: 'link', to: c.value(source.link.to, path), kind: source.link.kind };
  if (source.clocks !== undefined) return { ...base, do: 'clocks', clocks: c.value(source.clocks, [...path, 'clocks']) };
  if (source.restrict) return { ...base, do: 'restrict', to: { lit: list(source.restrict.to) } };
  if (source.call) return { ...base, do: 'call', to: { lit: list(source.call.to) }, name: source.call.name };
  return { ...base, do: 'command', command: source.command ?? '', fields: source.reason === undefined ? {} : { reason: c.value(source.reason, path) } };
}

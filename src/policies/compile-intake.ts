/** Channels, ways in and canned responses as the rest of Tocsin reads them. */
import type { ChannelDef, ReplyDef, WayInDef } from '../domain/policy/types';
import { given, listOf, type Compiler, type SourcePath } from './compiler';
import type { PackSource } from './schema/pack';

type Item<K extends 'channels' | 'intake' | 'replies'> = PackSource[K][string];

const stateOf = (row: Item<'channels'>['states'][number]): ChannelDef['states'][number] => ({
  ...given('during', row.during),
  is: row.is,
  then: row.then,
  ...given('queue', row.queue),
  rank: row.rank,
  opens: row.opens,
  ...given('note', row.note),
  clauses: row.clauses,
});

export function compileChannel(_c: Compiler, name: string, source: Item<'channels'>): ChannelDef {
  return {
    name,
    title: source.title,
    ...given('says', source.says),
    ...given('response', source.response),
    ...given('bestFor', source.best_for),
    ...given('link', source.link),
    states: source.states.map(stateOf),
    plans: Object.fromEntries(Object.entries(source.plans).map(([plan, rows]) => [plan, rows.map(stateOf)])),
    clauses: source.clauses,
  };
}

export function compileWayIn(_c: Compiler, name: string, source: Item<'intake'>): WayInDef {
  return {
    name,
    channel: source.channel,
    ...given('address', source.address?.toLowerCase()),
    ...given('press', source.press),
    ...given('waits', source.waits),
    ...given('app', source.app),
    says: listOf(source.says),
    does: source.does,
    ...given('to', source.to),
    ...given('queue', source.queue),
    opens: source.opens,
    keeps: source.keeps,
    plans: source.plans,
    ...given('unknownPlan', source.unknown_plan),
    clauses: source.clauses,
  };
}

export function compileReply(c: Compiler, name: string, source: Item<'replies'>, path: SourcePath): ReplyDef {
  return {
    name,
    title: source.title,
    ...given('shortcut', source.shortcut),
    template: source.template,
    ...c.maybe('when', source.when, [...path, 'when'], 'when'),
    clauses: source.clauses,
  };
}

/** What metrics need to be answered: event types, series, and how far back. */
import type { MetricDef } from '../policy/metric-types';
import type { CompiledPack } from '../policy/types';
import type { Question } from './answers';
import { periodBefore, readBy } from './formula';
import type { Period } from './periods';

/** Event types that the metrics of a pack read. What is read of the state is in the state. */
export function eventTypesOf(pack: CompiledPack): Set<string> {
  const types = new Set<string>(['opened']);
  for (const def of Object.values(pack.metrics)) {
    const { of } = def;
    if (of.kind === 'ticks') types.add('due');
    if (of.kind === 'events') for (const one of of.patterns) types.add(one.name);
    for (const one of [...def.on, ...def.from, ...def.to, ...(def.per?.of ?? []), ...(def.split?.on ?? [])])
      types.add(one.name);
  }
  return types;
}

/** A metric with those that it is measured by. */
export function withRelated(pack: CompiledPack, names: readonly string[]): MetricDef[] {
  const found = new Map<string, MetricDef>();
  const add = (name: string | undefined): void => {
    const def = name === undefined ? undefined : pack.metrics[name];
    if (!def || found.has(def.name)) return;
    found.set(def.name, def);
    add(def.relativeTo);
    add(def.outOf);
    readBy(def).forEach(add);
  };
  for (const name of names) add(name);
  return [...found.values()];
}

/** The periods that a question reaches into: its own, and those before it that computed metrics read. */
export function periodsOf(pack: CompiledPack, { metric, period }: Pick<Question, 'metric' | 'period'>): Period[] {
  const found: Period[] = [period];
  const seen = new Set<string>();
  const reach = (name: string, within: Period): void => {
    const def = pack.metrics[name];
    const key = `${name} ${within.from}`;
    if (!def?.value || seen.has(key)) return;
    seen.add(key);
    for (const one of readBy(def, 'metric')) reach(one, within);
    const earlier = periodBefore(within, pack);
    for (const one of readBy(def, 'before')) {
      found.push(earlier);
      reach(one, earlier);
    }
  };
  reach(metric, period);
  return found;
}

/** The series that metrics read. */
export function seriesOf(defs: readonly MetricDef[]): string[] {
  const names = defs.flatMap((def) => [
    ...(def.of.kind === 'series' ? [def.of.name] : []),
    ...(def.need ? [def.need.series] : []),
  ]);
  return [...new Set(names)];
}

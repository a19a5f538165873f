/** Metrics, reports and schedules of a part. */
import type { MetricDef, MetricDimension } from '../../domain/policy/metric-types';
import type { ReportDef, ReportSection, ScheduleDef } from '../../domain/policy/report-types';
import type { Cel, CompiledPack } from '../../domain/policy/types';
import { asksOf } from '../report-asks';
import { change, keyed } from './change';
import type { Placing } from './placing';

const dimension =
  (p: Placing) =>
  (one: MetricDimension): MetricDimension =>
    one.cel ? { ...one, cel: p.cel(one.cel) } : { ...one, name: p.names.full('field', one.name) };

const cels =
  (p: Placing) =>
  (map: Record<string, Cel>): Record<string, Cel> =>
    keyed(map, (name) => name, p.cel);

/** One metric. Series are posted from outside, under one name for all. */
export const placeMetric = (p: Placing, metric: MetricDef): MetricDef =>
  change(metric, {
    name: p.name('metric'),
    kind: p.name('kind'),
    of: (of) => {
      if (of.kind === 'events') return { ...of, patterns: p.patterns(of.patterns) };
      return of.kind === 'ticks' ? { ...of, name: p.names.full('commitment', of.name) } : of;
    },
    where: p.cel,
    on: p.patterns,
    once: dimension(p),
    from: p.patterns,
    to: p.patterns,
    toWhere: p.cel,
    same: dimension(p),
    share: p.cel,
    mean: (mean) => (mean === 'duration' ? mean : p.cel(mean)),
    sum: p.cel,
    value: p.cel,
    balance: ({ plus, minus }) => ({ plus: p.cel(plus), minus: p.cel(minus) }),
    per: (per) => ({ of: p.patterns(per.of), distinct: per.distinct.map(dimension(p)) }),
    by: (by) => by.map(dimension(p)),
    for: p.cel,
    split: (split) => change(split, { on: p.patterns, where: p.cel, key: p.cel }),
    mix: p.name('field'),
    relativeTo: p.name('metric'),
    outOf: p.name('metric'),
  });

/** The lines of a section read the part's own names: what they ask for is asked under these. */
function section(p: Placing, one: ReportSection, pack: CompiledPack): ReportSection {
  return {
    ...one,
    lines: one.lines.map((line) => renamed(p, line)),
    ask: keyed(
      asksOf(one, pack),
      (name) => name,
      (asked) => change(asked, { metric: p.name('metric') }),
    ),
    lists: one.lists.map((list) =>
      change(list, {
        metric: p.name('metric'),
        with: cels(p),
        clusters: (clusters) => change(clusters, { of: p.cel }),
        text: (text) => renamed(p, text),
      }),
    ),
  };
}

/** A line over tickets and params: a name that has another one here is read under that. */
const renamed = (p: Placing, text: string): string =>
  text.replace(/\b(ticket|param)\.([a-z][a-z0-9_]*)/g, (found, root: string, name: string) => {
    const full = p.names.full(root === 'ticket' ? 'field' : 'param', name);
    return full === name ? found : `${root}["${full}"]`;
  });

/** One report. */
export const placeReport = (p: Placing, report: ReportDef, pack: CompiledPack): ReportDef =>
  change(report, {
    name: p.name('report'),
    to: p.list('role'),
    transcripts: p.name('metric'),
    sections: (sections) => sections.map((one) => section(p, one, pack)),
  });

/** One schedule. */
export const placeSchedule = (p: Placing, schedule: ScheduleDef): ScheduleDef =>
  change(schedule, {
    name: p.name('schedule'),
    at: (at) => ('cel' in at ? { cel: p.cel(at.cel) } : at),
    opens: (opens) =>
      change(opens, {
        kind: p.name('kind'),
        key: p.value,
        when: p.cel,
        for: p.list('role'),
        fields: (fields) => keyed(fields, p.name('field'), (value) => value),
        items: (items) => change(items, { each: p.patterns, kind: p.name('kind'), where: p.cel, with: cels(p) }),
        attach: (attach) => keyed(attach, p.name('field'), (one) => change(one, { metric: p.name('metric') })),
      }),
  });

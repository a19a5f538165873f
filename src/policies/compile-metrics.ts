/** Metrics: targets to numbers, dimensions and conditions to expression trees. */
import type {
  MetricDef,
  MetricDimension,
  MetricRange,
  MetricSource,
  MetricTarget,
} from '../domain/policy/metric-types';
import { parseDuration } from '../domain/time/instants';
import { given, listOf, ms, patternsOf, type Compiler, type SourcePath } from './compiler';
import type { MetricSource as Written } from './schema/metrics';

/** `< 20%` to a share, `< PT2H` to milliseconds, anything else to its number. Undefined where it is no number. */
export function targetOf(text: string): MetricTarget | undefined {
  const match = /^(<=|>=|==|<|>) ?(\S+)$/.exec(text);
  const [, op, amount = ''] = match ?? [];
  const percent = /^(-?\d+(?:\.\d+)?)%$/.exec(amount);
  const value = percent ? Number(percent[1]) / 100 : (parseDuration(amount) ?? Number(amount));
  if (op === undefined || !Number.isFinite(value)) return undefined;
  return { op: op as MetricTarget['op'], value, text };
}

/** What a metric counts, as it is written. */
export function sourceOf(of: string | readonly string[] | undefined): MetricSource {
  const written = listOf(of);
  const [only = 'tickets', more] = written;
  if (more === undefined) {
    if (only === 'tickets') return { kind: 'tickets' };
    if (only === 'escalations') return { kind: 'events', patterns: [{ name: 'escalated' }] };
    const named = /^(ticks|series)\(([^()]+)\)$/.exec(only);
    if (named?.[1] === 'ticks' || named?.[1] === 'series') return { kind: named[1], name: (named[2] ?? '').trim() };
  }
  return { kind: 'events', patterns: patternsOf(written) };
}

const bounds = (range: { min?: number | undefined; max?: number | undefined }): MetricRange => ({
  ...given('min', range.min),
  ...given('max', range.max),
});

/** One metric. */
export function compileMetric(c: Compiler, name: string, source: Written, path: SourcePath): MetricDef {
  const dimension = (text: string, at: SourcePath): MetricDimension =>
    text.startsWith('=') ? { name: text, cel: c.cel(text, at, 'metric') } : { name: text };
  const one = <K extends string>(key: K, text: string | undefined): { [P in K]?: MetricDimension } =>
    given(key, text === undefined ? undefined : dimension(text, [...path, key]));
  const share = source.share === undefined ? undefined : c.cel(source.share, [...path, 'share'], 'metric');
  const target = source.target === undefined ? undefined : targetOf(source.target);
  if (source.target !== undefined && !target)
    c.faults.push({
      path: [...path, 'target'],
      message: `"${source.target}" compares with no number, share or duration`,
    });
  const mean =
    source.mean === undefined
      ? undefined
      : source.mean === 'duration'
        ? ('duration' as const)
        : c.cel(source.mean, [...path, 'mean'], 'metric');
  return {
    name,
    clauses: source.clauses,
    ...given('title', source.title),
    ...given('label', source.label),
    ...given('better', source.better),
    ...given('unit', source.unit),
    ...given(
      'shown',
      source.shown && {
        ...given('digits', source.shown.digits),
        ...given('mostDigits', source.shown.most_digits),
        ...given('before', source.shown.before),
        ...given('after', source.shown.after),
        clock: source.shown.clock,
      },
    ),
    of: sourceOf(source.of),
    kind: source.kind,
    ...(source.in_shadow ? { inShadow: true as const } : {}),
    ...c.maybe('where', source.where, [...path, 'where'], 'metric'),
    on: patternsOf(source.on ?? 'opened'),
    ...one('once', source.once),
    from: patternsOf(source.from),
    to: patternsOf(source.to),
    ...c.maybe('toWhere', source.to_where, [...path, 'to_where'], 'metric'),
    ...one('same', source.same),
    ...given('within', source.within === undefined ? undefined : ms(source.within)),
    ...given('share', share),
    shareReadsFound: share?.reads.includes('found') ?? false,
    ...given('mean', mean),
    ...c.maybe('sum', source.sum, [...path, 'sum'], 'metric'),
    ...given(
      'balance',
      source.balance && {
        plus: c.cel(source.balance.plus, [...path, 'balance', 'plus'], 'metric'),
        minus: c.cel(source.balance.minus, [...path, 'balance', 'minus'], 'metric'),
      },
    ),
    last: source.last ?? false,
    ...c.maybe('value', source.value, [...path, 'value'], 'formula'),
    ...given('lowest', source.lowest),
    ...given(
      'per',
      source.per && {
        of: patternsOf(source.per.of),
        distinct: source.per.distinct.map((text, i) => dimension(text, [...path, 'per', 'distinct', i])),
      },
    ),
    by: listOf(source.by).map((text, i) =>
      dimension(text, typeof source.by === 'string' ? [...path, 'by'] : [...path, 'by', i]),
    ),
    ...given(
      'split',
      source.split && {
        on: patternsOf(source.split.on),
        ...c.maybe('where', source.split.where, [...path, 'split', 'where'], 'metric'),
        key: c.cel(source.split.key, [...path, 'split', 'key'], 'metric'),
      },
    ),
    ...given('labels', source.labels),
    ...c.maybe('for', source.for, [...path, 'for'], 'metric'),
    ...given('top', source.top),
    distribution: source.distribution ?? source.reference !== undefined,
    ...given('reference', source.reference),
    ...given('relativeTo', source.relative_to),
    ...given('mix', source.mix),
    ...given('outOf', source.out_of),
    ...given('target', target),
    ...given('range', source.range && bounds(source.range)),
    ...given(
      'ranges',
      source.ranges && Object.fromEntries(Object.entries(source.ranges).map(([key, range]) => [key, bounds(range)])),
    ),
    ...given('words', source.words && { ...given('below', source.words.below), ...given('above', source.words.above) }),
    ...given(
      'need',
      source.need && {
        series: source.need.series,
        each: source.need.each,
        ...given('eachMost', source.need.each_most),
      },
    ),
    window: source.window,
    standing: source.standing,
    ...given(
      'compare',
      source.compare && {
        windows: [source.compare.windows[0] ?? 'week', source.compare.windows[1] ?? 'month'] as [string, string],
        ...given(
          'words',
          source.compare.words && {
            ...given('better', source.compare.words.better),
            ...given('same', source.compare.words.same),
            ...given('worse', source.compare.words.worse),
          },
        ),
      },
    ),
    miss: source.miss,
  };
}

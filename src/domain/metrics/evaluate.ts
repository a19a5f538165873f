/**
 * Evaluates a metric over a period: pure, exact, and without a guess. No data is no value, never 0; a count of nothing
 * is 0, because that is data.
 */
import type { MetricDef, MetricDimension, MetricRange } from '../policy/metric-types';
import type { CompiledPack } from '../policy/types';
import { matches } from '../ticket/patterns';
import type { EpochMs } from '../time/instants';
import type { Filters, MetricGroup, MetricResult, MetricValue, Question } from './answers';
import { formulaValue } from './formula';
import { holds, itemOf, itemsOf, keyOf, valueOf, type Evidence, type Item } from './items';
import { isPeriodUnit, periodKey, periodsWithin, UTC, windowAt, type Period } from './periods';
import { add, bucket, directionOf, marked, narrowed, unitOf, valueIn, type Bucket } from './values';
import { rangeText } from './words';

const JOIN = '\u0001';
/** Metrics that read each other end here. */
const DEEPEST = 8;

/** Keys that a dimension always has, so that a group without data is shown as such. */
function expectedKeys(pack: CompiledPack, dimension: MetricDimension, period: Period): string[] {
  if (dimension.cel) return [];
  const zone = pack.zoneOffsets ?? UTC;
  if (dimension.name !== 'hour' && isPeriodUnit(dimension.name))
    return periodsWithin(dimension.name, period, zone, 400).map((one) =>
      isPeriodUnit(dimension.name) ? periodKey(dimension.name, one.from, zone) : '',
    );
  return (pack.fields[dimension.name]?.values ?? []).map(String);
}

const passes = (pack: CompiledPack, item: Item, filters: Filters): boolean =>
  Object.entries(filters).every(([name, wanted]) => keyOf(pack, item, { name }) === wanted);

/** The instants at which keys had an event first, for `split`. */
function firstsOf(evidence: Evidence, split: NonNullable<MetricDef['split']>): Map<string, EpochMs> {
  const firsts = new Map<string, EpochMs>();
  for (const history of evidence.histories) {
    for (const event of history.events) {
      if (!matches(split.on, event)) continue;
      const item = itemOf(evidence.pack, { at: event.at, event, history, from: event, found: false });
      if (!holds(item, split.where)) continue;
      const key = valueOf(item, split.key);
      const before = firsts.get(String(key));
      if (key !== undefined && key !== null && (before === undefined || event.at < before))
        firsts.set(String(key), event.at);
    }
  }
  return firsts;
}

interface Counted {
  total: Bucket;
  groups: Map<string, Bucket>;
  /** Items by the mix dimension. */
  mix: Map<string, number>;
}

function countAll(evidence: Evidence, def: MetricDef, question: Question, by: MetricDimension[]): Counted {
  const { pack } = evidence;
  const { period, filters = {} } = question;
  const firsts = def.split ? firstsOf(evidence, def.split) : undefined;
  const counted: Counted = { total: bucket(), groups: new Map(), mix: new Map() };
  const groupOf = (item: Item): Bucket | undefined => {
    const keys = by.map((dimension) => keyOf(pack, item, dimension));
    if (firsts && def.split) {
      const key = valueOf(item, def.split.key);
      const first = firsts.get(String(key));
      keys.push(first === undefined ? 'without' : item.at < first ? 'before' : 'after');
    }
    if (keys.length === 0 || keys.includes(undefined)) return undefined;
    const key = keys.join(JOIN);
    let found = counted.groups.get(key);
    if (!found) counted.groups.set(key, (found = bucket()));
    return found;
  };
  const within = (at: EpochMs): boolean =>
    def.last || def.standing
      ? at < period.to || (period.from === period.to && at <= period.to)
      : at >= period.from && at < period.to;
  for (const item of itemsOf(evidence, def)) {
    if (!within(item.at) || !passes(pack, item, filters)) continue;
    add(def, counted.total, item);
    const group = groupOf(item);
    if (group) add(def, group, item);
    const mixed = def.mix === undefined ? undefined : keyOf(pack, item, { name: def.mix });
    if (mixed !== undefined && (def.mean !== 'duration' || item.duration !== undefined))
      counted.mix.set(mixed, (counted.mix.get(mixed) ?? 0) + 1);
  }
  if (def.per) {
    const { distinct } = def.per;
    for (const item of itemsOf(evidence, perDef(def, def.per))) {
      if (!within(item.at) || !passes(pack, item, filters)) continue;
      const keys = distinct.map((dimension) => keyOf(pack, item, dimension));
      if (keys.includes(undefined)) continue;
      const key = keys.join(JOIN);
      counted.total.per.add(key);
      groupOf(item)?.per.add(key);
    }
  }
  return counted;
}

/** Events as a metric without conditions of its own; what a caller needs besides it lays over this. */
export const eventsMetric = (
  name: string,
  patterns: Extract<MetricDef['of'], { kind: 'events' }>['patterns'],
  more: Pick<MetricDef, 'kind' | 'window' | 'miss' | 'inShadow'>,
): MetricDef => ({
  name,
  clauses: [],
  of: { kind: 'events', patterns },
  on: [],
  from: [],
  to: [],
  shareReadsFound: false,
  last: false,
  by: [],
  distribution: false,
  standing: false,
  ...more,
});

/** The events that a number is divided by, as a metric of their own. */
const perDef = ({ name, kind, window, miss, inShadow }: MetricDef, per: NonNullable<MetricDef['per']>): MetricDef =>
  eventsMetric(name, per.of, { kind, window, miss, ...(inShadow ? { inShadow } : {}) });

function neededRange(evidence: Evidence, def: MetricDef, period: Period): MetricRange | undefined {
  if (!def.need) return undefined;
  const { series, each, eachMost } = def.need;
  const newest = (evidence.series[series] ?? [])
    .filter((point) => point.at < period.to || period.from === period.to)
    .at(-1);
  if (!newest) return undefined;
  return {
    min: Math.ceil(newest.value / each),
    ...(eachMost === undefined ? {} : { max: Math.ceil(newest.value / eachMost) }),
  };
}

/** Answers one question. `depth` stops metrics that are shares of each other. */
export function evaluateMetric(evidence: Evidence, question: Question, depth = 0): MetricResult | undefined {
  const def = evidence.pack.metrics[question.metric];
  if (!def || depth > DEEPEST) return undefined;
  if (def.value) return computedMetric(evidence, def, question, depth);
  if (def.lowest !== undefined && !question.by) return lowestPart(evidence, def, def.lowest, question, depth);
  const by: MetricDimension[] = question.by
    ? question.by.map((name) => def.by.find((one) => one.name === name) ?? { name })
    : def.by;
  const counted = countAll(evidence, def, question, by);
  const other = def.relativeTo === undefined ? undefined : relativeBase(evidence, def, question, counted, depth);
  const outOf =
    def.outOf === undefined
      ? undefined
      : evaluateMetric(evidence, { ...question, metric: def.outOf, by: [] }, depth + 1);
  const needed = neededRange(evidence, def, question.period);
  const ratio = (value: MetricValue): MetricValue => {
    if (!other) return value;
    const own = value.value;
    return { ...value, own, value: own === null || !other.value ? null : own / other.value };
  };
  const finish = (from: Bucket, key: string[] | undefined): MetricValue => {
    let value = ratio(valueIn(def, from));
    if (key && def.distribution) {
      const share = counted.total.n === 0 ? null : from.n / counted.total.n;
      const reference = def.reference?.[key[0] ?? ''];
      value = {
        value: share,
        n: counted.total.n,
        part: from.n,
        ...(reference === undefined
          ? {}
          : { reference: reference / 100, deviation: share === null ? null : share - reference / 100 }),
      };
      return value;
    }
    if (def.distribution && !key) return { value: counted.total.n, n: counted.total.n };
    if (outOf && !key) value = { ...value, of: outOf.total.value };
    if (needed && !key) value = { ...value, need: needed };
    // A metric with bounds for each group has none for all of them together.
    const range = key ? (def.ranges?.[key[0] ?? ''] ?? def.range) : def.range;
    return marked(def, value, narrowed(range, key ? undefined : needed));
  };
  const groups = groupsOf(evidence.pack, def, question, by, counted).map(({ key, from }): MetricGroup => ({
    key,
    label: key.map((one) => def.labels?.[one] ?? one).join(' / '),
    ...finish(from, key),
  }));
  const head = headOf(def, question.period);
  const { unit } = head;
  const total = finish(counted.total, undefined);
  const along =
    by[0] && isPeriodUnit(by[0].name) && by.length === 1 ? groups.filter((one) => one.value !== null) : undefined;
  return {
    ...head,
    by: [...by.map((one) => one.name), ...(def.split ? ['split'] : [])],
    total,
    groups,
    ...(other ? { baseline: other } : {}),
    ...(along ? { trend: directionOf(unit, along.at(-1)?.value ?? null, along.at(-2)?.value ?? null) } : {}),
    ...(def.compare && depth === 0 ? { compare: compared(evidence, def, question, def.compare, unit) } : {}),
  };
}

/** What is the same of every answer of a metric. */
function headOf(def: MetricDef, period: Period): Omit<MetricResult, 'by' | 'total' | 'groups'> {
  const unit = unitOf(def);
  const goal = def.target?.text ?? (def.range ? rangeText(def.range, unit) : undefined);
  return {
    metric: def.name,
    title: def.title ?? def.name,
    ...(def.label === undefined ? {} : { label: def.label }),
    ...(def.better === undefined ? {} : { better: def.better }),
    unit,
    ...(def.shown ? { shown: def.shown } : {}),
    ...(def.target ? { target: def.target.text } : {}),
    ...(goal === undefined ? {} : { goal }),
    period,
  };
}

/** A metric that others are put together to. */
function computedMetric(evidence: Evidence, def: MetricDef, question: Question, depth: number): MetricResult {
  const value = formulaValue(evidence, def, question, (one) => evaluateMetric(evidence, one, depth + 1));
  return { ...headOf(def, question.period), by: [], total: marked(def, value, def.range), groups: [] };
}

/** A metric whose value is the lowest of the parts of its period: each part is a group. */
function lowestPart(
  evidence: Evidence,
  def: MetricDef,
  unit: NonNullable<MetricDef['lowest']>,
  question: Question,
  depth: number,
): MetricResult | undefined {
  const parts = evaluateMetric(evidence, { ...question, by: [unit] }, depth + 1);
  const values = parts?.groups.flatMap((one) => (one.value === null ? [] : [one])) ?? [];
  const lowest = values.reduce(
    (least, one) => (Number(one.value) < Number(least.value) ? one : least),
    values[0] ?? NONE,
  );
  if (!parts) return undefined;
  const { n } = parts.total;
  return { ...parts, total: marked(def, { value: lowest.value, n }, def.range) };
}
const NONE: MetricValue = { value: null, n: 0 };

function groupsOf(
  pack: CompiledPack,
  def: MetricDef,
  question: Question,
  by: MetricDimension[],
  counted: Counted,
): { key: string[]; from: Bucket }[] {
  const only = by[0];
  const expected =
    only && by.length === 1 && !def.split && def.top === undefined && !def.last
      ? expectedKeys(pack, only, question.period)
      : [];
  for (const key of [...expected, ...Object.keys(def.reference ?? {}), ...Object.keys(def.labels ?? {})])
    if (!counted.groups.has(key)) counted.groups.set(key, bucket());
  const found = [...counted.groups].map(([key, from]) => ({ key: key.split(JOIN), from }));
  const order = (a: { key: string[] }, b: { key: string[] }): number => (a.key.join(JOIN) < b.key.join(JOIN) ? -1 : 1);
  if (def.top !== undefined) return found.sort((a, b) => b.from.n - a.from.n || order(a, b)).slice(0, def.top);
  if (def.reference ?? def.labels) {
    const rank = Object.keys(def.reference ?? def.labels ?? {});
    const place = (key: string | undefined): number => (rank.indexOf(key ?? '') + rank.length + 1) % (rank.length + 1);
    return found.sort((a, b) => place(a.key[0]) - place(b.key[0]));
  }
  return found.sort(order);
}

/** The metric that another is a share of: plain, or weighed by the mix of what is counted. */
function relativeBase(
  evidence: Evidence,
  def: MetricDef,
  question: Question,
  counted: Counted,
  depth: number,
): { metric: string; title: string; value: number | null } | undefined {
  const base = evaluateMetric(
    evidence,
    { ...question, metric: def.relativeTo ?? '', by: def.mix === undefined ? [] : [def.mix] },
    depth + 1,
  );
  if (!base) return undefined;
  if (def.mix === undefined) return { metric: base.metric, title: base.title, value: base.total.value };
  let sum = 0;
  let n = 0;
  for (const [key, count] of counted.mix) {
    const value = base.groups.find((group) => group.key[0] === key)?.value;
    if (value === null || value === undefined) continue;
    sum += value * count;
    n += count;
  }
  return { metric: base.metric, title: base.title, value: n === 0 ? base.total.value : sum / n };
}

function compared(
  evidence: Evidence,
  def: MetricDef,
  question: Question,
  { windows, words }: NonNullable<MetricDef['compare']>,
  unit: MetricResult['unit'],
): NonNullable<MetricResult['compare']> {
  const zone = evidence.pack.zoneOffsets ?? UTC;
  const [newer = NONE, older = NONE] = windows.map((window) => {
    const period = windowAt(window, question.period.to, zone);
    return evaluateMetric(evidence, { ...question, period, by: [] }, 1)?.total ?? NONE;
  });
  const direction = directionOf(unit, newer.value, older.value);
  const good = (def.better ?? 'higher') === 'higher' ? 'up' : 'down';
  const word =
    direction === null
      ? undefined
      : direction === 'flat'
        ? words?.same
        : direction === good
          ? words?.better
          : words?.worse;
  return { newer, older, windows, direction, ...(word === undefined ? {} : { word }) };
}

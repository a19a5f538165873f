/** A report of a period: its metrics asked, its lines and lists in words. Pure over evidence. */
import type { MetricResult, MetricValue, Question } from '../domain/metrics/answers';
import { clustersOf } from '../domain/metrics/clusters';
import { evaluateMetric } from '../domain/metrics/evaluate';
import { holds, itemsOf, valueOf, type Evidence, type Item } from '../domain/metrics/items';
import { periodAt, periodKey, UTC, windowAt, type Period } from '../domain/metrics/periods';
import { ARROWS, markSign, numberText, percentText, valueText, verdictText } from '../domain/metrics/words';
import type { ReportDef, ReportList } from '../domain/policy/report-types';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { paramsOf } from '../domain/ticket/env';
import { civilFromDays, DAY_MS } from '../domain/time/instants';
import { localFromInstant } from '../domain/time/zone-offsets';
import { asksOf } from '../policies/report-asks';
import { editLines, type PackEdit } from './pack-changes';
import { createTemplateEngine } from '../policies/templates';

export interface ReportPart {
  title: string;
  lines: string[];
  /** What is drawn. */
  chart?: MetricResult;
}

export interface ReportContent {
  name: string;
  title: string;
  period: Period & { key: string };
  parts: ReportPart[];
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October'],
  ...['November', 'December'],
];

/** What texts read as `period`. */
export function periodView(unit: ReportDef['period'], period: Period, pack: CompiledPack): JsonObject {
  const zone = pack.zoneOffsets ?? UTC;
  const day = civilFromDays(Math.floor(localFromInstant(zone, period.from) / DAY_MS));
  return {
    key: periodKey(unit, period.from, zone),
    from: period.from,
    to: period.to,
    year: day.year,
    month: MONTHS[day.month - 1] ?? '',
    quarter: Math.ceil(day.month / 3),
    unit,
  };
}

/** The period that a section's metric is asked over: a dashboard's are its own. */
const askedOver = (pack: CompiledPack, report: ReportDef, period: Period, metric: string, back: number): Period =>
  report.live
    ? windowAt(pack.metrics[metric]?.window ?? 'month', period.to, pack.zoneOffsets ?? UTC)
    : stretched(pack, report.period, period, back);

/** A period with `back` units before it. */
const stretched = (pack: CompiledPack, unit: ReportDef['period'], period: Period, back: number): Period =>
  back === 0 ? period : { from: periodAt(unit, period.from, pack.zoneOffsets ?? UTC, -back).from, to: period.to };

/** Everything a report asks, so that its evidence can be loaded at once. */
export function questionsOf(pack: CompiledPack, report: ReportDef, period: Period): Question[] {
  return report.sections.flatMap((section) => [
    ...Object.values(asksOf(section, pack)).map((one): Question => ({
      metric: one.metric,
      period: askedOver(pack, report, period, one.metric, one.back),
      ...(one.by ? { by: one.by } : {}),
    })),
    ...section.lists.map((list): Question => ({ metric: list.metric, period })),
  ]);
}

function valueView(value: MetricValue, { unit, shown }: Pick<MetricResult, 'unit' | 'shown'>): JsonObject {
  const own = value.own;
  return {
    value: value.value,
    text: valueText(value, unit, shown),
    verdict: verdictText(value),
    n: value.n,
    part: value.part ?? null,
    own: own ?? null,
    own_text: own === null || own === undefined ? 'no data' : numberText(own, unit === 'percent' ? 'duration' : unit),
    mark: value.mark ?? null,
    sign: markSign(value.mark),
    place: value.range?.place ?? null,
    word: value.range?.word ?? null,
    reference: value.reference ?? null,
    deviation: value.deviation ?? null,
  };
}

/** What texts read of one answer. */
export function metricView(result: MetricResult): JsonObject {
  const { total, unit, baseline } = result;
  const groups = result.groups.map((group): JsonObject => {
    const share = total.n === 0 || group.value === null ? null : group.n / total.n;
    return {
      ...valueView(group, result),
      key: group.key.join(' / '),
      label: group.label,
      share,
      share_text: share === null ? 'no data' : percentText(share),
    };
  });
  return {
    ...valueView(total, result),
    title: result.title,
    label: result.label ?? '',
    target: result.target ?? '',
    goal: result.goal ?? '',
    groups,
    compare: result.compare
      ? {
          newer: valueText(result.compare.newer, unit, result.shown),
          older: valueText(result.compare.older, unit, result.shown),
          arrow: result.compare.direction ? ARROWS[result.compare.direction] : '',
          word: result.compare.word ?? 'no data',
        }
      : null,
    trend: result.trend ?? null,
    arrow: result.trend ? ARROWS[result.trend] : '',
    baseline: baseline?.title ?? '',
    baseline_text:
      baseline?.value === null || baseline === undefined ? 'no data' : numberText(baseline.value, 'duration'),
  };
}

type Engine = ReturnType<typeof createTemplateEngine>;
const linesOf = (engine: Engine, text: string, vars: JsonObject): string[] =>
  String(engine.parseAndRenderSync(text, vars))
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '');

function itemView(item: Item, list: ReportList): JsonObject {
  const seen: JsonObject = {};
  for (const [name, cel] of Object.entries(list.with)) seen[name] = valueOf(item, cel) ?? '';
  return {
    ticket: item.history?.state.ticket ?? {},
    policy: item.history ? { ...item.history.state.pack } : {},
    event: { ...item.event.data, at: item.event.at, by: { ...item.event.by } },
    from: { ...item.from.data, at: item.from.at, by: { ...item.from.by } },
    ...(item.to ? { to: { ...item.to.data, at: item.to.at, by: { ...item.to.by } } } : {}),
    duration: item.duration ?? 0,
    ...seen,
  };
}

/** Entries whose texts are alike, as one line each. */
function clusterLines(
  engine: Engine,
  list: ReportList,
  rule: NonNullable<ReportList['clusters']>,
  items: readonly Item[],
): string[] {
  const texts = items.map((item) => {
    const text = valueOf(item, rule.of);
    return typeof text === 'string' ? text : '';
  });
  return clustersOf(texts, rule)
    .slice(0, list.most)
    .flatMap(({ members, words }) => {
      const [first] = members.flatMap((i) => items[i] ?? []);
      if (!first) return [];
      const tickets = [...new Set(members.flatMap((i) => items[i]?.history?.id ?? []))];
      const cluster = { size: members.length, words: words.join(', '), tickets: tickets.join(', ') };
      return `- ${linesOf(engine, list.text, { ...itemView(first, list), cluster }).join(' ')}`;
    });
}

function listLines(evidence: Evidence, engine: Engine, list: ReportList, period: Period): string[] {
  const def = evidence.pack.metrics[list.metric];
  if (!def) return [];
  const items = [...itemsOf(evidence, def)].filter(
    (item) => item.at >= period.from && item.at < period.to && holds(item, def.share),
  );
  if (list.clusters) return clusterLines(engine, list, list.clusters, items);
  const lines: string[] = [];
  for (const item of items) {
    const [first, ...rest] = linesOf(engine, list.text, itemView(item, list));
    if (first === undefined) continue;
    const line = [first, ...rest].join(' ');
    const entry = `- ${line}${list.proposed ? ' (proposed)' : ''}`;
    if (!lines.includes(entry)) lines.push(entry);
    if (lines.length >= list.most) break;
  }
  return lines;
}

/** Makes a report's words from evidence, and from the edits of the pack in the period. Throws what Liquid says of a text that reads what is not there. */
export function contentOf(
  evidence: Evidence,
  report: ReportDef,
  period: Period,
  edits: readonly PackEdit[] = [],
): ReportContent {
  const { pack } = evidence;
  const engine = createTemplateEngine(pack.zone);
  const view = periodView(report.period, period, pack);
  const parts: ReportPart[] = [];
  for (const section of report.sections) {
    const results: Record<string, MetricResult> = {};
    for (const [name, one] of Object.entries(asksOf(section, pack))) {
      const result = evaluateMetric(evidence, {
        metric: one.metric,
        period: askedOver(pack, report, period, one.metric, one.back),
        ...(one.by ? { by: one.by } : {}),
      });
      if (result) results[name] = result;
    }
    const metric = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, metricView(result)]));
    const lines = section.lines.flatMap((text) =>
      linesOf(engine, text, { metric, period: view, param: paramsOf(pack) }),
    );
    for (const list of section.lists) {
      const entries = listLines(evidence, engine, list, period);
      if (entries.length === 0 && list.empty !== undefined) entries.push(list.empty);
      lines.push(...entries);
    }
    if (section.changes) lines.push(...editLines(edits, section.changes));
    const chart = section.chart === undefined ? undefined : results[section.chart];
    parts.push({ title: section.title, lines, ...(chart ? { chart } : {}) });
  }
  const [title = report.name] = linesOf(engine, report.title, { period: view });
  return { name: report.name, title, period: { ...period, key: String(view['key']) }, parts };
}

/** The plain text: what the document's sample looks like. */
export function textOf(content: ReportContent): string {
  const parts = content.parts
    .filter((part) => part.lines.length > 0)
    .map((part) => `${part.title}:\n${part.lines.map((line) => `  ${line}`).join('\n')}`);
  return `${[content.title, ...parts].join('\n\n')}\n`;
}

/** Metrics over the archive: evidence is loaded once for all that is asked. */
import type { MetricResult, Question } from '../domain/metrics/answers';
import { evaluateMetric } from '../domain/metrics/evaluate';
import type { Evidence } from '../domain/metrics/items';
import { eventTypesOf, periodsOf, seriesOf, withRelated } from '../domain/metrics/needs';
import { UTC, windowAt, type Period } from '../domain/metrics/periods';
import type { CompiledPack } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { TocsinError } from '../domain/errors';
import type { Database } from '../store/database';
import { readHistories } from '../store/history';
import { readSeries } from '../store/series';

/** A pack as reports need it. */
export interface ReportPack {
  hash: string;
  pack: CompiledPack;
}

/** A question whose period may be left out: the metric's own window, to `now`. */
export type AskedMetric = Omit<Question, 'period'> & { period?: Period };

/** The window of a metric at an instant. */
export const windowOf = (pack: CompiledPack, metric: string, now: EpochMs): Period =>
  windowAt(pack.metrics[metric]?.window ?? 'month', now, pack.zoneOffsets ?? UTC);

/** Everything that questions need, loaded once. Errors: ESC_STORE_UNAVAILABLE. */
export async function evidenceFor(
  pool: Database,
  pack: CompiledPack,
  questions: readonly Question[],
  /** Event types that are read besides those of the metrics. */
  types: readonly string[] = [],
): Promise<Evidence> {
  const defs = withRelated(
    pack,
    questions.map((one) => one.metric),
  );
  const zone = pack.zoneOffsets ?? UTC;
  const periods = questions.flatMap((one) => periodsOf(pack, one));
  for (const one of questions)
    for (const window of pack.metrics[one.metric]?.compare?.windows ?? [])
      periods.push(windowAt(window, one.period.to, zone));
  const from = Math.min(...periods.map((one) => one.from));
  const to = Math.max(...periods.map((one) => one.to));
  const [histories, series] = await Promise.all([
    defs.every((def) => def.of.kind === 'series' && !def.same)
      ? []
      : readHistories(pool, { pack: pack.id, from, to: to + 1, types: new Set([...eventTypesOf(pack), ...types]) }),
    readSeries(pool, seriesOf(defs), { from, to }),
  ]);
  return { pack, histories, series };
}

/** What is wrong with a name that is no metric, and the way out: reports are asked for by their period. */
function unknownMetric(pack: CompiledPack, name: string): string {
  const report = Object.hasOwn(pack.reports ?? {}, name) ? pack.reports?.[name] : undefined;
  return report
    ? `"${name}" is a report of the pack ${pack.id}, made for each ${report.period}: name one (--period)`
    : `the pack ${pack.id} has no metric "${name}"; \`tocsin report\` lists them`;
}

/**
 * Answers questions over the archive as it is now. Any period can be asked again.
 * Errors: ESC_METRIC_UNKNOWN, ESC_STORE_UNAVAILABLE.
 */
export async function askMetrics(
  pool: Database,
  { pack }: ReportPack,
  asked: readonly AskedMetric[],
  now: EpochMs,
): Promise<MetricResult[]> {
  for (const { metric } of asked)
    if (!Object.hasOwn(pack.metrics, metric))
      throw new TocsinError('ESC_METRIC_UNKNOWN', unknownMetric(pack, metric), { metric });
  const questions = asked.map((one): Question => ({ ...one, period: one.period ?? windowOf(pack, one.metric, now) }));
  if (questions.length === 0) return [];
  const evidence = await evidenceFor(pool, pack, questions);
  return questions.flatMap((question) => evaluateMetric(evidence, question) ?? []);
}

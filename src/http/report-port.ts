/** Key figures over the store, for the HTTP shell. */
import { TocsinError } from '../domain/errors';
import { parsePeriod, UTC, type Period } from '../domain/metrics/periods';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { mayRead } from '../domain/ticket/visibility';
import { formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { askMetrics, windowOf, type AskedMetric, type ReportPack } from '../reports/ask';
import { dashboardJson, dashboardOf, FRESH_MS, widgetsHtml } from '../reports/dashboard';
import { composeReport, exportTranscripts, reportOf, reportPeriod } from '../reports/run';
import { ndjsonOf } from '../reports/transcripts';
import { findReport } from '../store/reports';
import { metricJson } from '../reports/present';
import { csvOf } from '../reports/table';
import type { Database } from '../store/database';
import { activePack } from '../store/policy-versions';
import { addPoints } from '../store/series';
import type { MetricOrder, ReportPort } from './ports';

/** The pack that reports are made of: the active version of the one named, else of the default. Errors: ESC_PACK_UNKNOWN. */
async function reportPackOf(
  pool: Database,
  read: (hash: string) => Promise<CompiledPack>,
  named?: string,
): Promise<ReportPack> {
  const active = await activePack(pool, named);
  if (!active) {
    const message = named === undefined ? 'no pack is published' : `the pack "${named}" has no active version`;
    throw new TocsinError('ESC_PACK_UNKNOWN', message, named === undefined ? {} : { pack: named });
  }
  return { hash: active.hash, pack: await read(active.hash) };
}

/** The period that an order asks for, or undefined for the metric's own. Errors: ESC_REQUEST_INVALID. */
export function periodOf(pack: CompiledPack, order: MetricOrder, now: EpochMs): Period | undefined {
  const zone = pack.zoneOffsets ?? UTC;
  const refuse = (field: string, text: string): TocsinError =>
    new TocsinError('ESC_REQUEST_INVALID', `"${text}" is no ${field === 'period' ? 'period' : 'instant or date'}`, {
      field,
    });
  if (order.period !== undefined) {
    const named = parsePeriod(order.period, zone);
    if (!named) throw refuse('period', order.period);
    return named.period;
  }
  const instant = (field: 'from' | 'to'): EpochMs | undefined => {
    const text = order[field];
    if (text === undefined) return undefined;
    const at = parseInstant(text) ?? parsePeriod(text, zone)?.period.from;
    if (at === undefined) throw refuse(field, text);
    return at;
  };
  const from = instant('from');
  const to = instant('to');
  if (from === undefined && to === undefined) return undefined;
  const own = windowOf(pack, order.metric, to ?? now);
  const period = { from: from ?? own.from, to: to ?? own.to };
  if (period.from > period.to) throw refuse('from', order.from ?? '');
  return period;
}

/** The port over the store. */
export function reportPort(pool: Database, read: (hash: string) => Promise<CompiledPack>): ReportPort {
  const last = new Map<string, { at: EpochMs; made: Promise<{ json: JsonObject; html: string }> }>();
  const ask = async (orders: readonly MetricOrder[], now: EpochMs) => {
    const report = await reportPackOf(pool, read, orders[0]?.pack);
    const asked = orders.map((order): AskedMetric => {
      const period = periodOf(report.pack, order, now);
      return {
        metric: order.metric,
        filters: order.filters,
        ...(period === undefined ? {} : { period }),
        ...(order.by === undefined ? {} : { by: order.by }),
      };
    });
    return askMetrics(pool, report, asked, now);
  };
  return {
    async catalogue(named) {
      const { hash, pack } = await reportPackOf(pool, read, named);
      const metrics = Object.values(pack.metrics).map((def): JsonObject => ({
        metric: def.name,
        title: def.title ?? def.name,
        label: def.label ?? null,
        better: def.better ?? null,
        target: def.target?.text ?? null,
        by: def.by.map((one) => one.name),
        window: def.window,
        clauses: def.clauses,
      }));
      const reports = Object.values(pack.reports ?? {}).map((def): JsonObject => ({
        report: def.name,
        period: def.live ? 'live' : def.period,
        to: def.to,
        clauses: def.clauses,
      }));
      return { pack: { id: pack.id, hash }, metrics, reports };
    },
    metrics: async (orders, now) => (await ask(orders, now)).map(metricJson),
    csv: async (orders, now) => csvOf(await ask(orders, now)),
    async dashboard(now, named, live) {
      const key = `${named ?? ''} ${live ?? ''}`;
      const kept = last.get(key);
      if (kept && now - kept.at < FRESH_MS && now >= kept.at) return kept.made;
      const made = reportPackOf(pool, read, named).then(async (source) => {
        const content = await dashboardOf(pool, source, now, live);
        return { json: dashboardJson(content, now), html: widgetsHtml(content, now) };
      });
      last.set(key, { at: now, made });
      // A failure is not kept for those who ask next.
      made.catch(() => last.delete(key));
      return made;
    },
    async report(name, period, fresh, now, named) {
      const source = await reportPackOf(pool, read, named);
      const def = reportOf(source.pack, name);
      const kept = fresh ? undefined : await findReport(pool, source.pack.id, name, period);
      const made = kept ?? (await composeReport(pool, source, def, reportPeriod(source.pack, def, period), now));
      return {
        json: {
          report: made.name,
          period: made.period,
          title: made.title,
          from: formatInstant(made.from),
          to: formatInstant(made.to),
          madeAt: formatInstant(made.madeAt),
          sent: kept !== undefined,
          packHash: made.packHash,
          sections: made.content,
        },
        html: made.html,
        text: made.text,
      };
    },
    async transcripts(name, period, reader, named) {
      const source = await reportPackOf(pool, read, named);
      const def = reportOf(source.pack, name);
      const { people } = source.pack;
      const readable = (ticket: JsonObject): boolean => mayRead(people, ticket, reader);
      return ndjsonOf(await exportTranscripts(pool, source, def, reportPeriod(source.pack, def, period), readable));
    },
    addPoints: (series, points, now, by) =>
      addPoints(
        pool,
        points.map((point) => ({ ...point, name: series, recordedAt: now, recordedBy: by })),
      ),
  };
}

/** What calendar time does: reports are made, kept and addressed; scheduled tickets are planned. */
import { TocsinError } from '../domain/errors';
import { parsePeriod, periodKey, UTC, type Period } from '../domain/metrics/periods';
import { computedInstant } from '../domain/policy/due-schedules';
import type { CalendarPoint, ReportDef } from '../domain/policy/report-types';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import type { Delivery } from '../domain/ticket/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import type { Database } from '../store/database';
import { getPolicyVersion } from '../store/policy-versions';
import { findReport, saveReport, type StoredReport } from '../store/reports';
import { readSeries } from '../store/series';
import { evidenceFor, type ReportPack } from './ask';
import { contentOf, questionsOf, textOf } from './content';
import { pageOf } from './html';
import { openingsOf, periodBefore, questionsOfOpenings, type PlannedOpening } from './openings';
import { editsIn } from './pack-changes';
import { metricJson } from './present';
import { TRANSCRIPT_EVENTS, transcriptsOf, wordsOf, type Templates } from './transcripts';

/** One entry of the calendar: a report or a schedule of a pack, with its point. */
export interface CalendarEntry {
  kind: 'report' | 'schedule';
  name: string;
  /** A point that comes again, or the one instant of a computed date. */
  at: CalendarPoint | { instant: EpochMs };
}

/** Everything that a pack has on the calendar. A date that cannot be computed is on none. */
export function calendarOf(pack: CompiledPack): CalendarEntry[] {
  return [
    ...Object.values(pack.reports ?? {}).flatMap((one): CalendarEntry[] =>
      one.at && !one.live ? [{ kind: 'report', name: one.name, at: one.at }] : [],
    ),
    ...Object.values(pack.schedules).flatMap((one): CalendarEntry[] => {
      if (!('cel' in one.at)) return [{ kind: 'schedule', name: one.name, at: one.at }];
      const instant = computedInstant(pack, one.at.cel.x);
      return instant === undefined ? [] : [{ kind: 'schedule', name: one.name, at: { instant } }];
    }),
  ];
}

/** A report of the pack. Errors: ESC_REPORT_UNKNOWN. */
export function reportOf(pack: CompiledPack, name: string): ReportDef {
  const def = Object.hasOwn(pack.reports ?? {}, name) ? pack.reports[name] : undefined;
  if (!def)
    throw new TocsinError('ESC_REPORT_UNKNOWN', `the pack ${pack.id} has no report "${name}"`, { report: name });
  return def;
}

/** The period that a text names for a report. Errors: ESC_REPORT_UNKNOWN for one of another unit. */
export function reportPeriod(pack: CompiledPack, def: ReportDef, text: string): Period {
  const named = parsePeriod(text, pack.zoneOffsets ?? UTC);
  if (named?.unit !== def.period)
    throw new TocsinError(
      'ESC_REPORT_UNKNOWN',
      `"${text}" is no ${def.period}: the report ${def.name} is made for each`,
      {
        report: def.name,
        period: text,
      },
    );
  return named.period;
}

export interface MakeOptions {
  /** The intended instant: the report covers the period before it. */
  at: EpochMs;
  now: EpochMs;
  /** Made anew though there is one. */
  replace?: boolean;
}

/** Makes the report of the period before an instant and keeps it; made once, it stays as it was sent. */
export async function makeReport(
  pool: Database,
  { pack, hash }: ReportPack,
  name: string,
  options: MakeOptions,
): Promise<StoredReport> {
  const def = reportOf(pack, name);
  const period = periodBefore(pack, def.period, options.at);
  return keepReport(pool, { pack, hash }, def, period, options);
}

/** The report of a period, kept. */
export async function keepReport(
  pool: Database,
  source: ReportPack,
  def: ReportDef,
  period: Period,
  { at, now, replace = false }: MakeOptions,
): Promise<StoredReport> {
  const key = periodKey(def.period, period.from, source.pack.zoneOffsets ?? UTC);
  const kept = replace ? undefined : await findReport(pool, source.pack.id, def.name, key);
  if (kept) return kept;
  return saveReport(pool, { ...(await composeReport(pool, source, def, period, now)), dueAt: at }, replace);
}

/** A report of a period from the archive as it is now; nothing is kept. */
export async function composeReport(
  pool: Database,
  { pack, hash }: ReportPack,
  def: ReportDef,
  period: Period,
  now: EpochMs,
): Promise<StoredReport> {
  const evidence = await evidenceFor(pool, pack, questionsOf(pack, def, period));
  const edits = def.sections.some((one) => one.changes) ? await editsIn(pool, pack.id, period) : [];
  const content = contentOf(evidence, def, period, edits);
  const page = pageOf(content, `Made ${formatInstant(now)} of the pack ${pack.id} (${hash.slice(0, 12)}).`);
  return {
    pack: pack.id,
    name: def.name,
    period: content.period.key,
    from: period.from,
    to: period.to,
    dueAt: period.to,
    madeAt: now,
    packHash: hash,
    title: content.title,
    html: page.html,
    text: textOf(content),
    content: content.parts.map((part): JsonObject => ({
      title: part.title,
      lines: part.lines,
      clauses: def.sections.find((one) => one.title === part.title)?.clauses ?? [],
      ...(part.chart ? { chart: metricJson(part.chart) } : {}),
    })),
    images: { html: page.mail, pictures: page.images },
  };
}

/**
 * The conversations of what a report exports, in a period, of tickets that may be read. Errors: ESC_REPORT_UNKNOWN for a report that has none;
 * ESC_STORE_UNAVAILABLE.
 */
export async function exportTranscripts(
  pool: Database,
  { pack }: ReportPack,
  def: ReportDef,
  period: Period,
  readable: (ticket: JsonObject) => boolean,
): Promise<JsonObject[]> {
  const metric = def.transcripts;
  if (metric === undefined)
    throw new TocsinError('ESC_REPORT_UNKNOWN', `the report ${def.name} exports no conversations`, {
      report: def.name,
    });
  const evidence = await evidenceFor(pool, pack, [{ metric, period }], TRANSCRIPT_EVENTS);
  return withWords(pool, transcriptsOf(evidence, metric, period, readable));
}

/** The bots' words in place of the names of their templates, in the version that each ticket runs on. */
async function withWords(pool: Database, rows: JsonObject[]): Promise<JsonObject[]> {
  const versions = new Map<string, Templates>();
  for (const { policy } of rows) {
    const hash = String((policy as JsonObject)['hash']);
    if (versions.has(hash)) continue;
    const version = await getPolicyVersion(pool, hash);
    versions.set(hash, (version?.templates ?? {}) as Templates);
  }
  return rows.map((row) => wordsOf(row, versions.get(String((row['policy'] as JsonObject)['hash'])) ?? {}));
}

/** The template name under which a kept report is a message. */
export const REPORT_TEMPLATE = 'report:';

/** The mails of a report: one a role, under a key that a repeat shares. */
export function reportDeliveries(pack: CompiledPack, def: ReportDef, report: StoredReport): Delivery[] {
  // Two packs may have a report of one name.
  const made = `report/${pack.id}/${report.name}@${report.period}`;
  return def.to.map((role): Delivery => ({
    key: `${made}|${role}|email`,
    ticket: made,
    at: report.dueAt,
    channel: 'email',
    verb: 'notify',
    role,
    to: pack.people[role]?.email ?? '',
    template: `${REPORT_TEMPLATE}${report.name}/${report.period}`,
    vars: { title: report.title },
    clauses: def.clauses,
    priority: 'P4',
    ifLate: 'send',
  }));
}

/** The tickets that a schedule opens at its intended instant. Errors: ESC_REPORT_UNKNOWN for a schedule that is none. */
export async function planOpenings(
  pool: Database,
  { pack }: ReportPack,
  name: string,
  at: EpochMs,
): Promise<PlannedOpening[]> {
  const def = pack.schedules[name];
  if (!def)
    throw new TocsinError('ESC_REPORT_UNKNOWN', `the pack ${pack.id} has no schedule "${name}"`, { schedule: name });
  const evidence = await evidenceFor(pool, pack, questionsOfOpenings(pack, def, at));
  return openingsOf(evidence, def, at, await entriesOf(pool, def.opens.forEach, at));
}

/** The newest measurement of each key of a series whose value is over 0: the list as it stands that day. */
async function entriesOf(pool: Database, series: string | undefined, at: EpochMs): Promise<JsonObject[]> {
  if (series === undefined) return [];
  const points = (await readSeries(pool, [series], { from: 0, to: at }))[series] ?? [];
  const newest = new Map(points.map((point) => [String(point.labels['email'] ?? point.labels['key'] ?? ''), point]));
  return [...newest.values()].filter((point) => point.value > 0).map((point) => point.labels);
}

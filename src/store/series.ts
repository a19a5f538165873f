/** Series: named measurements from outside. Only metrics read them. */
import type { SeriesPoint } from '../domain/metrics/history';
import type { JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';
import { storableJson } from './storable';

/** A measurement as it is posted. */
export interface NewPoint extends SeriesPoint {
  /** The same key of a series is the same measurement: posting it again changes nothing. */
  key?: string;
  recordedAt: EpochMs;
  recordedBy?: string;
}

/** Stores measurements. Returns how many were new. Errors: ESC_STORE_UNAVAILABLE. */
export async function addPoints(pool: Database, points: readonly NewPoint[]): Promise<number> {
  if (points.length === 0) return 0;
  const rows = points.map((point) => ({
    name: point.name,
    at: toSql(point.at),
    value: point.value,
    labels: point.labels,
    key: point.key ?? null,
    recorded_at: toSql(point.recordedAt),
    recorded_by: point.recordedBy ?? null,
  }));
  const stored = await query(
    pool,
    `insert into series_point (name, at, value, labels, key, recorded_at, recorded_by)
     select name, at, value, labels, key, recorded_at, recorded_by
     from jsonb_to_recordset($1::jsonb) as p (name text, at timestamptz, value float8, labels jsonb, key text,
       recorded_at timestamptz, recorded_by text)
     on conflict (name, key) where key is not null do nothing`,
    [storableJson(rows)],
  );
  return stored.rowCount ?? 0;
}

/**
 * Measurements of a period by series, oldest first, with the last one before it: what stood when it began.
 * Errors: ESC_STORE_UNAVAILABLE.
 */
export async function readSeries(
  pool: Database,
  names: readonly string[],
  period: { from: EpochMs; to: EpochMs },
): Promise<Record<string, SeriesPoint[]>> {
  const series: Record<string, SeriesPoint[]> = {};
  if (names.length === 0) return series;
  const { rows } = await query<{ name: string; at: Date; value: number; labels: JsonObject }>(
    pool,
    `select name, at, value, labels from series_point p
     where name = any($1) and at <= $3
       and (at >= $2 or id = (select id from series_point o where o.name = p.name and o.at < $2 order by at desc, id desc limit 1))
     order by name, at, id`,
    [names, toSql(period.from), toSql(period.to)],
  );
  for (const row of rows)
    (series[row.name] ??= []).push({ name: row.name, at: row.at.getTime(), value: row.value, labels: row.labels });
  return series;
}

/** The newest measurement of every series, by name. Errors: ESC_STORE_UNAVAILABLE. */
export async function latestPoints(pool: Database): Promise<SeriesPoint[]> {
  const { rows } = await query<{ name: string; at: Date; value: number; labels: JsonObject }>(
    pool,
    'select distinct on (name) name, at, value, labels from series_point order by name, at desc, id desc',
  );
  return rows.map((row) => ({ name: row.name, at: row.at.getTime(), value: row.value, labels: row.labels }));
}

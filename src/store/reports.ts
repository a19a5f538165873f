/** Reports as they were sent: what people were told, and of which pack it was made. */
import type { Json, JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';
import { storableJson } from './storable';

export interface StoredReport {
  pack: string;
  name: string;
  /** 2025-01, 2025-W05, 2025-Q1, 2025-01-27. */
  period: string;
  from: EpochMs;
  to: EpochMs;
  dueAt: EpochMs;
  madeAt: EpochMs;
  packHash: string;
  title: string;
  html: string;
  text: string;
  content: Json;
  /** Of the mail: base64 PNG by content id, and its HTML under `html`. */
  images: JsonObject;
}

/**
 * Keeps a report; the one of a period is made once, so what was sent stays unless `replace` is said. Returns what is
 * kept. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function saveReport(pool: Database, report: StoredReport, replace = false): Promise<StoredReport> {
  const { images, content, from, to, dueAt, madeAt, ...rest } = report;
  await query(
    pool,
    `insert into report (pack_id, name, period, period_from, period_to, due_at, made_at, pack_hash, title, html, text, content, images)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (pack_id, name, period) do ${
       replace
         ? `update set made_at = excluded.made_at, pack_hash = excluded.pack_hash, title = excluded.title,
            html = excluded.html, text = excluded.text, content = excluded.content, images = excluded.images`
         : 'nothing'
     }`,
    [
      rest.pack,
      rest.name,
      rest.period,
      toSql(from),
      toSql(to),
      toSql(dueAt),
      toSql(madeAt),
      rest.packHash,
      rest.title,
      rest.html,
      rest.text,
      storableJson(content),
      storableJson(images),
    ],
  );
  return (await findReport(pool, rest.pack, rest.name, rest.period)) ?? report;
}

interface Row {
  pack_id: string;
  name: string;
  period: string;
  period_from: Date;
  period_to: Date;
  due_at: Date;
  made_at: Date;
  pack_hash: string;
  title: string;
  html: string;
  text: string;
  content: Json;
  images: JsonObject;
}

const reportOf = (row: Row): StoredReport => ({
  pack: row.pack_id,
  name: row.name,
  period: row.period,
  from: row.period_from.getTime(),
  to: row.period_to.getTime(),
  dueAt: row.due_at.getTime(),
  madeAt: row.made_at.getTime(),
  packHash: row.pack_hash,
  title: row.title,
  html: row.html,
  text: row.text,
  content: row.content,
  images: row.images,
});

/** The report of a period, or undefined. Errors: ESC_STORE_UNAVAILABLE. */
export async function findReport(
  pool: Database,
  pack: string,
  name: string,
  period: string,
): Promise<StoredReport | undefined> {
  const { rows } = await query<Row>(pool, 'select * from report where pack_id = $1 and name = $2 and period = $3', [
    pack,
    name,
    period,
  ]);
  return rows[0] && reportOf(rows[0]);
}

/** The newest reports, without their pages. Errors: ESC_STORE_UNAVAILABLE. */
export async function listReports(
  pool: Database,
  pack: string,
): Promise<{ name: string; period: string; title: string; madeAt: EpochMs }[]> {
  const { rows } = await query<{ name: string; period: string; title: string; made_at: Date }>(
    pool,
    'select name, period, title, made_at from report where pack_id = $1 order by period_to desc, name limit 100',
    [pack],
  );
  return rows.map((row) => ({ name: row.name, period: row.period, title: row.title, madeAt: row.made_at.getTime() }));
}

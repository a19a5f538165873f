/** What readers do with the knowledge base: visits, votes, comments, and what comes of them. */
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, transaction, type Database, type Queryable } from './database';
import { storableText } from './storable';

/** A ticket within so long after a visit counts as one that the visit did not save (AMB-41). */
export const DEFLECTED_AFTER_MS = 24 * 3_600_000;

/** A visit. The id is the reader's, made by the server; it names no person. */
export interface KnowledgeVisit {
  id: string;
  packId: string;
  /** Where: portal, chat, api. */
  channel: string;
}

/** One version of an article. */
export interface ArticleRef {
  slug: string;
  language: string;
  version: number;
}

async function touch(db: Queryable, visit: KnowledgeVisit, at: EpochMs): Promise<void> {
  await query(
    db,
    `insert into knowledge_session (id, pack_id, channel, started_at, last_at) values ($1, $2, $3, $4, $4)
     on conflict (id) do update set last_at = greatest(knowledge_session.last_at, excluded.last_at)`,
    [visit.id, visit.packId, visit.channel, toSql(at)],
  );
}

/** Records a view, a search with its number of hits, or a suggestion. Errors: ESC_STORE_UNAVAILABLE. */
export async function recordUse(
  db: Database,
  visit: KnowledgeVisit,
  use: { kind: 'view' | 'suggestion'; article: ArticleRef } | { kind: 'search'; query: string; hits: number },
  at: EpochMs,
): Promise<void> {
  await transaction(db, async (client) => {
    await touch(client, visit, at);
    const article = use.kind === 'search' ? undefined : use.article;
    await client.query(
      `insert into knowledge_use (session_id, kind, slug, language, version, query, hits, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[visit.id, use.kind, article?.slug ?? null, article?.language ?? null, article?.version ?? null],
        ...[use.kind === 'search' ? storableText(use.query) : null, use.kind === 'search' ? use.hits : null, toSql(at)],
      ],
    );
  });
}

/** Stores a vote; a visit has one vote a version, and the last word counts. Errors: ESC_STORE_UNAVAILABLE. */
export async function vote(
  db: Database,
  visit: KnowledgeVisit,
  article: ArticleRef,
  helpful: boolean,
  at: EpochMs,
): Promise<void> {
  await transaction(db, async (client) => {
    await touch(client, visit, at);
    await client.query(
      `insert into knowledge_vote (session_id, pack_id, slug, language, version, helpful, at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (session_id, pack_id, slug, language, version) do update set helpful = excluded.helpful, at = excluded.at`,
      [visit.id, visit.packId, article.slug, article.language, article.version, helpful, toSql(at)],
    );
  });
}

/** Stores a reader's comment on a version. Errors: ESC_STORE_UNAVAILABLE. */
export async function comment(
  db: Database,
  visit: KnowledgeVisit,
  article: ArticleRef,
  text: string,
  at: EpochMs,
): Promise<void> {
  await transaction(db, async (client) => {
    await touch(client, visit, at);
    await client.query(
      `insert into knowledge_comment (session_id, pack_id, slug, language, version, text, at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [visit.id, visit.packId, article.slug, article.language, article.version, storableText(text), toSql(at)],
    );
  });
}

/** A comment as the people who keep the knowledge base read it. */
export interface ArticleComment extends ArticleRef {
  text: string;
  at: EpochMs;
}

/** Comments on an article, the newest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function commentsOn(db: Queryable, packId: string, slug: string): Promise<ArticleComment[]> {
  const found = await query<ArticleRef & { text: string; at: Date }>(
    db,
    `select slug, language, version, text, at from knowledge_comment
     where pack_id = $1 and slug = $2 order by at desc, id desc limit 500`,
    [packId, slug],
  );
  return found.rows.map((row) => ({ ...row, at: fromSql(row.at) ?? 0 }));
}

/** A ticket came of a visit. The first counts. Errors: ESC_STORE_UNAVAILABLE. */
export async function ticketAfter(db: Queryable, visit: KnowledgeVisit, ticketId: string, at: EpochMs): Promise<void> {
  await query(
    db,
    `insert into knowledge_session (id, pack_id, channel, started_at, last_at, ticket_id, ticket_at)
     values ($1, $2, $3, $4, $4, $5, $4)
     on conflict (id) do update set ticket_id = coalesce(knowledge_session.ticket_id, excluded.ticket_id),
       ticket_at = coalesce(knowledge_session.ticket_at, excluded.ticket_at),
       last_at = greatest(knowledge_session.last_at, excluded.last_at)`,
    [visit.id, visit.packId, visit.channel, toSql(at), ticketId],
  );
}

/** How an article is used. `helpfulRatio` is null without votes. */
export interface ArticleUsage {
  slug: string;
  views: number;
  helpful: number;
  notHelpful: number;
  helpfulRatio: number | null;
  /** Visits that opened a ticket within a day of reading it. */
  ticketsAfterView: number;
  comments: number;
}

/** Usage of every article that was viewed, voted on or commented, or of one. Errors: ESC_STORE_UNAVAILABLE. */
export async function articleUsage(db: Queryable, packId: string, slug?: string): Promise<ArticleUsage[]> {
  const found = await query<Omit<ArticleUsage, 'helpfulRatio'>>(
    db,
    `with viewed as (
       select u.slug, count(*)::int as views,
         count(distinct s.id) filter (where s.ticket_at >= u.at and s.ticket_at < u.at + $3 * interval '1 ms')::int as tickets
       from knowledge_use u join knowledge_session s on s.id = u.session_id
       where s.pack_id = $1 and u.kind = 'view' group by u.slug),
     voted as (
       select slug, count(*) filter (where helpful)::int as helpful, count(*) filter (where not helpful)::int as not_helpful
       from knowledge_vote where pack_id = $1 group by slug),
     said as (select slug, count(*)::int as comments from knowledge_comment where pack_id = $1 group by slug)
     select slug, coalesce(views, 0) as views, coalesce(helpful, 0) as helpful, coalesce(not_helpful, 0) as "notHelpful",
       coalesce(tickets, 0) as "ticketsAfterView", coalesce(comments, 0) as comments
     from viewed full join voted using (slug) full join said using (slug)
     where $2::text is null or slug = $2 order by views desc, slug`,
    [packId, slug ?? null, DEFLECTED_AFTER_MS],
  );
  return found.rows.map((row) => {
    const votes = row.helpful + row.notHelpful;
    return { ...row, helpfulRatio: votes === 0 ? null : row.helpful / votes };
  });
}

/** Visits between two instants, and how many of them came without a ticket. `share` is null without visits. */
export interface Deflection {
  sessions: number;
  deflected: number;
  share: number | null;
}

/**
 * How often a visit saved a ticket: visits that began in `[from, to)` and read or looked for something, without a ticket
 * in 24 hours of their beginning (AMB-41). A visit younger than that is not counted yet. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function deflection(
  db: Queryable,
  packId: string,
  from: EpochMs,
  to: EpochMs,
  now: EpochMs,
): Promise<Deflection> {
  const found = await query<{ sessions: number; deflected: number }>(
    db,
    `select count(*)::int as sessions,
       count(*) filter (where ticket_at is null or ticket_at >= started_at + $4 * interval '1 ms')::int as deflected
     from knowledge_session s
     where pack_id = $1 and started_at >= $2 and started_at < $3
       and (ticket_at is not null or started_at <= $5::timestamptz - $4 * interval '1 ms')
       and exists (select 1 from knowledge_use u where u.session_id = s.id)`,
    [packId, toSql(from), toSql(to), DEFLECTED_AFTER_MS, toSql(now)],
  );
  const { sessions = 0, deflected = 0 } = found.rows[0] ?? {};
  return { sessions, deflected, share: sessions === 0 ? null : deflected / sessions };
}

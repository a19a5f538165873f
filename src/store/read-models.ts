/** Read models between their tables and the folds that make them. */
import type { TicketEvent } from '../domain/ticket/types';
import type { Change } from './correlation';
import { fromSql, toSqlOrNull, type Queryable } from './database';
import { deliveryKey, projectBoard, projectDelivery, type BoardRow, type DeliveryLogRow } from './projections';
import { projectSla, type SlaRow } from './sla-projection';
import { projectSnapshot, type SnapshotRow } from './snapshot';
import { eventOf, type EventRow } from './stored-event';
import { storableJson } from './storable';

/** What is known of one ticket, and what of it was changed since it was loaded. */
export class ReadModels {
  private readonly changedSla = new Map<number, SlaRow>();
  private readonly changedDeliveries = new Map<string, DeliveryLogRow>();
  private readonly loadedSnapshot: SnapshotRow | undefined;

  constructor(
    readonly ticketId: string,
    public board: BoardRow | undefined = undefined,
    public snapshot: SnapshotRow | undefined = undefined,
    private sla: SlaRow[] = [],
    private readonly deliveries = new Map<string, DeliveryLogRow>(),
  ) {
    this.loadedSnapshot = snapshot;
  }

  /** The snapshot's steps: one for each event that changed it. */
  readonly changesAcross: Change[] = [];

  /** Takes one more event. Pure but for this object. */
  add(event: TicketEvent): void {
    this.board = projectBoard(this.board, this.ticketId, event);
    this.project(event);
    for (const row of projectSla(this.sla, this.ticketId, event)) this.putSla(row);
    const key = deliveryKey(event);
    if (key === undefined) return;
    const before = this.deliveries.get(key);
    const after = projectDelivery(before, this.ticketId, event);
    if (after === undefined || after === before) return;
    this.deliveries.set(key, after);
    this.changedDeliveries.set(key, after);
  }

  private project(event: TicketEvent): void {
    const before = this.snapshot;
    this.snapshot = projectSnapshot(before, this.ticketId, event);
    if (this.snapshot === before) return;
    const { seq, at, type } = event;
    this.changesAcross.push({ seq, at, opened: type === 'opened', before, after: this.snapshot });
  }

  private putSla(row: SlaRow): void {
    const at = this.sla.findIndex((one) => one.seq === row.seq);
    if (at < 0) this.sla.push(row);
    else this.sla[at] = row;
    this.changedSla.set(row.seq, row);
  }

  get changes(): { board: BoardRow[]; snapshot: SnapshotRow[]; sla: SlaRow[]; deliveries: DeliveryLogRow[] } {
    return {
      board: this.board === undefined ? [] : [this.board],
      snapshot: this.snapshot === undefined || this.snapshot === this.loadedSnapshot ? [] : [this.snapshot],
      sla: [...this.changedSla.values()],
      deliveries: [...this.changedDeliveries.values()],
    };
  }
}

type Sql<T, K extends keyof T> = Omit<T, K> & { [P in K]: Date | null };

/** What the folds need to go on with these events, and no more. */
export async function loadReadModels(
  db: Queryable,
  ticketId: string,
  events: readonly TicketEvent[],
): Promise<ReadModels> {
  const board = await db.query<Sql<BoardRow, 'opened_at' | 'updated_at'>>(
    `select ticket_id, number, kind, subject, plan, priority, status, tier, queue, owner, level, breached, side, updated_seq,
       opened_at, updated_at
     from board where ticket_id = $1`,
    [ticketId],
  );
  const [row] = board.rows;
  const snapshot = await loadSnapshot(db, ticketId, events);
  const dues = events.flatMap((event) => (typeof event.data['due'] === 'number' ? [new Date(event.data['due'])] : []));
  const sla = await db.query<Sql<SlaRow, 'anchor_at' | 'due_at' | 'met_at' | 'breached_at'>>(
    `select * from sla_result where ticket_id = $1 and (outcome in ('open', 'breached') or due_at = any($2))
     order by seq`,
    [ticketId, dues],
  );
  const keys = events.map(deliveryKey).filter((key) => key !== undefined);
  const deliveries =
    keys.length === 0
      ? []
      : (
          await db.query<Omit<DeliveryLogRow, 'at' | 'settled_at'> & { at: Date; settled_at: Date | null }>(
            'select * from delivery_log where ticket_id = $1 and key = any($2)',
            [ticketId, keys],
          )
        ).rows;
  return new ReadModels(
    ticketId,
    row && { ...row, opened_at: fromSql(row.opened_at), updated_at: fromSql(row.updated_at) },
    snapshot,
    sla.rows.map((one) => ({
      ...one,
      anchor_at: fromSql(one.anchor_at),
      due_at: fromSql(one.due_at),
      met_at: fromSql(one.met_at),
      breached_at: fromSql(one.breached_at),
    })),
    new Map(deliveries.map((one) => [one.key, { ...one, at: one.at.getTime(), settled_at: fromSql(one.settled_at) }])),
  );
}

/** The snapshot before these events; one that is missing (an archive older than the table) is made from the archive. */
async function loadSnapshot(
  db: Queryable,
  ticketId: string,
  events: readonly TicketEvent[],
): Promise<SnapshotRow | undefined> {
  const found = await db.query<Sql<SnapshotRow, 'opened_at' | 'resolved_at'>>(
    `select ticket_id, kind, key, opened_at, resolved_at, closed, ticket, updated_seq
     from ticket_snapshot where ticket_id = $1`,
    [ticketId],
  );
  const [row] = found.rows;
  if (row) return { ...row, opened_at: fromSql(row.opened_at), resolved_at: fromSql(row.resolved_at) };
  const first = events[0]?.seq ?? 1;
  if (first === 1) return undefined;
  const earlier = await db.query<EventRow>(
    'select * from ticket_event where ticket_id = $1 and seq < $2 order by seq',
    [ticketId, first],
  );
  return earlier.rows.reduce<SnapshotRow | undefined>(
    (before, one) => projectSnapshot(before, ticketId, eventOf(one)),
    undefined,
  );
}

/** Writes what was changed. The agenda's columns of the board stay as they are. */
export async function saveReadModels(db: Queryable, models: readonly ReadModels[]): Promise<void> {
  const changes = models.map((one) => one.changes);
  await save(
    db,
    SAVE_BOARD,
    changes.flatMap(({ board }) => board),
    ['opened_at', 'updated_at'],
  );
  await save(
    db,
    SAVE_SNAPSHOT,
    changes.flatMap(({ snapshot }) => snapshot),
    ['opened_at', 'resolved_at'],
  );
  await save(
    db,
    SAVE_SLA,
    changes.flatMap(({ sla }) => sla),
    ['anchor_at', 'due_at', 'met_at', 'breached_at'],
  );
  await save(
    db,
    SAVE_DELIVERIES,
    changes.flatMap(({ deliveries }) => deliveries),
    ['at', 'settled_at'],
  );
}

async function save<T extends object>(
  db: Queryable,
  sql: string,
  rows: readonly T[],
  instants: readonly (keyof T)[],
): Promise<void> {
  if (rows.length === 0) return;
  const written = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(instants.map((name) => [name, toSqlOrNull(row[name] as number | null)])),
  }));
  await db.query(sql, [storableJson(written)]);
}

const SAVE_BOARD = `
  insert into board (ticket_id, number, kind, subject, plan, priority, status, tier, queue, owner, level, breached, side,
    updated_seq, opened_at, updated_at)
  select ticket_id, number, kind, subject, plan, priority, status, tier, queue, owner, level, breached, side,
    updated_seq, opened_at, updated_at
  from jsonb_populate_recordset(null::board, $1::jsonb)
  on conflict (ticket_id) do update set number = excluded.number, kind = excluded.kind, subject = excluded.subject, plan = excluded.plan,
    priority = excluded.priority, status = excluded.status, tier = excluded.tier, queue = excluded.queue,
    owner = excluded.owner, level = excluded.level, breached = excluded.breached, side = excluded.side,
    updated_seq = excluded.updated_seq, opened_at = excluded.opened_at, updated_at = excluded.updated_at`;

const SAVE_SNAPSHOT = `
  insert into ticket_snapshot (ticket_id, pack_id, kind, key, opened_at, resolved_at, closed, ticket, updated_seq)
  select s.ticket_id, t.pack_id, s.kind, s.key, s.opened_at, s.resolved_at, s.closed, s.ticket, s.updated_seq
  from jsonb_populate_recordset(null::ticket_snapshot, $1::jsonb) s left join ticket t on t.id = s.ticket_id
  on conflict (ticket_id) do update set kind = excluded.kind, key = excluded.key, opened_at = excluded.opened_at,
    resolved_at = excluded.resolved_at, closed = excluded.closed, ticket = excluded.ticket,
    updated_seq = excluded.updated_seq`;

const SAVE_SLA = `
  insert into sla_result select * from jsonb_populate_recordset(null::sla_result, $1::jsonb)
  on conflict (ticket_id, seq) do update set due_at = excluded.due_at, met_at = excluded.met_at,
    breached_at = excluded.breached_at, outcome = excluded.outcome`;

const SAVE_DELIVERIES = `
  insert into delivery_log select * from jsonb_populate_recordset(null::delivery_log, $1::jsonb)
  on conflict (ticket_id, key) do update set outcome = excluded.outcome, settled_at = excluded.settled_at`;

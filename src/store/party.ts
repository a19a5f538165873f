/** Customers: the one home of personal data (design.md, decision 21). */
import type { PoolClient } from 'pg';
import { TocsinError } from '../domain/errors';
import type { FieldDef, JsonObject } from '../domain/policy/types';
import type { Receipt, TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, transaction, type Database } from './database';
import { forgetHistory } from './history';
import { rebuildTicket } from './rebuild';
import { redactEvent, redactMessage, redactor, type Redaction } from './redaction';
import { eventOf, rowOf, type EventRow } from './stored-event';
import { storableJson } from './storable';

/** A customer. `name` and `email` are null once they were erased. */
export interface Party {
  id: number;
  name: string | null;
  email: string | null;
  attributes: JsonObject;
  erasedAt: EpochMs | null;
}

interface PartyRow {
  id: number;
  name: string | null;
  email: string | null;
  attributes: JsonObject;
  erased_at: Date | null;
}

/** A party by id, or by e-mail address whatever its case. Errors: ESC_STORE_UNAVAILABLE. */
export async function getParty(pool: Database, idOrEmail: number | string): Promise<Party | undefined> {
  const where = typeof idOrEmail === 'number' ? 'id = $1' : 'lower(email) = lower($1) and erased_at is null';
  const found = await query<PartyRow>(pool, `select * from party where ${where}`, [idOrEmail]);
  const [row] = found.rows;
  return (
    row && {
      id: row.id,
      name: row.name,
      email: row.email,
      attributes: row.attributes,
      erasedAt: fromSql(row.erased_at),
    }
  );
}

/** What an erasure touched. */
export interface Erased {
  tickets: number;
  messages: number;
  /** Archived events that named the person: the only events that are ever changed. */
  events: number;
}

/**
 * Blanks a person: party, messages, and what events, ledger and board repeat of them. Numbers, instants, priorities and
 * the plan stay, so reports still add up. Erasing again changes nothing.
 *
 * Errors: ESC_NOT_FOUND; ESC_STATUS_FORBIDS while a ticket of theirs still runs (its workflow would write the name
 * again: close it first); ESC_STORE_UNAVAILABLE.
 */
export async function eraseParty(pool: Database, partyId: number, now: EpochMs = Date.now()): Promise<Erased> {
  return transaction(pool, async (client) => {
    const found = await client.query<PartyRow>('select * from party where id = $1 for update', [partyId]);
    const [party] = found.rows;
    if (!party) throw new TocsinError('ESC_NOT_FOUND', `there is no party ${partyId}`, { party: partyId });
    const tickets = await ticketsOf(client, partyId);
    const personal = await messagesOf(client, partyId);
    const person = [party.name, party.email, ...textsIn(party.attributes)];
    let events = 0;
    for (const ticket of tickets) {
      const texts = [...person, ...personal].filter((text) => text !== null);
      events += await eraseTicket(client, ticket.id, { texts, fields: personalFields(ticket) });
    }
    const messages = await client.query(
      'update message set subject = null, body = null, details = null where party_id = $1 and details is not null',
      [partyId],
    );
    await client.query('update conversation set state = null, email = null where lower(email) = lower($1)', [
      party.email,
    ]);
    await client.query(
      `update party set name = null, email = null, attributes = '{}', erased_at = coalesce(erased_at, $2) where id = $1`,
      [partyId, toSql(now)],
    );
    return { tickets: tickets.length, messages: messages.rowCount ?? 0, events };
  });
}

interface TicketOfParty {
  id: string;
  running: boolean;
  /** The pack's, null where the version is not in the store. */
  fields: Record<string, Pick<FieldDef, 'personal'>> | null;
}

/** Fields that the ticket's pack marks as personal. */
const personalFields = ({ fields }: TicketOfParty): string[] =>
  Object.entries(fields ?? {})
    .filter(([, field]) => field.personal)
    .map(([name]) => name);

async function ticketsOf(client: PoolClient, partyId: number): Promise<TicketOfParty[]> {
  const found = await client.query<TicketOfParty>(
    `select t.id, t.archived_at is null and b.status is distinct from 'closed' as running,
       v.body -> 'fields' as fields
     from ticket t
     left join board b on b.ticket_id = t.id
     left join policy_version v on v.hash = t.pack_hash
     where t.party_id = $1
       -- Entries of registers repeat what the ticket they were made from says.
       or (t.party_id is null and t.id in (
         select link.value ->> 'to'
         from ticket own join ticket_snapshot s on s.ticket_id = own.id,
           jsonb_array_elements(coalesce(s.ticket -> 'links', '[]')) link
         where own.party_id = $1))
     order by t.id for update of t`,
    [partyId],
  );
  const running = found.rows.filter((ticket) => ticket.running).map((ticket) => ticket.id);
  if (running.length > 0) {
    const message = `party ${partyId} has tickets that still run: ${running.join(', ')}; close them first`;
    throw new TocsinError('ESC_STATUS_FORBIDS', message, { tickets: running });
  }
  return found.rows;
}

/** What the person wrote and gave.  */
async function messagesOf(client: PoolClient, partyId: number): Promise<string[]> {
  const found = await client.query<{ subject: string | null; body: string | null; details: JsonObject | null }>(
    'select subject, body, details from message where party_id = $1',
    [partyId],
  );
  return found.rows.flatMap(({ subject, body, details }) => [
    ...[subject, body].filter((text) => text !== null),
    ...textsIn((details?.['customer'] ?? {}) as JsonObject),
  ]);
}

/** Texts that can only be theirs; a word like `gold` is left alone, which would be blanked wherever else it stands. */
function textsIn(attributes: JsonObject): string[] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    typeof value === 'string' && (name === 'name' || /[@\s]|\d{5}/.test(value)) ? [value] : [],
  );
}

async function eraseTicket(client: PoolClient, ticketId: string, redaction: Redaction): Promise<number> {
  await forgetHistory(client, ticketId);
  const { rows } = await client.query<EventRow>('select * from ticket_event where ticket_id = $1', [ticketId]);
  const changed: TicketEvent[] = [];
  for (const row of rows) {
    const event = eventOf(row);
    const redacted = redactEvent(event, redaction);
    if (JSON.stringify(redacted) !== JSON.stringify(event)) changed.push(redacted);
  }
  await client.query(
    `update ticket_event e set subject = n.subject, by = n.by, data = n.data, patch = n.patch, version = n.version
     from jsonb_populate_recordset(null::ticket_event, $1::jsonb) n
     where e.ticket_id = n.ticket_id and e.seq = n.seq`,
    [storableJson(changed.map((event) => rowOf(ticketId, event)))],
  );
  await eraseLedger(client, ticketId, redaction);
  await eraseTold(client, ticketId, redaction);
  await eraseOpening(client, ticketId, redaction);
  if (rows.length > 0) await rebuildTicket(client, ticketId);
  return changed.length;
}

async function eraseLedger(client: PoolClient, ticketId: string, redaction: Redaction): Promise<void> {
  const blank = redactor(redaction);
  type Row = { key: string; recipient: string | null; receipt: Receipt | null; last_error: string | null };
  const { rows } = await client.query<Row>(
    'select key, recipient, receipt, last_error from delivery where ticket_id = $1',
    [ticketId],
  );
  const changed = rows.map((row) => ({
    key: row.key,
    recipient: row.recipient === null ? null : blank(row.recipient),
    receipt: row.receipt === null ? null : blank(row.receipt as unknown as JsonObject),
    last_error: row.last_error === null ? null : blank(row.last_error),
  }));
  await client.query(
    `update delivery d set recipient = n.recipient, receipt = n.receipt, last_error = n.last_error
     from jsonb_populate_recordset(null::delivery, $1::jsonb) n where d.key = n.key`,
    [storableJson(changed)],
  );
}

/** What the ticket was told by others, and what it told them. */
async function eraseTold(client: PoolClient, ticketId: string, redaction: Redaction): Promise<void> {
  const { rows } = await client.query<{ id: number; body: JsonObject }>(
    `select id, body from ticket_message where ticket_id = $1 or (kind = 'told' and about = $1)`,
    [ticketId],
  );
  await client.query(
    `update ticket_message m set body = n.body
     from jsonb_to_recordset($1::jsonb) as n(id bigint, body jsonb) where m.id = n.id`,
    [storableJson(rows.map(({ id, body }) => ({ id, body: redactMessage(body, redaction) })))],
  );
}

/** What opened a ticket that nobody asked for: a rule's words, which may repeat the person's. */
async function eraseOpening(client: PoolClient, ticketId: string, redaction: Redaction): Promise<void> {
  type Row = { id: number; subject: string | null; body: string | null; details: JsonObject | null };
  const { rows } = await client.query<Row>(
    'select id, subject, body, details from message where ticket_id = $1 and party_id is null',
    [ticketId],
  );
  const blank = redactor(redaction);
  const changed = rows.map(({ id, subject, body, details }) => ({
    id,
    subject: subject === null ? null : blank(subject),
    body: body === null ? null : blank(body),
    details: details === null ? null : redactMessage(details, redaction),
  }));
  await client.query(
    `update message m set subject = n.subject, body = n.body, details = n.details
     from jsonb_to_recordset($1::jsonb) as n(id bigint, subject text, body text, details jsonb) where m.id = n.id`,
    [storableJson(changed)],
  );
}

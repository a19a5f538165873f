/** Conversations with assistants. What people write is personal: it is blanked with them. */
import { TocsinError } from '../domain/errors';
import type { ConversationState } from '../domain/assistant/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Queryable } from './database';
import { storableJson } from './storable';

/** A conversation with the pack it began under. */
export interface Conversation {
  id: string;
  packId: string;
  state: ConversationState;
  /** Counts the writes: two messages at once must not overwrite each other. */
  version: number;
}

/** A conversation, or undefined. Errors: ESC_STORE_UNAVAILABLE. */
export async function findConversation(db: Queryable, id: string): Promise<Conversation | undefined> {
  const found = await query<{ id: string; pack_id: string; state: ConversationState; version: number }>(
    db,
    'select id, pack_id, state, version from conversation where id = $1 and state is not null',
    [id],
  );
  const [row] = found.rows;
  return row && { id: row.id, packId: row.pack_id, state: row.state, version: row.version };
}

/**
 * Writes a conversation. Errors: ESC_IDEMPOTENCY_CONFLICT where another message was written meanwhile;
 * ESC_STORE_UNAVAILABLE.
 */
export async function saveConversation(db: Queryable, one: Conversation, now: EpochMs): Promise<void> {
  const { visitor, ticket } = one.state;
  const id = typeof ticket?.['id'] === 'string' ? ticket['id'] : null;
  const saved = await query(
    db,
    `insert into conversation (id, pack_id, assistant, email, state, ticket_id, started_at, updated_at, version)
     values ($1, $2, $3, $4, $5, $6, $7, $7, 1)
     on conflict (id) do update set state = excluded.state, email = excluded.email, ticket_id = excluded.ticket_id,
       updated_at = excluded.updated_at, version = conversation.version + 1
     where conversation.version = $8`,
    [
      ...[one.id, one.packId, one.state.assistant, visitor.email ?? null, storableJson(one.state), id, toSql(now)],
      one.version,
    ],
  );
  if (saved.rowCount === 0)
    throw new TocsinError('ESC_IDEMPOTENCY_CONFLICT', 'another message of this conversation was taken meanwhile', {
      conversation: one.id,
    });
}

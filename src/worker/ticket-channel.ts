/**
 * The channel `ticket`: what tickets say to each other, and tickets that tickets open (design.md, decision 11). A message
 * is handed over once it is kept in the store; the dispatcher takes it to the workflow.
 */
import { PermanentDeliveryError, type ChannelPort, type OutgoingMessage, type SendResult } from '../activities/ports';
import { TocsinError } from '../domain/errors';
import type { CompiledPack, Json, JsonObject } from '../domain/policy/types';
import { refuseOpening } from '../domain/ticket/engine';
import type { Opening, Told } from '../domain/ticket/types';
import type { Database } from '../store/database';
import { openTicket } from '../store/opening';
import { activePack } from '../store/policy-versions';
import { findTicket, markStarted, startOf, type TicketRecord } from '../store/ticket';
import { putMessages } from '../store/ticket-messages';
import type { TicketClient } from '../client/tickets';

export interface TicketChannelDeps {
  pool: Database;
  tickets: Pick<TicketClient, 'start'>;
  pack(hash: string): Promise<CompiledPack>;
  /** A message was kept: the dispatcher may look. */
  wake(): void;
  now(): number;
}

const PROVIDER = 'tocsin';

/** Makes the channel. A ticket that has ended takes nothing: the delivery is dropped. */
export function createTicketChannel(deps: TicketChannelDeps): ChannelPort {
  return {
    provider: PROVIDER,
    send: (message) => (message.verb === 'open' ? open(deps, message) : tell(deps, message)),
  };
}

async function tell(deps: TicketChannelDeps, message: OutgoingMessage): Promise<SendResult> {
  const to = message.to[0]?.address ?? '';
  const row = await findTicket(deps.pool, to);
  if (!row) throw new PermanentDeliveryError(`there is no ticket "${to}"`);
  if (row.archivedAt !== null) return { provider: PROVIDER, to: row.id, outcome: 'dropped' };
  const { event, with: data } = message.vars;
  await keep(deps, row.id, toldBy(message, text(event), objectOf(data)));
  return { provider: PROVIDER, to: row.id };
}

/**
 * Opens the ticket that the delivery wants, or finds the open one of its kind and key and tells it what is wanted. The
 * delivery's key is the opening's: a repeat opens nothing.
 */
async function open(deps: TicketChannelDeps, message: OutgoingMessage): Promise<SendResult> {
  const { pool } = deps;
  const { kind, key } = message.vars;
  const opener = await findTicket(pool, message.ticket);
  if (!opener)
    throw new PermanentDeliveryError(`the ticket ${message.ticket}, which opens another, is not in the store`);
  const active = (await activePack(pool, opener.packId)) ?? { packId: opener.packId, hash: opener.packHash };
  const opening: Opening = {
    channel: 'api',
    body: '',
    ...(objectOf(message.vars['opening']) as unknown as Partial<Opening>),
    subject: subjectOf(message),
    kind: text(kind),
    ...(key === undefined || key === null || key === '' ? {} : { key: text(key) }),
  };
  const refused = refuseOpening(await deps.pack(active.hash), opening);
  if (refused) throw new PermanentDeliveryError(`${refused.code}: ${refused.message}`);
  const opened = await openOnce(deps, opening, active, message);
  if (opened.row.startedAt === null) await start(deps, opened.row);
  // The new one is linked by whoever wanted it; one that is there already is told what is wanted of it.
  if (opened.found) await keep(deps, opened.id, toldBy(message, 'wanted', { fields: wantedOf(opening) }));
  return { provider: PROVIDER, to: opened.id };
}

/** The fields that an opening asks for, those that have a place of their own in it included. */
const wantedOf = ({ priority, category, fields = {} }: Opening): JsonObject => ({
  ...fields,
  ...(priority === undefined ? {} : { priority }),
  ...(category === undefined ? {} : { category }),
});

async function openOnce(
  deps: TicketChannelDeps,
  opening: Opening,
  pack: { packId: string; hash: string },
  message: OutgoingMessage,
): ReturnType<typeof openTicket> {
  try {
    return await openTicket(deps.pool, {
      opening,
      packId: pack.packId,
      packHash: pack.hash,
      idempotencyKey: `ticket|${message.key}`,
      receivedAt: Math.min(message.at, deps.now()),
      now: deps.now(),
    });
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'ESC_IDEMPOTENCY_CONFLICT')
      throw new PermanentDeliveryError(error.message);
    throw error;
  }
}

/** A start that fails is made by the sweeper: the row is the promise. */
async function start(deps: TicketChannelDeps, row: TicketRecord): Promise<void> {
  try {
    await deps.tickets.start(row.packHash, {
      id: row.id,
      number: row.number,
      opening: startOf(row),
    });
    await markStarted(deps.pool, row.id);
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'ESC_ENGINE_UNAVAILABLE') throw error;
  }
}

const toldBy = (message: OutgoingMessage, name: string, data: JsonObject): Told => ({
  key: message.key,
  from: message.ticket,
  seq: Number(message.vars['seq'] ?? 0),
  at: message.at,
  name,
  data,
});

async function keep(deps: TicketChannelDeps, ticket: string, told: Told): Promise<void> {
  await putMessages(deps.pool, [{ ticket, key: told.key, kind: 'told', body: told }], deps.now());
  deps.wake();
}

function subjectOf(message: OutgoingMessage): string {
  const given = objectOf(message.vars['opening'])['subject'];
  if (typeof given === 'string' && given !== '') return given;
  const { kind, key } = message.vars;
  return key === undefined || key === null ? text(kind) : `${text(kind)} ${text(key)}`;
}

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

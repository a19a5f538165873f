/** Joins the HTTP shell's ports to the store, the ticket client and the rehearsal. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TicketClient } from '../client/tickets';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { CompiledPack, Json } from '../domain/policy/types';
import { explain } from '../domain/ticket/explain';
import { refuseOpening } from '../domain/ticket/engine';
import { readPublished } from '../policies/publish';
import { packOf, rehearse } from '../rehearsal/rehearse';
import { parseScenario } from '../rehearsal/scenario';
import { verifyApiKey } from '../store/api-keys';
import { listTickets } from '../store/board';
import type { Database } from '../store/database';
import { readEvents } from '../store/events';
import { openTicket } from '../store/opening';
import { findTicket, markStarted } from '../store/ticket';
import { activePack, pinnedPacks } from '../store/policy-versions';
import { publicStatus } from '../store/status-page';
import { viewOf } from '../workflows/view';
import { applyArchive } from './archived';
import type { HttpPorts, TicketPort } from './ports';

export interface Wiring {
  pool: Database;
  temporal: Client;
  tickets: TicketClient;
  /** Published packs. */
  packs: string;
}

/** The ports over the real parts. */
export function wire(wiring: Wiring): HttpPorts {
  const { pool, temporal, packs } = wiring;
  return {
    tickets: ticketPort(wiring),
    board: { list: (query) => listTickets(pool, query) },
    keys: { verify: (secret) => verifyApiKey(pool, secret) },
    status: { current: () => publicStatus(pool) },
    async rehearse(text) {
      const scenario = parseScenario(text, join(process.cwd(), 'request.yaml'));
      return rehearse(scenario, await packOf(scenario));
    },
    async ready() {
      const check = async (name: string, run: () => Promise<unknown>): Promise<{ name: string; ok: boolean; detail?: string }> => {
        try {
          await run();
          return { name, ok: true };
        } catch (error) {
          return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
        }
      };
      return Promise.all([
        check('store', () => pool.query('select 1')),
        check('temporal', () => temporal.withDeadline(Date.now() + 2_000, () => temporal.workflowService.getSystemInfo({}))),
        check('packs', async () => {
          const active = await activePack(pool);
          if (!active) throw new Error('no pack is published');
          for (const hash of new Set([active.hash, ...(await pinnedPacks(pool))])) await access(join(packs, `${hash}.json`));
        }),
      ]);
    },
  };
}

function packReader(folder: string): (hash: string) => Promise<CompiledPack> {
  const known = new Map<string, CompiledPack>();
  return async (hash) => {
    const pack = known.get(hash) ?? (await readPublished(folder, hash));
    known.set(hash, pack);
    return pack;
  };
}

function ticketPort({ pool, tickets, packs }: Wiring): TicketPort {
  const packOfHash = packReader(packs);
  const find = async (ticket: string) => {
    const row = await findTicket(pool, ticket);
    if (!row) throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ticket "${ticket}"`, { ticket });
    return row;
  };
  /** What a running ticket answers; where its run has ended, what the archive says. */
  const orArchive = async <T>(live: () => Promise<T>, archived: () => Promise<T>): Promise<T> => {
    try {
      return await live();
    } catch (error) {
      if (error instanceof TocsinError && error.code === 'ESC_TICKET_ARCHIVED') return archived();
      throw error;
    }
  };
  const stateOf = async (ticket: string) => {
    const row = await find(ticket);
    const pack = await packOfHash(row.packHash);
    const state = await orArchive(
      () => tickets.state(row.id),
      async () => applyArchive(row, pack, await readEvents(pool, row.id)),
    );
    return { row, pack, state };
  };
  return {
    async open(order) {
      const active = await activePack(pool, order.pack);
      if (!active) throw new TocsinError('ESC_PACK_UNKNOWN', order.pack === undefined ? 'no pack is published' : `no version of the pack "${order.pack}" is published`, { field: 'pack' });
      const refused = refuseOpening(await packOfHash(active.hash), order.opening);
      if (refused) throw new TocsinError(refused.code as ErrorCode, refused.message, refused.details);
      const opened = await openTicket(pool, { opening: order.opening, packId: active.packId, packHash: active.hash, idempotencyKey: order.idempotencyKey, receivedAt: order.receivedAt, now: order.now });
      const { row } = opened;
      if (row.startedAt === null) {
        // A start that fails here is made by the sweeper: the row is the promise.
        await tickets
          .start(row.packHash, { id: row.id, number: row.number, opening: { opening: row.opening, at: row.receivedAt } })
          .then(() => markStarted(pool, row.id))
          .catch((error: unknown) => {
            if (!(error instanceof TocsinError) || error.code !== 'ESC_ENGINE_UNAVAILABLE') throw error;
          });
      }
      return { id: row.id, number: row.number, created: opened.created, openedAt: row.receivedAt, pack: { id: row.packId, hash: row.packHash } };
    },
    async view(ticket) {
      const row = await find(ticket);
      return orArchive(
        () => tickets.view(row.id),
        async () => {
          const { pack, state } = await stateOf(ticket);
          return viewOf(pack, state);
        },
      );
    },
    async agenda(ticket) {
      const row = await find(ticket);
      return orArchive(() => tickets.agenda(row.id), async () => []);
    },
    async timeline(ticket, { after, limit }) {
      const row = await find(ticket);
      const archived = await readEvents(pool, row.id, { afterSeq: after, limit: limit + 1 }).catch(() => []);
      const events = archived.slice(0, limit);
      if (archived.length <= limit) {
        // The workflow may be ahead of the archive: what it still holds follows on.
        const newer = await tickets.timeline(row.id, events.at(-1)?.seq ?? after).catch(() => []);
        const last = events.at(-1)?.seq ?? after;
        events.push(...newer.filter((event) => event.seq > last).slice(0, limit - events.length));
      }
      return { openedAt: row.receivedAt, events, more: archived.length > limit };
    },
    async explain(ticket) {
      const { pack, state } = await stateOf(ticket);
      return explain(pack, state) as unknown as Json;
    },
    async command(ticket, command) {
      const row = await find(ticket);
      return tickets.command(row.id, command);
    },
    async nudge(ticket) {
      await tickets.nudge((await find(ticket)).id);
    },
  };
}


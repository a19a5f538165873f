/** Joins the HTTP shell's ports to the store, the ticket client and the rehearsal. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TicketClient } from '../client/tickets';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { CompiledPack, Json } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';
import { explain } from '../domain/ticket/explain';
import { groupsOf, visibleState } from '../domain/ticket/visibility';
import { refuseOpening } from '../domain/ticket/engine';
import type { Assist } from '../knowledge/assist';
import { previewTemplate } from '../policies/preview';
import { readPublished, readTemplatesOf } from '../policies/publish';
import { createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from '../store/api-keys';
import { listTickets } from '../store/board';
import type { Database } from '../store/database';
import { readEvents } from '../store/events';
import { createFeed, findFeed } from '../store/feeds';
import { addOverride, listOverrides } from '../store/overrides';
import { ledgerOf } from '../store/ledger';
import { openTicket } from '../store/opening';
import { eraseParty, getParty } from '../store/party';
import { readRegister, snapshotOf } from '../store/registers';
import { findTicket, markStarted, startOf } from '../store/ticket';
import { activePack, getPolicyVersion, pinnedPacks } from '../store/policy-versions';
import { approvalPort } from './approval-port';
import { publicStatus } from '../store/status-page';
import { TIMELINE_PAGE, type TicketView } from '../workflows/messages';
import { viewOf } from '../workflows/view';
import { applyArchive } from './archived';
import { hasDrafts, hasOffer, withDrafts, withOffers, type Texts } from './drafts';
import { intakePort } from './wire-intake';
import { reviewPort, triagePort } from './decision-ports';
import type { ModelConfig } from '../triage/model';
import type { PolicyPort } from './people-ports';
import { noAccounts, type AccountPort } from './accounts';
import type { IdentityPort } from './identity';
import { knowledgePort } from './knowledge-port';
import { conversationPort, portalPort } from './portal-wire';
import type { HttpPorts, TicketPort } from './ports';
import { reportPort } from './report-port';
import { rolloutPort } from './rollout-port';
import { rehearseBeside } from './rehearsal-thread';
import { checklistPort } from './checklist-port';
import { scenariosBeside } from './scenarios-thread';

export interface Wiring {
  pool: Database;
  temporal: Client;
  tickets: TicketClient;
  /** Published packs. */
  packs: string;
  /** Asked on request before the embedded classifier; absent: none is configured. */
  model?: ModelConfig | undefined;
  /** The assisted ranking of articles; absent: full-text search alone. */
  assist?: Assist | undefined;
  accounts?: AccountPort | undefined;
  identity?: IdentityPort | undefined;
  /** The secrets that webhooks are signed with, by source. */
  secrets?: ReadonlyMap<string, string>;
}

/** The ports over the real parts. */
export function wire(wiring: Wiring): HttpPorts {
  const { pool, temporal, packs } = wiring;
  const packOfHash = packReader(packs);
  return {
    policies: policyPort(wiring),
    checklists: checklistPort(pool, {
      active: async (name) => {
        const { hash } = await activeOf(pool, name);
        return { hash, pack: await packOfHash(hash) };
      },
      scenarios: (order) => scenariosBeside(order, join(__dirname, 'scenarios-thread.js')),
    }),
    onCall: {
      overrides: (since) => listOverrides(pool, since),
      addOverride: (override, now) => addOverride(pool, override, now),
      makeFeed: (feed, now) => createFeed(pool, feed, now),
      feed: (token) => findFeed(pool, token),
    },
    intake: intakePort(pool, wiring.secrets ?? new Map()),
    tickets: ticketPort(wiring),
    board: {
      list: async (query) => listTickets(pool, { ...query, ...(await readerGroups(wiring, query.groups)) }),
    },
    registers: {
      async read({ pack: named, groups: names, ...asked }) {
        const active = await activePack(pool, named);
        if (!active) throw new TocsinError('ESC_PACK_UNKNOWN', 'no such pack is published', { field: 'pack' });
        const pack = await readPublished(packs, active.hash);
        const kind = Object.hasOwn(pack.kinds, asked.kind) ? pack.kinds[asked.kind] : undefined;
        if (!kind) {
          const known = Object.keys(pack.kinds).join(', ') || 'none';
          throw new TocsinError('ESC_NOT_FOUND', `${pack.id} has no register "${asked.kind}"; it has ${known}`);
        }
        const groups = names === undefined ? {} : { groups: [...groupsOf(pack.people, names)] };
        return { kind, pack, ...(await readRegister(pool, { ...asked, ...groups, packId: pack.id })) };
      },
    },
    triage: triagePort(wiring),
    reviews: reviewPort(wiring),
    keys: {
      verify: (secret) => verifyApiKey(pool, secret),
      list: () => listApiKeys(pool),
      create: (key) => createApiKey(pool, key),
      revoke: (id) => revokeApiKey(pool, id),
    },
    parties: {
      async erase(asked) {
        const party = await getParty(pool, /^\d{1,15}$/.test(asked) ? Number(asked) : asked);
        if (!party) throw new TocsinError('ESC_NOT_FOUND', `there is no party "${asked}"`, { party: asked });
        return { party: String(party.id), ...(await eraseParty(pool, party.id)) };
      },
    },
    status: { current: () => publicStatus(pool) },
    knowledge: knowledgePort(pool, wiring.assist),
    reports: reportPort(pool, packReader(packs)),
    rollouts: rolloutPort(pool, packReader(packs)),
    approvals: approvalPort(pool, publishedBody(pool)),
    portal: portalPort(wiring),
    conversations: conversationPort(pool),
    accounts: wiring.accounts ?? noAccounts,
    identity: wiring.identity,
    rehearse: (text) => rehearseBeside(text, join(__dirname, 'rehearsal-thread.js')),
    async ready() {
      const check = async (
        name: string,
        run: () => Promise<unknown>,
      ): Promise<{ name: string; ok: boolean; detail?: string }> => {
        try {
          await run();
          return { name, ok: true };
        } catch (error) {
          return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
        }
      };
      return Promise.all([
        check('store', () => pool.query('select 1')),
        check('temporal', () =>
          temporal.withDeadline(Date.now() + 2_000, () => temporal.workflowService.getSystemInfo({})),
        ),
        check('packs', async () => {
          const active = await activePack(pool);
          if (!active) throw new Error('no pack is published');
          for (const hash of new Set([active.hash, ...(await pinnedPacks(pool))]))
            await access(join(packs, `${hash}.json`));
        }),
      ]);
    },
  };
}

/** The body of a published version, whether it is active or not. Errors: ESC_PACK_UNKNOWN. */
const publishedBody =
  (pool: Database) =>
  async (hash: string): Promise<CompiledPack> => {
    const version = await getPolicyVersion(pool, hash);
    if (!version) throw new TocsinError('ESC_PACK_UNKNOWN', `no pack with the hash ${hash} was published`, { hash });
    return version.body as CompiledPack;
  };

/** A reader's groups with those groups of the active procedure that they are members of. */
async function readerGroups(
  { pool, packs }: Wiring,
  names: readonly string[] | undefined,
): Promise<{ groups?: readonly string[] }> {
  if (names === undefined) return {};
  const active = await activePack(pool);
  const { people } = active ? await readPublished(packs, active.hash) : { people: {} };
  return { groups: [...groupsOf(people, names)] };
}

/** A ticket's id, as against its public number. */
const TICKET_ID = /^TICK-\d{8}-\d{3,}$/;

function packReader(folder: string): (hash: string) => Promise<CompiledPack> {
  const known = new Map<string, CompiledPack>();
  return async (hash) => {
    const pack = known.get(hash) ?? (await readPublished(folder, hash));
    known.set(hash, pack);
    return pack;
  };
}

function policyPort({ pool, packs }: Wiring): PolicyPort {
  const packOfHash = packReader(packs);
  return { active: async (name) => packOfHash((await activeOf(pool, name)).hash) };
}

async function activeOf(pool: Database, name: string | undefined) {
  const active = await activePack(pool, name);
  if (active) return active;
  throw new TocsinError(
    'ESC_PACK_UNKNOWN',
    name === undefined ? 'no pack is published' : `no version of the pack "${name}" is published`,
    { field: 'pack' },
  );
}

function ticketPort({ pool, tickets, packs }: Wiring): TicketPort {
  const packOfHash = packReader(packs);
  const find = async (ticket: string) => {
    const row = await findTicket(pool, ticket);
    if (!row) throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ticket "${ticket}"`, { ticket });
    return row;
  };
  /** A running ticket's id. With the store away an id is taken at its word: people must be able to acknowledge (decision 2). */
  const runningId = async (ticket: string): Promise<string> => {
    try {
      const row = await find(ticket);
      // The sweeper is about to start it: not there yet, which is not the same as gone.
      if (row.startedAt === null)
        throw new TocsinError('ESC_ENGINE_UNAVAILABLE', `${row.id} is not started yet`, { ticket: row.id });
      return row.id;
    } catch (error) {
      if (error instanceof TocsinError && error.code === 'ESC_STORE_UNAVAILABLE' && TICKET_ID.test(ticket))
        return ticket;
      throw error;
    }
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
      async () => applyArchive(row, pack, await allEvents(pool, row.id)),
    );
    return { row, pack, state };
  };
  const textsOf = async (hash: string): Promise<Texts> => {
    const { zone } = await packOfHash(hash);
    return { zone, templates: await readTemplatesOf(packs, hash) };
  };
  const inWords = async (view: TicketView): Promise<TicketView> =>
    hasDrafts(view) ? withDrafts(view, await textsOf(String(view.pack['hash']))) : view;
  return {
    async open(order) {
      const active = await activeOf(pool, order.pack);
      const refused = refuseOpening(await packOfHash(active.hash), order.opening);
      if (refused) throw new TocsinError(refused.code as ErrorCode, refused.message, refused.details);
      const opened = await openTicket(pool, {
        opening: order.opening,
        packId: active.packId,
        packHash: active.hash,
        idempotencyKey: order.idempotencyKey,
        receivedAt: order.receivedAt,
        now: order.now,
      });
      const { row } = opened;
      if (row.startedAt === null) {
        // A start that fails here is made by the sweeper: the row is the promise.
        await tickets
          .start(row.packHash, {
            id: row.id,
            number: row.number,
            opening: startOf(row),
          })
          .then(() => markStarted(pool, row.id))
          .catch((error: unknown) => {
            if (!(error instanceof TocsinError) || error.code !== 'ESC_ENGINE_UNAVAILABLE') throw error;
          });
      }
      return {
        id: row.id,
        number: row.number,
        created: opened.created,
        openedAt: row.receivedAt,
        pack: { id: row.packId, hash: row.packHash },
      };
    },
    async view(ticket) {
      const id = await runningId(ticket);
      return orArchive(
        async () => inWords(await tickets.view(id)),
        async () => {
          const { pack, state } = await stateOf(ticket);
          return inWords(viewOf(pack, state));
        },
      );
    },
    async agenda(ticket) {
      const id = await runningId(ticket);
      return orArchive(
        () => tickets.agenda(id),
        async () => [],
      );
    },
    async timeline(ticket, { after, limit }) {
      const row = await find(ticket);
      const archived = await readEvents(pool, row.id, { afterSeq: after, limit: limit + 1 }).catch(() => []);
      const events = archived.slice(0, limit);
      let more = archived.length > limit;
      if (archived.length <= limit) {
        // The workflow may be ahead of the archive: what it still holds follows on.
        const newer = await tickets.timeline(row.id, events.at(-1)?.seq ?? after).catch(() => []);
        const last = events.at(-1)?.seq ?? after;
        const following = newer.filter((event) => event.seq > last);
        more = following.length > limit - events.length || newer.length >= TIMELINE_PAGE;
        events.push(...following.slice(0, limit - events.length));
      }
      return { openedAt: row.receivedAt, events, more };
    },
    async explain(ticket) {
      const { pack, state } = await stateOf(ticket);
      return explain(pack, state) as unknown as Json;
    },
    async message(ticket, template, reader) {
      const { pack, state } = await stateOf(ticket);
      const templates = await readTemplatesOf(packs, state.pack.hash);
      const preview = previewTemplate({ pack, templates }, template, { state: visibleState(pack, state, reader) });
      if (preview) return preview;
      const known = Object.keys(templates).join(', ') || 'none';
      throw new TocsinError('ESC_FIELD_INVALID', `the pack has no template "${template}"; it has ${known}`, {
        field: 'template',
      });
    },
    async access(ticket) {
      const id = await runningId(ticket);
      const known = await snapshotOf(pool, id).catch(() => undefined);
      if (known) return { ticket: known.ticket, pack: await packOfHash(known.packHash) };
      const view = await tickets.view(id);
      return { ticket: view.ticket, pack: await packOfHash(String(view.pack['hash'])) };
    },
    async deliveries(ticket) {
      return ledgerOf(pool, (await find(ticket)).id);
    },
    async command(ticket, command) {
      const id = await runningId(ticket);
      try {
        return await inWords(await tickets.command(id, command));
      } catch (error) {
        if (!hasOffer(error)) throw error;
        const { pack } = await tickets.view(id);
        throw withOffers(error, await textsOf(String(pack['hash'])));
      }
    },
    async nudge(ticket) {
      await tickets.nudge(await runningId(ticket));
    },
  };
}

/** The whole archive of a ticket, page by page. */
async function allEvents(pool: Database, ticket: string): Promise<TicketEvent[]> {
  const events: TicketEvent[] = [];
  for (;;) {
    const page = await readEvents(pool, ticket, { afterSeq: events.at(-1)?.seq ?? 0, limit: 1_000 });
    events.push(...page);
    if (page.length < 1_000) return events;
  }
}

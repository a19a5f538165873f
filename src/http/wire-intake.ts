/** Joins the ports of intake to the store. */
import type { Customer } from '../intake/ways';
import type { JsonObject } from '../domain/policy/types';
import type { Database } from '../store/database';
import {
  answeredEvent,
  findThread,
  keepThread,
  partyByAttribute,
  recordView,
  rememberEvent,
  startWaiting,
  stopWaiting,
  viewsOf,
  whoWaits,
} from '../store/intake';
import { getParty } from '../store/party';
import { findTicket } from '../store/ticket';
import { query } from '../store/database';
import type { AdapterHealth, IntakePort } from './intake-ports';

/** The port over PostgreSQL. */
export function intakePort(pool: Database, secrets: ReadonlyMap<string, string>): IntakePort {
  return {
    secrets,
    memory: {
      answered: (source, event) => answeredEvent(pool, source, event),
      remember: (source, event, answer, at) => rememberEvent(pool, source, event, answer, at),
      thread: (source, id) => findThread(pool, source, id),
      keep: (source, id, thread, at) => keepThread(pool, source, id, thread, at),
      wait: (one) => startWaiting(pool, one),
      leave: (channel, id, at) => stopWaiting(pool, channel, id, at),
      waiting: (channel, queue) => whoWaits(pool, channel, queue),
      view: (view) => recordView(pool, view),
      views: (source, who, limit) => viewsOf(pool, source, who, limit),
    },
    customers: {
      byEmail: async (email) => customerOf(await getParty(pool, email)),
      byAttribute: async (name, value) => customerOf(await partyByAttribute(pool, name, value)),
    },
    adapters: () => adapters(pool, secrets),
    async find(idOrNumber) {
      const row = await findTicket(pool, idOrNumber);
      if (!row) return undefined;
      const board = await query<{ status: string | null }>(pool, 'select status from board where ticket_id = $1', [
        row.id,
      ]);
      return { id: row.id, closed: board.rows[0]?.status === 'closed' };
    },
  };
}

function customerOf(
  party: { name: string | null; email: string | null; attributes: JsonObject } | undefined,
): Customer | undefined {
  if (!party?.email) return undefined;
  const { attributes } = party;
  const plan = typeof attributes['plan'] === 'string' ? attributes['plan'] : '';
  return { ...attributes, name: party.name ?? party.email, email: party.email, plan };
}

/** The ways in, each with when something last came by it. */
const INTO: readonly { name: string; kind: string; sources: string[] }[] = [
  { name: 'email', kind: 'mail', sources: ['email'] },
  { name: 'chat', kind: 'chat', sources: ['chat', 'intercom'] },
  { name: 'phone', kind: 'telephone', sources: ['phone', 'ringcentral'] },
  { name: 'zendesk', kind: 'ticketing', sources: ['zendesk'] },
  { name: 'freshdesk', kind: 'ticketing', sources: ['freshdesk'] },
  { name: 'servicenow', kind: 'ticketing', sources: ['servicenow'] },
];

async function adapters(pool: Database, secrets: ReadonlyMap<string, string>): Promise<AdapterHealth[]> {
  const seen = await query<{ source: string; last: Date; n: number }>(
    pool,
    'select source, max(at) as last, count(*) as n from intake_event group by source',
  );
  const sent = await query<{ channel: string; unsettled: number; failed: number; n: number }>(
    pool,
    `select channel, count(*) filter (where state = 'claimed') as unsettled, count(*) filter (where state = 'failed') as failed,
       count(*) as n from delivery group by channel order by channel`,
  );
  const into = INTO.map(({ name, kind, sources }): AdapterHealth => {
    const last = seen.rows.filter((row) => sources.includes(row.source)).map((row) => row.last.toISOString());
    const signed = sources.some((source) => secrets.has(source));
    const heard = last.length === 0 ? 'nothing came yet' : `last at ${last.sort().at(-1)}`;
    return {
      name,
      kind,
      direction: 'in',
      state: 'ready',
      detail: `${heard}; ${signed ? 'signatures and keys' : 'keys only'}`,
    };
  });
  const out = sent.rows.map((row): AdapterHealth => ({
    name: row.channel,
    kind: 'delivery',
    direction: 'out',
    state: 'ready',
    detail: `${row.n} sent or under way, ${row.unsettled} unsettled, ${row.failed} failed`,
  }));
  const api: AdapterHealth = { name: 'api', kind: 'api', direction: 'in', state: 'ready', detail: 'POST /v1/tickets' };
  return [...into, api, ...out];
}

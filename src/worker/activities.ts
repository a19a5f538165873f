/** The activities of a worker over its ports: store, packs on disk, channels. */
import { Context } from '@temporalio/activity';
import { channelsFromEnv } from '../activities/configuration';
import { openChannels, type Channels } from '../activities/channels';
import { createDeliver } from '../activities/deliver';
import type { OnCallOverride } from '../oncall/resolve';
import { exchangeRates } from '../activities/exchange-rates';
import type { DeliveryLog } from '../activities/ports';
import { createSettleLater } from '../activities/settle-later';
import type { CompiledPack } from '../domain/policy/types';
import type { Classifier } from '../policies/classifier';
import { readClassifierOf, readPublished, readTemplatesOf } from '../policies/publish';
import { renderTemplate, type TemplateSource } from '../policies/templates';
import type { Database } from '../store/database';
import { appendEvents } from '../store/events';
import { createLedger } from '../store/ledger';
import { listOverrides } from '../store/overrides';
import { postUpdate } from '../store/status-page';
import { findTicket, markArchived } from '../store/ticket';
import type { TicketClient } from '../client/tickets';
import { REPORT_TEMPLATE } from '../reports/run';
import { reportMail } from '../reports/mail';
import { modelIfAny } from '../triage/model';
import { agentsPort } from './agents-port';
import { createAnswers } from './answers';
import { createAudiences } from './audiences';
import { createScheduled } from './scheduled';
import type { ScheduledActivities } from '../workflows/scheduled';
import { createTicketChannel } from './ticket-channel';
import type { ArchiveBatch, TicketActivities } from '../workflows/messages';

/** How old the local copy of on-call overrides may get: a page must not wait for PostgreSQL. */
const OVERRIDES_EVERY_MS = 5_000;

export interface WorkerActivities {
  activities: TicketActivities & ScheduledActivities;
  close(): void;
}

/** Stand-ins from a local copy, refreshed in the background; the last known ones while PostgreSQL is away. */
function cachedOverrides(pool: Database): { at(): Promise<OnCallOverride[]>; close(): void } {
  let known: OnCallOverride[] = [];
  const refresh = async (): Promise<void> => {
    try {
      known = await listOverrides(pool, Date.now());
    } catch {
      // The last known ones serve until PostgreSQL is back.
    }
  };
  void refresh();
  const timer = setInterval(() => void refresh(), OVERRIDES_EVERY_MS).unref();
  return { at: async () => known, close: () => clearInterval(timer) };
}

/** What reaches other tickets: their workflows, and whoever tells them what is kept for them. */
export interface BetweenTickets {
  tickets: Pick<TicketClient, 'start'>;
  wake(): void;
}

function packReader(folder: string): {
  pack(hash: string): Promise<CompiledPack>;
  templates(hash: string): Promise<Record<string, TemplateSource>>;
  classifier(hash: string): Promise<Classifier>;
} {
  const packs = new Map<string, CompiledPack>();
  const templates = new Map<string, Record<string, TemplateSource>>();
  return {
    async pack(hash) {
      const found = packs.get(hash) ?? (await readPublished(folder, hash));
      packs.set(hash, found);
      return found;
    },
    async templates(hash) {
      const found = templates.get(hash) ?? (await readTemplatesOf(folder, hash));
      templates.set(hash, found);
      return found;
    },
    classifier: (hash) => readClassifierOf(folder, hash),
  };
}

const contextLog: DeliveryLog = {
  info: (message, attributes) => void Context.current().log.info(message, attributes),
  warn: (message, attributes) => void Context.current().log.warn(message, attributes),
};

/** Make the activities. `env` names the providers; without any, deliveries are recorded and shown. */
export function createActivities(
  pool: Database,
  packs: string,
  env: NodeJS.ProcessEnv,
  log: DeliveryLog,
  between: BetweenTickets,
): WorkerActivities {
  const reader = packReader(packs);
  const safeLog: DeliveryLog = {
    info: (message, attributes) =>
      inActivity(
        () => contextLog.info(message, attributes),
        () => log.info(message, attributes),
      ),
    warn: (message, attributes) =>
      inActivity(
        () => contextLog.warn(message, attributes),
        () => log.warn(message, attributes),
      ),
  };
  const channels: Channels = openChannels(channelsFromEnv(env), {
    log: safeLog,
    now: () => Date.now(),
    statusPage: { postUpdate: (update) => postUpdate(pool, update) },
    ticket: createTicketChannel({ pool, pack: (hash) => reader.pack(hash), now: () => Date.now(), ...between }),
  });
  const ledger = createLedger(pool);
  const settleLater = createSettleLater(ledger, log);
  const overrides = cachedOverrides(pool);
  const deliver = createDeliver({
    ledger,
    settleLater,
    templates: {
      render: async (hash, template, vars, zone) => {
        if (template.startsWith(REPORT_TEMPLATE)) return reportMail(pool, (await reader.pack(hash)).id, template);
        const source = (await reader.templates(hash))[template];
        if (!source) throw new Error(`the pack has no template "${template}"`);
        return renderTemplate(template, source, vars, zone);
      },
    },
    people: { pack: (hash) => reader.pack(hash) },
    overrides,
    audience: createAudiences(pool, env['TOCSIN_AUDIENCES_FILE']),
    channels: channels.ports,
    now: () => Date.now(),
    log: safeLog,
    signal: () => Context.current().cancellationSignal,
    heartbeat: (done) => Context.current().heartbeat(done),
  });
  const model = modelIfAny(env);
  const answers = createAnswers({
    pack: (hash) => reader.pack(hash),
    classifier: (hash) => reader.classifier(hash),
    templates: (hash) => reader.templates(hash),
    ...(model === undefined ? {} : { model }),
    ports: { ...exchangeRates(env, { now: () => Date.now() }), agents: agentsPort(pool, () => Date.now()) },
    now: () => Date.now(),
    log: safeLog,
    signal: () => Context.current().cancellationSignal,
    heartbeat: () => Context.current().heartbeat(),
  });
  return {
    activities: {
      ...deliver,
      ...answers,
      ...createScheduled({ pool, pack: (hash) => reader.pack(hash), deliver, now: () => Date.now() }),
      async archiveEvents(batch: ArchiveBatch) {
        const hash = batch.pack ?? (await findTicket(pool, batch.ticket))?.packHash;
        let kept = 0;
        const across =
          hash === undefined ? undefined : { pack: await reader.pack(hash), kept: (n: number) => (kept = n) };
        await appendEvents(pool, batch.ticket, batch.events, batch.agenda, across);
        if (kept > 0) between.wake();
        // Closing stops everything: with nothing due any more the ticket's run ends, and its pack is free to go.
        const closes = batch.events.some((event) => event.type === 'closed' || event.type === 'merged');
        if (closes && batch.agenda.length === 0) await markArchived(pool, batch.ticket);
      },
    },
    close() {
      overrides.close();
      settleLater.close();
      channels.close();
    },
  };
}

function inActivity(within: () => void, outside: () => void): void {
  try {
    within();
  } catch {
    outside();
  }
}

/**
 * The adapters of an installation, one a channel: configured ones where there are any, the recorder elsewhere.
 */
import type { Channel, EpochMs } from '../domain/ticket/types';
import type { ChannelConfig } from './configuration';
import { createEmailChannel } from './email';
import type { HttpDeps } from './http-call';
import { createUrlGuard, type ResolveHost } from './outgoing-url';
import { createOriginChannel } from './origin';
import { createPagingChannel, hasRoutingKey } from './paging';
import type { ChannelPort, DeliveryLog } from './ports';
import { createRecorder } from './recorder';
import { createSlackChannel } from './slack';
import { createAtlassianStatuspage } from './statuspage-atlassian';
import { createOwnStatusPage, type StatusPageStore } from './statuspage-own';
import { createWebhookChannel } from './webhook';

export interface ChannelDeps {
  log: DeliveryLog;
  now(): EpochMs;
  /** The own status page; used where Statuspage is not configured. */
  statusPage?: StatusPageStore;
  /** Signals between tickets are the client's (design.md, decision 11). */
  ticket?: ChannelPort;
  /** A ticket's page in the console. */
  ticketUrl?: (ticket: string) => string | undefined;
  resolve?: ResolveHost;
  /** For one call to a provider. Defaults: HTTP 10 s, SMTP 15 s. */
  timeoutMs?: number;
}

/** The ports by channel, and `close` for all of them. */
export interface Channels {
  ports: Record<Channel, ChannelPort>;
  close(): void;
}

/** {@link openChannels} for callers that never close: the ports by channel. */
export function createChannels(config: ChannelConfig, deps: ChannelDeps): Record<Channel, ChannelPort> {
  return openChannels(config, deps).ports;
}

/**
 * Makes the adapters. Pages go to PagerDuty where the service has a routing key, else to the webhook; both absent,
 * they are recorded. Broadcasts are mail.
 */
export function openChannels(config: ChannelConfig, deps: ChannelDeps): Channels {
  const recorder = createRecorder(deps.log);
  const timeout = deps.timeoutMs === undefined ? {} : { timeoutMs: deps.timeoutMs };
  const link = deps.ticketUrl === undefined ? {} : { ticketUrl: deps.ticketUrl };
  const http: HttpDeps = { guard: createUrlGuard(config.reach, deps.resolve), now: () => deps.now(), ...timeout };
  const email = config.mail === undefined ? recorder : createEmailChannel({ ...config.mail, ...timeout });
  const webhook = config.webhook === undefined ? undefined : createWebhookChannel(config.webhook, http);
  const paging = config.pagerduty === undefined ? undefined : { ...config.pagerduty, ...link };
  const pager = paging && createPagingChannel(paging, http);
  const own = deps.statusPage === undefined ? recorder : createOwnStatusPage(deps.statusPage);
  const ports: Record<Channel, ChannelPort> = {
    email,
    broadcast: email,
    page: pages(pager, webhook, (service) => paging !== undefined && hasRoutingKey(paging, service)) ?? recorder,
    webhook: webhook ?? recorder,
    slack: config.slack === undefined ? recorder : createSlackChannel({ ...config.slack, ...link }, http),
    status_page: config.statuspage === undefined ? own : createAtlassianStatuspage(config.statuspage, http),
    console: recorder,
    ticket: deps.ticket ?? recorder,
    origin: createOriginChannel(config.origin ?? {}, http, recorder),
  };
  return { ports, close: () => new Set(Object.values(ports)).forEach((port) => port.close?.()) };
}

function pages(
  pager: ChannelPort | undefined,
  webhook: ChannelPort | undefined,
  hasKey: (service: string) => boolean,
): ChannelPort | undefined {
  if (pager === undefined || webhook === undefined) return pager ?? webhook;
  return {
    provider: pager.provider,
    send: (message, signal) => (hasKey(message.to[0]?.address ?? '') ? pager : webhook).send(message, signal),
  };
}

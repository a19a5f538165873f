/**
 * PagerDuty, Events API v2: one incident a ticket and path, by `dedup_key`.
 * @see https://developer.pagerduty.com/docs/events-api-v2-overview
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../domain/policy/types';
import { clip } from './clip';
import { callHttp, type HttpDeps } from './http-call';
import { addresses, PermanentDeliveryError, personOf, type ChannelPort, type OutgoingMessage } from './ports';
import type { Secret } from './secret';

export interface PagingOptions {
  /** Integration key by page service, the name in the policy's `people`; `default` takes the others. */
  routingKeys: ReadonlyMap<string, Secret>;
  /** Without `/v2/enqueue`. */
  baseUrl: string;
  /** A page of the console for the responder, where there is one. */
  ticketUrl?: (ticket: string) => string | undefined;
}

export const PAGERDUTY_URL = 'https://events.pagerduty.com';
const LIMITS = { dedupKey: 255, summary: 1024, text: 60_000 };
const SEVERITY: Record<string, string> = { P1: 'critical', P2: 'error', P3: 'warning', P4: 'info' };

/**
 * The pager adapter. The first recipient's address is the page service; one without a key, where there is no
 * `default` either, is a permanent failure that names the setting.
 */
export function createPagingChannel(options: PagingOptions, deps: HttpDeps): ChannelPort {
  const url = `${options.baseUrl.replace(/\/+$/, '')}/v2/enqueue`;
  return {
    provider: 'pagerduty',
    async send(message, signal) {
      const service = message.to[0]?.address ?? '';
      const key = options.routingKeys.get(service) ?? options.routingKeys.get('default');
      if (key === undefined) {
        throw new PermanentDeliveryError(
          `no routing key for the page service "${service}": add it, or "default", to PAGERDUTY_ROUTING_KEYS`,
        );
      }
      const event = eventOf(message, options.ticketUrl?.(message.ticket));
      const reply = await callHttp(deps, {
        provider: 'pagerduty',
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ routing_key: key.reveal(), ...event }),
        signal,
        secrets: [key],
      });
      return {
        provider: 'pagerduty',
        providerId: dedupKeyIn(reply.text) ?? String(event['dedup_key']),
        to: addresses(message.to),
        ...personOf(message.to),
      };
    },
  };
}

/** Whether a page service has a key of its own or the default one. */
export function hasRoutingKey(options: PagingOptions, service: string): boolean {
  return options.routingKeys.has(service) || options.routingKeys.has('default');
}

/** At most 255 characters; a longer one keeps its beginning and ends in a hash of the whole. */
export function dedupKeyOf(threadKey: string): string {
  if (threadKey.length <= LIMITS.dedupKey) return threadKey;
  const hash = createHash('sha256').update(threadKey).digest('hex');
  return `${threadKey.slice(0, LIMITS.dedupKey - hash.length - 1)}#${hash}`;
}

function eventOf(message: OutgoingMessage, link: string | undefined): JsonObject {
  const action = message.vars['action'];
  const head = { dedup_key: dedupKeyOf(message.threadKey) };
  if (action === 'acknowledge' || action === 'resolve') return { ...head, event_action: action };
  const named = message.to[0]?.name;
  const details: JsonObject = {
    ticket: message.ticket,
    ...(message.number === undefined ? {} : { number: message.number }),
    priority: message.priority,
    role: message.role,
    ...(named === undefined ? {} : { person: named }),
    attempt: message.attempt,
    delivery: message.key,
    text: clip(message.text, LIMITS.text),
  };
  return {
    ...head,
    event_action: 'trigger',
    client: 'Tocsin',
    ...(link === undefined ? {} : { client_url: link }),
    payload: {
      summary: clip(message.subject === '' ? `${message.priority} ${message.ticket}` : message.subject, LIMITS.summary),
      source: message.number ?? message.ticket,
      severity: SEVERITY[message.priority] ?? 'error',
      timestamp: new Date(message.at).toISOString(),
      class: message.template === '' ? 'page' : message.template,
      custom_details: details,
    },
  };
}

function dedupKeyIn(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { dedup_key?: unknown };
    return typeof body.dedup_key === 'string' ? body.dedup_key : undefined;
  } catch {
    return undefined;
  }
}

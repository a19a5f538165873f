/**
 * Atlassian Statuspage: one incident a ticket, found again by the key we leave in its metadata.
 * @see https://developer.statuspage.io/
 */
import { clip } from './clip';
import { callHttp, type HttpDeps, type HttpReply } from './http-call';
import { PermanentDeliveryError, TransientDeliveryError, type ChannelPort, type OutgoingMessage } from './ports';
import type { Secret } from './secret';

export interface StatuspageOptions {
  apiKey: Secret;
  pageId: string;
  /** With the version: `https://api.statuspage.io/v1`. */
  baseUrl: string;
}

export const STATUSPAGE_URL = 'https://api.statuspage.io/v1';
const STATES = ['investigating', 'identified', 'monitoring', 'resolved'];
const LIMITS = { name: 255, body: 25_000 };

interface Incident {
  id: string;
  status?: string;
  metadata?: { tocsin?: { key?: unknown; ticket?: unknown } };
}

/**
 * The Statuspage adapter. Statuspage knows no idempotency key, so every call first looks for the ticket's incident
 * and for the key of its last update: a repeat changes nothing, a later state is a PATCH of the same incident.
 */
export function createAtlassianStatuspage(options: StatuspageOptions, deps: HttpDeps): ChannelPort {
  const incidents = `${options.baseUrl.replace(/\/+$/, '')}/pages/${encodeURIComponent(options.pageId)}/incidents`;
  const call = (method: 'GET' | 'POST' | 'PATCH', url: string, signal: AbortSignal, body?: object) =>
    callHttp(deps, {
      provider: 'statuspage',
      method,
      url,
      headers: {
        authorization: `OAuth ${options.apiKey.reveal()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
      secrets: [options.apiKey],
      transient: [420],
    });

  async function find(message: OutgoingMessage, signal: AbortSignal): Promise<Incident | undefined> {
    const open = await call('GET', `${incidents}/unresolved`, signal);
    const found = incidentsIn(open).find((incident) => incident.metadata?.tocsin?.ticket === message.ticket);
    if (found !== undefined || message.state !== 'resolved') return found;
    // A repeat of "resolved" finds its incident no longer among the unresolved: it must not open another one.
    const recent = incidentsIn(await call('GET', `${incidents}?limit=100`, signal));
    return recent.find((incident) => incident.metadata?.tocsin?.ticket === message.ticket);
  }

  return {
    provider: 'statuspage',
    async send(message, signal) {
      if (message.state === undefined || !STATES.includes(message.state)) {
        throw new PermanentDeliveryError(
          `statuspage has no state "${message.state ?? ''}"; it knows ${STATES.join(', ')}`,
        );
      }
      const found = await find(message, signal);
      if (found?.metadata?.tocsin?.key === message.key) {
        return { provider: 'statuspage', providerId: found.id, to: options.pageId };
      }
      const update = {
        status: message.state,
        body: clip(message.text, LIMITS.body),
        metadata: { tocsin: { key: message.key, ticket: message.ticket } },
      };
      const reply =
        found === undefined
          ? await call('POST', incidents, signal, { incident: { name: nameOf(message), ...update } })
          : await call('PATCH', `${incidents}/${encodeURIComponent(found.id)}`, signal, { incident: update });
      const id = found?.id ?? incidentId(reply);
      return { provider: 'statuspage', ...(id === undefined ? {} : { providerId: id }), to: options.pageId };
    },
  };
}

function nameOf(message: OutgoingMessage): string {
  return clip(message.subject === '' ? (message.number ?? message.ticket) : message.subject, LIMITS.name);
}

function incidentsIn(reply: HttpReply): Incident[] {
  const body = parsed(reply);
  if (!Array.isArray(body)) throw new TransientDeliveryError('statuspage answered no list of incidents');
  return body as Incident[];
}

function incidentId(reply: HttpReply): string | undefined {
  const body = parsed(reply) as { id?: unknown } | null | undefined;
  return typeof body?.id === 'string' ? body.id : undefined;
}

function parsed(reply: HttpReply): unknown {
  try {
    return JSON.parse(reply.text) as unknown;
  } catch {
    return undefined;
  }
}

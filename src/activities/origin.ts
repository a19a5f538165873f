/**
 * The system a ticket came from: its status is written back there, and a reply goes into its conversation. One mapping a
 * platform; which one is the first part of the address (`zendesk/35436`).
 */
import { callHttp, type HttpCall, type HttpDeps } from './http-call';
import { PermanentDeliveryError, type ChannelPort, type OutgoingMessage } from './ports';
import type { Secret } from './secret';

/** How to reach each platform; one that is absent has its write-backs recorded. */
export interface OriginOptions {
  zendesk?: { baseUrl: string; user: string; token: Secret };
  freshdesk?: { baseUrl: string; key: Secret };
  servicenow?: { baseUrl: string; user: string; password: Secret };
  intercom?: { baseUrl: string; token: Secret; adminId: string };
}

export const INTERCOM_URL = 'https://api.intercom.io';

type Request = Pick<HttpCall, 'method' | 'url' | 'headers' | 'body' | 'secrets'>;

/** Our statuses in the words of each platform; what is not here is its "open". */
const ZENDESK: Record<string, string> = { created: 'new', pending: 'pending', resolved: 'solved', closed: 'closed' };
const FRESHDESK: Record<string, number> = { pending: 3, resolved: 4, closed: 5 };
/** Incident states of ServiceNow: new, in progress, on hold, resolved, closed. */
const SERVICENOW: Record<string, string> = { created: '1', pending: '3', resolved: '6', closed: '7' };

const basic = (user: string, secret: Secret): string =>
  `Basic ${Buffer.from(`${user}:${secret.reveal()}`, 'utf8').toString('base64')}`;
const at = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;
const json = (value: object): string => JSON.stringify(value);

/** What is written where. A message without a status is words for the customer; one with a status has them as a note. */
function requestOf(
  options: OriginOptions,
  platform: string,
  id: string,
  message: OutgoingMessage,
): Request | undefined {
  const { state: status, text } = message;
  const key = encodeURIComponent(id);
  if (platform === 'zendesk' && options.zendesk) {
    const { baseUrl, user, token } = options.zendesk;
    const comment = { body: text, public: status === undefined };
    return {
      method: 'PUT',
      url: at(baseUrl, `/api/v2/tickets/${key}.json`),
      headers: { authorization: basic(`${user}/token`, token) },
      body: json({ ticket: { ...(status === undefined ? {} : { status: ZENDESK[status] ?? 'open' }), comment } }),
      secrets: [token],
    };
  }
  if (platform === 'freshdesk' && options.freshdesk) {
    const { baseUrl, key: secret } = options.freshdesk;
    const headers = { authorization: basic(secret.reveal(), secret) };
    return status === undefined
      ? {
          method: 'POST',
          url: at(baseUrl, `/api/v2/tickets/${key}/reply`),
          headers,
          body: json({ body: text }),
          secrets: [secret],
        }
      : {
          method: 'PUT',
          url: at(baseUrl, `/api/v2/tickets/${key}`),
          headers,
          body: json({ status: FRESHDESK[status] ?? 2 }),
          secrets: [secret],
        };
  }
  if (platform === 'servicenow' && options.servicenow) {
    const { baseUrl, user, password } = options.servicenow;
    const words = status === undefined ? { comments: text } : { state: SERVICENOW[status] ?? '2', work_notes: text };
    return {
      method: 'PATCH',
      url: at(baseUrl, `/api/now/table/incident/${key}`),
      headers: { authorization: basic(user, password) },
      body: json(words),
      secrets: [password],
    };
  }
  if (platform === 'intercom' && options.intercom) {
    const { baseUrl, token, adminId } = options.intercom;
    const type = status === undefined ? 'comment' : 'note';
    return {
      method: 'POST',
      url: at(baseUrl, `/conversations/${key}/reply`),
      headers: { authorization: `Bearer ${token.reveal()}`, 'Intercom-Version': '2.11' },
      body: json({ message_type: type, type: 'admin', admin_id: adminId, body: text }),
      secrets: [token],
    };
  }
  return undefined;
}

/**
 * The adapter. Setting a status again changes nothing there; a comment whose answer was lost may be there twice, as with
 * every channel that knows no key. `recorder` takes what goes to a platform that is not configured.
 */
export function createOriginChannel(options: OriginOptions, deps: HttpDeps, recorder: ChannelPort): ChannelPort {
  return {
    provider: 'origin',
    async send(message, signal) {
      const address = message.to[0]?.address ?? '';
      const [platform = '', ...rest] = address.split('/');
      const id = rest.join('/');
      if (id === '') throw new PermanentDeliveryError(`"${address}" names no ticket of another system`);
      const request = requestOf(options, platform, id, message);
      if (!request) return recorder.send(message, signal);
      await callHttp(deps, {
        ...request,
        provider: platform,
        headers: { 'content-type': 'application/json', accept: 'application/json', ...request.headers },
        signal,
      });
      return { provider: platform, providerId: id, to: address };
    },
  };
}

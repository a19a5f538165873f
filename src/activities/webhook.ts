/**
 * A generic, signed webhook: for pagers and systems Tocsin has no adapter for.
 */
import { createHmac } from 'node:crypto';
import { callHttp, type HttpDeps } from './http-call';
import { addresses, personOf, type ChannelPort, type OutgoingMessage } from './ports';
import type { Secret } from './secret';

export interface WebhookOptions {
  url: Secret;
  /** Shared with the receiver. */
  secret: Secret;
}

/**
 * The signature header of a body: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. The receiver computes it over
 * the raw body, compares in constant time, and refuses a `t` more than five minutes away.
 */
export function signatureOf(secret: Secret, unixSeconds: number, body: string): string {
  const mac = createHmac('sha256', secret.reveal()).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${mac}`;
}

/** The webhook adapter: any 2xx is a hand-over. `Idempotency-Key` is the delivery's key, the same on every attempt. */
export function createWebhookChannel(options: WebhookOptions, deps: HttpDeps): ChannelPort {
  return {
    provider: 'webhook',
    async send(message, signal) {
      const body = JSON.stringify(bodyOf(message));
      await callHttp(deps, {
        provider: 'webhook',
        method: 'POST',
        url: options.url.reveal(),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': headerValue(message.key),
          'x-tocsin-signature': signatureOf(options.secret, Math.floor(deps.now() / 1000), body),
        },
        body,
        signal,
        secrets: [options.url, options.secret],
      });
      return { provider: 'webhook', providerId: message.key, to: addresses(message.to), ...personOf(message.to) };
    },
  };
}

function bodyOf(message: OutgoingMessage): object {
  const action = message.vars['action'];
  return {
    type: 'tocsin.delivery',
    version: 1,
    key: message.key,
    action: typeof action === 'string' ? action : 'trigger',
    ticket: message.ticket,
    number: message.number,
    at: new Date(message.at).toISOString(),
    channel: message.channel,
    priority: message.priority,
    role: message.role,
    attempt: message.attempt,
    to: message.to,
    subject: message.subject,
    text: message.text,
    state: message.state,
    template: message.template,
    thread: message.threadKey,
  };
}

/** Headers are Latin-1 on one line: anything else is percent-encoded. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
}

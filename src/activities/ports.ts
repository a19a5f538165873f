/**
 * What an adapter is: one port for every way a message leaves Tocsin, and the two ways in which that can go wrong.
 */
import type { ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import type { Channel, EpochMs } from '../domain/ticket/types';

/** One place a message goes to: an e-mail address, a page service, a telephone number, a Slack channel. */
export interface Recipient {
  /** The person's name, where one is known. */
  name?: string;
  /** Not empty. What it means is the channel's matter. */
  address: string;
}

/** A message, rendered and addressed. Nothing in it is computed again by an adapter. */
export interface OutgoingMessage {
  /** The delivery's key: stable over retries, so a provider that knows keys takes a repeat as one message. */
  key: string;
  /** Ticket id. */
  ticket: string;
  /** The number people say (`TICK-20260306-001`). */
  number?: string;
  /** The instant the message belongs to, however late it is sent. */
  at: EpochMs;
  channel: Channel;
  /** What is done: `page`, `send`, `open`, `tell`, … */
  verb: string;
  /** P1–P4. */
  priority: string;
  subject: string;
  text: string;
  html?: string;
  /** Inline pictures of the HTML: base64 PNG by content id. */
  images?: Record<string, string>;
  /** Everyone it goes to; at least one. */
  to: Recipient[];
  /** Who gets a copy of a mail. */
  cc?: Recipient[];
  /** How a mail is marked; unmarked when left out. */
  importance?: 'high' | 'normal' | 'low';
  /** In whose name a mail is sent: an address or `Name <address>`; the channel's own when left out. */
  from?: string;
  /** What a mail's header Priority says; the word of the importance when left out. */
  priorityHeader?: string;
  /** What belongs together at the receiver: a mail thread, an incident at the pager (ticket, or ticket and path). */
  threadKey: string;
  /** For a status page: its state. */
  state?: string;
  /** Whom to call out in a chat: `here`, `channel`, a member id. */
  mention?: string;
  /** The policy's role or audience. */
  role: string;
  /** 1 for the first telling. */
  attempt: number;
  template: string;
  /** The effect's variables. `action` is `acknowledge` or `resolve` where a page is not a trigger. */
  vars: JsonObject;
}

/** What the provider said of a message it took. */
export interface SendResult {
  provider: string;
  /** The provider's own id of the message. */
  providerId?: string;
  /** Where it went: the address, several joined by `, `. */
  to: string;
  person?: string;
  /** There is nobody left who could take it: no failure, and nothing was sent. */
  outcome?: 'dropped';
}

/**
 * One way out. `send` returns once the provider has taken the message; it throws {@link TransientDeliveryError} where
 * the same call may succeed later and {@link PermanentDeliveryError} where it never will. No message of an error, and
 * nothing returned, contains a secret.
 */
export interface ChannelPort {
  readonly provider: string;
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Gives back connections; the port is not used after. */
  close?(): void;
}

/** The provider did not take the message now: try the same again, not before `retryAfterMs` where that is given. */
export class TransientDeliveryError extends Error {
  override readonly name = 'TransientDeliveryError';
  readonly code: ErrorCode = 'ESC_PROVIDER_UNAVAILABLE';
  readonly retryAfterMs?: number;
  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The provider refused the message, or nobody is configured who could take it: trying again changes nothing. */
export class PermanentDeliveryError extends Error {
  override readonly name = 'PermanentDeliveryError';
  constructor(
    message: string,
    readonly code: Extract<ErrorCode, 'ESC_PROVIDER_REFUSED' | 'ESC_URL_REFUSED'> = 'ESC_PROVIDER_REFUSED',
  ) {
    super(message);
  }
}

/** Whether an error says "never". By name and not by class, because errors cross realms (style.md §3.4). */
export function isPermanent(error: unknown): error is PermanentDeliveryError {
  return (error as { name?: unknown } | null | undefined)?.name === 'PermanentDeliveryError';
}

/** Whether an error of an adapter says "later". */
export function isTransient(error: unknown): error is TransientDeliveryError {
  return (error as { name?: unknown } | null | undefined)?.name === 'TransientDeliveryError';
}

/** The whole list of addresses, for a receipt. */
export function addresses(to: readonly Recipient[]): string {
  return to.map((recipient) => recipient.address).join(', ');
}

/** The one name there is to record, where a message went to one named person. */
export function personOf(to: readonly Recipient[]): { person: string } | Record<string, never> {
  const [only, more] = to;
  return only?.name !== undefined && more === undefined ? { person: only.name } : {};
}

/** Where adapters and the delivery write what people should read. Attributes never hold a secret. */
export interface DeliveryLog {
  info(message: string, attributes?: Record<string, unknown>): void;
  warn(message: string, attributes?: Record<string, unknown>): void;
}

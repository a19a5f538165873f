/**
 * E-mail by SMTP: one message a recipient, with an id that a retry repeats and the threading of its ticket.
 */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import {
  addresses,
  isTransient,
  PermanentDeliveryError,
  personOf,
  TransientDeliveryError,
  type ChannelPort,
  type OutgoingMessage,
  type Recipient,
} from './ports';
import { underSignal } from './deadline';
import { safeDetail, type Secret } from './secret';

export interface EmailOptions {
  /** `smtp://user:password@host:587`, `smtps://…`. */
  url: Secret;
  /** `Tocsin <tocsin@example.com>`, for messages that name no sender; its domain is the domain of every message id. */
  from: string;
  /** For one whole message. Default 15 s. */
  timeoutMs?: number;
}

/** The header people write by hand; X-Priority and Importance, which mail programs read, come from nodemailer. */
const PRIORITY = { high: 'High', normal: 'Normal', low: 'Low' } as const;
const ADDRESS = /^[^\s<>(),:;"[\]\\@]+@[^\s<>(),:;"[\]\\@]+$/;
const FROM = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/;

/** Splits `Name <address>`; undefined where it is neither that nor a bare address. */
export function parseMailbox(text: string): Recipient | undefined {
  const [, name, bracketed, bare] = FROM.exec(text) ?? [];
  const address = (bracketed ?? bare)?.trim();
  if (address === undefined || !ADDRESS.test(address)) return undefined;
  return name === undefined || name === '' ? { address } : { name, address };
}

/** The Message-ID of a delivery: the same for every attempt, so that a mailbox shows a repeat as one message. */
export function messageIdOf(key: string, domain: string): string {
  return `<${createHash('sha256').update(key).digest('hex')}@${domain}>`;
}

/**
 * The SMTP adapter. 4xx, timeouts and connection errors are transient, 5xx permanent (503, "bad sequence", tells of
 * the session and not of the message: transient). Several recipients get a message and an id each; where one fails
 * the others are still sent.
 */
export function createEmailChannel(options: EmailOptions): ChannelPort {
  const from = parseMailbox(options.from);
  if (from === undefined) throw new PermanentDeliveryError('the from-address is not a mail address');
  const domain = from.address.slice(from.address.indexOf('@') + 1);
  const timeoutMs = options.timeoutMs ?? 15_000;
  const transport = createTransport({
    url: options.url.reveal(),
    pool: true,
    maxConnections: 5,
    // A lost connection is the workflow's to retry, under the same key; the pool would only hide the delay.
    maxRequeues: 0,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  async function sendOne(message: OutgoingMessage, to: Recipient, id: string, signal: AbortSignal): Promise<void> {
    if (!ADDRESS.test(to.address)) throw new PermanentDeliveryError(`not a mail address: ${safeDetail(to.address)}`);
    const sender = message.from === undefined ? from : parseMailbox(message.from);
    if (sender === undefined)
      throw new PermanentDeliveryError(`not a mail address to send from: ${safeDetail(message.from ?? '')}`);
    const priority = message.priorityHeader ?? (message.importance && PRIORITY[message.importance]);
    // A bad address of a copy does not keep the mail from the one it is for.
    const cc = (message.cc ?? []).filter((one) => ADDRESS.test(one.address) && one.address !== to.address);
    const root = messageIdOf(`thread|${message.threadKey}`, domain);
    try {
      await underSignal(signal, timeoutMs, (sendSignal) =>
        transport.sendMail({
          from: { name: oneLine(sender.name ?? ''), address: sender.address },
          to: { name: oneLine(to.name ?? ''), address: to.address },
          ...(cc.length === 0
            ? {}
            : { cc: cc.map((one) => ({ name: oneLine(one.name ?? ''), address: one.address })) }),
          subject: oneLine(message.subject),
          text: message.text,
          ...(message.html === undefined ? {} : { html: message.html }),
          ...(message.images === undefined ? {} : { attachments: picturesOf(message.images) }),
          messageId: id,
          inReplyTo: root,
          references: [root],
          ...(message.importance === undefined ? {} : { priority: message.importance }),
          headers: {
            'Auto-Submitted': 'auto-generated',
            'X-Tocsin-Delivery': oneLine(message.key),
            ...(priority === undefined ? {} : { Priority: oneLine(priority) }),
          },
          signal: sendSignal,
        }),
      );
    } catch (error) {
      throw sorted(error, options.url);
    }
  }

  return {
    provider: 'smtp',
    async send(message, signal) {
      if (message.to.length === 0) throw new PermanentDeliveryError('the mail has no recipient');
      const failures: unknown[] = [];
      const ids: string[] = [];
      for (const to of message.to) {
        const key = message.to.length === 1 ? message.key : `${message.key}#${to.address.toLowerCase()}`;
        const id = messageIdOf(key, domain);
        try {
          await sendOne(message, to, id, signal);
          ids.push(id);
        } catch (error) {
          failures.push(error);
        }
      }
      const worst = failures.find(isTransient) ?? failures[0];
      if (worst !== undefined) throw worst instanceof Error ? worst : new Error(String(worst));
      return { provider: 'smtp', providerId: ids.join(' '), to: addresses(message.to), ...personOf(message.to) };
    },
    close: () => transport.close(),
  };
}

/** Pictures that the HTML shows by content id. */
const picturesOf = (images: Record<string, string>) =>
  Object.entries(images).map(([cid, content]) => ({
    cid,
    content,
    encoding: 'base64',
    contentType: 'image/png',
    contentDisposition: 'inline' as const,
    filename: `${cid.split('@')[0] ?? 'picture'}.png`,
  }));

/** A header is one line: what would end it becomes a space, so that nobody adds a header through a subject. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
}

function sorted(error: unknown, url: Secret): Error {
  const { responseCode, response, code } = error as { responseCode?: number; response?: string; code?: string };
  if (responseCode !== undefined) {
    const message = `SMTP answered ${safeDetail(response ?? String(responseCode), url)}`;
    return responseCode >= 500 && responseCode !== 503
      ? new PermanentDeliveryError(message)
      : new TransientDeliveryError(message);
  }
  return new TransientDeliveryError(`SMTP: the connection failed (${code ?? 'unknown'})`);
}

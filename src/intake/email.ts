/** Mail that comes in (RFC 5322): a new ticket, or a message on the one it answers. Loop-safe. */
import PostalMime, { type Address, type Email } from 'postal-mime';
import { createHash } from 'node:crypto';
import type { JsonObject } from '../domain/policy/types';
import { once, type IntakePorts } from './ports';
import { openingOf, planOf, refused, subjectOf, waysOf, type Customer, type Pack } from './ways';

export interface ReadMail {
  id: string;
  from: { name: string; address: string };
  to: string[];
  subject: string;
  text: string;
  /** Message ids that it answers. */
  references: string[];
  /** Written by a machine: an out-of-office note, a bounce, a list, or one of our own. */
  automatic?: string;
  attachments: JsonObject[];
}

/** Reads a mail. Errors: ESC_FIELD_REQUIRED where it names no sender. */
export async function readMail(raw: string | Buffer): Promise<ReadMail> {
  const mail = await PostalMime.parse(raw);
  const [sender] = addressesOf(mail.from === undefined ? [] : [mail.from]);
  if (!sender) throw refused('from', 'the mail names no sender');
  const header = headersOf(mail);
  const recipients = [...(mail.to ?? []), ...(mail.cc ?? [])];
  const routed = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => header(name) ?? []);
  return {
    id: mail.messageId ?? `sha256-${createHash('sha256').update(raw).digest('hex').slice(0, 40)}`,
    from: sender,
    to: [...new Set([...routed, ...addressesOf(recipients).map((one) => one.address)].map((one) => one.toLowerCase()))],
    subject: (mail.subject ?? '').trim(),
    text: (mail.text ?? stripped(mail.html ?? '')).trim(),
    references: [...(mail.inReplyTo ?? '').split(/\s+/), ...(mail.references ?? '').split(/\s+/)].filter(
      (one) => one !== '',
    ),
    ...automaticOf(sender.address, header),
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? 'attachment',
      type: mimeType,
      bytes: typeof content === 'string' ? content.length : content.byteLength,
    })),
  };
}

function addressesOf(list: readonly Address[]): { name: string; address: string }[] {
  return list.flatMap((one) =>
    one.group ? addressesOf(one.group) : one.address ? [{ name: one.name || one.address, address: one.address }] : [],
  );
}

const headersOf =
  (mail: Email) =>
  (name: string): string | undefined =>
    mail.headers.find((header) => header.key === name)?.value;

const stripped = (html: string): string => html.replace(/<(style|script)[\s\S]*?<\/\1>/gi, '').replace(/<[^>]+>/g, ' ');

/** Why nobody is to answer it (RFC 3834, and what mail programs do). */
function automaticOf(sender: string, header: (name: string) => string | undefined): { automatic?: string } {
  const submitted = header('auto-submitted');
  if (submitted !== undefined && !/^no\b/i.test(submitted)) return { automatic: 'auto-submitted' };
  if (header('x-tocsin-delivery') !== undefined) return { automatic: 'our own mail' };
  if (header('x-autoreply') !== undefined || header('x-autorespond') !== undefined) return { automatic: 'auto-reply' };
  if (/^(bulk|junk|list|auto_reply)$/i.test(header('precedence') ?? '')) return { automatic: 'precedence' };
  if (header('list-id') !== undefined) return { automatic: 'a mailing list' };
  if (header('return-path') === '<>' || /^(mailer-daemon|postmaster)@/i.test(sender)) return { automatic: 'a bounce' };
  return {};
}

/** `[Ticket #12345]` in a subject. */
const NUMBER = /\[\s*ticket\s*#\s*(\d{1,12})\s*\]/i;

/**
 * Takes a mail: what answers a ticket becomes a message on it, everything else opens one by the address it came to. What a
 * machine wrote is recorded and neither opens nor answers. The same Message-ID counts once.
 */
export async function takeMail(ports: IntakePorts, raw: string | Buffer): Promise<JsonObject> {
  const mail = await readMail(raw);
  return once(ports, 'email', mail.id, async () => {
    if (mail.automatic !== undefined) return { does: 'ignored', reason: mail.automatic };
    return (await answered(ports, mail)) ?? (await opened(ports, mail));
  });
}

async function answered(ports: IntakePorts, mail: ReadMail): Promise<JsonObject | undefined> {
  const ticket = await ticketOf(ports, mail);
  if (ticket === undefined) return undefined;
  const found = await ports.tickets.find(ticket);
  if (!found || found.closed) return undefined;
  await ports.tickets.command(
    found.id,
    'message',
    { from: 'customer', text: mail.text, subject: mail.subject, attachments: mail.attachments },
    { name: mail.from.name, kind: 'customer' },
    `email:${keyOf(mail.id)}`,
    ports.now(),
  );
  await ports.memory.keep('email', mail.id, { ticket: found.id }, ports.now());
  return { does: 'message', ticket: found.id };
}

async function ticketOf(ports: IntakePorts, mail: ReadMail): Promise<string | undefined> {
  const said = NUMBER.exec(mail.subject)?.[1];
  if (said !== undefined && (await ports.tickets.find(said))) return said;
  for (const reference of mail.references) {
    const thread = await ports.memory.thread('email', reference);
    if (thread?.ticket !== undefined) return thread.ticket;
  }
  return undefined;
}

async function opened(ports: IntakePorts, mail: ReadMail): Promise<JsonObject> {
  const pack = await ports.pack();
  const ways = waysOf(pack, 'email');
  const way = mail.to.flatMap((to) => ways.find((one) => one.address === to) ?? [])[0] ?? ways[0];
  const customer = await customerOf(ports, pack, mail);
  const opening = openingOf(pack, {
    channel: 'email',
    subject: mail.subject.replace(/^(re|fwd?|aw|wg):\s*/i, '').slice(0, 300) || subjectOf(mail.text, 'No subject'),
    body: mail.text,
    customer,
    way,
    fields: mail.attachments.length === 0 ? {} : { attachments: mail.attachments },
  });
  const ticket = await ports.tickets.open(opening, `intake/email/${keyOf(mail.id)}`, ports.now());
  await ports.memory.keep('email', mail.id, { ticket: ticket.id }, ports.now());
  return { does: 'opened', ticket: ticket.id, number: ticket.number, ...(way ? { way: way.name } : {}) };
}

async function customerOf(ports: IntakePorts, pack: Pack, mail: ReadMail): Promise<Customer> {
  const known = await ports.customers.byEmail(mail.from.address);
  if (known) return { ...known, name: known.name || mail.from.name };
  const way = waysOf(pack, 'email').find((one) => one.unknownPlan !== undefined);
  return { name: mail.from.name, email: mail.from.address, plan: planOf(way) ?? '' };
}

/** A Message-ID as a key: whatever signs it has. */
const keyOf = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 32);

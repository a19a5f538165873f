import { createServer, type Server } from 'node:http';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { LocalStackError } from './local-stack-error';
import { renderMailboxPage, renderMessagePage } from './mailbox-page';
import type { Service } from './processes';

/** A message as the list shows it. */
export interface MailboxSummary {
  readonly id: string;
  /** When the mailbox took it, RFC 3339. */
  readonly receivedAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** A whole message; every string is what the sender wrote, unescaped. */
export interface MailboxMessage extends MailboxSummary {
  readonly messageId: string | undefined;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly { readonly name: string; readonly mimeType: string; readonly sizeBytes: number }[];
}

/** How the development mailbox is started. */
export interface MailboxOptions {
  /** Folder for the messages, one `.eml` each. */
  readonly folder: string;
  readonly smtpPort: number;
  readonly httpPort: number;
  /** How many messages are kept, the newest; default 1,000. */
  readonly keep?: number;
}

/** The development mailbox: takes every mail, sends none on. */
export interface Mailbox extends Service {
  readonly smtpUrl: string;
  readonly url: string;
  /** Newest first. */
  list(): Promise<MailboxSummary[]>;
  get(id: string): Promise<MailboxMessage | undefined>;
}

const KEEP = 1_000;
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
const ID = /^\d{15}-\d{6}-[0-9a-f]{8}$/;

/**
 * Starts the mailbox on 127.0.0.1: SMTP without authentication, and a page to read it.
 * @throws LocalStackError when a port is taken
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const { folder, smtpPort, httpPort, keep = KEEP } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const box = openMailbox(folder);
  let sequence = 0;
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAX_MESSAGE_BYTES,
    disableReverseLookup: true,
    closeTimeout: 500,
    onData: (stream, _session, callback) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (stream.sizeExceeded) return callback(Object.assign(new Error('message too large'), { responseCode: 552 }));
        sequence = (sequence + 1) % 1_000_000;
        const id = `${String(Date.now()).padStart(15, '0')}-${String(sequence).padStart(6, '0')}-${randomBytes(4).toString('hex')}`;
        try {
          writeFileSync(join(folder, `${id}.new`), Buffer.concat(parts), { mode: 0o600 });
          renameSync(join(folder, `${id}.new`), join(folder, `${id}.eml`));
          forgetOldest(folder, keep);
          callback(null, `kept as ${id}`);
        } catch (error) {
          callback(error as Error);
        }
      });
    },
  });
  smtp.on('error', () => undefined); // a connection that breaks is the client's affair
  const http = createServer((request, response) => {
    void respond(box, request.method ?? '', request.url ?? '/').then(({ status, type, body }) => {
      response.writeHead(status, {
        'content-type': type,
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
        'x-content-type-options': 'nosniff',
      });
      response.end(body);
    });
  });
  await listen(smtp.server as unknown as Server, smtpPort, 'SMTP');
  try {
    await listen(http, httpPort, 'its page');
  } catch (error) {
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
    throw error;
  }
  let finished: (how: string) => void = () => undefined;
  const exited = new Promise<string>((resolve) => (finished = resolve));
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    http.closeAllConnections();
    await Promise.all([
      new Promise<void>((resolve) => smtp.close(() => resolve())),
      new Promise<void>((resolve) => http.close(() => resolve())),
    ]);
    finished('was stopped');
  };
  return {
    ...box,
    name: 'Mailbox',
    pid: undefined,
    exited,
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${httpPort}/`,
    stop: () => (stopping ??= stop()),
  };
}

/** Reads a mailbox folder, whether its server runs or not. */
export function openMailbox(folder: string): Pick<Mailbox, 'list' | 'get'> {
  const read = async (id: string): Promise<MailboxMessage> => {
    const raw = readFileSync(join(folder, `${id}.eml`));
    return toMessage(id, await PostalMime.parse(raw));
  };
  const cache = new Map<string, MailboxSummary>();
  return {
    list: async () => {
      const summaries: MailboxSummary[] = [];
      for (const id of messageIds(folder).reverse()) {
        const known = cache.get(id) ?? summaryOf(await read(id));
        cache.set(id, known);
        summaries.push(known);
      }
      if (cache.size > summaries.length) {
        const present = new Set(summaries.map((summary) => summary.id));
        for (const id of cache.keys()) if (!present.has(id)) cache.delete(id);
      }
      return summaries;
    },
    get: async (id) => (ID.test(id) && messageIds(folder).includes(id) ? read(id) : undefined),
  };
}

function summaryOf({ id, receivedAt, from, to, subject }: MailboxMessage): MailboxSummary {
  return { id, receivedAt, from, to, subject };
}

function toMessage(id: string, email: Email): MailboxMessage {
  return {
    id,
    receivedAt: new Date(Number(id.slice(0, 15))).toISOString(),
    from: addresses(email.from ? [email.from] : []).join(', '),
    to: addresses([...(email.to ?? []), ...(email.cc ?? [])]),
    subject: email.subject ?? '',
    messageId: email.messageId,
    headers: email.headers.map(({ key, value }) => ({ name: key, value })),
    text: email.text,
    html: email.html,
    attachments: email.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? '',
      mimeType,
      sizeBytes: typeof content === 'string' ? content.length : content.byteLength,
    })),
  };
}

function addresses(list: readonly Address[]): string[] {
  return list.flatMap((entry): string[] => {
    if (entry.group) return addresses(entry.group);
    return [entry.name ? `${entry.name} <${entry.address ?? ''}>` : (entry.address ?? '')];
  });
}

function messageIds(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return names.map((name) => name.slice(0, -'.eml'.length)).sort();
}

function forgetOldest(folder: string, keep: number): void {
  const ids = messageIds(folder);
  for (const id of ids.slice(0, Math.max(0, ids.length - keep))) rmSync(join(folder, `${id}.eml`), { force: true });
}

async function respond(
  box: Pick<Mailbox, 'list' | 'get'>,
  method: string,
  url: string,
): Promise<{ status: number; type: string; body: string }> {
  const html = 'text/html; charset=utf-8';
  const json = 'application/json; charset=utf-8';
  try {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: 'text/plain', body: 'Only GET.\n' };
    const path = new URL(url, 'http://127.0.0.1').pathname;
    if (path === '/') return { status: 200, type: html, body: renderMailboxPage(await box.list()) };
    if (path === '/api/messages') return { status: 200, type: json, body: JSON.stringify(await box.list()) };
    const [, api, id] = /^(\/api)?\/messages\/([^/]+)$/.exec(path) ?? [];
    const message = id === undefined ? undefined : await box.get(id);
    if (!message) return { status: 404, type: 'text/plain', body: 'No such message.\n' };
    if (api) return { status: 200, type: json, body: JSON.stringify(message) };
    return { status: 200, type: html, body: renderMessagePage(message) };
  } catch (error) {
    return { status: 500, type: 'text/plain', body: `${(error as Error).message}\n` };
  }
}

function listen(server: Server, port: number, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        new LocalStackError(
          `The mailbox cannot listen on 127.0.0.1:${port} (${what}): ${error.message}`,
          'End the program that has this port, or move all ports with TOCSIN_PORT.',
          { cause: error },
        ),
      );
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
}

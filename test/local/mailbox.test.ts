import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { startMailbox, type Mailbox } from '../../src/local/mailbox';
import { escapeHtml, renderMailboxPage, renderMessagePage } from '../../src/local/mailbox-page';
import { freePort } from '../../src/local/ports';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
let mailbox: Mailbox;
const KEEP = 20;

beforeAll(async () => {
  const smtpPort = await freePort();
  const httpPort = await freePort(new Set([smtpPort]));
  mailbox = await startMailbox({ folder: join(folder.path, 'mailbox'), smtpPort, httpPort, keep: KEEP });
});
afterAll(async () => {
  await mailbox.stop();
  folder.remove();
});

async function send(mail: SendMailOptions): Promise<void> {
  const transport = createTransport(mailbox.smtpUrl);
  await transport.sendMail({ from: 'Support <support@example.com>', to: 'customer@example.org', ...mail });
  transport.close();
}

const page = async (path: string) => (await fetch(new URL(path, mailbox.url))).text();

describe('the development mailbox', () => {
  it('takes a mail and shows it, newest first', async () => {
    await send({ subject: 'First', text: 'one' });
    await send({
      subject: 'Zwischenstand – größer',
      to: ['"Doe, Jane" <jane@example.org>', 'second@example.org'],
      text: 'Next update due 10:30.',
      html: '<p>Next update due <b>10:30</b>.</p>',
      messageId: '<TICK-1|cadence@example.com>',
      attachments: [{ filename: 'report.txt', content: 'report' }],
    });
    const list = await mailbox.list();
    expect(list.slice(0, 2).map(({ subject }) => subject)).toEqual(['Zwischenstand – größer', 'First']);
    expect(list[0]).toMatchObject({
      from: 'Support <support@example.com>',
      to: ['Doe, Jane <jane@example.org>', 'second@example.org'],
    });
    expect(await mailbox.get(list[0]?.id ?? '')).toMatchObject({
      messageId: '<TICK-1|cadence@example.com>',
      text: expect.stringContaining('Next update due 10:30.'),
      html: expect.stringContaining('<b>10:30</b>'),
      attachments: [{ name: 'report.txt', mimeType: 'text/plain', sizeBytes: 6 }],
    });
  });

  it('serves the list, a message, and both as JSON', async () => {
    await send({ subject: 'Served', text: 'body' });
    const [newest] = (await (await fetch(new URL('/api/messages', mailbox.url))).json()) as { id: string }[];
    expect(await page('/')).toContain('Served');
    expect(await page('/')).toContain('http-equiv="refresh"');
    expect(await page(`/messages/${newest?.id}`)).toContain('body');
    expect(JSON.parse(await page(`/api/messages/${newest?.id}`))).toMatchObject({ subject: 'Served', text: 'body\n' });
  });

  it('escapes what a sender wrote, and shows HTML only in a sandboxed frame', async () => {
    const evil = `<script>alert('x')</script>"'&`;
    await send({ subject: evil, from: `"${'<img src=x onerror=alert(1)>'}" <a@example.com>`, text: evil, html: evil });
    const [newest] = await mailbox.list();
    for (const html of [await page('/'), await page(`/messages/${newest?.id}`)]) {
      expect(html).not.toContain('<script');
      expect(html).not.toContain('<img');
      expect(html).toContain('&lt;script&gt;');
    }
    expect(await page(`/messages/${newest?.id}`)).toMatch(/<iframe sandbox="" [^>]*srcdoc="&lt;script&gt;/);
  });

  it('keeps a line break in a subject from becoming a header', async () => {
    await send({ subject: 'Harmless\r\nBcc: victim@example.net\r\nX-Injected: yes', text: 'body' });
    const [newest] = await mailbox.list();
    const message = await mailbox.get(newest?.id ?? '');
    expect(message?.headers.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['x-injected']));
    expect(message?.headers.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['bcc']));
    expect(message?.to).toEqual(['customer@example.org']);
  });

  it('keeps the newest messages only', async () => {
    for (let i = 0; i < KEEP + 3; i++) await send({ subject: `number ${i}`, text: 'x' });
    const list = await mailbox.list();
    expect(list).toHaveLength(KEEP);
    expect(list[0]?.subject).toBe(`number ${KEEP + 2}`);
    expect(list.at(-1)?.subject).toBe('number 3');
    expect(readdirSync(join(folder.path, 'mailbox')).every((name) => name.endsWith('.eml'))).toBe(true);
  });

  it.each(['../../../../etc/passwd', '%2e%2e%2fstack', 'x', '000000000000000-000000-00000000'])(
    'knows no message %p',
    async (id) => {
      expect(await mailbox.get(id)).toBeUndefined();
      expect((await fetch(`${mailbox.url}messages/${encodeURIComponent(id)}`)).status).toBe(404);
    },
  );

  it('says which port is taken', async () => {
    const blocker = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    const options = { folder: join(folder.path, 'second'), smtpPort: await freePort(), httpPort: port };
    await expect(startMailbox(options)).rejects.toThrow(`127.0.0.1:${port}`);
    await new Promise((resolve) => blocker.close(resolve));
  });
});

describe('the pages of the mailbox', () => {
  it('say so when there is no mail', () => {
    expect(renderMailboxPage([])).toContain('No mail yet');
  });

  it('name a message without a subject', () => {
    const summary = { id: '1', receivedAt: '2026-03-06T10:00:00.000Z', from: '', to: [], subject: '' };
    expect(renderMailboxPage([summary])).toContain('(no subject)');
    const message = {
      ...summary,
      messageId: undefined,
      headers: [],
      text: undefined,
      html: undefined,
      attachments: [],
    };
    expect(renderMessagePage(message)).toContain('(no subject)');
  });

  it('escape all five characters', () => {
    expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
  });
});

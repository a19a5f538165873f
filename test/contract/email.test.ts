import { createEmailChannel, messageIdOf, parseMailbox } from '../../src/activities/email';
import type { ChannelPort } from '../../src/activities/ports';
import { Secret } from '../../src/activities/secret';
import { startMailServer, type MailServer } from './support/mail-server';
import { errorOf, message, never } from './support/messages';

const mail = (over = {}) =>
  message({
    channel: 'email',
    key: 'T-1|opened|customer|email',
    to: [{ name: 'Ana Müller', address: 'ana@example.com' }],
    subject: 'Ihr Ticket: Störung',
    text: 'We are on it.',
    html: '<p>We are on it.</p>',
    threadKey: 'T-1',
    ...over,
  });

describe('e-mail by SMTP', () => {
  let server: MailServer;
  let port: ChannelPort;
  const open = (timeoutMs = 5000) =>
    createEmailChannel({ url: new Secret(server.url), from: 'Tocsin <tocsin@support.example>', timeoutMs });
  beforeEach(async () => {
    server = await startMailServer();
    port = open();
  });
  afterEach(async () => {
    port.close?.();
    await server.close();
  });
  const header = (name: string, n = 0) => server.taken[n]?.parsed.headers.find((one) => one.key === name)?.value;

  test('sends text and HTML to the recipient in the name of the desk', async () => {
    const result = await port.send(mail(), never());
    expect(result).toMatchObject({ provider: 'smtp', to: 'ana@example.com', person: 'Ana Müller' });
    expect(server.taken[0]?.to).toEqual(['ana@example.com']);
    expect(server.taken[0]?.parsed).toMatchObject({
      from: { name: 'Tocsin', address: 'tocsin@support.example' },
      to: [{ name: 'Ana Müller', address: 'ana@example.com' }],
      subject: 'Ihr Ticket: Störung',
      text: expect.stringContaining('We are on it.') as string,
      html: expect.stringContaining('<p>We are on it.</p>') as string,
    });
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('x-tocsin-delivery')).toBe(mail().key);
  });

  test('sends a copy to whom it names, marked with its importance [SEC-ESC-204]', async () => {
    const cc = [{ name: 'Support Manager', address: 'manager@example.com' }, { address: 'no address' }];
    await port.send(mail({ cc, importance: 'high' }), never());
    expect(server.taken[0]?.to).toEqual(['ana@example.com', 'manager@example.com']);
    expect(server.taken[0]?.parsed.cc).toEqual([{ name: 'Support Manager', address: 'manager@example.com' }]);
    expect([header('priority'), header('importance'), header('x-priority')]).toEqual(['High', 'High', '1 (Highest)']);
    await port.send(mail({ key: 'plain' }), never());
    expect([header('priority', 1), server.taken[1]?.parsed.cc]).toEqual([undefined, undefined]);
  });

  test('sends in the name that the message gives, with its Priority; in the desk’s own otherwise [SEC-HD-032]', async () => {
    const from = 'SecureAI Support <support@secureai.com>';
    await port.send(mail({ from, priorityHeader: 'P2', importance: 'high' }), never());
    await port.send(mail({ key: 'plain' }), never());
    expect(server.taken.map((one) => one.parsed.from)).toEqual([
      { name: 'SecureAI Support', address: 'support@secureai.com' },
      { name: 'Tocsin', address: 'tocsin@support.example' },
    ]);
    expect([header('priority'), header('importance'), header('x-priority')]).toEqual(['P2', 'High', '1 (Highest)']);
    expect(server.taken[0]?.parsed.inReplyTo).toBe(server.taken[1]?.parsed.inReplyTo);
    const bad = await errorOf(port.send(mail({ from: 'nobody' }), never()));
    expect(bad).toMatchObject({ name: 'PermanentDeliveryError', code: 'ESC_PROVIDER_REFUSED' });
    expect(server.taken).toHaveLength(2);
  });

  test('gives a delivery the same Message-ID on every attempt', async () => {
    await port.send(mail(), never());
    await port.send(mail(), never());
    const id = messageIdOf(mail().key, 'support.example');
    expect(server.taken.map((one) => one.parsed.messageId)).toEqual([id, id]);
    expect(id).toMatch(/^<[0-9a-f]{64}@support\.example>$/);
  });

  test('makes one thread of a ticket’s mails and none with another ticket’s', async () => {
    await port.send(mail({ key: 'a' }), never());
    await port.send(mail({ key: 'b' }), never());
    await port.send(mail({ key: 'c', ticket: 'T-2', threadKey: 'T-2' }), never());
    const [first, second, other] = server.taken.map((one) => one.parsed);
    expect(first?.messageId).not.toBe(second?.messageId);
    expect(first?.inReplyTo).toBe(second?.inReplyTo);
    expect(first?.references).toBe(first?.inReplyTo);
    expect(other?.inReplyTo).not.toBe(first?.inReplyTo);
  });

  test('sends each of several recipients a message of their own', async () => {
    const to = [{ address: 'ana@example.com' }, { address: 'ben@example.com' }];
    await expect(port.send(mail({ to }), never())).resolves.toMatchObject({ to: 'ana@example.com, ben@example.com' });
    expect(server.taken.map((one) => one.to)).toEqual([['ana@example.com'], ['ben@example.com']]);
    expect(server.taken[0]?.raw).not.toContain('ben@example.com');
    expect(new Set(server.taken.map((one) => one.parsed.messageId)).size).toBe(2);
  });

  test('sends to the others when one of several is refused', async () => {
    server.script.rcpt.push(550);
    const to = [{ address: 'gone@example.com' }, { address: 'ben@example.com' }];
    expect(await errorOf(port.send(mail({ to }), never()))).toMatchObject({ name: 'PermanentDeliveryError' });
    expect(server.taken.map((one) => one.to)).toEqual([['ben@example.com']]);
  });

  test('lets no subject, name or key add a header', async () => {
    const evil = 'Hello\r\nBcc: victim@example.com\r\n\r\nbody';
    await port.send(
      mail({ subject: evil, key: `k${evil}`, to: [{ name: evil, address: 'ana@example.com' }] }),
      never(),
    );
    expect(server.taken[0]?.to).toEqual(['ana@example.com']);
    expect(header('bcc')).toBeUndefined();
    expect(server.taken[0]?.parsed.subject).toBe('Hello Bcc: victim@example.com body');
    expect(server.taken[0]?.parsed.text).not.toContain('body\n\nWe');
  });

  test.each(['ana@example.com\r\nRCPT TO:<victim@example.com>', 'a@b, c@d', 'nobody', '<a@b>', ''])(
    'refuses the address %j',
    async (address) => {
      const error = await errorOf(port.send(mail({ to: [{ address }] }), never()));
      expect(error).toMatchObject({ name: 'PermanentDeliveryError', code: 'ESC_PROVIDER_REFUSED' });
      expect(server.taken).toHaveLength(0);
    },
  );

  test('refuses a mail to nobody', async () => {
    expect(await errorOf(port.send(mail({ to: [] }), never()))).toMatchObject({ name: 'PermanentDeliveryError' });
  });

  test.each([421, 450, 451])('takes a %i as a reason to try again', async (code) => {
    server.script.rcpt.push(code);
    expect(await errorOf(port.send(mail(), never()))).toMatchObject({ name: 'TransientDeliveryError' });
    await expect(port.send(mail(), never())).resolves.toMatchObject({ provider: 'smtp' });
  });

  test.each([550, 553, 554])('takes a %i as a refusal for good', async (code) => {
    server.script.data.push(code);
    const error = await errorOf(port.send(mail(), never()));
    expect(error).toMatchObject({ name: 'PermanentDeliveryError' });
    expect(error.message).toContain(String(code));
  });

  test('gives up after its timeout and tries again later', async () => {
    port.close?.();
    port = open(150);
    server.script.data.push('hang');
    expect(await errorOf(port.send(mail(), never()))).toMatchObject({ name: 'TransientDeliveryError' });
  });

  test('takes a lost connection as a reason to try again', async () => {
    server.script.data.push('reset');
    expect(await errorOf(port.send(mail(), never()))).toMatchObject({ name: 'TransientDeliveryError' });
  });

  test('takes a server that is not there as a reason to try again and names no password', async () => {
    await server.close();
    const url = new Secret(server.url.replace('smtp://', 'smtp://tocsin:sesame-1234@'));
    const away = createEmailChannel({ url, from: 'tocsin@support.example' });
    const error = await errorOf(away.send(mail(), never()));
    away.close?.();
    expect(error.name).toBe('TransientDeliveryError');
    expect(`${error.message}${error.stack}`).not.toContain('sesame');
  });

  test('stops when the activity is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await errorOf(port.send(mail(), controller.signal))).toMatchObject({ name: 'TransientDeliveryError' });
    expect(server.taken).toHaveLength(0);
  });

  test.each([
    ['Tocsin <t@example.com>', { name: 'Tocsin', address: 't@example.com' }],
    ['"Support Desk" <t@example.com>', { name: 'Support Desk', address: 't@example.com' }],
    ['t@example.com', { address: 't@example.com' }],
    ['Tocsin', undefined],
    ['a@b@c', undefined],
  ])('reads the from-address %s', (text, mailbox) => expect(parseMailbox(text)).toEqual(mailbox));
});

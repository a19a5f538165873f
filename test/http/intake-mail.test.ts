import { api, closeAll, type Api, type Doc } from './support';

afterEach(closeAll);
// A Monday in winter, at ten in New York.
const OPEN = Date.parse('2026-11-30T15:00:00Z');
const SUNDAY = Date.parse('2026-11-29T08:00:00Z');

async function desk(now = OPEN): Promise<Api> {
  const server = await api();
  server.world.now = now;
  return server;
}

describe('mail', () => {
  const mail = (head: Record<string, string>, text = 'It fails since noon.'): string =>
    `${Object.entries({
      From: 'Jane Smith <jane@example.com>',
      'Message-ID': '<m1@example.com>',
      Subject: 'Nothing loads',
      ...head,
    })
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')}\r\n\r\n${text}\r\n`;
  const send = async (server: Api, raw: string) =>
    (
      await server.ask('POST', '/v1/intake/email', {
        role: 'intake',
        body: raw,
        headers: { 'content-type': 'message/rfc822' },
      })
    ).json<Doc>();

  it.each([
    ['support@secureai.com', undefined],
    ['technical@secureai.com', 'technical'],
    ['billing@secureai.com', 'billing'],
    ['security@secureai.com', 'security'],
    ['enterprise-support@secureai.com', 'enterprise'],
  ])(
    'to %s opens a ticket of desk %s [SEC-HD-021] [SEC-HD-022] [SEC-HD-023] [SEC-HD-024] [SEC-HD-025] [SEC-HD-002]',
    async (to, desk_) => {
      const server = await desk(SUNDAY);
      expect(await send(server, mail({ To: to }))).toMatchObject({ does: 'opened' });
      const [order] = server.world.opens;
      expect(order?.opening).toMatchObject({
        channel: 'email',
        subject: 'Nothing loads',
        body: 'It fails since noon.',
        customer: { name: 'Jane Smith', email: 'jane@example.com', plan: 'starter' },
      });
      expect(order?.opening?.fields?.['desk']).toBe(desk_);
      expect(order?.receivedAt).toBe(SUNDAY);
    },
  );

  it('is of the plan that the customer is known by', async () => {
    const server = await desk();
    server.world.customers.push({ name: 'Jane', email: 'jane@example.com', plan: 'enterprise' });
    await send(server, mail({ To: 'enterprise-support@secureai.com' }));
    expect(server.world.opens[0]?.opening?.customer?.plan).toBe('enterprise');
  });

  it('that comes twice opens one ticket', async () => {
    const server = await desk();
    await send(server, mail({ To: 'support@secureai.com' }));
    expect(await send(server, mail({ To: 'support@secureai.com' }))).toMatchObject({ does: 'opened', repeated: true });
    expect(server.world.opens).toHaveLength(1);
  });

  it('with a ticket number in its subject, or that answers one by its headers, is a message on it', async () => {
    const server = await desk();
    const first = mail({
      To: 'support@secureai.com',
      Subject: 'Re: [Ticket #10001] Nothing loads',
      'Message-ID': '<m2@example.com>',
    });
    expect(await send(server, first)).toEqual({ does: 'message', ticket: 'TICK-20260302-001' });
    const second = mail({
      To: 'support@secureai.com',
      Subject: 'And more',
      'Message-ID': '<m3@example.com>',
      'In-Reply-To': '<m2@example.com>',
    });
    expect(await send(server, second)).toMatchObject({ does: 'message' });
    expect(server.world.commands.map(({ command }) => [command.name, command.fields['from']])).toEqual([
      ['message', 'customer'],
      ['message', 'customer'],
    ]);
    expect(server.world.opens).toHaveLength(0);
  });

  it.each([
    ['Auto-Submitted', 'auto-replied'],
    ['Auto-Submitted', 'auto-generated'],
    ['X-Tocsin-Delivery', 'TICK-1|x'],
    ['Precedence', 'bulk'],
    ['List-Id', '<news.example.com>'],
    ['From', 'MAILER-DAEMON@example.com'],
  ])('that a machine wrote (%s: %s) is ignored, so that no loop begins', async (name, value) => {
    const server = await desk();
    const raw = mail({ To: 'support@secureai.com', Subject: 'Re: [Ticket #10001] x', [name]: value });
    expect(await send(server, raw)).toMatchObject({ does: 'ignored' });
    expect([server.world.opens, server.world.commands]).toEqual([[], []]);
  });
});

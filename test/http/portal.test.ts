import { BOB, JANE, tokenFor } from './customers';
import { portal, send } from './portal-world';
import { api, closeAll, NOW, problem, secretOf, type Doc } from './support';

afterEach(closeAll);

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('who customers are', () => {
  it('needs a login for the API: no token, a foreign one, one that has ended, a key of intake are all refused [SEC-HD-235]', async () => {
    const server = await portal();
    const ask = async (headers: Record<string, string>) => server.ask('GET', '/v1/portal/tickets', { headers });
    problem(await ask({}), 'ESC_UNAUTHENTICATED');
    problem(await ask(await server.as(JANE, { by: 'stranger' })), 'ESC_UNAUTHENTICATED');
    problem(await ask(await server.as(JANE, { exp: NOW - 60_000 })), 'ESC_UNAUTHENTICATED');
    problem(await ask(await server.as({ ...JANE, email_verified: false })), 'ESC_UNAUTHENTICATED');
    problem(await ask({ authorization: `Bearer ${secretOf('admin')}` }), 'ESC_UNAUTHENTICATED');
    problem(await ask({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }), 'ESC_UNAUTHENTICATED');
    problem(await ask({ cookie: await server.cookie(JANE) }), 'ESC_UNAUTHENTICATED');
    expect((await ask(await server.as(JANE))).statusCode).toBe(200);
  });

  it('shows a page that asks to log in, with 401 [SEC-HD-235]', async () => {
    const server = await portal();
    for (const url of ['/portal', '/portal/account', '/portal/tickets/new', '/portal/tickets/10001']) {
      const page = await server.ask('GET', url);
      expect([url, page.statusCode]).toEqual([url, 401]);
      expect(page.body).toContain('href="/portal/login"');
      expect(page.body).not.toContain('secret');
    }
  });

  it("gives nobody another customer's ticket: it is as if it were not there [SEC-HD-235] [SEC-HD-014]", async () => {
    const server = await portal();
    const bob = await server.as(BOB);
    problem(await server.ask('GET', '/v1/portal/tickets/10001', { headers: bob }), 'ESC_TICKET_NOT_FOUND');
    problem(
      await server.ask('POST', '/v1/portal/tickets/10001/messages', { headers: bob, body: { text: 'hi' } }),
      'ESC_TICKET_NOT_FOUND',
    );
    expect(server.world.commands).toEqual([]);
    const page = await server.ask('GET', '/portal/tickets/10001', { headers: { cookie: await server.cookie(BOB) } });
    expect(page.statusCode).toBe(404);
    expect(page.body).not.toContain('Upload');
  });

  it('takes a token of the identity provider for a session, and no other', async () => {
    const server = await portal();
    const good = await send(
      server,
      '/portal/login',
      '/portal/session',
      { token: await tokenFor(JANE, { now: NOW }) },
      'a=b',
    );
    expect([good.statusCode, good.headers['location']]).toEqual([303, '/portal']);
    expect([good.headers['set-cookie']].flat().join()).toMatch(/tocsin_portal=ey.*HttpOnly; SameSite=Lax/);
    const bad = await send(
      server,
      '/portal/login',
      '/portal/session',
      { token: await tokenFor(JANE, { now: NOW, by: 'stranger' }) },
      'a=b',
    );
    expect(bad.statusCode).toBe(401);
    expect([bad.headers['set-cookie'] ?? []].flat().join()).not.toContain('tocsin_portal');
  });
});

describe('own tickets', () => {
  it('are listed with status and next update, others are not [SEC-HD-014]', async () => {
    const server = await portal();
    const list = (await server.ask('GET', '/v1/portal/tickets', { headers: await server.as(JANE) })).json<Doc[]>();
    expect(list).toEqual([
      expect.objectContaining({ number: '10001', status: 'in_progress', nextUpdate: '2026-03-02T12:00:00Z' }),
    ]);
    const page = await server.ask('GET', '/portal', { headers: { cookie: await server.cookie(JANE) } });
    expect(page.statusCode).toBe(200);
    for (const part of [
      '#10001',
      'In progress',
      '2 Mar 2026, 12:00 UTC',
      'action="/portal/help/search"',
      'href="/portal/account"',
    ])
      expect(page.body).toContain(part);
    expect(page.body).not.toContain('secret');
  });

  it('show status, priority, what was said and when they hear again, and nothing of the staff [SEC-HD-230]', async () => {
    const server = await portal();
    const ticket = (
      await server.ask('GET', '/v1/portal/tickets/10001', { headers: await server.as(JANE) })
    ).json<Doc>();
    expect(ticket).toMatchObject({
      ...{ status: 'in_progress', priority: 'P2', nextUpdate: '2026-03-02T12:00:00Z', fields: { owner: 'Ada' } },
      updates: [{ at: '2026-03-02T09:30:00Z', from: 'support' }],
    });
    const page = await server.ask('GET', '/portal/tickets/10001', { headers: { cookie: await server.cookie(JANE) } });
    for (const part of ['In progress', 'P2', 'Next update by', '12:00 UTC', 'We are looking at it'])
      expect(page.body).toContain(part);
  });

  it('escape whatever people wrote, under a policy that runs no script of theirs', async () => {
    const server = await portal();
    const page = await server.ask('GET', '/portal/tickets/10001', { headers: { cookie: await server.cookie(JANE) } });
    expect(page.body).toContain('Upload &lt;script&gt;alert(1)&lt;/script&gt; fails');
    expect(page.body).toContain('&lt;i&gt;now&lt;/i&gt;');
    expect(page.body).toContain('Jane &lt;b&gt;Smith&lt;/b&gt;');
    expect(page.body.match(/<script/g)).toHaveLength(1);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['x-frame-options']).toBe('DENY');
  });

  it('are found by the address of the mails', async () => {
    const answer = await (await portal()).ask('GET', '/tickets/10001');
    expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/portal/tickets/10001']);
  });
});

describe('a submission', () => {
  it('opens a ticket and confirms its number [SEC-HD-229]', async () => {
    const server = await portal();
    const jane = await server.cookie(JANE);
    const sent = await send(
      server,
      '/portal/tickets/new',
      '/portal/tickets',
      { subject: 'Reports are empty', body: 'Since today' },
      jane,
    );
    expect([sent.statusCode, sent.headers['location']]).toEqual([303, '/portal/tickets/10001?opened=1']);
    expect(server.world.opens[0]?.opening).toMatchObject({
      ...{ subject: 'Reports are empty', body: 'Since today', channel: 'portal' },
      customer: { email: JANE.email, plan: 'professional', id: 'customer_123' },
    });
    const page = await server.ask('GET', '/portal/tickets/10001?opened=1', { headers: { cookie: jane } });
    expect(page.body).toContain('Your ticket has the number <strong>#10001</strong>');
  });

  it('is one ticket however often the same form is sent', async () => {
    const server = await portal();
    const jane = await server.as(JANE);
    const body = { subject: 'Reports are empty', idempotencyKey: 'form-0001' };
    expect((await server.ask('POST', '/v1/portal/tickets', { headers: jane, body })).statusCode).toBe(201);
    expect((await server.ask('POST', '/v1/portal/tickets', { headers: jane, body })).statusCode).toBe(200);
    problem(
      await server.ask('POST', '/v1/portal/tickets', { headers: jane, body: { ...body, subject: 'Else' } }),
      'ESC_IDEMPOTENCY_CONFLICT',
    );
    expect(server.world.opens[0]?.idempotencyKey).toBe('customer:jane@example.com/form-0001');
  });

  it('from another site is refused', async () => {
    const server = await portal();
    const cookie = `${await server.cookie(JANE)}; tocsin_form=abcdefghijklmnopqrstuvwx`;
    for (const csrf of ['', 'abcdefghijklmnopqrstuvwy']) {
      const sent = await server.ask('POST', '/portal/tickets', {
        headers: { ...FORM, cookie },
        body: `subject=Hi&csrf=${csrf}`,
      });
      expect(sent.statusCode).toBe(403);
    }
    expect(server.world.opens).toEqual([]);
  });

  it('without a subject is asked for one, and keeps what was written', async () => {
    const server = await portal();
    const sent = await send(
      server,
      '/portal/tickets/new',
      '/portal/tickets',
      { subject: ' ', body: 'A <long> text' },
      await server.cookie(JANE),
    );
    expect(sent.statusCode).toBe(422);
    expect(sent.body).toContain('A &lt;long&gt; text');
  });

  it('that comes from an article refers to it, and counts against deflection [SEC-HD-115]', async () => {
    const server = await portal();
    const jane = `${await server.cookie(JANE)}; tocsin_session=visit-0001`;
    const form = await server.ask('GET', '/portal/tickets/new?article=first-video', { headers: { cookie: jane } });
    expect(form.body).toContain('How to Upload and Analyze Your First Video</a>');
    const sent = await send(
      server,
      '/portal/tickets/new?article=first-video',
      '/portal/tickets',
      { subject: 'Still stuck', body: '' },
      jane,
    );
    expect(sent.statusCode).toBe(303);
    expect(server.world.opens[0]?.opening.tags).toEqual(['article:first-video']);
    expect(server.world.knowledge.tickets).toEqual([
      { visit: { id: 'visit-0001', channel: 'portal' }, ticket: 'TICK-20260302-001' },
    ]);
  });

  it('is followed by what the customer writes, as a message of theirs', async () => {
    const server = await portal();
    const sent = await send(
      server,
      '/portal/tickets/10001',
      '/portal/tickets/10001/messages',
      { text: 'Any news?' },
      await server.cookie(JANE),
    );
    expect(sent.headers['location']).toBe('/portal/tickets/10001?sent=1');
    expect(server.world.commands).toEqual([
      {
        ticket: 'TICK-20260302-001',
        command: expect.objectContaining({
          name: 'message',
          by: { name: JANE.name, kind: 'customer' },
          fields: { from: 'customer', text: 'Any news?' },
        }),
      },
    ]);
  });
});

describe('the help center', () => {
  it('is searched from the portal [SEC-HD-231]', async () => {
    const server = await portal();
    const page = await server.ask('GET', '/portal/help/search?q=upload%20fails');
    expect(page.body).toContain('href="/portal/help/upload-failures"');
    expect(page.body).toContain('href="/portal/help/first-video"');
  });

  it('shows an article with its foot: the question, two answers, three buttons, planned articles [SEC-HD-114] [SEC-HD-115] [SEC-HD-113]', async () => {
    const server = await portal();
    const { body } = await server.ask('GET', '/portal/help/first-video');
    for (const part of [
      'Was this article helpful?',
      'Yes',
      'No',
      'Still need help?',
      'Contact Support',
      'Live Chat',
      'Community Forum',
      '27 January 2025',
      '3 min to read',
      'Beginner',
    ])
      expect(body).toContain(part);
    expect(body.match(/<span class="tag">planned<\/span>/g)).toHaveLength(4);
    expect(body).toContain('<a href="/portal/tickets/new?article=first-video">Create incident</a>');
  });

  it('takes a vote by a form [SEC-HD-114]', async () => {
    const server = await portal();
    const sent = await send(
      server,
      '/portal/help/first-video',
      '/portal/help/first-video/feedback',
      { helpful: 'no' },
      'tocsin_session=visit-0001',
    );
    expect(sent.statusCode).toBe(303);
    expect([...server.world.knowledge.votes]).toEqual([['visit-0001 first-video en 1', false]]);
  });

  it('takes a comment by a form [SEC-HD-207]', async () => {
    const server = await portal();
    await send(
      server,
      '/portal/help/first-video',
      '/portal/help/first-video/comments',
      { text: 'Unclear' },
      'tocsin_session=visit-0001',
    );
    expect(server.world.knowledge.comments).toEqual([
      expect.objectContaining({ slug: 'first-video', version: 1, text: 'Unclear' }),
    ]);
  });

  it('shows the whole tree', async () => {
    const { body } = await (await portal()).ask('GET', '/portal/help');
    for (const part of ['SecureAI Help Center', 'Compliance &amp; Security', 'SAML/SSO Setup'])
      expect(body).toContain(part);
  });
});

describe('the account', () => {
  it('shows the profile [SEC-HD-232], usage [SEC-HD-233] and billing [SEC-HD-234], and nothing of another company', async () => {
    const server = await portal();
    const { body } = await server.ask('GET', '/portal/account', { headers: { cookie: await server.cookie(JANE) } });
    for (const part of ['Example Corp', '1234', '99 USD', 'jane@example.com']) expect(body).toContain(part);
    expect(body).not.toMatch(/Other Inc|7 USD/);
    const json = (await server.ask('GET', '/v1/portal/account', { headers: await server.as(BOB) })).json<Doc>();
    expect(json).toMatchObject({ profile: { company: 'Other Inc' }, usage: { analyses_this_month: 7 } });
  });

  it('leads to the service where accounts are kept, where that is configured [SEC-HD-232]', async () => {
    const server = await api({
      links: { account: 'https://app.example/account', billing: 'https://app.example/billing' },
    });
    const cookie = `tocsin_portal=${await tokenFor(JANE, { now: NOW })}`;
    const { body } = await server.ask('GET', '/portal/account', { headers: { cookie } });
    expect(body).toContain('href="https://app.example/account"');
    expect(body).toContain('href="https://app.example/billing"');
  });
});

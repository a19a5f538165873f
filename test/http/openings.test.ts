import { api, closeAll, NOW, OPENING, problem, TICKET } from './support';

afterEach(closeAll);

describe('POST /v1/tickets', () => {
  it('opens a ticket and says where it is', async () => {
    const { ask, world } = await api();
    const response = await ask('POST', '/v1/tickets', {
      role: 'intake',
      body: OPENING,
      headers: { 'idempotency-key': 'mail-7' },
    });
    expect(response.statusCode).toBe(201);
    expect(response.headers['location']).toBe(TICKET);
    expect(response.json()).toEqual({
      id: 'TICK-20260302-001',
      number: '10001',
      created: true,
      openedAt: '2026-03-02T10:00:00Z',
      pack: { id: 'secureai', hash: 'a'.repeat(64) },
      url: TICKET,
    });
    expect(world.opens).toEqual([
      { opening: OPENING, idempotencyKey: 'intake desk/mail-7', receivedAt: NOW, now: NOW },
    ]);
  });

  it('gives the same ticket for the same request again, at any later instant', async () => {
    const { ask, world } = await api();
    const order = { role: 'intake' as const, body: OPENING, headers: { 'idempotency-key': 'mail-7' } };
    const first = await ask('POST', '/v1/tickets', order);
    world.now += 86_400_000;
    const second = await ask('POST', '/v1/tickets', order);
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.json().id).toBe(first.json().id);
  });

  it('takes the key in the body, and as the same as in the header', async () => {
    const { ask } = await api();
    const body = { ...OPENING, idempotencyKey: 'mail-7' };
    expect((await ask('POST', '/v1/tickets', { role: 'intake', body })).statusCode).toBe(201);
    expect(
      (await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers: { 'idempotency-key': 'mail-7' } }))
        .statusCode,
    ).toBe(200);
    const { errors } = problem(
      await ask('POST', '/v1/tickets', { role: 'intake', body, headers: { 'idempotency-key': 'mail-8' } }),
      'ESC_REQUEST_INVALID',
    );
    expect(errors).toEqual([{ field: 'idempotencyKey', rule: expect.stringContaining('differ') }]);
  });

  it('refuses another request under the same key', async () => {
    const { ask } = await api();
    const headers = { 'idempotency-key': 'mail-7' };
    await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers });
    problem(
      await ask('POST', '/v1/tickets', { role: 'intake', body: { ...OPENING, subject: 'Other' }, headers }),
      'ESC_IDEMPOTENCY_CONFLICT',
    );
  });

  it('keeps the keys of two systems apart', async () => {
    const { ask } = await api();
    const headers = { 'idempotency-key': '1' };
    await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers });
    expect(
      (await ask('POST', '/v1/tickets', { role: 'agent', body: { ...OPENING, subject: 'Other' }, headers })).statusCode,
    ).toBe(201);
  });

  it('opens a ticket for every request without a key, and says the key it made', async () => {
    const { ask } = await api();
    const [a, b] = [
      await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING }),
      await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING }),
    ];
    expect([a.statusCode, b.statusCode]).toEqual([201, 201]);
    expect(a.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(a.headers['idempotency-key']).not.toBe(b.headers['idempotency-key']);
  });

  it('lets intake say when it was received, and nobody else', async () => {
    const { ask, world } = await api();
    const body = { ...OPENING, receivedAt: '2026-03-02T10:30:00+01:00' };
    await ask('POST', '/v1/tickets', { role: 'intake', body });
    expect(world.opens[0]).toMatchObject({ receivedAt: NOW - 30 * 60_000, now: NOW });
    for (const role of ['agent', 'commander'] as const)
      problem(await ask('POST', '/v1/tickets', { role, body }), 'ESC_NOT_PERMITTED');
    expect(world.opens).toHaveLength(1);
  });

  it('takes no ticket from the future, but a clock that goes a little fast', async () => {
    const { ask, world } = await api();
    const at = (receivedAt: string) => ask('POST', '/v1/tickets', { role: 'intake', body: { ...OPENING, receivedAt } });
    problem(await at('2026-03-02T10:01:01Z'), 'ESC_INSTANT_INVALID');
    expect((await at('2026-03-02T10:00:59Z')).statusCode).toBe(201);
    expect(world.opens[0]?.receivedAt).toBe(NOW);
  });

  it.each([
    ['no subject', { ...OPENING, subject: undefined }, 'subject', /expected string/],
    ['an empty subject', { ...OPENING, subject: '' }, 'subject', />=1/],
    ['an unknown channel', { ...OPENING, channel: 'pigeon' }, 'channel', /email/],
    ['a priority that does not exist', { ...OPENING, priority: 'P0' }, 'priority', /P1/],
    [
      'no name of the customer',
      { ...OPENING, customer: { email: 'a@b.c', plan: 'starter' } },
      'customer.name',
      /expected string/,
    ],
    ['a field that is not known', { ...OPENING, severity: 1 }, 'severity', /not a known field/],
    [
      'an instant without an offset',
      { ...OPENING, receivedAt: '2026-03-02T10:00:00' },
      'receivedAt',
      /RFC 3339 with an offset/,
    ],
    ['a key that needs escaping', { ...OPENING, idempotencyKey: 'a|b' }, 'idempotencyKey', /must be 1 to 200/],
    ['a list', [OPENING], 'body', /expected object/],
  ])('names the field and the rule: %s', async (_what, body, field, rule) => {
    const { ask, world } = await api();
    const { errors } = problem(await ask('POST', '/v1/tickets', { role: 'intake', body }), 'ESC_REQUEST_INVALID');
    expect(errors).toContainEqual({ field, rule: expect.stringMatching(rule) });
    expect(world.opens).toHaveLength(0);
  });

  it('hands on what the core refuses, with its field', async () => {
    const { ask, world } = await api();
    world.fail('open', 'ESC_FIELD_INVALID', 'fields.flags must be a list of system_outage, data_loss', {
      field: 'fields.flags',
    });
    expect(
      problem(await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING }), 'ESC_FIELD_INVALID')['errors'],
    ).toEqual([{ field: 'fields.flags', rule: 'fields.flags must be a list of system_outage, data_loss' }]);
  });

  it('asks to come back while PostgreSQL is down, without a word of where it is', async () => {
    const { ask, world } = await api();
    world.fail('open', 'ESC_STORE_UNAVAILABLE');
    const response = await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING });
    expect(problem(response, 'ESC_STORE_UNAVAILABLE')).toMatchObject({ retryable: true, status: 503 });
    expect(response.headers['retry-after']).toBe('2');
    expect(response.body).not.toContain('secret');
  });
});

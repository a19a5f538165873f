import { api, closeAll, NOW, OPENING, problem, TICKET } from './support';

afterEach(closeAll);

describe('POST /v1/tickets', () => {
  it('opens a ticket and says where it is', async () => {
    const { ask, world } = await api();
    const response = await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers: { 'idempotency-key': 'mail-7' } });
    expect(response.statusCode).toBe(201);
    expect(response.headers['location']).toBe(TICKET);
    expect(response.json()).toEqual({ id: 'TICK-20260302-001', number: '10001', created: true, openedAt: '2026-03-02T10:00:00Z', pack: { id: 'secureai', hash: 'a'.repeat(64) }, url: TICKET });
    expect(world.opens).toEqual([{ opening: OPENING, idempotencyKey: 'intake desk/mail-7', receivedAt: NOW, now: NOW }]);
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
    expect((await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers: { 'idempotency-key': 'mail-7' } })).statusCode).toBe(200);
    const { errors } = problem(await ask('POST', '/v1/tickets', { role: 'intake', body, headers: { 'idempotency-key': 'mail-8' } }), 'ESC_REQUEST_INVALID');
    expect(errors).toEqual([{ field: 'idempotencyKey', rule: expect.stringContaining('differ') }]);
  });

  it('refuses another request under the same key', async () => {
    const { ask } = await api();
    const headers = { 'idempotency-key': 'mail-7' };
    await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers });
    problem(await ask('POST', '/v1/tickets', { role: 'intake', body: { ...OPENING, subject: 'Other' }, headers }), 'ESC_IDEMPOTENCY_CONFLICT');
  });

  it('keeps the keys of two systems apart', async () => {
    const { ask } = await api();
    const headers = { 'idempotency-key': '1' };
    await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING, headers });
    expect((await ask('POST', '/v1/tickets', { role: 'agent', body: { ...OPENING, subject: 'Other' }, headers })).statusCode).toBe(201);
  });

  it('opens a ticket for every request without a key, and says the key it made', async () => {
    const { ask } = await api();
    const [a, b] = [await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING }), await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING })];
    expect([a.statusCode, b.statusCode]).toEqual([201, 201]);
    expect(a.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(a.headers['idempotency-key']).not.toBe(b.headers['idempotency-key']);
  });

  it('lets intake say when it was received, and nobody else', async () => {
    const { ask, world } = await api();
    const body = { ...OPENING, receivedAt: '2026-03-02T10:30:00+01:00' };
    await ask('POST', '/v1/tickets', { role: 'intake', body });
    expect(world.opens[0]).toMatchObject({ receivedAt: NOW - 30 * 60_000, now: NOW });
    for (const role of ['agent', 'commander'] as const) problem(await ask('POST', '/v1/tickets', { role, body }), 'ESC_NOT_PERMITTED');
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
    ['no name of the customer', { ...OPENING, customer: { email: 'a@b.c', plan: 'starter' } }, 'customer.name', /expected string/],
    ['a field that is not known', { ...OPENING, severity: 1 }, 'severity', /not a known field/],
    ['an instant without an offset', { ...OPENING, receivedAt: '2026-03-02T10:00:00' }, 'receivedAt', /RFC 3339 with an offset/],
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
    world.fail('open', 'ESC_FIELD_INVALID', 'fields.flags must be a list of system_outage, data_loss', { field: 'fields.flags' });
    expect(problem(await ask('POST', '/v1/tickets', { role: 'intake', body: OPENING }), 'ESC_FIELD_INVALID')['errors']).toEqual([
      { field: 'fields.flags', rule: 'fields.flags must be a list of system_outage, data_loss' },
    ]);
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

describe('GET /v1/tickets', () => {
  it('passes filters, sort, cursor and limit on, and the next cursor back', async () => {
    const { ask, world } = await api();
    const first = await ask('GET', '/v1/tickets?status=created,in_progress&priority=P1&priority=P2&queue=t1&owner=Ada&pack=secureai&q=down&breached=true&sort=priority&limit=2', { role: 'ops' });
    expect(first.json()).toEqual({
      tickets: [
        { id: 'TICK-20260302-001', number: '10001', subject: 'Down', status: 'created', priority: 'P1', queue: null, owner: null, pack: 'secureai', openedAt: '2026-03-02T10:00:00Z', nextDue: '2026-03-02T10:00:01Z', nextLabel: null, breached: false },
      ],
      nextCursor: 'page-2',
    });
    expect(world.boards[0]).toEqual({
      filters: { status: ['created', 'in_progress'], priority: ['P1', 'P2'], queue: 't1', owner: 'Ada', pack: 'secureai', q: 'down', breached: true },
      sort: 'priority',
      limit: 2,
    });
    const second = await ask('GET', `/v1/tickets?cursor=${first.json().nextCursor}`, { role: 'ops' });
    expect(second.json()).toEqual({ tickets: [], nextCursor: null });
    expect(world.boards[1]).toEqual({ filters: {}, sort: 'next_due', limit: 50, cursor: 'page-2' });
  });

  it('tells "not breached" from "either"', async () => {
    const { ask, world } = await api();
    await ask('GET', '/v1/tickets?breached=false', { role: 'ops' });
    expect(world.boards[0]?.filters).toEqual({ breached: false });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['sort=subject', 'sort'],
    ['breached=maybe', 'breached'],
    ['state=open', 'state'],
  ])('refuses ?%s', async (query, field) => {
    const { ask } = await api();
    expect(problem(await ask('GET', `/v1/tickets?${query}`, { role: 'ops' }), 'ESC_REQUEST_INVALID')['errors'][0].field).toBe(field);
  });

  it('hands on the refusal of a forged cursor', async () => {
    const { ask, world } = await api();
    world.fail('board', 'ESC_REQUEST_INVALID', 'the cursor is none of ours', { field: 'cursor' });
    expect(problem(await ask('GET', '/v1/tickets?cursor=x', { role: 'ops' }), 'ESC_REQUEST_INVALID')['errors']).toEqual([{ field: 'cursor', rule: 'the cursor is none of ours' }]);
  });
});

describe('GET /v1/tickets/{id}', () => {
  it.each(['TICK-20260302-001', '10001'])('reads a ticket by %s, instants in RFC 3339', async (id) => {
    const { ask } = await api();
    const ticket = (await ask('GET', `/v1/tickets/${id}`, { role: 'agent' })).json();
    expect(ticket).toMatchObject({ id: 'TICK-20260302-001', at: '2026-03-02T10:00:00Z', nextDue: '2026-03-02T10:05:00Z', priority: 'P1', ticket: { opened_at: '2026-03-02T09:59:00Z' } });
    expect(ticket.tasks).toEqual([{ task: 'commander', n: 1, for: ['support_manager'], opened: '2026-03-02T10:00:00Z', due: '2026-03-02T10:01:00Z', breached: false }]);
  });

  it.each(['', '/timeline', '/agenda', '/explain'])('says when there is none: %s', async (part) => {
    const { ask } = await api();
    problem(await ask('GET', `/v1/tickets/TICK-20990101-001${part}`, { role: 'agent' }), 'ESC_TICKET_NOT_FOUND');
  });

  it.each(['a%20b', '..%2f..%2fetc', "x'--", '%00', 'a'.repeat(65)])('refuses an id that is none: %s', async (id) => {
    const { ask } = await api();
    problem(await ask('GET', `/v1/tickets/${id}`, { role: 'agent' }), 'ESC_REQUEST_INVALID');
  });

  it('says that Temporal is away', async () => {
    const { ask, world } = await api();
    world.fail('view', 'ESC_ENGINE_UNAVAILABLE', 'grpc 127.0.0.1:7233');
    const response = await ask('GET', TICKET, { role: 'agent' });
    expect(problem(response, 'ESC_ENGINE_UNAVAILABLE')['detail']).not.toContain('7233');
    expect(response.headers['retry-after']).toBe('2');
  });
});

describe('GET …/timeline', () => {
  it('gives rows whose offsets count from the opening, on every page', async () => {
    const { ask, world } = await api();
    world.events = [world.event(1, NOW - 60_000, { type: 'opened', data: { subject: 'Down' } }), world.event(2, NOW), world.event(3, NOW + 3_600_000)];
    const first = await ask('GET', `${TICKET}/timeline?limit=2`, { role: 'agent' });
    expect(first.json()).toMatchObject([
      { seq: 1, at: '2026-03-02T09:59:00Z', recordedAt: '2026-03-02T09:59:00.020Z', offset: 'PT0S', type: 'opened' },
      { seq: 2, offset: 'PT1M', type: 'noted', clauses: ['SEC-ESC-052'], by: { name: 'Ada', kind: 'person' }, cause: 'command:c2' },
    ]);
    expect(first.headers['link']).toBe(`<${TICKET}/timeline?after=2&limit=2>; rel="next"`);
    const second = await ask('GET', `${TICKET}/timeline?after=2&limit=2`, { role: 'agent' });
    expect(second.json()).toMatchObject([{ seq: 3, offset: 'PT1H1M' }]);
    expect(second.headers['link']).toBeUndefined();
    expect((await ask('GET', `${TICKET}/timeline?after=3`, { role: 'agent' })).json()).toEqual([]);
  });

  it('has deliveries in their own form', async () => {
    const { ask, world } = await api();
    world.events = [world.event(1, NOW, { type: 'delivery', data: { key: 'k', channel: 'page', to: 'Engineering team', role: 'on_call_engineer', template: 'p1_page' } })];
    expect((await ask('GET', `${TICKET}/timeline`, { role: 'agent' })).json()[0].data).toMatchObject({ channel: 'page', to: 'Engineering team', role: 'on_call_engineer', template: 'p1_page', subject: null });
  });

  it('refuses an "after" that is no number', async () => {
    const { ask } = await api();
    problem(await ask('GET', `${TICKET}/timeline?after=-1`, { role: 'agent' }), 'ESC_REQUEST_INVALID');
  });
});

describe('GET …/agenda and …/explain', () => {
  it('give what falls due, and why', async () => {
    const { ask } = await api();
    expect((await ask('GET', `${TICKET}/agenda`, { role: 'agent' })).json()).toEqual([
      { at: '2026-03-02T10:05:00Z', kind: 'due', id: 'commitment:response', name: 'response', label: 'first response', clauses: [], data: {} },
    ]);
    expect((await ask('GET', `${TICKET}/explain`, { role: 'agent' })).json()).toEqual([{ item: 'commitment:response', due: '2026-03-02T10:05:00Z' }]);
  });

  it('say where nothing is explained', async () => {
    const { ask } = await api({}, (ports) => delete ports.tickets.explain);
    problem(await ask('GET', `${TICKET}/explain`, { role: 'agent' }), 'ESC_NOT_FOUND');
  });
});

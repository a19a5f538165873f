import { api, closeAll, NOW, problem, TICKET } from './support';

afterEach(closeAll);

describe('GET /v1/tickets', () => {
  it('passes filters, sort, cursor and limit on, and the next cursor back', async () => {
    const { ask, world } = await api();
    const first = await ask(
      'GET',
      '/v1/tickets?status=created,in_progress&priority=P1&priority=P2&queue=t1&owner=Ada&pack=secureai&q=down&breached=true&sort=priority&limit=2',
      { role: 'ops' },
    );
    expect(first.json()).toEqual({
      tickets: [
        {
          id: 'TICK-20260302-001',
          number: '10001',
          kind: 'support',
          subject: 'Down',
          status: 'created',
          priority: 'P1',
          queue: null,
          owner: null,
          pack: 'secureai',
          openedAt: '2026-03-02T10:00:00Z',
          nextDue: '2026-03-02T10:00:01Z',
          nextLabel: null,
          breached: false,
          side: null,
        },
      ],
      nextCursor: 'page-2',
    });
    expect(world.boards[0]).toEqual({
      filters: {
        status: ['created', 'in_progress'],
        priority: ['P1', 'P2'],
        queue: 't1',
        owner: 'Ada',
        pack: 'secureai',
        q: 'down',
        breached: true,
      },
      sort: 'priority',
      limit: 2,
      groups: [],
    });
    const second = await ask('GET', `/v1/tickets?cursor=${first.json().nextCursor}`, { role: 'ops' });
    expect(second.json()).toEqual({ tickets: [], nextCursor: null });
    expect(world.boards[1]).toEqual({ filters: {}, sort: 'next_due', limit: 50, cursor: 'page-2', groups: [] });
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
    expect(
      problem(await ask('GET', `/v1/tickets?${query}`, { role: 'ops' }), 'ESC_REQUEST_INVALID')['errors'][0].field,
    ).toBe(field);
  });

  it('hands on the refusal of a forged cursor', async () => {
    const { ask, world } = await api();
    world.fail('board', 'ESC_REQUEST_INVALID', 'the cursor is none of ours', { field: 'cursor' });
    expect(problem(await ask('GET', '/v1/tickets?cursor=x', { role: 'ops' }), 'ESC_REQUEST_INVALID')['errors']).toEqual(
      [{ field: 'cursor', rule: 'the cursor is none of ours' }],
    );
  });
});

describe('GET /v1/tickets/{id}', () => {
  it.each(['TICK-20260302-001', '10001'])('reads a ticket by %s, instants in RFC 3339', async (id) => {
    const { ask } = await api();
    const ticket = (await ask('GET', `/v1/tickets/${id}`, { role: 'agent' })).json();
    expect(ticket).toMatchObject({
      id: 'TICK-20260302-001',
      at: '2026-03-02T10:00:00Z',
      nextDue: '2026-03-02T10:05:00Z',
      priority: 'P1',
      ticket: { opened_at: '2026-03-02T09:59:00Z' },
    });
    expect(ticket.tasks).toEqual([
      {
        task: 'commander',
        n: 1,
        for: ['support_manager'],
        opened: '2026-03-02T10:00:00Z',
        due: '2026-03-02T10:01:00Z',
        breached: false,
      },
    ]);
  });

  it('shows the time that is left of every running promise, less than nothing when it is overdue [SEC-HD-194]', async () => {
    const { ask } = await api();
    const ticket = (await ask('GET', '/v1/tickets/10001', { role: 'agent' })).json();
    expect(ticket.commitments).toEqual([
      {
        commitment: 'first_response',
        title: 'First response',
        due: '2026-03-02T10:01:30Z',
        remainingSeconds: 90,
        breached: false,
        paused: false,
      },
      { commitment: 'p1_updates', due: '2026-03-02T09:59:55Z', remainingSeconds: -5, breached: true, paused: false },
    ]);
  });

  it('shows a customer the fields that are visible to all, and no note of the staff [SEC-HD-075]', async () => {
    const { ask } = await api();
    const theirs = await ask('GET', '/v1/tickets/10001/customer', { role: 'intake' });
    expect(theirs.json().ticket).toMatchObject({ status: 'in_progress', subject: 'Down' });
    expect(theirs.json().ticket).not.toHaveProperty('tags');
    expect(theirs.body).not.toMatch(/noted|looked at it/);
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
    world.events = [
      world.event(1, NOW - 60_000, { type: 'opened', data: { subject: 'Down' } }),
      world.event(2, NOW),
      world.event(3, NOW + 3_600_000),
    ];
    const first = await ask('GET', `${TICKET}/timeline?limit=2`, { role: 'agent' });
    expect(first.json()).toMatchObject([
      { seq: 1, at: '2026-03-02T09:59:00Z', recordedAt: '2026-03-02T09:59:00.020Z', offset: 'PT0S', type: 'opened' },
      {
        seq: 2,
        offset: 'PT1M',
        type: 'noted',
        clauses: ['SEC-ESC-052'],
        by: { name: 'Ada', kind: 'person' },
        cause: 'command:c2',
      },
    ]);
    expect(first.headers['link']).toBe(`<${TICKET}/timeline?after=2&limit=2>; rel="next"`);
    const second = await ask('GET', `${TICKET}/timeline?after=2&limit=2`, { role: 'agent' });
    expect(second.json()).toMatchObject([{ seq: 3, offset: 'PT1H1M' }]);
    expect(second.headers['link']).toBeUndefined();
    expect((await ask('GET', `${TICKET}/timeline?after=3`, { role: 'agent' })).json()).toEqual([]);
  });

  it('has deliveries in their own form', async () => {
    const { ask, world } = await api();
    world.events = [
      world.event(1, NOW, {
        type: 'delivery',
        data: { key: 'k', channel: 'page', to: 'Engineering team', role: 'on_call_engineer', template: 'p1_page' },
      }),
    ];
    expect((await ask('GET', `${TICKET}/timeline`, { role: 'agent' })).json()[0].data).toMatchObject({
      channel: 'page',
      to: 'Engineering team',
      role: 'on_call_engineer',
      template: 'p1_page',
      subject: null,
    });
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
      {
        at: '2026-03-02T10:05:00Z',
        kind: 'due',
        id: 'commitment:response',
        name: 'response',
        label: 'first response',
        shadow: false,
        clauses: [],
        data: {},
      },
    ]);
    expect((await ask('GET', `${TICKET}/explain`, { role: 'agent' })).json()).toEqual([
      { item: 'commitment:response', due: '2026-03-02T10:05:00Z' },
    ]);
  });

  it('say where nothing is explained', async () => {
    const { ask } = await api({}, (ports) => delete ports.tickets.explain);
    problem(await ask('GET', `${TICKET}/explain`, { role: 'agent' }), 'ESC_NOT_FOUND');
  });
});

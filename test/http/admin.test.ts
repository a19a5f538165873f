import { api, closeAll, NOW, problem, TICKET } from './support';

afterEach(closeAll);

describe('API keys', () => {
  it('are listed without the key itself', async () => {
    const { ask } = await api();
    expect((await ask('GET', '/v1/keys', { role: 'admin' })).json()).toEqual([
      {
        ...{ id: '1', name: 'local', role: 'admin', groups: [], prefix: 'tocsin_admin_abc' },
        ...{ createdAt: '2026-03-02T10:00:00Z', revokedAt: null, lastUsedAt: '2026-03-02T10:00:00Z' },
      },
    ]);
  });

  it('are made with a role and groups, shown once, and taken back', async () => {
    const { ask, world } = await api();
    const body = { name: 'Security desk', role: 'agent', groups: ['security_team'] };
    const made = await ask('POST', '/v1/keys', { role: 'admin', body });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toEqual({ id: '7', key: 'tocsin_agent_secret' });
    expect(world.keys.at(-1)).toMatchObject(body);
    expect((await ask('POST', '/v1/keys/7/revoke', { role: 'admin' })).json()).toEqual({ id: '7' });
    problem(await ask('POST', '/v1/keys/8/revoke', { role: 'admin' }), 'ESC_NOT_FOUND');
    problem(await ask('POST', '/v1/keys', { role: 'admin', body: { ...body, role: 'root' } }), 'ESC_REQUEST_INVALID');
  });
});

describe('erasing a person', () => {
  it('says what was touched; somebody unknown is not found', async () => {
    const { ask, world } = await api();
    const erase = (party: string) => ask('POST', '/v1/erasures', { role: 'admin', body: { party } });
    expect((await erase('jane@example.com')).json()).toEqual({ party: '1', tickets: 1, messages: 2, events: 3 });
    expect(world.erased).toEqual(['jane@example.com']);
    problem(await erase('joe@example.com'), 'ESC_NOT_FOUND');
  });
});

describe('the ledger', () => {
  it('says what was sent to whom', async () => {
    const { ask, world } = await api();
    world.ledger = [
      {
        ...{ key: 'T|c|on_call|page', channel: 'page', role: 'on_call', recipient: 'Engineers', template: 'p1_page' },
        ...{ state: 'sent', attempts: 2, duplicates: 1, dueAt: NOW, claimedAt: NOW, settledAt: NOW, sentAt: NOW },
        receipt: { key: 'T|c|on_call|page', outcome: 'delivered', at: NOW, person: 'Ana', provider: 'pagerduty' },
        lastError: null,
      },
    ];
    const [entry] = (await ask('GET', `${TICKET}/deliveries`, { role: 'ops' })).json<object[]>();
    expect(entry).toMatchObject({ person: 'Ana', provider: 'pagerduty', dueAt: '2026-03-02T10:00:00Z', duplicates: 1 });
    expect(entry).not.toHaveProperty('receipt');
  });
});

import type { FieldDef, RoleDef } from '../../src/domain/policy/types';
import { api, closeAll, NOW, problem, TICKET } from './support';

afterEach(closeAll);

const field = (name: string, visible: string): FieldDef => ({
  ...{ name, type: 'text', values: [], required: false, visible, personal: false, clauses: [] },
});
const role = (name: string, group?: string[]): RoleDef => ({ name, clauses: [], ...(group ? { group } : {}) });

async function restricted(groups: string[] = []) {
  const server = await api();
  const { world } = server;
  world.visibility = {
    fields: { loss: field('loss', 'security_team'), verdict: field('verdict', 'staff') },
    people: { security_team: role('security_team'), executives: role('executives', ['ceo']), ceo: role('ceo') },
    paths: {},
  };
  world.fields = { loss: '9 million', verdict: 'phishing', restricted_to: ['security_team', 'executives'] };
  world.groups = groups;
  return server;
}

const READ = ['', '/timeline', '/agenda', '/explain', '/deliveries'].map((path) => `${TICKET}${path}`);

describe('[SEC-HD-264] a restricted ticket', () => {
  it.each(READ)('is not read by staff outside its groups: %s', async (url) => {
    const { ask } = await restricted();
    const response = await ask('GET', url, { role: 'commander' });
    expect(problem(response, 'ESC_NOT_PERMITTED').detail).toContain('restricted');
    expect(response.body).not.toContain('9 million');
  });

  it.each(READ)('is read by a key of its group, by a member of it, and by an administrator: %s', async (url) => {
    for (const [groups, role] of [
      [['security_team'], 'agent'],
      [['ceo'], 'ops'],
      [[], 'admin'],
    ] as const) {
      const { ask } = await restricted([...groups]);
      expect((await ask('GET', url, { role })).statusCode).toBe(200);
    }
  });

  it('takes no command of staff outside its groups, and passes on what its customer says', async () => {
    const { ask, world } = await restricted();
    problem(await ask('POST', `${TICKET}/commands/claim`, { role: 'agent' }), 'ESC_NOT_PERMITTED');
    expect(world.commands).toHaveLength(0);
    expect((await ask('POST', `${TICKET}/commands/message`, { role: 'intake', body: { text: 'x' } })).statusCode).toBe(
      200,
    );
  });

  it('is left out of the board of those who may not read it', async () => {
    const { ask, world } = await restricted(['ceo']);
    await ask('GET', '/v1/tickets', { role: 'agent' });
    await ask('GET', '/v1/tickets', { role: 'admin' });
    expect(world.boards.map((query) => query.groups)).toEqual([['ceo'], undefined]);
  });
});

describe('a field that only a group may see', () => {
  it('is left out of the ticket, also after a command, for other staff', async () => {
    const { ask, world } = await restricted();
    world.fields = { ...world.fields, restricted_to: [] };
    for (const response of [
      await ask('GET', TICKET, { role: 'agent' }),
      await ask('POST', `${TICKET}/commands/note`, { role: 'agent', body: { text: 'x' } }),
    ]) {
      const { ticket } = response.json<{ ticket: object }>();
      expect(ticket).toMatchObject({ verdict: 'phishing', status: 'in_progress' });
      expect(ticket).not.toHaveProperty('loss');
    }
    const group = await restricted(['security_team']);
    expect((await group.ask('GET', TICKET, { role: 'agent' })).json<{ ticket: object }>().ticket).toHaveProperty(
      'loss',
    );
  });

  it('is named in the timeline without its value', async () => {
    const { ask, world } = await restricted();
    world.fields = { ...world.fields, restricted_to: [] };
    const change = { type: 'changed', subject: 'loss', data: { field: 'loss', from: '1 million', to: '9 million' } };
    world.events = [world.event(1, NOW, change)];
    const response = await ask('GET', `${TICKET}/timeline`, { role: 'agent' });
    expect(response.json<object[]>()[0]).toMatchObject({ type: 'changed', data: { field: 'loss', to: null } });
    expect(response.body).not.toContain('million');
    expect((await ask('GET', `${TICKET}/timeline`, { role: 'admin' })).body).toContain('9 million');
  });
});

describe('a key of a group', () => {
  it('may act in a role that it belongs to, and in no other', async () => {
    const { ask, world } = await restricted(['security_team']);
    const by = (name: string) => ({ by: { name: 'Ada', role: name }, text: 'x' });
    expect(
      (await ask('POST', `${TICKET}/commands/note`, { role: 'agent', body: by('security_team') })).statusCode,
    ).toBe(200);
    expect(world.commands[0]?.command.by).toEqual({ name: 'Ada', kind: 'person', role: 'security_team' });
    problem(await ask('POST', `${TICKET}/commands/note`, { role: 'agent', body: by('ceo') }), 'ESC_NOT_PERMITTED');
  });
});

describe('a register', () => {
  const entry = (id: string, openedAt: number) => ({
    ...{ id, key: `k-${id}`, openedAt, resolvedAt: null, closed: false },
    ticket: { number: '10002', subject: 'A risk', status: 'open', loss: '9 million', verdict: 'high', tier: 2 },
  });

  it('shows the fields that its kind declares and the key may see, with the history of each entry', async () => {
    const { ask, world } = await restricted(['ceo']);
    world.entries = [entry('TICK-20260302-002', NOW), entry('TICK-20260302-001', NOW - 1)];
    const first = (await ask('GET', '/v1/registers/risk?limit=1&status=open', { role: 'agent' })).json();
    expect(first).toMatchObject({
      ...{ kind: 'risk', title: 'Risks', fields: ['verdict'], statuses: ['open', 'done'] },
      entries: [
        {
          ...{ id: 'TICK-20260302-002', number: '10002', key: 'k-TICK-20260302-002', subject: 'A risk' },
          ...{ status: 'open', openedAt: '2026-03-02T10:00:00Z', values: { verdict: 'high' } },
          history: '/v1/tickets/TICK-20260302-002/timeline',
        },
      ],
    });
    expect(JSON.stringify(first)).not.toContain('9 million');
    const { nextCursor } = first as { nextCursor: string };
    const second = await ask('GET', `/v1/registers/risk?cursor=${nextCursor}`, { role: 'admin' });
    expect(second.json()).toMatchObject({
      fields: ['loss', 'verdict'],
      entries: [{ id: 'TICK-20260302-001', values: { loss: '9 million' } }],
      nextCursor: null,
    });
    expect(world.registers).toMatchObject([
      { kind: 'risk', status: 'open', closed: false, limit: 1, groups: ['ceo'] },
      { after: { openedAt: NOW, id: 'TICK-20260302-002' } },
    ]);
  });

  it('is not there for a kind that the pack does not declare, and takes no forged cursor', async () => {
    const { ask } = await api();
    problem(await ask('GET', '/v1/registers/nothing', { role: 'ops' }), 'ESC_NOT_FOUND');
    problem(await ask('GET', '/v1/registers/risk?cursor=abc', { role: 'ops' }), 'ESC_REQUEST_INVALID');
  });
});

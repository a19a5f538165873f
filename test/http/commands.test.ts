import type { KeyRole } from '../../src/http/access';
import { api, closeAll, NOW, problem, TICKET, type Api } from './support';

afterEach(closeAll);

const give = (server: Api, role: KeyRole, name: string, body: object = {}, headers: Record<string, string> = {}) =>
  server.ask('POST', `${TICKET}/commands/${name}`, { role, body, headers });

describe('a command', () => {
  it('is handed on with its fields, its giver and one instant, and returns the ticket', async () => {
    const server = await api();
    const response = await give(server, 'agent', 'resolve', {
      resolution: 'node replaced',
      commandId: 'c-1',
      by: 'Ada',
    });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      commandId: 'c-1',
      id: 'TICK-20260302-001',
      status: 'in_progress',
      at: '2026-03-02T10:00:00Z',
    });
    expect(server.world.commands).toEqual([
      {
        ticket: 'TICK-20260302-001',
        command: {
          id: 'c-1',
          name: 'resolve',
          at: NOW,
          by: { name: 'Ada', kind: 'person', role: 'agent' },
          fields: { resolution: 'node replaced' },
        },
      },
    ]);
  });

  it('takes its fields beside "by", in "fields", or none at all', async () => {
    const server = await api();
    await give(server, 'agent', 'set', { field: 'priority', fields: { at: 'noon', value: 'P2' } });
    await server.ask('POST', `${TICKET}/commands/acknowledge`, { role: 'agent' });
    expect(server.world.commands.map(({ command }) => command.fields)).toEqual([
      { field: 'priority', at: 'noon', value: 'P2' },
      {},
    ]);
  });

  it('is known by any spelling, and called by its one name', async () => {
    const server = await api();
    for (const name of ['send_update', 'send-update', 'sendUpdate'])
      await give(server, 'commander', name, { text: 'x' });
    expect(server.world.commands.map(({ command }) => command.name)).toEqual([
      'send_update',
      'send_update',
      'send_update',
    ]);
  });

  it.each(['explode', 'constructor', '__proto__', 'toString'])(
    'is refused when it does not exist: %s',
    async (name) => {
      const server = await api();
      const { detail } = problem(await give(server, 'admin', name), 'ESC_COMMAND_UNKNOWN');
      expect(detail).toContain('acknowledge');
    },
  );

  it('has the id of the header, of the body, or one that is made and told', async () => {
    const server = await api();
    await give(server, 'agent', 'note', { text: 'x' }, { 'idempotency-key': 'h-1' });
    const { commandId } = (await give(server, 'agent', 'note', { text: 'x' })).json();
    expect(server.world.commands.map(({ command }) => command.id)).toEqual(['h-1', commandId]);
    expect(commandId).toMatch(/^[0-9a-f-]{36}$/);
    problem(
      await give(server, 'agent', 'note', { text: 'x', commandId: 'b-1' }, { 'idempotency-key': 'h-1' }),
      'ESC_REQUEST_INVALID',
    );
  });

  it('refuses an id that would break a delivery key', async () => {
    const server = await api();
    expect(
      problem(await give(server, 'agent', 'note', { commandId: 'a|b' }), 'ESC_REQUEST_INVALID')['errors'][0].field,
    ).toBe('commandId');
  });
});

describe('the outcome of a command', () => {
  it('may be unknown: 503, with the id to repeat with, and the repeat counts from the first try', async () => {
    const server = await api();
    server.world.fail(
      'command',
      'ESC_OUTCOME_UNKNOWN',
      'no worker answered for TICK-20260302-001 in time; repeat with the same command id',
    );
    const response = await give(server, 'agent', 'acknowledge');
    const { commandId, detail } = problem(response, 'ESC_OUTCOME_UNKNOWN');
    expect(response.headers['retry-after']).toBe('1');
    expect(detail).toContain('repeat with the same command id');
    server.world.failures = {};
    server.world.now += 5 * 60_000;
    expect((await give(server, 'agent', 'acknowledge', { commandId })).statusCode).toBe(200);
    expect(server.world.commands.map(({ command }) => [command.id, command.at])).toEqual([
      [commandId, NOW],
      [commandId, NOW],
    ]);
  });

  it('refuses an id that was used for another command', async () => {
    const server = await api();
    await give(server, 'agent', 'note', { text: 'one', commandId: 'c-1' });
    problem(await give(server, 'agent', 'note', { text: 'two', commandId: 'c-1' }), 'ESC_IDEMPOTENCY_CONFLICT');
    problem(await give(server, 'agent', 'resolve', { text: 'one', commandId: 'c-1' }), 'ESC_IDEMPOTENCY_CONFLICT');
    expect(server.world.commands).toHaveLength(1);
  });

  it('counts anew after a refusal: what did not happen has no instant', async () => {
    const server = await api();
    server.world.fail('command', 'ESC_GUARD_REFUSED', 'no update was sent for 30 minutes', {
      failing: ['fresh_update'],
    });
    const refused = problem(await give(server, 'agent', 'resolve', { commandId: 'c-1' }), 'ESC_GUARD_REFUSED');
    expect(refused).toMatchObject({
      status: 409,
      detail: 'no update was sent for 30 minutes',
      details: { failing: ['fresh_update'] },
      commandId: 'c-1',
    });
    server.world.failures = {};
    server.world.now += 60_000;
    await give(server, 'agent', 'resolve', { commandId: 'c-1' });
    expect(server.world.commands.at(-1)?.command.at).toBe(NOW + 60_000);
  });

  it.each([
    'ESC_TICKET_ARCHIVED',
    'ESC_TICKET_CLOSED',
    'ESC_STATUS_FORBIDS',
    'ESC_FIELD_REQUIRED',
    'ESC_TASK_NOT_OPEN',
    'ESC_PATH_TOP',
    'ESC_NOTHING_TO_ACKNOWLEDGE',
    'ESC_ENGINE_UNAVAILABLE',
  ] as const)('may be %s', async (code) => {
    const server = await api();
    server.world.fail('command', code, 'why');
    problem(await give(server, 'agent', 'acknowledge'), code);
  });
});

describe('who gives a command', () => {
  const actor = async (role: KeyRole, by?: unknown) => {
    const server = await api();
    const response = await give(server, role, role === 'intake' ? 'message' : 'note', {
      text: 'x',
      ...(by === undefined ? {} : { by }),
    });
    if (response.statusCode !== 200) return problem(response, response.json().code)['code'] as string;
    return server.world.commands[0]?.command.by;
  };

  it('is the holder of the key where nobody is named', async () => {
    expect(await actor('agent')).toEqual({ name: 'agent desk', kind: 'person', role: 'agent' });
    expect(await actor('commander')).toEqual({ name: 'commander desk', kind: 'person', role: 'commander' });
  });

  it('is not a director because an agent says so', async () => {
    // A role given outright keeps the core from taking one from the name.
    expect(await actor('agent', 'director')).toEqual({ name: 'director', kind: 'person', role: 'agent' });
    expect(await actor('agent', { name: 'director' })).toEqual({ name: 'director', kind: 'person', role: 'agent' });
    expect(await actor('agent', { name: 'Ada', role: 'director' })).toBe('ESC_NOT_PERMITTED');
    expect(await actor('agent', { name: 'Ada', role: 'agent' })).toEqual({
      name: 'Ada',
      kind: 'person',
      role: 'agent',
    });
  });

  it('is who a commander or an admin says, in the role they say or that the pack has for the name', async () => {
    expect(await actor('commander', { name: 'Ada', role: 'director' })).toEqual({
      name: 'Ada',
      kind: 'person',
      role: 'director',
    });
    expect(await actor('admin', 'support_manager')).toEqual({ name: 'support_manager', kind: 'person' });
  });

  it('is a customer where intake passes a message on, whatever it says', async () => {
    const server = await api();
    const response = await give(server, 'intake', 'message', {
      text: 'still down',
      from: 'agent',
      fields: { from: 'agent' },
      by: { name: 'Jane', role: 'ceo' },
    });
    expect(server.world.commands[0]?.command).toMatchObject({
      by: { name: 'Jane', kind: 'customer', role: 'intake' },
      fields: { from: 'customer' },
    });
    expect(Object.keys(response.json()).sort()).toEqual(['commandId', 'id', 'number', 'status']);
  });

  it.each([{ name: '' }, { name: 'Ada', kind: 'engine' }, 7, ''])('is refused when it is %p', async (by) => {
    expect(await actor('admin', by)).toBe('ESC_REQUEST_INVALID');
  });
});

describe('when a command counts from', () => {
  const stated = async (role: KeyRole, at: string) => {
    const server = await api();
    await give(server, role, 'note', { text: 'x', at });
    const { at: counted, givenAt } = server.world.commands[0]?.command ?? {};
    return { at: (counted ?? 0) - NOW, givenAt: givenAt === undefined ? undefined : givenAt - NOW };
  };

  it('is now for an agent, whatever is said; what is said is kept', async () => {
    expect(await stated('agent', '2026-03-02T09:00:00Z')).toEqual({ at: 0, givenAt: -3_600_000 });
  });

  it('may be up to 15 minutes back for a commander, and never ahead', async () => {
    expect(await stated('commander', '2026-03-02T09:50:00Z')).toEqual({ at: -600_000, givenAt: undefined });
    expect(await stated('commander', '2026-03-02T09:00:00Z')).toEqual({ at: -900_000, givenAt: -3_600_000 });
    expect(await stated('admin', '2026-03-02T11:00:00Z')).toEqual({ at: 0, givenAt: 3_600_000 });
  });

  it('must be an instant with an offset', async () => {
    const server = await api();
    problem(await give(server, 'admin', 'note', { at: 'yesterday' }), 'ESC_REQUEST_INVALID');
  });
});

describe('POST …/nudge', () => {
  it('wakes the ticket', async () => {
    const { ask, world } = await api();
    expect((await ask('POST', `${TICKET}/nudge`, { role: 'ops' })).statusCode).toBe(202);
    expect(world.nudged).toEqual(['TICK-20260302-001']);
  });
});

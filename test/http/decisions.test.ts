import type { FieldDef, RoleDef } from '../../src/domain/policy/types';
import { api, closeAll, NOW, problem, TICKET } from './support';

afterEach(closeAll);

const field = (name: string, visible: string): FieldDef => ({
  ...{ name, type: 'text', values: [], required: false, visible, personal: false, clauses: [] },
});
const role = (name: string): RoleDef => ({ name, clauses: [] });
const LOSS = { fields: { loss: field('loss', 'ceo') }, people: { ceo: role('ceo') }, paths: {} };

describe('the decisions of a ticket', () => {
  const decided = async (groups: string[] = []) => {
    const server = await api();
    const { world } = server;
    world.visibility = LOSS;
    world.groups = groups;
    const by = { name: 'intent', kind: 'feed' as const };
    const inputs = { 'message.body': 'We were hacked', 'ticket.loss': '9 million', collected: { loss: '9 million' } };
    world.events = [
      world.event(1, NOW, { type: 'asked', subject: 'intent', data: { fact: 'intent', key: 'k', due: NOW, inputs } }),
      world.event(2, NOW + 1_000, {
        ...{ type: 'fact', subject: 'intent', by },
        data: {
          ...{ fact: 'intent', value: 'QUESTION', score: 8, reasons: ['asks how'], version: 'v1' },
          usage: { calls: 1, cost: 0.5 },
        },
      }),
      world.event(3, NOW + 60_000, {
        ...{ type: 'reclassified', subject: 'intent' },
        data: { fact: 'intent', from: 'QUESTION', value: 'INCIDENT', score: 10, reason: 'names a break-in' },
      }),
    ];
    return server;
  };

  it('are told with what they were made from, who made them, why, at what cost, and who overruled them', async () => {
    const { ask } = await decided(['ceo']);
    expect((await ask('GET', `${TICKET}/decisions`, { role: 'agent' })).json()).toMatchObject([
      {
        ...{ seq: 2, fact: 'intent', at: '2026-03-02T10:00:01Z', askedAt: '2026-03-02T10:00:00Z' },
        inputs: { 'message.body': 'We were hacked', 'ticket.loss': '9 million' },
        ...{ value: 'QUESTION', score: 8, reasons: ['asks how'], version: 'v1', usage: { cost: 0.5 }, overruledBy: 3 },
      },
      { seq: 3, value: 'INCIDENT', by: { name: 'Ada' }, overrules: { from: 'QUESTION', reason: 'names a break-in' } },
    ]);
  });

  it('hide the fields that the key may not see, and are not there for a restricted ticket', async () => {
    const { ask, world } = await decided();
    const { body } = await ask('GET', `${TICKET}/decisions`, { role: 'agent' });
    expect(body).toContain('We were hacked');
    expect(body).not.toContain('9 million');
    expect((await ask('GET', `${TICKET}/timeline`, { role: 'agent' })).body).not.toContain('9 million');
    world.fields = { restricted_to: ['ceo'] };
    problem(await ask('GET', `${TICKET}/decisions`, { role: 'agent' }), 'ESC_NOT_PERMITTED');
  });
});

describe('triage over HTTP', () => {
  it('decides on messages and conversations in their order, and opens nothing', async () => {
    const { ask, world } = await api();
    const turns = [
      { from: 'customer', text: 'hacked' },
      { from: 'agent', text: 'Who?' },
    ];
    const body = { prefilter: false, messages: [{ id: 7, text: 'first' }, { turns }] };
    const response = await ask('POST', '/v1/triage', { role: 'agent', body });
    expect(response.json()).toMatchObject({
      pack: { id: 'trust_safety' },
      decisions: [
        { id: 7, intent: 'first', version: 'v1' },
        { id: null, intent: 'hacked' },
      ],
    });
    expect(world.triaged).toMatchObject([
      { classifier: 'embedded', prefilter: false, messages: [{ id: 7 }, { turns }] },
    ]);
    expect(world.opens).toEqual([]);
  });

  it.each([
    ['neither a text nor turns', { messages: [{}] }],
    ['both', { messages: [{ text: 'a', turns: [{ from: 'customer', text: 'a' }] }] }],
    ['nothing to decide on', { messages: [] }],
    ['too many at once', { messages: Array.from({ length: 101 }, () => ({ text: 'a' })) }],
    ['another classifier', { classifier: 'coin', messages: [{ text: 'a' }] }],
  ])('refuses %s', async (_what, body) => {
    const { ask } = await api();
    problem(await ask('POST', '/v1/triage', { role: 'ops', body }), 'ESC_REQUEST_INVALID');
  });
});

describe('reviews over HTTP', () => {
  it('come with verdicts and the fields of their kind that the key may see, page by page', async () => {
    const { ask, world } = await api();
    world.visibility = LOSS;
    world.reviews = ['2', '1'].map((n) => ({
      ...{ id: `TICK-20260302-00${n}`, kind: 'verdict', key: `verdict/${n}`, openedAt: NOW, resolvedAt: null },
      ...{ closed: false, ticket: { subject: 'An escalation', status: 'open', loss: '9 million', agent: 'dana' } },
      findings: [
        {
          seq: 5,
          task: 'verdict',
          at: NOW + 1_000,
          by: 'kim',
          choice: 'late',
          answer: { training: 'yes', loss: '9 million' },
        },
      ],
    }));
    const first = (await ask('GET', '/v1/reviews?verdict=late&kind=verdict&limit=1', { role: 'agent' })).json();
    expect(first).toMatchObject({
      reviews: [
        {
          ...{ id: 'TICK-20260302-002', title: 'Verdicts', subject: 'An escalation', values: { agent: 'dana' } },
          findings: [{ task: 'verdict', at: '2026-03-02T10:00:01Z', by: 'kim', choice: 'late' }],
          url: '/v1/tickets/TICK-20260302-002',
        },
      ],
    });
    expect(JSON.stringify(first)).not.toContain('9 million');
    const { nextCursor } = first as { nextCursor: string };
    await ask('GET', `/v1/reviews?over=true&cursor=${nextCursor}`, { role: 'admin' });
    expect(world.reviewed).toMatchObject([
      { over: false, verdict: 'late', kind: 'verdict', limit: 1, groups: [] },
      { over: true, after: { openedAt: NOW, id: 'TICK-20260302-002' } },
    ]);
    problem(await ask('GET', '/v1/reviews?kind=nothing', { role: 'ops' }), 'ESC_NOT_FOUND');
    problem(await ask('GET', '/v1/reviews?cursor=abc', { role: 'ops' }), 'ESC_REQUEST_INVALID');
  });
});

import { join } from 'node:path';
import { loadPack } from '../../src/policies/load';
import { api, closeAll, NOW, problem, type Doc } from './support';

afterEach(closeAll);
const ID = 'TICK-20260302-001';
const loaded = loadPack(join(__dirname, '../../policies/trust-safety'));

describe('the bots of the procedure', () => {
  it('are listed with name, manner and delay [TS-027] [TS-066] [TS-109] [TS-191]', async () => {
    const { ask, world } = await api();
    world.pack = (await loaded).pack;
    const { pack, bots } = (await ask('GET', '/v1/policy/bots', { role: 'agent' })).json<{
      pack: string;
      bots: Doc[];
    }>();
    expect(pack).toBe('trust_safety');
    expect(bots.map((one) => [one['title'], one['speaksAs'], one['delay'], one['context']])).toEqual([
      ['T&S Intent Classifier', 'Intent Classifier', { from: 'PT0S', to: 'PT0S' }, null],
      ['T&S Evidence Assessor', 'Evidence Assessor', { from: 'PT0S', to: 'PT0S' }, null],
      ['T&S Information Gatherer', 'Security Specialist', { from: 'PT2S', to: 'PT3S' }, null],
      ['T&S Security Educator', 'Security Educator', { from: 'PT2S', to: 'PT2S' }, null],
    ]);
  });

  it('come with what a model is told of a ticket, in the version of the ticket', async () => {
    const { ask, world } = await api();
    world.visibility = (await loaded).pack;
    const { bots } = (await ask('GET', `/v1/policy/bots?ticket=${ID}`, { role: 'agent' })).json<{ bots: Doc[] }>();
    expect(bots).toHaveLength(4);
    expect(bots[2]?.['context']).toMatchObject({ template: 'context_gathering', text: expect.any(String) });
    problem(await ask('GET', '/v1/policy/bots?ticket=TICK-20260302-999', { role: 'agent' }), 'ESC_TICKET_NOT_FOUND');
  });

  it('of a ticket that the key may not read are not shown', async () => {
    const { ask, world } = await api();
    world.visibility = (await loaded).pack;
    world.fields = { restricted_to: ['ts_lead'] };
    problem(await ask('GET', `/v1/policy/bots?ticket=${ID}`, { role: 'agent' }), 'ESC_NOT_PERMITTED');
  });
});

describe('the map of a ticket', () => {
  const went = (seq: number, type: string, data: Doc) => ({ seq, type, data: { flow: 'triage', ...data } as never });

  it('marks its way, as JSON, as a picture and on its page [TS-216]', async () => {
    const { ask, world } = await api();
    world.visibility = (await loaded).pack;
    world.events = [
      went(1, 'flow_started', {}),
      went(2, 'entered', { state: 'filter' }),
      went(3, 'ended', { state: 'filter', row: 'go.2', outcome: 'standard_support' }),
    ].map(({ seq, ...more }) => world.event(seq, NOW, more));
    const map = (await ask('GET', `/v1/tickets/${ID}/map`, { role: 'agent' })).json<{
      outcome: string;
      states: Doc[];
    }>();
    expect(map.outcome).toBe('standard_support');
    expect(map.states[0]).toMatchObject({
      visited: 'passed',
      ways: [{ taken: false }, { taken: false }, { label: 'NO', taken: true }],
    });
    const picture = await ask('GET', `/v1/tickets/${ID}/map.svg`, { role: 'agent' });
    expect([picture.headers['content-type'], picture.body.slice(0, 4)]).toEqual([
      'image/svg+xml; charset=utf-8',
      '<svg',
    ]);
    const page = await ask('GET', `/dashboard/tickets/${ID}/map`, { role: 'agent' });
    expect(page.body).toContain(`Decision map of ${ID}`);
    expect(page.body).toContain('ended as standard support');
    problem(await ask('GET', `/v1/tickets/${ID}/map?flow=other`, { role: 'agent' }), 'ESC_NOT_FOUND');
  });

  it('is drawn for a procedure without a ticket as well', async () => {
    const { ask, world } = await api();
    world.pack = (await loaded).pack;
    const { body } = await ask('GET', '/v1/policy/map', { role: 'agent' });
    expect(body).toContain('Evidence Assessor');
  });
});

import { resolve } from 'node:path';
import { rehearseOnCore } from '../../../src/rehearsal/core-engine';
import { planOf } from '../../../src/rehearsal/plan';
import { readScenario } from '../../../src/rehearsal/scenario';
import { compilePackText, repositoryPack } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(
  `
  catch_all: boss
  fields: { summary: { text: optional, visible: all }, affected: { list: customer } }
  people: { manager: { email: m@example.com, page: Managers }, boss: { email: b@example.com, page: Bosses }, empty: { title: None } , everyone: { list: subscribers }, owner_of: { from: =ticket.owner, fallback: manager } }
  rules:
    hello: { on: opened, do: [{ send: { template: hello, by: [PT5M, PT15M], name: hello } }] }
    update: { clauses: [X-001], on: update_sent, do: [{ send: { template: update, name: update } }] }
    escalated: { on: undelivered(hello), do: [{ page: { to: manager } }] }
    once: { on: progress, do: [{ notify: { to: manager, template: once, once: ticket } }] }
    all: { on: tagged(all), do: [{ send: { to: everyone, template: all } }, { send: { to: affected, template: all } }, { notify: { to: owner_of, template: all } }, { notify: { to: empty, template: all } }] }
    status: { on: tagged(status), do: [{ status_page: { state: investigating, template: open } }, { status_page: { state: resolved, template: open } }] }
    note: { on: "delivered(hello)", do: [{ note: "=delivery.hello.ok ? 'told' : 'not told'" }] }
`,
  {
    update: {
      audience: 'customer',
      needs: ['ticket.summary', 'event.text'],
      text: '{{ ticket.summary }}: {{ event.text }} for {{ ticket.customer.name }}',
    },
    hello: { audience: 'customer', text: 'Hello' },
  },
);

describe('a delivery', () => {
  test('whose deadlines pass without a receipt is undelivered each time, and may still arrive', () => {
    const drive = new Drive(PACK).until('PT20M').receipt('PT21M', { name: 'hello' }).until('P1D');
    expect(drive.log('undelivered', 'delivered', 'noted')).toEqual([
      'PT5M undelivered(hello)',
      'PT15M undelivered(hello)',
      'PT21M delivered(hello)',
      'PT21M noted',
    ]);
    expect(drive.told({ role: 'manager' })).toEqual(['PT5M page manager', 'PT15M page manager']);
    expect(drive.of('noted')[0]?.data['text']).toBe('told');
    expect(new Set(drive.deliveries().map((one) => one.key)).size).toBe(drive.deliveries().length);
  });
  test('with a receipt at the deadline is delivered', () => {
    const drive = new Drive(PACK).receipt('PT5M', { name: 'hello' }).until('P1D');
    expect(drive.log('undelivered', 'delivered')).toEqual(['PT5M delivered(hello)']);
  });
  test('that failed is undelivered at once and no more', () => {
    const drive = new Drive(PACK)
      .receipt('PT1M', { name: 'hello' }, { outcome: 'failed', detail: 'bounced' })
      .until('P1D');
    expect(drive.log('undelivered')).toEqual(['PT1M undelivered(hello)']);
    expect(drive.state.named['hello']).toMatchObject({ ok: false });
  });
  test('settles once', () => {
    const drive = new Drive(PACK).receipt('PT1M', { name: 'hello' });
    const { seq } = drive.state;
    drive.receipt('PT2M', { name: 'hello' }, { outcome: 'failed' });
    expect(drive.state.seq).toBe(seq);
  });
  test('records who took it', () => {
    const drive = new Drive(PACK).receipt('PT1M', { name: 'hello' }, { person: 'Jane', provider: 'smtp' });
    expect(drive.of('delivered')[0]?.data).toMatchObject({
      person: 'Jane',
      provider: 'smtp',
      channel: 'email',
      role: 'customer',
    });
  });
  test('carries what its template reads, and no more', () => {
    const drive = new Drive(PACK)
      .give('PT1M', 'set', { summary: 'Database' })
      .give('PT2M', 'send_update', { text: 'soon' });
    expect(drive.deliveries({ name: 'update' })[0]).toMatchObject({
      to: 'jane@example.com',
      vars: { ticket: { summary: 'Database', customer: { name: 'Jane Smith' } }, event: { text: 'soon' } },
      clauses: ['X-001'],
    });
  });
  test('to a customer waits for the fields it needs, and is made when they are set', () => {
    const drive = new Drive(PACK).give('PT1M', 'send_update', { text: 'soon' });
    expect(drive.of('waiting')[0]?.data).toMatchObject({ missing: ['ticket.summary'] });
    expect(drive.deliveries({ name: 'update' })).toEqual([]);
    drive.give('PT2M', 'set', { priority: 'P2' });
    expect(drive.deliveries({ name: 'update' })).toEqual([]);
    drive.give('PT3M', 'set', { summary: 'Database' }).give('PT4M', 'set', { summary: 'Disk' });
    expect(drive.deliveries({ name: 'update' })).toMatchObject([
      { at: drive.at('PT3M'), vars: { event: { text: 'soon' } } },
    ]);
    expect(drive.state.waiting).toEqual([]);
  });
  test.each(['resolve', 'merge'])('that waits for a field is not made after %s', (end) => {
    const drive = new Drive(PACK).receipt('PT1S', { name: 'hello' }).give('PT1M', 'send_update', { text: 'soon' });
    drive.give('PT2M', end, { resolution: 'x', into: 'U' });
    expect(drive.state.waiting).toEqual([]);
    if (end === 'resolve') drive.give('PT3M', 'set', { summary: 'Database' });
    expect(drive.deliveries({ name: 'update' })).toEqual([]);
  });
  test('with once is made once a ticket', () => {
    const drive = new Drive(PACK).give('PT1M', 'progress', { text: 'x' }).give('PT2M', 'progress', { text: 'x' });
    expect(drive.told({ template: 'once' })).toEqual(['PT1M email manager']);
  });
  test('goes to lists, to fields, to fallbacks, and to nobody as an event', () => {
    const drive = new Drive(PACK)
      .give('PT1M', 'set', { affected: ['a@example.com'] })
      .give('PT2M', 'tag', { tag: 'all' });
    expect(drive.deliveries({ template: 'all' }).map((one) => [one.channel, one.role, one.to])).toEqual([
      ['broadcast', 'everyone', 'subscribers'],
      ['broadcast', 'affected', 'affected'],
      ['email', 'owner_of', 'm@example.com'],
    ]);
    expect(drive.of('delivery').at(-1)?.data['fallback']).toEqual(['owner_of']);
    expect(drive.log('unreached')).toEqual(['PT2M unreached(empty)']);
  });
  test('of each state of the status page has its own key', () => {
    const keys = new Drive(PACK)
      .give('PT1M', 'tag', { tag: 'status' })
      .deliveries({ channel: 'status_page' })
      .map((one) => one.key);
    expect(new Set(keys).size).toBe(2);
  });
  test('has a key of ticket, cause, slot and channel that is the same every time', () => {
    const keys = () =>
      new Drive(PACK)
        .until('P1D')
        .deliveries()
        .map((one) => one.key);
    expect(keys()).toEqual(keys());
    expect(keys()[0]).toBe('T|open:T|customer:hello|email');
  });
});

test('the rehearsal of a P1 over two days has a key of its own for each delivery, the same every time', async () => {
  const { pack, hash } = await repositoryPack('secureai');
  const file = resolve(__dirname, '../../../policies/secureai/scenarios/p1-unresolved-48h.yaml');
  const plan = planOf(await readScenario(file), pack, hash);
  const keys = (): unknown[] =>
    rehearseOnCore(plan)
      .events.filter((event) => event.type === 'delivery')
      .map((event) => event.data['key']);
  expect(keys().length).toBeGreaterThan(50);
  expect(new Set(keys()).size).toBe(keys().length);
  expect(keys()).toEqual(keys());
});

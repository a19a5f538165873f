import type { Delivery } from '../../src/domain/ticket/types';
import { permanent, startWorld, transient, type World } from './support/delivery-world';
import { AT, delivery, errorOf } from './support/messages';

const page = (over: Partial<Delivery> = {}) =>
  delivery({
    key: 'T-1|c|on_call|page',
    channel: 'page',
    verb: 'page',
    role: 'on_call',
    to: 'engineering-team',
    path: 'on_call',
    ...over,
  });
const customer = (over: Partial<Delivery> = {}) =>
  delivery({ key: 'T-1|c|customer|email', verb: 'send', role: 'customer', to: 'eve@example.com', ...over });
const status = (over: Partial<Delivery> = {}) =>
  delivery({
    key: 'T-1|c|public|status_page',
    channel: 'status_page',
    verb: 'status_page',
    role: 'public',
    to: '',
    state: 'identified',
    ...over,
  });
const slack = delivery({ key: 'T-1|c|support_manager|slack', channel: 'slack' });

describe('making a delivery', () => {
  let world: World;
  beforeEach(() => (world = startWorld()));
  const make = (one: Delivery) =>
    one.channel === 'page' ? world.activities.deliverPage(one, 'hash') : world.activities.deliverMessage(one, 'hash');

  test('returns who was told, by whom and when, and settles the row with it', async () => {
    const receipt = await make(page());
    expect(receipt).toEqual({
      key: page().key,
      outcome: 'delivered',
      at: AT + 1000,
      handedOverAt: AT + 1000,
      to: 'engineering-team',
      person: 'Ana',
      provider: 'test',
    });
    expect(world.rows.get(page().key)?.receipt).toEqual(receipt);
    expect(world.sent[0]).toMatchObject({
      key: page().key,
      number: 'TICK-20260306-001',
      threadKey: 'T-1|on_call',
      subject: 'subject of notice',
      to: [{ name: 'Ana', address: 'engineering-team' }],
      attempt: 1,
    });
  });

  test.each([
    ['a page', page()],
    ['a Slack message', slack],
    ['an internal mail', delivery()],
    ['a customer mail', customer()],
    ['a status page update', status()],
  ])('returns the stored receipt of %s that was sent already', async (_what, one) => {
    const first = await make(one);
    world.now += 60_000;
    expect(await make(one)).toEqual(first);
    expect(world.sent).toHaveLength(1);
  });

  describe.each(['down', 'frozen'] as const)('with the ledger %s', (state) => {
    test.each([
      ['a page', page()],
      ['a Slack message', slack],
      ['an internal mail', delivery()],
    ])('sends %s anyway and settles its row later', async (_what, one) => {
      world.ledger = state;
      const receipt = await make(one);
      expect(receipt.outcome).toBe('delivered');
      expect(world.later).toEqual([{ delivery: one, receipt }]);
    });

    test.each([
      ['a customer mail', customer()],
      ['a status page update', status()],
      ['a broadcast', customer({ channel: 'broadcast', recipients: ['a@example.com'] })],
      ['a mail to an audience', customer({ role: 'all_customers' })],
    ])('lets %s wait', async (_what, one) => {
      world.ledger = state;
      world.audience = [{ address: 'a@example.com' }];
      expect(await errorOf(make(one))).toMatchObject({
        name: 'TransientDeliveryError',
        code: 'ESC_PROVIDER_UNAVAILABLE',
      });
      expect(world.sent).toHaveLength(0);
    });
  });

  test('does not send again what it sent without the ledger', async () => {
    world.ledger = 'down';
    await make(page());
    await make(page());
    expect(world.sent).toHaveLength(1);
  });

  test('never fails a message that was sent because its row cannot be settled', async () => {
    world.refuse = () => {
      world.ledger = 'down';
      return undefined;
    };
    expect(await make(customer())).toMatchObject({ outcome: 'delivered' });
    expect(world.later).toHaveLength(1);
  });

  test('returns a refusal for good as a failed receipt', async () => {
    world.refuse = permanent;
    expect(await make(customer())).toMatchObject({ outcome: 'failed', detail: 'ESC_PROVIDER_REFUSED: smtp said no' });
    expect(world.rows.get(customer().key)?.receipt?.outcome).toBe('failed');
  });

  test('throws what may succeed later as it is', async () => {
    world.refuse = () => transient();
    expect(await errorOf(make(page()))).toMatchObject({ name: 'TransientDeliveryError' });
    expect(world.rows.get(page().key)).toEqual({ claims: 1 });
  });

  test('hands a provider’s Retry-After on to Temporal', async () => {
    world.refuse = () => transient(7000);
    expect(await errorOf(make(page()))).toMatchObject({
      name: 'ApplicationFailure',
      type: 'ESC_PROVIDER_UNAVAILABLE',
      nonRetryable: false,
      nextRetryDelay: 7000,
    });
  });

  test('drops a message that is no longer worth sending, but never a page', async () => {
    expect(await make(delivery({ worthUntil: AT }))).toMatchObject({ outcome: 'dropped' });
    expect(await make(delivery({ key: 'k2', worthUntil: AT + 1000 }))).toMatchObject({ outcome: 'delivered' });
    expect(await make(page({ worthUntil: AT }))).toMatchObject({ outcome: 'delivered' });
    expect(world.sent).toHaveLength(2);
  });

  test('returns the receipt of a message that went out before it lost its worth', async () => {
    await make(delivery({ worthUntil: AT + 1000 }));
    world.now = AT + 2000;
    expect(await make(delivery({ worthUntil: AT + 1000 }))).toMatchObject({ outcome: 'delivered' });
  });

  describe('its words', () => {
    beforeEach(() => (world.render = () => Promise.reject(new Error('undefined variable: impact'))));

    test('are built in for a page whose template fails', async () => {
      expect(await make(page({ level: 2 }))).toMatchObject({ outcome: 'delivered' });
      expect(world.sent[0]?.subject).toBe('P1 TICK-20260306-001: notice');
      expect(world.sent[0]?.text).toContain('Role: on_call, level 2 of on_call');
    });

    test('are built in for a page whose template hangs', async () => {
      world.render = () => new Promise(() => undefined);
      expect(await make(page())).toMatchObject({ outcome: 'delivered' });
    });

    test('wait for a person when a customer’s template fails', async () => {
      expect(await make(customer())).toMatchObject({
        outcome: 'failed',
        detail: 'ESC_TEMPLATE_FAILED: undefined variable: impact; the message waits for a person',
      });
      expect(world.sent).toHaveLength(0);
    });

    test('are tried again when the pack has not arrived yet', async () => {
      world.render = () => Promise.reject(Object.assign(new Error('no pack'), { code: 'ESC_PACK_UNKNOWN' }));
      expect(await errorOf(make(customer()))).toMatchObject({ code: 'ESC_PACK_UNKNOWN' });
    });

    test('are not asked for by a page that resolves its incident', async () => {
      await make(page({ vars: { action: 'resolve' } }));
      expect(world.sent[0]?.vars).toEqual({ action: 'resolve' });
      expect(world.log.lines).toEqual([]);
    });

    test('are a person’s own where there is no template, and a plain sentence on the status page', async () => {
      await make(customer({ template: '', vars: { text: 'Fixed since noon.' } }));
      await make(status({ template: '', vars: { 'ticket.subject': 'private' } }));
      expect(world.sent[0]?.text).toBe('Fixed since noon.');
      expect(world.sent[1]).toMatchObject({
        subject: 'Service incident',
        text: expect.stringContaining('cause') as string,
      });
      expect(await make(customer({ key: 'k', template: '' }))).toMatchObject({ outcome: 'failed' });
    });
  });

  describe('its recipients', () => {
    const to = () => world.sent.flatMap((one) => one.to.map((who) => who.address)).sort();

    test('are the person who stands in at the intended instant', async () => {
      world.overrides = [{ rota: 'engineering', from: AT, to: AT + 1, person: { name: 'Dana', page: 'dana' } }];
      expect(await make(page())).toMatchObject({ to: 'dana', person: 'Dana' });
    });

    test('come from the rotation when the overrides are away', async () => {
      world.overrides = 'down';
      expect(await make(page())).toMatchObject({ person: 'Ana' });
    });

    test.each(['missing', 'frozen'] as const)(
      'are for a page the published address while the pack is %s',
      async (state) => {
        world.pack = state;
        expect(await make(page())).toMatchObject({ outcome: 'delivered', to: 'engineering-team' });
      },
    );

    test('of any other message wait for a missing pack', async () => {
      world.pack = 'missing';
      await errorOf(make(delivery()));
      expect(world.sent).toHaveLength(0);
    });

    test('are the catch-all when nobody holds the role', async () => {
      expect(await make(delivery({ role: 'legal', to: '' }))).toMatchObject({ to: 'cto@example.com' });
    });

    test('are nobody when not even the catch-all has that channel', async () => {
      expect(await make({ ...slack, role: 'legal', to: '' })).toMatchObject({ outcome: 'unreached' });
      expect(world.rows.get(slack.key)?.receipt?.outcome).toBe('unreached');
    });

    test('are never the customer for a draft', async () => {
      await make(customer({ verb: 'draft', draftFor: 'support_manager' }));
      await make(customer({ verb: 'draft', key: 'k2', role: 'support_manager', draftFor: 'customer' }));
      expect(to()).toEqual(['manager@example.com', 'manager@example.com']);
      expect(world.sent[0]?.subject).toMatch(/^Draft: /);
      expect(await make(customer({ verb: 'draft', key: 'k3' }))).toMatchObject({ outcome: 'unreached' });
    });

    test('of a group each get a message under a key of their own', async () => {
      const receipt = await make(delivery({ role: 'management' }));
      expect(to()).toEqual(['director@example.com', 'manager@example.com']);
      expect(new Set(world.sent.map((one) => one.key)).size).toBe(2);
      expect(world.sent.every((one) => one.key.startsWith(`${delivery().key}#`))).toBe(true);
      expect(receipt).toMatchObject({ key: delivery().key, outcome: 'delivered' });
    });

    test('of a group are each told once while the ledger is away', async () => {
      world.ledger = 'frozen';
      let refusals = 1;
      world.refuse = () => (refusals-- > 0 ? transient() : undefined);
      await errorOf(make(delivery({ role: 'management' })));
      expect(await make(delivery({ role: 'management' }))).toMatchObject({ outcome: 'delivered' });
      expect(to()).toEqual(['director@example.com', 'manager@example.com']);
    });

    test('of a broadcast are its audience, each once, the failed ones counted', async () => {
      world.audience = Array.from({ length: 40 }, (_, n) => ({ address: `c${n % 39}@example.com` }));
      world.refuse = (message) => (message.to[0]?.address === 'c7@example.com' ? permanent() : undefined);
      const receipt = await make(customer({ channel: 'broadcast', role: 'all_customers', to: '' }));
      expect(world.sent).toHaveLength(38);
      expect(receipt).toMatchObject({ outcome: 'delivered', to: '38 recipients' });
      expect(receipt.detail).toContain('1 of 39 failed');
      expect(world.heartbeats.at(-1)).toBe(39);
    });

    test('already reached are not told again when the attempt is repeated for another', async () => {
      const bad = new Set(['b@example.com']);
      world.refuse = (message) => (bad.has(message.to[0]?.address ?? '') ? transient(3000) : undefined);
      const recipients = ['a@example.com', 'b@example.com', { name: 'C', email: 'c@example.com' }];
      const one = customer({ channel: 'broadcast', recipients });
      expect(await errorOf(make(one))).toMatchObject({ nextRetryDelay: 3000 });
      bad.clear();
      // Somebody joined in between: nobody is told twice, nobody is left out.
      expect(await make({ ...one, recipients: ['z@example.com', ...recipients] })).toMatchObject({
        outcome: 'delivered',
      });
      expect(to()).toEqual(['a@example.com', 'b@example.com', 'c@example.com', 'z@example.com']);
    });

    test('of a list may be roles as well as addresses', async () => {
      await make(delivery({ recipients: ['director', 'x@example.com'] }));
      expect(to()).toEqual(['director@example.com', 'x@example.com']);
    });
  });
});

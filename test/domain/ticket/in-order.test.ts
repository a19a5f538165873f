import { advance } from '../../../src/domain/ticket/engine';
import type { TicketState } from '../../../src/domain/ticket/types';
import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PEOPLE = `people: { boss: { email: boss@example.com, slack: "#boss", page: Boss }, team: { email: team@example.com }, nobody: { title: Nobody } }`;

describe('deliveries in order', () => {
  const pack = compilePackText(`
    ${PEOPLE}
    rules:
      steps: { on: tagged(go), in_order: true, do: [
        { note: first },
        { notify: { to: boss, template: one, name: one, by: PT10M } },
        { note: second },
        { notify: { to: [team, boss], template: two } },
        { notify: { to: nobody, template: none } },
        { notify: { to: team, template: three, name: three }, when: "ticket.priority == 'P1'" },
        { tag: done } ] }
  `);
  const told = (drive: Drive): string[] => [
    ...drive.deliveries().map((one) => `${drive.offset(one.at)} ${one.template} ${one.role}`),
  ];
  const begun = (): Drive => new Drive(pack, { priority: 'P1' }).give('PT1M', 'tag', { tag: 'go' });

  test('start each after the receipt of the one before', () => {
    const drive = begun().until('PT5M');
    expect([told(drive), drive.log('noted').length]).toEqual([['PT1M one boss'], 1]);
    drive.receipt('PT6M', { template: 'one' });
    expect(told(drive)).toEqual(['PT1M one boss', 'PT6M two team', 'PT6M two boss']);
    drive.receipt('PT7M', { template: 'two', role: 'team' });
    expect(told(drive)).toHaveLength(3);
    drive.receipt('PT8M', { template: 'two', role: 'boss' }, { outcome: 'failed' });
    expect(told(drive).slice(3)).toEqual(['PT8M three team']);
    expect(drive.state.ticket.tags).toEqual(['go']);
    drive.receipt('PT9M', { template: 'three' });
    expect(drive.log('tagged(done)', 'unreached')).toEqual(['PT8M unreached(nobody)', 'PT9M tagged(done)']);
    expect(drive.state.sequences).toEqual({});
  });

  test('go on when the deadline of one has passed, and the late receipt changes nothing', () => {
    const drive = begun().until('PT11M');
    expect(told(drive).slice(1)).toEqual(['PT11M two team', 'PT11M two boss']);
    drive.receipt('PT12M', { template: 'one' });
    expect(told(drive)).toHaveLength(3);
  });

  test('are never begun again: what is left is in the state', () => {
    const drive = begun();
    const copy = JSON.parse(JSON.stringify(drive.state)) as TicketState;
    drive.state = copy;
    drive.receipt('PT2M', { template: 'one' });
    expect(told(drive)).toEqual(['PT1M one boss', 'PT2M two team', 'PT2M two boss']);
    expect(advance(pack, drive.state, drive.at('PT20M'), 0).events.map((event) => event.type)).toEqual([]);
  });

  test('stop where the ticket is resolved in between; what the resolution itself begins runs', () => {
    const drive = begun().give('PT2M', 'resolve').receipt('PT3M', { template: 'one' });
    expect(told(drive)).toEqual(['PT1M one boss']);
    expect(drive.state.sequences).toEqual({});
  });

  test('leave out what does not hold when its turn comes', () => {
    const drive = begun().receipt('PT2M', { template: 'one' }).give('PT3M', 'set', { priority: 'P2' });
    drive.receipt('PT4M', { role: 'team' }).receipt('PT4M', { template: 'two', role: 'boss' });
    expect(told(drive)).toHaveLength(3);
    expect(drive.log('tagged(done)')).toEqual(['PT4M tagged(done)']);
  });
});

describe('a delivery with a delay', () => {
  const pack = compilePackText(`
    ${PEOPLE}
    rules:
      later: { on: tagged(go), do: [{ notify: { to: boss, template: one, name: one, delay: PT2H, by: PT5M } }] }
      missing: { on: undelivered(one), do: [{ note: missing }] }
  `);

  test('is sent that long after the event, and its deadline counts from then', () => {
    const drive = new Drive(pack).give('PT1M', 'tag', { tag: 'go' }).until('PT2H');
    expect(drive.told()).toEqual([]);
    drive.until('PT2H1M');
    expect(drive.told()).toEqual(['PT2H1M email boss']);
    expect(drive.due()).toEqual(['PT2H6M by ' + `delivery:${drive.deliveries()[0]?.key}`]);
    drive.until('PT3H');
    expect(drive.log('held', 'undelivered', 'noted')).toEqual([
      'PT1M held(one)',
      'PT2H6M undelivered(one)',
      'PT2H6M noted',
    ]);
  });

  test('is not sent when the ticket is resolved before', () => {
    const drive = new Drive(pack).give('PT1M', 'tag', { tag: 'go' }).give('PT1H', 'resolve').until('P1D');
    expect(drive.told()).toEqual([]);
  });
});

describe('a message over several channels', () => {
  const text = (all: string): string => `
    ${PEOPLE}
    rules:
      go: { on: tagged(go), do: [{ notify: { to: boss, via: [email, slack], template: one, name: one, by: [PT5M, PT15M]${all} } }] }
  `;
  const [any, every] = [compilePackText(text('')), compilePackText(text(', all: true'))];
  const sent = (pack: typeof any): Drive => new Drive(pack).give('PT0S', 'tag', { tag: 'go' });

  test('has arrived with the first receipt', () => {
    const drive = sent(any).receipt('PT1M', { channel: 'slack' }).until('PT20M').receipt('PT21M', { channel: 'email' });
    expect(drive.log('delivered', 'received', 'undelivered')).toEqual(['PT1M delivered(one)', 'PT21M delivered(one)']);
    expect(drive.state.named['one']).toMatchObject({ ok: true });
  });

  test('has arrived with the last, where every channel must have one', () => {
    const drive = sent(every).receipt('PT1M', { channel: 'slack' });
    expect([drive.log('received', 'delivered'), drive.state.named['one']?.['ok']]).toEqual([
      ['PT1M received(one)'],
      false,
    ]);
    drive.until('PT6M').receipt('PT7M', { channel: 'email' }).until('PT30M');
    expect(drive.log('delivered', 'undelivered')).toEqual(['PT5M undelivered(one)', 'PT7M delivered(one)']);
    expect(drive.state.named['one']).toMatchObject({ ok: true });
  });

  test('has not arrived, where every channel must have one and one has failed', () => {
    const drive = sent(every)
      .receipt('PT1M', { channel: 'slack' }, { outcome: 'failed' })
      .receipt('PT2M', { channel: 'email' });
    expect(drive.log('delivered', 'undelivered', 'received')).toEqual(['PT1M undelivered(one)', 'PT2M received(one)']);
    expect(drive.state.named['one']).toMatchObject({ ok: false });
  });

  test('misses a deadline once, however many channels are silent', () => {
    expect(sent(any).until('PT20M').log('undelivered')).toEqual(['PT5M undelivered(one)', 'PT15M undelivered(one)']);
    expect(sent(every).until('PT20M').log('undelivered')).toEqual(['PT5M undelivered(one)', 'PT15M undelivered(one)']);
  });
});

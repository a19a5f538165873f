import { compilePackText, repositoryPack } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(`
  catch_all: boss
  people: { engineer: { email: e@example.com, page: Engineers }, boss: { email: b@example.com, page: Bosses } }
  facts: { same: { port: crm } }
  commitments:
    reply: { from: opened, due: PT1H, met: agent_reply, again: "100%", marks: ["75%", "200%"] }
    fix: { from: [opened, reopened], due: PT4H, met: resolved }
    updates: { from: opened, cadence: [{ every: PT1H }], met: update_sent }
    after: { from: resolved, due: PT48H, met: progress }
  paths: { on_call: { levels: [{ to: engineer, ack: PT5M, repeat: 3 }, { to: boss }] } }
  rules:
    begin: { on: opened, do: [{ page: { path: on_call, name: first, by: PT15M } }] }
    late: { on: opened, after: PT2H, do: [{ escalate: { path: on_call } }] }
    same: { on: fact(same), do: [{ escalate: { path: on_call, to: boss } }] }
    again: { on: noted, do: [{ page: { path: on_call } }] }
    auto_close: { on: resolved, after: P7D, while: "ticket.status == 'resolved'", do: [{ command: close, reason: auto_close }] }
`);
const secureai = repositoryPack('secureai');
const LOUD = [
  'escalated',
  'paged',
  'repeated',
  'exhausted',
  'undelivered',
  'unreached',
  'breached',
  'mark',
  'again',
  'fired',
  'due',
];

describe('the end of a ticket', () => {
  test.each([
    ['resolve', { resolution: 'x' }],
    ['merge', { into: 'U' }],
  ] as const)('by %s silences everything older for a year', (end, fields) => {
    const drive = new Drive(PACK).receipt('PT1S', { role: 'engineer' }).give('PT3M', end, { ...fields });
    const { seq } = drive.state;
    drive.until('P365D');
    const after = drive.events
      .filter((event) => event.seq > seq && LOUD.includes(event.type))
      .map((event) => event.subject);
    expect(after.filter((name) => !['after', 'auto_close'].includes(name ?? ''))).toEqual([]);
    // A merged ticket tells the other that it is its duplicate, at that instant and never again.
    expect(drive.told()).toEqual(['PT0S page engineer', ...(end === 'merge' ? ['PT3M ticket ticket'] : [])]);
  });

  test('keeps what is anchored at the resolution', () => {
    const drive = new Drive(PACK).give('PT3M', 'resolve', { resolution: 'x' }).until('P30D');
    expect(drive.log('breached', 'closed')).toEqual(['PT48H3M breached(after)', 'PT168H3M closed']);
    expect(drive.due()).toEqual([]);
  });

  test('by merging stops what was anchored at the resolution as well', () => {
    const drive = new Drive(PACK).give('PT3M', 'resolve', { resolution: 'x' }).give('PT4M', 'merge', { into: 'U' });
    expect(drive.due()).toEqual([]);
    expect(drive.state.ticket).toMatchObject({ status: 'closed', merged_into: 'U' });
  });

  test.each(['resolve', 'close', 'merge'])('by %s escalates for no fact, receipt or note that still arrives', (end) => {
    const drive = new Drive(PACK).give('PT1M', end === 'merge' ? 'merge' : 'resolve', { resolution: 'x', into: 'U' });
    if (end === 'close') drive.give('PT2M', 'close');
    drive
      .fact('PT3M', 'same', 2)
      .receipt('PT4M', { role: 'engineer' }, { outcome: 'failed' })
      .give('PT5M', 'note', { text: 'x' });
    expect(drive.log('escalated', 'exhausted', 'paged')).toEqual(['PT0S paged(on_call)']);
    expect(drive.of('refused').map((event) => event.data['code'])).toEqual([
      'ESC_STATUS_FORBIDS',
      'ESC_STATUS_FORBIDS',
    ]);
  });

  test('can be taken back: reopened, clocks that say so run again and paths may', () => {
    const drive = new Drive(PACK).give('PT3M', 'resolve', { resolution: 'x' }).give('PT1H', 'reopen').until('PT6H');
    expect(drive.log('breached')).toEqual(['PT5H breached(fix)']);
    drive.give('PT7H', 'escalate', { path: 'on_call', to: 1, reason: 'x' });
    expect(drive.state.paths['on_call']).toMatchObject({ level: 1, done: false, acknowledged: false });
    expect(drive.until('P30D').log('closed')).toEqual([]);
  });

  test.each([
    [{ flags: ['system_outage'] }, 'enterprise'],
    [{ flags: ['security_breach'] }, 'starter'],
    [{ flags: ['business_critical'] }, 'enterprise'],
  ])('of a P1 with %j (%s) pages nobody for a year', async (fields, plan) => {
    const { pack } = await secureai;
    for (const end of ['resolve', 'merge']) {
      const drive = new Drive(pack, {
        priority: 'P1',
        fields,
        customer: { name: 'J', email: 'j@example.com', plan },
      }).until('PT1H30M');
      drive.give('PT1H31M', end, { resolution: 'x', into: 'U' });
      const { seq } = drive.state;
      drive.fact('PT2H', 'enterprise_same_issue', 3).until('P365D');
      const after = drive.events.filter((event) => event.seq > seq);
      expect(after.filter((event) => ['escalated', 'paged', 'exhausted', 'repeated'].includes(event.type))).toEqual([]);
      expect(after.filter((event) => event.data['channel'] === 'page')).toEqual([]);
      const breached = after.filter((event) => event.type === 'breached').map((event) => event.subject);
      expect(breached).toEqual(end === 'resolve' ? ['root_cause'] : []);
    }
  });
});

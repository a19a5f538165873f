import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PEOPLE = `{
  engineer: { email: e@example.com, page: Engineers }, second: { email: s@example.com, page: Seconds },
  manager: { email: m@example.com, page: Managers }, boss: { email: b@example.com, page: Bosses },
  leads: { group: [manager, second] }, substitute: { fallback: engineer }, nobody: { title: Not filled } }`.replaceAll(
  '\n',
  ' ',
);
const ON_CALL = compilePackText(`
  catch_all: boss
  people: ${PEOPLE}
  paths:
    on_call:
      levels: [{ to: engineer, ack: PT5M, repeat: 2 }, { to: [second, manager], ack: PT10M }]
      catch_all: boss
  rules: { begin: { on: opened, do: [{ page: { path: on_call, name: first_page, by: PT1M } }] } }
`);
const LADDER = compilePackText(`
  catch_all: boss
  people: ${PEOPLE}
  paths:
    ladder: { via: [page, email], levels: [{ to: engineer, ack: PT1H }, { to: second, ack: PT1H }, { to: leads, ack: PT1H }, { to: boss }] }
    technical: { kind: functional, via: [email], status: escalated, levels: [{ to: engineer, sets: { tier: 1 } }, { to: second, sets: { tier: 2 } }] }
`);
const taken = (drive: Drive, at: string, role: string) => drive.receipt(at, { role, channel: 'page' });

describe('an escalation path', () => {
  test('tells a level again, then the next, and at last the catch-all', () => {
    const drive = new Drive(ON_CALL);
    taken(drive, 'PT1S', 'engineer').until('PT5M');
    taken(drive, 'PT5M1S', 'engineer').until('PT10M');
    taken(drive, 'PT10M1S', 'engineer').until('PT15M');
    taken(drive, 'PT15M1S', 'second');
    taken(drive, 'PT15M1S', 'manager').until('P1D');
    expect(drive.log('paged', 'repeated', 'escalated', 'exhausted', 'unreached(engineer)')).toEqual([
      'PT0S paged(on_call)',
      'PT5M repeated(on_call)',
      'PT10M repeated(on_call)',
      'PT15M escalated(on_call)',
      'PT25M exhausted(on_call)',
    ]);
    expect(drive.told({ channel: 'page' })).toEqual([
      'PT0S page engineer',
      'PT5M page engineer',
      'PT10M page engineer',
      'PT15M page second',
      'PT15M page manager',
      'PT25M page boss',
    ]);
    expect(new Set(drive.deliveries().map((one) => one.key)).size).toBe(drive.deliveries().length);
  });

  test('stops at an acknowledgement, exactly at the timeout included', () => {
    const drive = new Drive(ON_CALL);
    taken(drive, 'PT1S', 'engineer').give('PT5M', 'acknowledge', {}, 'engineer').until('P1D');
    expect(drive.log('acknowledged', 'repeated', 'escalated')).toEqual(['PT5M acknowledged(on_call)']);
    expect(drive.state.paths['on_call']).toMatchObject({ acknowledged: true, acknowledgedBy: 'engineer', level: 1 });
    expect(drive.due()).toEqual([]);
  });

  test('passes a level over at once when its page fails', () => {
    const drive = new Drive(ON_CALL).receipt('PT10S', { role: 'engineer' }, { outcome: 'failed' });
    expect(drive.log('undelivered', 'escalated')).toEqual([
      'PT10S undelivered(first_page)',
      'PT10S escalated(on_call)',
    ]);
  });

  test('passes a level over when nobody took its page within two minutes', () => {
    const drive = new Drive(ON_CALL).until('PT2M');
    expect(drive.log('unreached', 'escalated')).toEqual(['PT2M unreached(engineer)', 'PT2M escalated(on_call)']);
    drive.receipt('PT2M30S', { role: 'engineer' }).receipt('PT2M31S', { role: 'second' });
    expect(drive.state.paths['on_call']).toMatchObject({ level: 2 });
  });

  test('passes a level of several over only when none of them was reached', () => {
    const drive = new Drive(ON_CALL).receipt('PT10S', { role: 'engineer' }, { outcome: 'unreached' });
    drive.receipt('PT20S', { role: 'second' }, { outcome: 'failed' });
    expect(drive.log('exhausted')).toEqual([]);
    drive.receipt('PT30S', { role: 'manager' }, { outcome: 'unreached' });
    expect(drive.log('exhausted')).toEqual(['PT30S exhausted(on_call)']);
    expect(drive.told({ role: 'boss' })).toEqual(['PT30S page boss', 'PT30S email boss']);
  });

  test('tells the catch-all once', () => {
    const drive = new Drive(ON_CALL).until('P1D');
    drive.receipt('P1D', { role: 'boss', channel: 'page' }, { outcome: 'failed' }).until('P2D');
    expect(drive.log('exhausted')).toHaveLength(1);
    expect(drive.told({ role: 'boss', channel: 'page' })).toHaveLength(1);
  });

  test.each([
    ['PT30S', 'PT5M'],
    ['PT1M', 'PT5M'],
    ['PT1M30S', 'PT6M30S'],
  ])('handed over after %s waits until %s', (handedOver, until) => {
    const drive = new Drive(ON_CALL);
    drive.receipt('PT1M50S', { role: 'engineer' }, { handedOverAt: drive.at(handedOver) }).until('PT7M');
    expect(drive.log('repeated')).toEqual([`${until} repeated(on_call)`]);
  });

  test('ignores an acknowledgement timeout of a level that was left', () => {
    const drive = new Drive(ON_CALL);
    taken(drive, 'PT1S', 'engineer').give('PT4M', 'escalate', { path: 'on_call', reason: 'stuck' });
    taken(drive, 'PT4M1S', 'second').until('PT13M');
    expect(drive.log('repeated', 'escalated', 'exhausted')).toEqual(['PT4M escalated(on_call)']);
    expect(drive.until('PT14M').log('exhausted')).toEqual(['PT14M exhausted(on_call)']);
  });

  test('does not begin a second time while it runs', () => {
    const pack = compilePackText(`
      catch_all: boss
      people: ${PEOPLE}
      paths: { on_call: { levels: [{ to: engineer, ack: PT5M }] } }
      rules: { begin: { on: [opened, progress], do: [{ page: { path: on_call } }] } }
    `);
    expect(new Drive(pack).give('PT1M', 'progress', { text: 'x' }).told()).toEqual(['PT0S page engineer']);
  });

  test.each(['nobody', 'unheard_of'])('does not wait for a level that %s holds', (role) => {
    const pack = compilePackText(`
      catch_all: boss
      people: ${PEOPLE}
      paths: { on_call: { levels: [{ to: ${role}, ack: PT5M }, { to: manager, ack: PT5M }] } }
      rules: { begin: { on: opened, do: [{ page: { path: on_call } }] } }
    `);
    const drive = new Drive(pack);
    expect(drive.log('unreached', 'escalated')).toEqual([`PT0S unreached(${role})`, 'PT0S escalated(on_call)']);
    expect(drive.told()).toEqual(['PT0S page manager']);
  });

  test('follows a fallback and records it', () => {
    const pack = compilePackText(`
      catch_all: boss
      people: ${PEOPLE}
      paths: { on_call: { levels: [{ to: substitute, ack: PT5M }] } }
      rules: { begin: { on: opened, do: [{ page: { path: on_call } }] } }
    `);
    const [event] = new Drive(pack).of('delivery');
    expect(event?.data).toMatchObject({ role: 'substitute', to: 'Engineers', fallback: ['substitute'] });
  });
});

describe('escalating by hand', () => {
  test('goes to the next level of the functional path, and sets its fields and status', () => {
    const drive = new Drive(LADDER).give('PT1M', 'escalate', { reason: 'x' }).give('PT2M', 'escalate', { reason: 'y' });
    expect(drive.of('escalated').map((event) => [event.subject, event.data['level'], event.data['reason']])).toEqual([
      ['technical', 1, 'x'],
      ['technical', 2, 'y'],
    ]);
    expect(drive.state.ticket).toMatchObject({ tier: 2, status: 'escalated' });
  });

  test.each([
    ['boss', 4, ['page boss', 'email boss', 'email engineer', 'email second', 'email manager']],
    [4, 4, ['page boss', 'email boss', 'email engineer', 'email second', 'email manager']],
    ['4', 4, ['page boss', 'email boss', 'email engineer', 'email second', 'email manager']],
    ['manager', 3, ['page manager', 'email manager', 'page second', 'email second', 'email engineer']],
    ['next', 1, ['page engineer', 'email engineer']],
  ])('to %p stands on level %p and copies the levels below', (to, level, told) => {
    const drive = new Drive(LADDER).give('PT1M', 'escalate', { path: 'ladder', to, reason: 'x' });
    expect(drive.state.paths['ladder']).toMatchObject({ level });
    expect(drive.told()).toEqual(told.map((one) => `PT1M ${one}`));
    // A copy informs: only the level itself is waited for.
    expect(drive.due().filter((line) => line.includes('ack'))).toEqual(level === 4 ? [] : ['PT1H1M ack path:ladder']);
  });

  test.each([
    ['no reason', {}, 'ESC_FIELD_REQUIRED', { field: 'reason' }],
    ['an unknown path', { path: 'nowhere', reason: 'x' }, 'ESC_PATH_UNKNOWN', { field: 'path' }],
    ['an unknown level', { path: 'ladder', to: 'cleaner', reason: 'x' }, 'ESC_PATH_UNKNOWN', { field: 'to' }],
    ['a level that is not there', { path: 'ladder', to: 9, reason: 'x' }, 'ESC_PATH_UNKNOWN', { field: 'to' }],
    ['a lower level', { path: 'technical', to: 1, reason: 'x' }, 'ESC_PATH_TOP', { level: 2 }],
    ['the top passed', { path: 'technical', reason: 'x' }, 'ESC_PATH_TOP', { level: 2 }],
  ])('is refused with %s', (_name, fields, code, details) => {
    const drive = new Drive(LADDER).give('PT1M', 'escalate', { path: 'technical', to: 2, reason: 'x' });
    expect(drive.refused('PT2M', 'escalate', fields)).toMatchObject({ code, details });
  });

  test('backwards hands the ticket to the lower level and stops waiting', () => {
    const drive = new Drive(LADDER)
      .give('PT1M', 'escalate', { path: 'ladder', to: 3, reason: 'x' })
      .give('PT2M', 'deescalate', { path: 'ladder', to: 1, reason: 'premature', priority: 'P4' });
    expect(drive.of('deescalated')[0]?.data).toMatchObject({ from: 3, level: 1, reason: 'premature' });
    expect(drive.state.ticket['priority']).toBe('P4');
    expect(drive.until('P1D').log('escalated')).toHaveLength(1);
    drive.give('P1DT1H', 'deescalate', { path: 'ladder', reason: 'solved' });
    expect(drive.state.paths['ladder']).toBeUndefined();
  });

  test.each([
    ['no reason', { path: 'ladder' }, 'ESC_FIELD_REQUIRED'],
    ['a path that it does not stand on', { path: 'technical', reason: 'x' }, 'ESC_PATH_UNKNOWN'],
    ['a higher level', { path: 'ladder', to: 4, reason: 'x' }, 'ESC_PATH_UNKNOWN'],
  ])('backwards is refused with %s', (_name, fields, code) => {
    const drive = new Drive(LADDER).give('PT1M', 'escalate', { path: 'ladder', to: 2, reason: 'x' });
    expect(drive.refused('PT2M', 'deescalate', fields).code).toBe(code);
  });
});

describe('an acknowledgement', () => {
  const both = () =>
    new Drive(LADDER)
      .give('PT1M', 'escalate', { path: 'technical', to: 2, reason: 'x' })
      .give('PT1M', 'escalate', { path: 'ladder', to: 3, reason: 'x' });
  test.each([
    ['second on both paths', 'second', {}, ['ladder', 'technical']],
    ['a member of the group', 'manager', {}, ['ladder']],
    ['a person in a role', { name: 'Ada', role: 'manager', kind: 'person' as const }, {}, ['ladder']],
    ['a stranger, for the first that waits', 'agent', {}, ['technical']],
    ['a stranger who names the path', 'agent', { path: 'ladder' }, ['ladder']],
  ])('by %s goes to the right path', (_name, by, fields, paths) => {
    const drive = both().give('PT2M', 'ack', fields, by);
    expect(
      drive
        .of('acknowledged')
        .map((event) => event.subject)
        .sort(),
    ).toEqual(paths);
  });
  test('is refused when nothing waits for it', () => {
    expect(new Drive(LADDER).refused('PT1M', 'acknowledge').code).toBe('ESC_NOTHING_TO_ACKNOWLEDGE');
    const drive = both().give('PT2M', 'acknowledge', { path: 'ladder' });
    expect(drive.refused('PT3M', 'acknowledge', { path: 'ladder' })).toMatchObject({
      code: 'ESC_NOTHING_TO_ACKNOWLEDGE',
      details: { path: 'ladder' },
    });
  });
});

test('a path that a rule stops waits for nobody any more, and can be entered again', () => {
  const pack = compilePackText(`
    catch_all: boss
    people: ${PEOPLE}
    paths:
      on_call: { levels: [{ to: engineer, ack: PT5M, repeat: 2 }, { to: second, ack: PT10M }], catch_all: boss }
    rules:
      begin: { on: [opened, tagged(again)], do: [{ page: { path: on_call } }] }
      sleep: { on: tagged(quiet), do: [{ clocks: { stop: [on_call] } }] }
  `);
  const drive = new Drive(pack);
  taken(drive, 'PT1S', 'engineer').give('PT4M', 'tag', { tag: 'quiet' }).until('PT2H');
  expect(drive.log('paged', 'repeated', 'escalated', 'exhausted')).toEqual(['PT0S paged(on_call)']);
  expect(drive.of('stopped')[0]?.data['names']).toEqual(['on_call']);
  drive.give('PT3H', 'tag', { tag: 'again' }).until('PT3H6M');
  expect(drive.log('paged')).toEqual(['PT0S paged(on_call)', 'PT3H paged(on_call)']);
});

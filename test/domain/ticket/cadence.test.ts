import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(`
  params: { updates: { use: protocol, protocol: [{ until: PT1H, every: PT30M }, { every: PT1H }], half: [{ every: PT30M }] } }
  conditions: { p1: "ticket.priority == 'P1'" }
  commitments:
    updates: { from: opened, cadence: =param.updates, early: PT5M, met: update_sent, while: is.p1, pause: "ticket.status == 'pending'" }
`);
const update = (drive: Drive, at: string) => drive.give(at, 'send_update', { text: 'x' });

describe('a cadence', () => {
  test('of half an hour for an hour and then of an hour has its ticks on that grid', () => {
    const drive = new Drive(PACK, { priority: 'P1' }).until('PT4H');
    expect(drive.log('due')).toEqual([
      'PT30M due(updates)',
      'PT1H due(updates)',
      'PT2H due(updates)',
      'PT3H due(updates)',
      'PT4H due(updates)',
    ]);
    expect(drive.log('breached')).toHaveLength(5);
  });

  test.each([
    ['[{ every: PT20M }]', ['PT20M', 'PT40M', 'PT1H', 'PT1H20M', 'PT1H40M', 'PT2H', 'PT2H20M', 'PT2H40M', 'PT3H']],
    ['[{ until: PT1H, every: PT1H }, { every: PT30M }]', ['PT1H', 'PT1H30M', 'PT2H', 'PT2H30M', 'PT3H']],
    ['[{ until: PT2H, every: PT1H }]', ['PT1H', 'PT2H']],
    ['[{ until: PT50M, every: PT30M }, { every: PT1H }]', ['PT30M', 'PT1H50M', 'PT2H50M']],
    ['[{ until: PT1H, every: PT30M }, { until: PT2H, every: PT20M }]', ['PT30M', 'PT1H', 'PT1H20M', 'PT1H40M', 'PT2H']],
  ])('written %s ticks at %j', (cadence, ticks) => {
    const pack = compilePackText(`commitments: { sync: { from: opened, cadence: ${cadence} } }`);
    const drive = new Drive(pack).until('PT3H10M');
    expect(drive.log('due').map((line) => line.split(' ')[0])).toEqual(ticks);
    expect(drive.log('breached')).toEqual([]);
  });

  test('has the variant that its parameter names', () => {
    const pack = { ...PACK, params: { updates: { ...(PACK.params['updates'] as object), use: 'half' } } };
    expect(new Drive(pack, { priority: 'P1' }).until('PT2H').log('due')).toHaveLength(4);
  });

  test.each([
    ['within five minutes before a tick keeps it', 'PT26M', ['PT1H breached(updates)'], ['PT26M met(updates)']],
    ['exactly at a tick keeps it', 'PT30M', ['PT1H breached(updates)'], ['PT30M met(updates)']],
    ['five minutes before a tick is too early', 'PT25M', ['PT30M breached(updates)', 'PT1H breached(updates)'], []],
    [
      'twenty minutes before a tick does not keep it',
      'PT10M',
      ['PT30M breached(updates)', 'PT1H breached(updates)'],
      [],
    ],
  ])('update %s', (_name, at, breached, met) => {
    const drive = update(new Drive(PACK, { priority: 'P1' }), at).until('PT1H');
    expect(drive.log('breached')).toEqual(breached);
    expect(drive.log('met')).toEqual(met);
  });

  test('update that is late heals every missed tick and moves none', () => {
    const drive = new Drive(PACK, { priority: 'P1' });
    update(drive, 'PT2H30M').until('PT4H');
    expect(drive.log('breached', 'met')).toEqual([
      'PT30M breached(updates)',
      'PT1H breached(updates)',
      'PT2H breached(updates)',
      'PT2H30M met(updates) late',
      'PT3H breached(updates)',
      'PT4H breached(updates)',
    ]);
  });

  test('update shortly before a tick heals the missed one and keeps the next', () => {
    const drive = new Drive(PACK, { priority: 'P1' });
    update(drive, 'PT56M').until('PT1H30M');
    expect(drive.log('breached', 'met')).toEqual(['PT30M breached(updates)', 'PT56M met(updates) late']);
  });

  test('skips the ticks before its activation', () => {
    const drive = new Drive(PACK, { priority: 'P3' }).give('PT1H10M', 'set', { priority: 'P1' }).until('PT3H');
    expect(drive.log('due')).toEqual(['PT2H due(updates)', 'PT3H due(updates)']);
  });

  test('skips the ticks before an activation within a pause', () => {
    const drive = new Drive(PACK, { priority: 'P3' })
      .give('PT1H50M', 'pause')
      .give('PT2H', 'set', { priority: 'P1' })
      .give('PT2H10M', 'resume')
      .until('PT4H');
    expect(drive.log('due')).toEqual(['PT2H20M due(updates)', 'PT3H20M due(updates)']);
  });

  test('stands still in a pause, and its ticks move by the pause', () => {
    const drive = new Drive(PACK, { priority: 'P1' }).give('PT40M', 'pause');
    expect(drive.due()).toEqual([]);
    drive.give('PT10H40M', 'resume').until('PT12H');
    expect(drive.log('due')).toEqual(['PT30M due(updates)', 'PT11H due(updates)', 'PT12H due(updates)']);
  });

  test('ends when the ticket is resolved', () => {
    const drive = new Drive(PACK, { priority: 'P1' }).give('PT40M', 'resolve', { resolution: 'x' }).until('P1D');
    expect(drive.log('due')).toEqual(['PT30M due(updates)']);
    expect(drive.due()).toEqual([]);
  });

  test('warns before each of its ticks', () => {
    const pack = compilePackText(`
      commitments: { updates: { from: opened, cadence: [{ until: PT1H, every: PT30M }, { every: PT1H }], early: PT5M, met: update_sent, marks: ["-PT10M", "50%"] } }
    `);
    const drive = update(new Drive(pack), 'PT56M').until('PT2H');
    expect(drive.log('mark')).toEqual([
      'PT15M mark(updates) 50%',
      'PT20M mark(updates) -PT10M',
      'PT45M mark(updates) 50%',
      'PT50M mark(updates) -PT10M',
      'PT1H30M mark(updates) 50%',
      'PT1H50M mark(updates) -PT10M',
    ]);
  });

  test('warns before its ticks after a pause', () => {
    const pack = compilePackText(`
      commitments: { updates: { from: opened, cadence: [{ every: PT1H }], met: update_sent, marks: ["-PT10M", "50%"], pause: "ticket.status == 'pending'" } }
    `);
    const drive = new Drive(pack).give('PT20M', 'pause').give('PT2H20M', 'resume').until('PT3H');
    expect(drive.log('mark', 'due')).toEqual([
      'PT2H30M mark(updates) 50%',
      'PT2H50M mark(updates) -PT10M',
      'PT3H due(updates)',
    ]);
  });

  test('of business hours has its ticks in them', () => {
    const pack = compilePackText(`
      calendars: { business: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] } } }
      commitments: { daily: { from: opened, cadence: [{ every: PT4H }], calendar: business } }
    `);
    const drive = new Drive(pack, {}, '2026-03-06T15:00:00Z').until('2026-03-09T17:00:00Z');
    expect(drive.of('due').map((event) => event.at)).toEqual([
      Date.parse('2026-03-09T11:00:00Z'),
      Date.parse('2026-03-09T15:00:00Z'),
    ]);
  });

  test('shares one update with another at the same instant', () => {
    const pack = compilePackText(`
      commitments:
        often: { from: opened, cadence: [{ every: PT4H }], early: PT5M, met: update_sent }
        daily: { from: opened, cadence: [{ every: P1D }], early: PT5M, met: update_sent }
    `);
    const drive = new Drive(pack);
    for (const hour of [4, 8, 12, 16, 20, 24]) update(drive, `PT${hour}H`);
    expect(drive.until('PT25H').log('breached')).toEqual([]);
  });
});

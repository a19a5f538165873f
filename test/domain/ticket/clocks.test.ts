import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const BUSINESS = `calendars: { business: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] } } }`;
const ONE_HOUR = compilePackText(`
  commitments:
    reply: { from: opened, due: PT1H, met: agent_reply, pause: "ticket.status == 'pending'", marks: ["75%"] }
`);

describe('a due instant', () => {
  test.each([
    ['PT1H', 'always', '2026-03-02T10:00:00Z', '2026-03-02T11:00:00Z'],
    ['PT8H', 'business', '2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z'],
    ['PT1H', 'business', '2026-03-06T16:30:00Z', '2026-03-09T09:30:00Z'],
    ['PT30M', 'business', '2026-03-06T16:30:00Z', '2026-03-06T17:00:00Z'],
    ['{ days: 0, at: close }', 'business', '2026-03-07T12:00:00Z', '2026-03-09T17:00:00Z'],
    ['{ days: 1, at: open }', 'business', '2026-03-06T12:00:00Z', '2026-03-09T09:00:00Z'],
    ['{ days: 2, at: same }', 'business', '2026-03-05T10:15:00Z', '2026-03-09T10:15:00Z'],
  ])('lies %s of %s time after its anchor %s', (due, calendar, opened, expected) => {
    const pack = compilePackText(
      `${BUSINESS}\ncommitments: { reply: { from: opened, due: ${due}, calendar: ${calendar}, met: agent_reply } }`,
    );
    const drive = new Drive(pack, {}, opened).until('P10D');
    expect(drive.of('breached').map((event) => new Date(event.at).toISOString())).toEqual([
      expected.replace('Z', '.000Z'),
    ]);
  });

  test('is an instant of a field as well', () => {
    const pack = compilePackText(`
      fields: { deadline: { any: true } }
      commitments: { told: { from: changed(deadline), due: =ticket.deadline, met: agent_reply, marks: ["-PT10M"] } }
    `);
    const drive = new Drive(pack).give('PT1M', 'set', { deadline: '2026-03-02T13:00:00+01:00' }).until('P1D');
    expect(drive.log('mark', 'breached')).toEqual(['PT1H50M mark(told) -PT10M', 'PT2H breached(told)']);
  });

  test('that cannot be told is none, and is said once', () => {
    const pack = compilePackText(`
      fields: { deadline: { any: true } }
      commitments: { told: { from: [opened, progress], due: =ticket.deadline, met: agent_reply } }
    `);
    const drive = new Drive(pack).give('PT1M', 'progress', { text: 'x' });
    expect(drive.due()).toEqual([]);
    expect(drive.of('unknown').map((event) => event.data)).toEqual([{ names: ['ticket.deadline in ticket.deadline'] }]);
  });

  test.each([[-1], [-3_600_000], [1e300], ['PT99999999H'], [true], [{ days: -2 }], [{ days: 1e12 }]])(
    'of the amount %p does not stop the ticket',
    (amount) => {
      const pack = compilePackText(`
        fields: { amount: { any: true } }
        calendars: { business: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] } } }
        commitments:
          plain: { from: changed(amount), due: =ticket.amount, met: agent_reply }
          open: { from: changed(amount), due: =ticket.amount, met: agent_reply, calendar: business }
          other: { from: opened, due: PT1H, met: agent_reply }
      `);
      const drive = new Drive(pack).give('PT1M', 'set', { amount }).until('PT2H');
      expect(drive.log('breached(other)')).toEqual(['PT1H breached(other)']);
    },
  );

  test('breaches two commitments of one day, each by itself', () => {
    const pack = compilePackText(`
      commitments:
        first: { from: opened, due: PT1H, met: agent_reply }
        second: { from: opened, due: PT2H, met: agent_reply }
        twin: { from: opened, due: PT2H, met: resolved }
    `);
    expect(new Drive(pack).until('P1D').log('breached')).toEqual([
      'PT1H breached(first)',
      'PT2H breached(second)',
      'PT2H breached(twin)',
    ]);
  });

  test('is the instant of the event, however late it is acted on', () => {
    const drive = new Drive(ONE_HOUR).until('P30D');
    expect(drive.of('breached').map((event) => [drive.offset(event.at), drive.offset(event.recordedAt)])).toEqual([
      ['PT1H', 'P30D'],
    ]);
  });
});

describe('a promise', () => {
  test.each([
    ['before the due instant', 'PT59M59S', ['PT59M59S met(reply)']],
    ['exactly at the due instant', 'PT1H', ['PT1H met(reply)']],
    ['a second late', 'PT1H1S', ['PT1H breached(reply)', 'PT1H1S met(reply) late']],
  ])('is met %s', (_name, at, expected) => {
    expect(new Drive(ONE_HOUR).give(at, 'reply', { text: 'x' }).until('P1D').log('met', 'breached')).toEqual(expected);
  });

  test('is met once, and by nothing that anchors it', () => {
    const pack = compilePackText(`commitments: { reply: { from: agent_reply, due: PT1H, met: agent_reply } }`);
    const drive = new Drive(pack).give('PT5M', 'reply', { text: 'x' }).until('PT3H');
    expect(drive.log('met', 'breached')).toEqual(['PT1H5M breached(reply)']);
  });

  test('is met only where met_when holds', () => {
    const pack = compilePackText(`
      commitments: { reply: { from: opened, due: PT1H, met: message, met_when: "event.from == 'agent'" } }
    `);
    const drive = new Drive(pack)
      .give('PT5M', 'message', { text: 'hello?' }, 'customer')
      .give('PT10M', 'message', { text: 'hello', from: 'agent' });
    expect(drive.log('met')).toEqual(['PT10M met(reply)']);
  });

  test('that does not count is done all the same, which is said, and does not come up again', () => {
    const pack = compilePackText(`
      commitments: { reply: { from: opened, due: PT1H, met: agent_reply, while: "ticket.priority == 'P3'" } }
    `);
    const drive = new Drive(pack, { priority: 'P2' })
      .give('PT5M', 'reply', { text: 'x' })
      .give('PT2H', 'set', { priority: 'P3' })
      .until('PT3H');
    expect(drive.of('met').map((event) => event.data['idle'])).toEqual([true]);
    expect(drive.log('breached')).toEqual([]);
  });

  test('starts again at a later anchor', () => {
    const pack = compilePackText(`
      commitments: { fix: { from: [opened, reopened], due: PT4H, met: resolved, marks: ["75%"] } }
    `);
    const drive = new Drive(pack)
      .until('PT5H')
      .give('PT6H', 'resolve', { resolution: 'x' })
      .give('PT10H', 'reopen')
      .until('P2D');
    expect(drive.log('mark', 'breached', 'met')).toEqual([
      'PT3H mark(fix) 75%',
      'PT4H breached(fix)',
      'PT6H met(fix) late',
      'PT13H mark(fix) 75%',
      'PT14H breached(fix)',
    ]);
  });
});

describe('marks', () => {
  test.each([
    ['75%', 'PT2H', 'PT1H30M'],
    ['12.5%', 'PT2H', 'PT15M'],
    ['100%', 'PT2H', 'PT2H'],
    ['200%', 'PT2H', 'PT4H'],
    ['350%', 'PT2H', 'PT7H'],
    ['-PT10M', 'PT2H', 'PT1H50M'],
    ['PT15M', 'PT2H', 'PT15M'],
    ['PT3H', 'PT2H', 'PT3H'],
    ['50%', '{ days: 1, at: same }', 'PT12H'],
  ])('at %s of %s warn after %s', (mark, due, at) => {
    const pack = compilePackText(
      `commitments: { reply: { from: opened, due: ${due}, met: agent_reply, marks: ["${mark}"] } }`,
    );
    expect(new Drive(pack).until('P3D').log('mark')).toEqual([`${at} mark(reply) ${mark}`]);
  });

  test('lie in the calendar of their clock', () => {
    const pack = compilePackText(`
      ${BUSINESS}
      commitments: { reply: { from: opened, due: PT2H, calendar: business, met: agent_reply, marks: ["75%", "-PT90M"] } }
    `);
    const drive = new Drive(pack, {}, '2026-03-06T16:00:00Z').until('P5D');
    expect(drive.log('mark', 'breached')).toEqual([
      'PT30M mark(reply) -PT90M',
      'PT65H30M mark(reply) 75%',
      'PT66H breached(reply)',
    ]);
  });

  test('end when the promise is met', () => {
    const pack = compilePackText(
      `commitments: { reply: { from: opened, due: PT1H, met: agent_reply, marks: ["75%", "200%"] } }`,
    );
    expect(new Drive(pack).give('PT30M', 'reply', { text: 'x' }).until('P1D').log('mark')).toEqual([]);
    expect(new Drive(pack).give('PT90M', 'reply', { text: 'x' }).until('P1D').log('mark')).toEqual([
      'PT45M mark(reply) 75%',
    ]);
  });
});

describe('a pause', () => {
  test.each([
    ['before the warning', 'PT30M', 'PT1H30M', ['PT1H45M mark(reply) 75%', 'PT2H breached(reply)']],
    ['exactly at the warning', 'PT45M', 'PT1H45M', ['PT1H45M mark(reply) 75%', 'PT2H breached(reply)']],
    ['between warning and breach', 'PT50M', 'PT1H50M', ['PT45M mark(reply) 75%', 'PT2H breached(reply)']],
    ['exactly at the due instant', 'PT1H', 'PT2H', ['PT45M mark(reply) 75%', 'PT2H breached(reply)']],
  ])('%s swallows neither', (_name, from, to, expected) => {
    const drive = new Drive(ONE_HOUR).give(from, 'pause').give(to, 'resume').until('P1D');
    expect(drive.log('mark', 'breached')).toEqual(expected);
  });

  test('of thirty days has nothing due and records nothing', () => {
    const drive = new Drive(ONE_HOUR).give('PT10M', 'pause');
    expect(drive.due()).toEqual([]);
    const { seq } = drive.state;
    drive.until('P30D');
    expect(drive.state.seq).toBe(seq);
  });

  test('counts every stretch', () => {
    const drive = new Drive(ONE_HOUR);
    for (const [from, to] of [
      ['PT10M', 'PT20M'],
      ['PT20M', 'PT30M'],
      ['PT50M', 'PT80M'],
    ] as const) {
      drive.give(from, 'pause').give(to, 'resume');
    }
    expect(drive.until('P1D').log('mark', 'breached')).toEqual(['PT1H35M mark(reply) 75%', 'PT1H50M breached(reply)']);
  });

  test.each([
    ['over a weekend', '2026-03-06T16:59:00Z', '2026-03-09T09:00:00Z', '2026-03-09T10:01:00Z'],
    ['in a night', '2026-03-06T18:00:00Z', '2026-03-07T08:00:00Z', '2026-03-09T10:00:00Z'],
    ['over a weekend and an hour', '2026-03-06T17:00:00Z', '2026-03-09T10:00:00Z', '2026-03-09T11:00:00Z'],
  ])('%s stretches a business deadline by its open time only', (_name, from, to, expected) => {
    const pack = compilePackText(`
      ${BUSINESS}
      commitments: { reply: { from: opened, due: PT2H, calendar: business, met: agent_reply, pause: "ticket.status == 'pending'" } }
    `);
    const drive = new Drive(pack, {}, '2026-03-06T16:00:00Z').give(from, 'pause').give(to, 'resume').until('P5D');
    expect(drive.of('breached').map((event) => event.at)).toEqual([Date.parse(expected)]);
  });

  test('after the breach moves what comes again', () => {
    const pack = compilePackText(`
      commitments: { reply: { from: opened, due: PT1H, met: agent_reply, again: "100%", marks: ["250%"], pause: "ticket.status == 'pending'" } }
    `);
    const drive = new Drive(pack).give('PT70M', 'pause').give('PT100M', 'resume').until('PT4H');
    expect(drive.log('breached', 'again', 'mark')).toEqual([
      'PT1H breached(reply)',
      'PT2H30M again(reply)',
      'PT3H mark(reply) 250%',
      'PT3H30M again(reply)',
    ]);
  });

  test('stretches days by its open time', () => {
    const pack = compilePackText(`
      ${BUSINESS}
      commitments: { reply: { from: opened, due: { days: 1, at: same }, calendar: business, met: agent_reply, pause: "ticket.status == 'pending'" } }
    `);
    const drive = new Drive(pack).give('PT1H', 'pause').give('PT3H', 'resume').until('P5D');
    expect(drive.log('breached')).toEqual(['PT26H breached(reply)']);
  });
});

describe('a changed input', () => {
  const pack = compilePackText(`
    tables: { sla: { keys: [priority], rows: { P1: PT1H, P2: PT4H, P3: PT24H } } }
    calendars: { business: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] } } }
    commitments:
      reply: { from: opened, due: "=table('sla', ticket.priority)", met: agent_reply, marks: ["75%"], calendar: "=ticket.priority == 'P3' ? 'business' : 'always'" }
  `);

  test('counts anew from the same anchor', () => {
    const drive = new Drive(pack, { priority: 'P2' }).give('PT30M', 'set', { priority: 'P1' }).until('P1D');
    expect(drive.log('mark', 'breached')).toEqual(['PT45M mark(reply) 75%', 'PT1H breached(reply)']);
  });
  test('is due at the instant of the change when it is past then', () => {
    const drive = new Drive(pack, { priority: 'P2' }).give('PT2H', 'set', { priority: 'P1' }).until('P1D');
    expect(drive.log('mark', 'breached')).toEqual(['PT2H breached(reply)']);
  });
  test('takes the calendar along', () => {
    const drive = new Drive(pack, { priority: 'P1' }).give('PT30M', 'set', { priority: 'P3' }).until('P10D');
    expect(drive.log('breached')).toEqual(['P3D breached(reply)']);
  });
  test('does not breach a second time', () => {
    const drive = new Drive(pack, { priority: 'P1' })
      .until('PT2H')
      .give('PT2H30M', 'set', { priority: 'P2' })
      .until('P1D')
      .give('PT25H', 'set', { priority: 'P1' })
      .until('P10D');
    expect(drive.log('breached')).toEqual(['PT1H breached(reply)']);
  });
});

describe('while', () => {
  const pack = compilePackText(`
    conditions: { p1: "ticket.priority == 'P1'" }
    commitments: { reply: { from: opened, due: PT1H, met: agent_reply, marks: ["50%"], while: is.p1, pause: "ticket.status == 'pending'" } }
    rules: { late: { on: opened, after: PT2H, while: is.p1, do: [{ tag: late }] } }
  `);

  test('has nothing due as long as it does not hold', () => {
    const drive = new Drive(pack, { priority: 'P3' });
    expect(drive.due()).toEqual([]);
    expect(drive.until('P1D').log('mark', 'breached', 'fired')).toEqual([]);
  });
  test('activates a clock that is past at once, without old warnings', () => {
    const drive = new Drive(pack, { priority: 'P3' }).give('PT3H', 'set', { priority: 'P1' }).until('P1D');
    expect(drive.log('mark', 'breached', 'fired', 'activated')).toEqual([
      'PT3H activated(reply)',
      'PT3H activated(late)',
      'PT3H breached(reply)',
      'PT3H fired(late)',
    ]);
  });
  test('that toggles fires once per anchor', () => {
    const drive = new Drive(pack, { priority: 'P1' });
    for (let i = 1; i < 20; i++) drive.give(`PT${i * 10}M`, 'set', { priority: i % 2 ? 'P3' : 'P1' });
    drive.give('PT10H', 'set', { priority: 'P1' }).until('P1D');
    expect(drive.log('breached', 'fired')).toEqual(['PT1H breached(reply)', 'PT2H fired(late)']);
  });
  test('that begins within a pause activates then, not before', () => {
    const drive = new Drive(pack, { priority: 'P3' })
      .give('PT50M', 'pause')
      .give('PT55M', 'set', { priority: 'P1' })
      .give('PT65M', 'resume')
      .until('P1D');
    expect(drive.log('mark', 'breached')).toEqual(['PT1H15M breached(reply)']);
  });
});

describe('again', () => {
  test.each([
    ['100%', ['PT1H breached(reply)', 'PT2H again(reply)', 'PT3H again(reply)', 'PT4H again(reply)']],
    ['50%', ['PT1H breached(reply)', 'PT1H30M again(reply)', 'PT2H again(reply)', 'PT2H30M again(reply)']],
  ])('%s repeats per further share until the promise is met', (again, expected) => {
    const pack = compilePackText(
      `commitments: { reply: { from: opened, due: PT1H, met: agent_reply, again: "${again}" } }`,
    );
    const last = expected.at(-1)?.split(' ')[0] ?? '';
    const drive = new Drive(pack).until(last).give(last, 'reply', { text: 'x' }).until('P1D');
    expect(drive.log('breached', 'again')).toEqual(expected);
    expect(drive.of('again').map((event) => event.data['n'])).toEqual([1, 2, 3]);
  });
  test('does not come when the promise is met exactly then', () => {
    const pack = compilePackText(
      `commitments: { reply: { from: opened, due: PT1H, met: agent_reply, again: "100%" } }`,
    );
    expect(new Drive(pack).give('PT2H', 'reply', { text: 'x' }).until('P1D').log('again')).toEqual([]);
  });
});

describe('the clocks action', () => {
  const pack = compilePackText(`
    commitments:
      fix: { from: opened, due: PT4H, met: resolved }
      reply: { from: opened, due: PT2H, met: agent_reply }
    tasks: { look: { opens: opened, for: agent, due: PT1H } }
    rules:
      anew: { on: tagged(anew), do: [{ clocks: { restart: [fix] } }] }
      enough: { on: tagged(enough), do: [{ clocks: { stop: [reply] } }] }
      all: { on: tagged(all), do: [{ clocks: { stop: all } }] }
      much_later: { on: opened, after: PT5H, do: [{ tag: later }] }
  `);
  test('restarts a clock from now', () => {
    const drive = new Drive(pack).give('PT3H', 'tag', { tag: 'anew' }).until('P1D');
    expect(drive.log('breached(fix)')).toEqual(['PT7H breached(fix)']);
  });
  test('stops the named clocks', () => {
    const drive = new Drive(pack).give('PT1H', 'tag', { tag: 'enough' }).until('P1D');
    expect(drive.log('breached')).toEqual(['PT1H breached(look)', 'PT4H breached(fix)']);
  });
  test('stops all of them, except those of tasks', () => {
    const drive = new Drive(pack).give('PT30M', 'tag', { tag: 'all' }).until('P1D');
    expect(drive.log('breached', 'fired')).toEqual(['PT1H breached(look)']);
  });
});

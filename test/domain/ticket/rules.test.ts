import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PEOPLE = `people: { manager: { email: m@example.com, page: Managers }, boss: { email: b@example.com } }`;

describe('a rule', () => {
  test('with a clock acts that long after its latest anchor', () => {
    const pack = compilePackText(`
      rules: { stuck: { on: [claimed, progress], after: PT30M, while: "ticket.status != 'pending'", do: [{ tag: stuck }] } }
    `);
    const drive = new Drive(pack).give('PT1M', 'claim').give('PT20M', 'progress', { text: 'x' }).until('PT3H');
    expect(drive.log('fired', 'tagged')).toEqual(['PT50M fired(stuck)', 'PT50M tagged(stuck)']);
  });

  test('with a clock asks its condition at the anchor', () => {
    const pack = compilePackText(`
      rules: { late: { on: opened, when: "ticket.priority == 'P1'", after: PT1H, do: [{ tag: late }] } }
    `);
    const down = new Drive(pack, { priority: 'P1' }).give('PT5M', 'set', { priority: 'P2' }).until('PT2H');
    expect(down.log('tagged')).toEqual(['PT1H tagged(late)']);
    expect(new Drive(pack).give('PT5M', 'set', { priority: 'P1' }).until('PT2H').log('tagged')).toEqual([]);
  });

  test('with a clock reads the event that anchored it', () => {
    const pack = compilePackText(`rules: { echo: { on: progress, after: PT1H, do: [{ note: =event.text }] } }`);
    const drive = new Drive(pack).give('PT1M', 'progress', { text: 'half way' }).until('PT2H');
    expect(drive.of('noted').map((event) => event.data['text'])).toEqual(['half way']);
  });

  test('acts not when the ticket is resolved exactly when it would be due', () => {
    const pack = compilePackText(`rules: { four: { on: opened, after: PT4H, do: [{ tag: old }] } }`);
    expect(new Drive(pack).give('PT4H', 'resolve', { resolution: 'x' }).until('P1D').log('fired')).toEqual([]);
    expect(new Drive(pack).give('PT4H0.001S', 'resolve', { resolution: 'x' }).log('fired')).toEqual([
      'PT4H fired(four)',
    ]);
  });

  test.each([
    ['at once', ''],
    ['later', 'after: PT1M,'],
  ])('with once acts once a ticket, %s', (_name, after) => {
    const pack = compilePackText(`rules: { first: { on: progress, ${after} once: ticket, do: [{ note: seen }] } }`);
    const drive = new Drive(pack);
    for (const at of ['PT10M', 'PT20M', 'PT30M']) drive.give(at, 'progress', { text: 'x' });
    expect(drive.until('PT1H').log('noted')).toHaveLength(1);
  });

  test('reads the state just after its event, not what other rules of it did', () => {
    const pack = compilePackText(`
      fields: { stage: { text: optional, default: one } }
      rules:
        a: { on: progress, when: "ticket.stage == 'one'", do: [{ set: { stage: two } }] }
        b: { on: progress, when: "ticket.stage == 'two'", do: [{ tag: from_b }] }
        c: { on: progress, when: "ticket.stage == 'one'", do: [{ tag: from_c }] }
        d: { on: changed(stage), when: "ticket.stage == 'two'", do: [{ tag: from_d }] }
    `);
    const drive = new Drive(pack).give('PT1M', 'progress', { text: 'x' });
    expect(drive.log('progress', 'changed', 'tagged')).toEqual([
      'PT1M progress',
      'PT1M changed(stage)',
      'PT1M tagged(from_c)',
      'PT1M tagged(from_d)',
    ]);
  });

  test('that leads to itself without a clock is a fault, and nothing of it stays', () => {
    const pack = compilePackText(`rules: { circle: { on: noted, do: [{ note: again }] } }`);
    expect(new Drive(pack).refused('PT1M', 'note', { text: 'x' }).code).toBe('ESC_ENGINE_FAULT');
  });
});

describe('one instant', () => {
  test('tells one recipient one thing, naming all clauses', () => {
    const pack = compilePackText(`
      ${PEOPLE}
      rules:
        a: { clauses: [X-001], on: opened, after: PT1H, do: [{ notify: { to: manager, template: news } }] }
        b: { clauses: [X-002], on: opened, after: PT1H, do: [{ notify: { to: [boss, manager], template: news } }] }
        c: { clauses: [X-003], on: opened, after: PT1H, do: [{ page: { to: manager, template: news } }] }
        d: { clauses: [X-004], on: opened, after: PT2H, do: [{ notify: { to: manager, template: news } }] }
    `);
    const drive = new Drive(pack).until('P1D');
    expect(drive.deliveries().map((one) => [drive.offset(one.at), one.channel, one.role, one.clauses])).toEqual([
      ['PT1H', 'email', 'manager', ['X-001', 'X-002']],
      ['PT1H', 'email', 'boss', ['X-002']],
      ['PT1H', 'page', 'manager', ['X-003']],
      ['PT2H', 'email', 'manager', ['X-004']],
    ]);
    expect(drive.of('delivery')[0]?.clauses).toEqual(['X-001', 'X-002']);
  });

  test('has warnings before breaches, then delayed rules, then acknowledgements, each by name', () => {
    const pack = compilePackText(`
      ${PEOPLE}
      commitments:
        b: { from: opened, due: PT1M, met: agent_reply }
        a: { from: opened, due: PT1M, met: agent_reply }
        w: { from: opened, due: PT2M, met: agent_reply, marks: ["50%"] }
      paths: { p: { via: [email], levels: [{ to: manager, ack: PT1M }, { to: boss }] } }
      rules:
        begin: { on: opened, do: [{ page: { path: p } }] }
        z: { on: opened, after: PT1M, do: [{ tag: z }] }
    `);
    expect(new Drive(pack).until('PT1M').log('mark', 'breached', 'fired', 'escalated')).toEqual([
      'PT1M mark(w) 50%',
      'PT1M breached(a)',
      'PT1M breached(b)',
      'PT1M fired(z)',
      'PT1M escalated(p)',
    ]);
  });

  test('has edges of conditions in the order of the conditions', () => {
    const pack = compilePackText(`
      conditions: { open: "ticket.status != 'resolved'", p1: "is.open && ticket.priority == 'P1'", both: is.p1 }
      rules: { begins: { on: "began(both)", do: [{ tag: both }] } }
    `);
    const drive = new Drive(pack, { priority: 'P1' }).give('PT1H', 'resolve', { resolution: 'x' });
    expect(drive.log('began', 'ended', 'tagged')).toEqual([
      'PT0S began(open)',
      'PT0S began(p1)',
      'PT0S began(both)',
      'PT0S tagged(both)',
      'PT1H ended(open)',
      'PT1H ended(p1)',
      'PT1H ended(both)',
    ]);
  });
});

describe('a table that sets a field', () => {
  const pack = compilePackText(`
    fields: { flags: { set: [outage, loss] }, grade: { text: optional } }
    tables:
      priority: { sets: priority, rows: [{ when: "'outage' in ticket.flags", then: P1, clauses: [X-009] }, { then: P3 }] }
  `);
  test('decides at the opening and when what it reads changes', () => {
    const drive = new Drive(pack).give('PT1M', 'set', { flags: ['outage'] });
    expect(drive.state.ticket['priority']).toBe('P1');
    expect(drive.of('changed').at(-1)).toMatchObject({
      subject: 'priority',
      clauses: ['X-009'],
      data: { table: 'priority', rows: [0] },
    });
  });
  test('leaves a value set by hand alone until it is released', () => {
    const drive = new Drive(pack).give('PT1M', 'set', { priority: 'P2' }).give('PT2M', 'set', { flags: ['outage'] });
    expect(drive.state.ticket['priority']).toBe('P2');
    drive.give('PT3M', 'set', { priority: 'auto' });
    expect(drive.state.ticket['priority']).toBe('P1');
  });
});

describe('an unknown name', () => {
  test('fires no rule, activates no clock, and is recorded once', () => {
    const pack = compilePackText(`
      fields: { amount: { number: optional } }
      commitments: { reply: { from: opened, due: PT1H, met: agent_reply, while: ticket.amount > 5 } }
      rules:
        big: { on: progress, when: ticket.amount > 5, do: [{ tag: big }] }
        safe: { on: progress, when: "!known(ticket.amount) || ticket.amount > 5", do: [{ tag: safe }] }
    `);
    const drive = new Drive(pack);
    for (const at of ['PT1M', 'PT2M', 'PT3M']) drive.give(at, 'progress', { text: 'x' });
    expect(drive.until('P1D').log('tagged', 'breached')).toEqual(['PT1M tagged(safe)']);
    expect(drive.of('unknown').flatMap((event) => event.data['names'])).toEqual(['ticket.amount in ticket.amount > 5']);
  });
});

import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(`
  fields:
    commander: { person: optional }
    rca: { text: optional }
    share: { number: percent }
  conditions: { p1: "ticket.priority == 'P1' && !(ticket.status in ['resolved', 'closed'])" }
  people: { manager: { email: manager@example.com, page: Managers } }
  tasks:
    commander: { opens: began(p1), for: manager, sets: [commander], marks: [PT15M], due: PT1H, while: is.p1 }
    assess: { opens: began(p1), for: [manager, owner], ask: { text: text, link: url, note: optional }, remind: PT2H }
    vendors: { opens: began(p1), for: manager, choices: [notified, not_needed], ask: { vendors: "choice == 'notified'" } }
    grade: { opens: closed, for: customer, choices: [1, 2, 3] }
    spread: { opens: began(p1), for: manager, sets: [share] }
    told: { opens: opened, when: "ticket.priority == 'P1'", closes: update_sent, for: manager, due: PT1H }
    rca: { opens: resolved, when: "ticket.priority == 'P1'", for: manager, sets: [rca], marks: ["-PT12H"], due: PT48H }
  rules:
    overdue: { on: breached(task), do: [{ notify: { to: manager } }] }
    answered: { on: task_done(vendors), when: "event.choice == 'notified'", do: [{ tag: vendors }] }
`);
const p1 = () => new Drive(PACK, { priority: 'P1' });

describe('a task', () => {
  test('is opened by its event for whom it names, where its condition holds', () => {
    const drive = p1();
    expect(drive.of('task_opened').map((event) => [event.subject, event.data['for']])).toEqual(
      expect.arrayContaining([
        ['commander', ['manager']],
        ['assess', ['manager', 'owner']],
        ['told', ['manager']],
      ]),
    );
    expect(new Drive(PACK, { priority: 'P3' }).log('task_opened')).toEqual([]);
  });

  test('sets its fields by the answer, which is recorded with who gave it', () => {
    const drive = p1().give('PT5M', 'answer', { task: 'commander', commander: 'ada@example.com' }, 'manager');
    expect(drive.state.ticket['commander']).toBe('ada@example.com');
    expect(drive.log('changed', 'task_done')).toEqual(['PT5M changed(commander)', 'PT5M task_done(commander)']);
    expect(drive.of('task_done')[0]?.by).toEqual({ name: 'manager', role: 'manager', kind: 'person' });
    expect(drive.until('P1D').log('breached(commander)', 'mark')).toEqual([]);
  });

  test.each([
    ['an unknown task', { task: 'nothing' }, 'ESC_TASK_NOT_OPEN', { field: 'task' }],
    ['no task', {}, 'ESC_FIELD_REQUIRED', { field: 'task' }],
    ['a missing field that it sets', { task: 'commander' }, 'ESC_FIELD_REQUIRED', { fields: ['commander'] }],
    ['missing texts', { task: 'assess' }, 'ESC_FIELD_REQUIRED', { fields: ['text', 'link'] }],
    ['a choice outside the list', { task: 'vendors', choice: 'perhaps' }, 'ESC_FIELD_INVALID', { field: 'choice' }],
    ['no choice', { task: 'vendors' }, 'ESC_FIELD_INVALID', { field: 'choice', choices: ['notified', 'not_needed'] }],
    [
      'what the choice asks for',
      { task: 'vendors', choice: 'notified' },
      'ESC_FIELD_REQUIRED',
      { fields: ['vendors'] },
    ],
    ['a field of the wrong type', { task: 'spread', share: 'half' }, 'ESC_FIELD_INVALID', { field: 'share' }],
  ])('refuses an answer with %s', (_name, fields, code, details) => {
    expect(p1().refused('PT5M', 'answer', fields)).toMatchObject({ code, details });
  });

  test.each([
    [{ task: 'assess', text: 'bad', link: 'https://example.com' }],
    [{ task: 'vendors', choice: 'not_needed' }],
    [{ task: 'vendors', choice: 'notified', vendors: 'ACME' }],
    [{ task: 'spread', share: 0 }],
  ])('takes the answer %j', (fields: { task: string; choice?: string }) => {
    const drive = p1().give('PT5M', 'answer', { ...fields });
    expect(drive.log('task_done')).toEqual([`PT5M task_done(${fields.task})`]);
    expect(drive.state.ticket.tags).toEqual(fields.choice === 'notified' ? ['vendors'] : []);
  });

  test('is answered once', () => {
    const drive = p1().give('PT5M', 'answer', { task: 'vendors', choice: 'not_needed' });
    expect(drive.refused('PT6M', 'answer', { task: 'vendors', choice: 'not_needed' }).code).toBe('ESC_TASK_NOT_OPEN');
  });

  test('is moot when its while ends, and nothing of it falls due', () => {
    const drive = p1().give('PT10M', 'set', { priority: 'P2' }).until('P1D');
    expect(drive.log('task_moot')).toEqual(['PT10M task_moot(commander)']);
    expect(drive.log('breached(commander)', 'mark')).toEqual([]);
  });

  test('is closed by its event', () => {
    const drive = p1().give('PT10M', 'send_update', { text: 'x' }).until('P1D');
    expect(drive.log('task_done', 'breached(told)')).toEqual(['PT10M task_done(told)']);
  });

  test('reminds again and again until it is answered', () => {
    const drive = p1().until('PT6H').give('PT7H', 'answer', { task: 'assess', text: 'x', link: 'y' }).until('P2D');
    expect(drive.log('reminded')).toEqual(['PT2H reminded(assess)', 'PT4H reminded(assess)', 'PT6H reminded(assess)']);
  });

  test('warns and breaches as breached(task) says', () => {
    const drive = p1().until('P1D');
    expect(drive.log('mark', 'breached')).toEqual([
      'PT15M mark(commander) PT15M',
      'PT1H breached(commander)',
      'PT1H breached(told)',
    ]);
    // Two tasks breach at one instant: the manager is told once.
    expect(drive.told({ role: 'manager' })).toEqual(['PT1H email manager']);
  });

  test('without a while survives the resolution and ends when the ticket is closed', () => {
    const drive = p1().give('PT3H', 'resolve', { resolution: 'x' }).until('PT7H');
    expect(drive.log('task_moot')).toEqual(['PT3H task_moot(commander)']);
    expect(drive.log('reminded')).toEqual(['PT2H reminded(assess)', 'PT4H reminded(assess)', 'PT6H reminded(assess)']);
    drive.give('PT8H', 'close').until('P30D');
    expect(drive.log('reminded')).toHaveLength(3);
    expect(
      Object.values(drive.state.tasks)
        .filter((task) => task.open)
        .map((task) => task.name),
    ).toEqual(['grade']);
    expect(drive.refused('P31D', 'answer', { task: 'assess', text: 'x', link: 'y' }).code).toBe('ESC_TASK_NOT_OPEN');
  });

  test('of the resolution runs on: the root cause analysis is due 48 hours after it', () => {
    const drive = p1().give('PT3H', 'resolve', { resolution: 'x' }).until('P10D');
    expect(drive.log('mark(rca)', 'breached(rca)')).toEqual(['PT39H mark(rca) -PT12H', 'PT51H breached(rca)']);
  });

  test('is asked once when two events of one instant ask it', () => {
    const pack = compilePackText(`
      conditions: { p1: "ticket.priority == 'P1'", big: "is.p1 && ticket.customer.plan == 'starter'" }
      tasks: { ask: { opens: [began(p1), began(big)], for: agent } }
    `);
    const drive = new Drive(pack, { priority: 'P1' });
    expect(drive.log('began', 'task_opened')).toEqual(['PT0S began(p1)', 'PT0S began(big)', 'PT0S task_opened(ask)']);
  });

  test('opened by the closing may be answered by the customer', () => {
    const drive = p1().give('PT3H', 'resolve', { resolution: 'x' }).give('PT4H', 'close');
    drive.give('PT5H', 'answer', { task: 'grade', choice: '3' }, 'customer');
    expect(drive.of('task_done').at(-1)?.data['choice']).toBe(3);
  });
});

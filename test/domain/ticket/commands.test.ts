import type { JsonObject } from '../../../src/domain/policy/types';
import { COMMANDS } from '../../../src/domain/ticket/types';
import { commandName } from '../../../src/domain/ticket/commands';
import { handle, open } from '../../../src/domain/ticket/engine';
import { compilePackText } from '../../support/pack';
import { Drive, OPENED, OPENING } from './drive';

const PACK = compilePackText(`
  people: { manager: { email: m@example.com }, director: { email: d@example.com } }
  fields:
    share: { number: percent }
    grade: { enum: [a, b], tag: "grade-{value}" }
    flags: { set: [x, y] }
    done: { bool: optional }
    on: { date: optional }
    rca: { text: optional }
  tables: { priority: { sets: priority, rows: [{ then: P3 }] } }
  paths: { technical: { kind: functional, levels: [{ to: manager, ack: PT5M }, { to: director }] } }
  tasks: { look: { opens: opened, for: manager }, judge: { opens: opened, for: manager, sets: [grade] } }
`);
type Given = [name: string, fields: JsonObject, event: string, state: JsonObject];

describe('a command', () => {
  test('that answers a task is told what it lacks, with what may be said', () => {
    const refused = new Drive(PACK).refused('PT1M', 'answer', { task: 'judge' });
    expect(refused).toMatchObject({ code: 'ESC_FIELD_REQUIRED', details: { fields: ['grade'] } });
    expect(refused.message).toBe('the answer to "judge" needs grade (a, b)');
  });

  test('that passes on a message says whose it is, and what it says', () => {
    const drive = new Drive(PACK);
    expect(drive.refused('PT1M', 'message', {})).toMatchObject({
      code: 'ESC_FIELD_REQUIRED',
      details: { field: 'text' },
    });
    const refused = drive.refused('PT1M', 'message', { from: 'nobody', text: 'hello' });
    expect(refused).toMatchObject({ code: 'ESC_FIELD_INVALID', details: { field: 'from' } });
    expect(refused.message).toContain('customer or agent');
    drive.give('PT2M', 'message', { text: '', attachments: ['a.png'] }); // a mail without a word of its own
  });

  test.each<Given>([
    ['claim', {}, 'claimed', { status: 'in_progress', owner: 'ada' }],
    ['progress', { note: 'half' }, 'progress', {}],
    ['reply', { body: 'hello' }, 'agent_reply', {}],
    ['message', { text: 'hello?' }, 'message(customer)', {}],
    ['message', { text: 'hello', from: 'agent' }, 'message(agent)', {}],
    ['send_update', { message: 'soon' }, 'update_sent', {}],
    ['escalate', { reason: 'stuck' }, 'escalated(technical)', {}],
    ['pause', {}, 'paused', { status: 'pending' }],
    ['hand_off', { to: 'bob' }, 'handed_off', { owner: 'bob' }],
    ['release', {}, 'released', {}],
    ['answer', { task: 'look' }, 'task_done(look)', {}],
    ['set', { share: 5 }, 'changed(share)', { share: 5 }],
    ['set', { field: 'share', value: 6 }, 'changed(share)', { share: 6 }],
    ['set', { grade: 'a' }, 'changed(grade)', { grade: 'a', tags: ['grade-a'] }],
    ['set', { flags: ['x'] }, 'changed(flags)', { flags: ['x'] }],
    ['tag', { tag: 'hot' }, 'tagged(hot)', { tags: ['hot'] }],
    ['note', { text: 'n' }, 'noted', {}],
    ['link', { to: 'U', kind: 'member' }, 'linked(member)', {}],
    ['resolve', { resolution: 'fixed' }, 'resolved', { status: 'resolved', resolution: 'fixed' }],
    ['merge', { into: 'U' }, 'merged', { status: 'closed', merged_into: 'U' }],
  ])('%s with %j is the event %s', (name, fields, event, state) => {
    const drive = new Drive(PACK).give('PT1M', name, fields, 'ada');
    const expected = event.includes('(') ? event : `${event}`;
    expect(drive.log(expected)).toHaveLength(1);
    expect(drive.state.ticket).toMatchObject(state);
    expect(drive.events.at(-1)?.cause).toBe('command:c1');
  });

  test.each([
    ['untag', 'tag', { tag: 'hot' }, { tag: 'hot' }, 'untagged(hot)', 'created'],
    ['resume', 'pause', {}, {}, 'resumed', 'in_progress'],
    ['claim', 'pause', {}, {}, 'claimed', 'pending'],
    ['message', 'pause', {}, { text: 'x' }, 'resumed', 'in_progress'],
    ['acknowledge', 'escalate', { reason: 'x' }, {}, 'acknowledged(technical)', 'created'],
    ['confirm_receipt', 'escalate', { reason: 'x' }, {}, 'receipt_confirmed', 'created'],
    ['deescalate', 'escalate', { reason: 'x' }, { reason: 'y' }, 'deescalated(technical)', 'created'],
    ['reopen', 'resolve', { text: 'x' }, {}, 'reopened', 'in_progress'],
    ['close', 'resolve', { text: 'x' }, {}, 'closed', 'closed'],
  ])('%s after %s takes effect', (name, first, firstFields, fields, event, status) => {
    const drive = new Drive(PACK).give('PT1M', first, firstFields).give('PT2M', name, fields);
    expect(drive.log(event)).toEqual([`PT2M ${event}`]);
    expect(drive.state.ticket.status).toBe(status);
  });

  test.each<[string, JsonObject, string, JsonObject]>([
    ['dance', {}, 'ESC_COMMAND_UNKNOWN', { command: 'dance' }],
    ['constructor', {}, 'ESC_COMMAND_UNKNOWN', { command: 'constructor' }],
    ['progress', {}, 'ESC_FIELD_REQUIRED', { field: 'text' }],
    ['reply', { text: '  ' }, 'ESC_FIELD_REQUIRED', { field: 'text' }],
    ['send_update', { text: 5 }, 'ESC_FIELD_REQUIRED', { field: 'text' }],
    ['note', {}, 'ESC_FIELD_REQUIRED', { field: 'text' }],
    ['hand_off', {}, 'ESC_FIELD_REQUIRED', { field: 'to' }],
    ['tag', {}, 'ESC_FIELD_REQUIRED', { field: 'tag' }],
    ['untag', {}, 'ESC_FIELD_REQUIRED', { field: 'tag' }],
    ['link', {}, 'ESC_FIELD_REQUIRED', { field: 'to' }],
    ['merge', {}, 'ESC_FIELD_REQUIRED', { field: 'into' }],
    ['merge', { into: 'T' }, 'ESC_FIELD_INVALID', { field: 'into' }],
    ['set', {}, 'ESC_FIELD_REQUIRED', { field: 'field' }],
    ['set', { colour: 'red' }, 'ESC_FIELD_UNKNOWN', { field: 'colour' }],
    ['set', { status: 'closed' }, 'ESC_FIELD_UNKNOWN', { field: 'status' }],
    ['set', { share: 'half' }, 'ESC_FIELD_INVALID', { field: 'share' }],
    ['set', { grade: 'c' }, 'ESC_FIELD_INVALID', { field: 'grade' }],
    ['set', { flags: ['z'] }, 'ESC_FIELD_INVALID', { field: 'flags' }],
    ['set', { done: 'yes' }, 'ESC_FIELD_INVALID', { field: 'done' }],
    ['set', { on: 'tomorrow' }, 'ESC_FIELD_INVALID', { field: 'on' }],
    ['resume', {}, 'ESC_STATUS_FORBIDS', { status: 'created' }],
    ['reopen', {}, 'ESC_STATUS_FORBIDS', { status: 'created' }],
    ['close', {}, 'ESC_STATUS_FORBIDS', { status: 'created' }],
    ['acknowledge', {}, 'ESC_NOTHING_TO_ACKNOWLEDGE', { path: null }],
    ['confirm_receipt', {}, 'ESC_NOTHING_TO_ACKNOWLEDGE', { path: null }],
  ])('%s with %j is refused as %s', (name, fields, code, details) => {
    const refused = new Drive(PACK).refused('PT1M', name, fields);
    expect(refused).toMatchObject({ code, details });
    expect(refused.message).not.toBe('');
  });

  test.each(['claim', 'pause', 'resume', 'resolve', 'escalate', 'deescalate'])(
    '%s is refused on a resolved ticket',
    (name) => {
      const drive = new Drive(PACK).give('PT1M', 'resolve', { resolution: 'x' });
      expect(drive.refused('PT2M', name, { reason: 'x' }).code).toBe('ESC_STATUS_FORBIDS');
    },
  );

  test.each(COMMANDS)('%s on a closed ticket is refused or changes no clock', (name) => {
    const drive = new Drive(PACK).give('PT1M', 'resolve', { resolution: 'x' }).give('PT2M', 'close');
    const kept = ['reopen', 'note', 'link', 'tag', 'untag', 'answer'];
    if (kept.includes(name)) expect(() => drive.refused('PT3M', name, {}).code).not.toBe('ESC_TICKET_CLOSED');
    else
      expect(drive.refused('PT3M', name, { reason: 'x', text: 'x', to: 'x', into: 'U' }).code).toBe(
        'ESC_TICKET_CLOSED',
      );
  });

  test('reopen is refused on a merged ticket', () => {
    expect(new Drive(PACK).give('PT1M', 'merge', { into: 'U' }).refused('PT2M', 'reopen').code).toBe(
      'ESC_STATUS_FORBIDS',
    );
  });

  test('with an id that was given before changes nothing, even where the first changed nothing', () => {
    const drive = new Drive(PACK)
      .give('PT1M', 'tag', { tag: 'x' }, 'a', 'one')
      .give('PT2M', 'tag', { tag: 'x' }, 'a', 'two');
    drive.give('PT3M', 'untag', { tag: 'x' }, 'a', 'three');
    const before = JSON.stringify(drive.state);
    drive.give('PT4M', 'tag', { tag: 'x' }, 'a', 'one').give('PT5M', 'tag', { tag: 'x' }, 'a', 'two');
    expect(JSON.stringify(drive.state)).toBe(before);
  });

  test('given for an earlier instant is recorded after what was already recorded', () => {
    const drive = new Drive(PACK).give('PT5M', 'note', { text: 'a' }).give('PT1M', 'note', { text: 'b' });
    expect(drive.log('noted')).toEqual(['PT5M noted', 'PT5M noted']);
  });

  test.each([
    ['send-update', 'send_update'],
    ['sendUpdate', 'send_update'],
    ['Send Update', 'send_update'],
    ['update', 'send_update'],
    ['ACK', 'acknowledge'],
    ['handoff', 'hand_off'],
    ['de-escalate', 'deescalate'],
    ['set_pending', 'pause'],
    ['confirmReceipt', 'confirm_receipt'],
    ['', undefined],
    ['__proto__', undefined],
    ['toString', undefined],
  ])('written %p is %p', (written, name) => expect(commandName(written)).toBe(name));
});

describe('guards', () => {
  const pack = compilePackText(`
    people: { director: { email: d@example.com } }
    fields: { rca: { text: optional }, plan: { text: optional }, risk: { number: optional } }
    tasks: { review: { opens: opened, for: director } }
    guards:
      papers: { command: close, when: "ticket.priority == 'P1'", needs: [ticket.rca, task.review], say: Finish the papers, clauses: [X-001] }
      plan: { command: close, when: "ticket.priority == 'P1'", needs: [ticket.plan], say: Write the plan }
      risky: { command: pause, refuse: ticket.risk > 3, say: Too risky, override: { by: [director], flag: risk_taken } }
      maybe: { command: tag, when: ticket.risk > 3, refuse: "true", say: Not now }
      text: { command: resolve, needs: [ticket.resolution], say: A text is needed }
  `);

  test('are all tried, and the refusal names each with what is missing', () => {
    const drive = new Drive(pack, { priority: 'P1' }).give('PT1M', 'resolve', { text: 'fixed' });
    const refused = drive.refused('PT2M', 'close');
    expect(refused.code).toBe('ESC_GUARD_REFUSED');
    expect(refused.details['guards']).toEqual([
      { guard: 'papers', say: 'Finish the papers', missing: ['ticket.rca', 'task.review'], clauses: ['X-001'] },
      { guard: 'plan', say: 'Write the plan', missing: ['ticket.plan'], clauses: [] },
    ]);
    drive.give('PT3M', 'set', { rca: 'disk', plan: 'two disks' });
    expect(drive.refused('PT4M', 'close').message).toContain('task.review');
    drive.give('PT5M', 'answer', { task: 'review' }).give('PT6M', 'close');
    expect(drive.state.ticket.status).toBe('closed');
  });
  test('that do not apply refuse nothing', () => {
    const drive = new Drive(pack, { priority: 'P2' }).give('PT1M', 'resolve', { text: 'x' }).give('PT2M', 'close');
    expect(drive.state.ticket.status).toBe('closed');
    expect(drive.give('PT3M', 'tag', { tag: 'x' }).state.ticket.tags).toEqual(['x']);
  });
  test('see the fields that the command brings', () => {
    expect(new Drive(pack).refused('PT1M', 'resolve')).toMatchObject({ code: 'ESC_GUARD_REFUSED' });
  });
  test('refuse what cannot be told', () => {
    const drive = new Drive(pack);
    expect(drive.refused('PT1M', 'pause').details['guards']).toMatchObject([
      { guard: 'risky', missing: ['ticket.risk'] },
    ]);
    drive.give('PT2M', 'set', { risk: 1 }).give('PT3M', 'pause');
    expect(drive.state.ticket.status).toBe('pending');
  });
  test.each([
    ['director', { override: 'the customer asked' }, true],
    ['director', {}, false],
    ['director', { override: '' }, false],
    ['agent', { override: 'the customer asked' }, false],
  ])('let %s with %j pass: %p', (by, fields, passes) => {
    const drive = new Drive(pack);
    if (!passes) expect(drive.refused('PT1M', 'pause', fields, by).code).toBe('ESC_GUARD_REFUSED');
    else {
      drive.give('PT1M', 'pause', fields, by);
      expect(drive.of('overridden')).toMatchObject([
        { subject: 'risk_taken', by: { role: 'director' }, data: { command: 'pause', reason: 'the customer asked' } },
      ]);
    }
  });
});

describe('an opening', () => {
  const at = Date.parse(OPENED);
  const refusal = (opening: object) => {
    const outcome = open(PACK, { ...OPENING, ...opening }, { id: 'T', at, recordedAt: at, packHash: 'h' });
    return outcome.ok ? undefined : [outcome.rejection.code, outcome.rejection.details['field']];
  };
  test.each([
    [{ subject: ' ' }, 'ESC_FIELD_REQUIRED', 'subject'],
    [{ channel: 'fax' }, 'ESC_FIELD_INVALID', 'channel'],
    [{ customer: { name: 'x', email: 'x', plan: 'starter' } }, 'ESC_FIELD_INVALID', 'customer.email'],
    [{ customer: { name: 'x', email: 'a@b,c@d', plan: 'starter' } }, 'ESC_FIELD_INVALID', 'customer.email'],
    [{ priority: 'P5' }, 'ESC_FIELD_INVALID', 'priority'],
    [{ fields: { colour: 'red' } }, 'ESC_FIELD_UNKNOWN', 'fields.colour'],
    [{ fields: { share: 'x' } }, 'ESC_FIELD_INVALID', 'fields.share'],
  ])('with %j is refused', (opening, code, field) => expect(refusal(opening)).toEqual([code, field]));
  test('is taken whole', () => {
    expect(
      refusal({ tags: ['a'], fields: { share: 5 }, priority: 'P1', category: 'x', externalId: 'y' }),
    ).toBeUndefined();
  });
});

test('a fact outside its list of values is no answer', () => {
  const pack = compilePackText(`facts: { intent: { model: m, values: [A, B] } }
rules: { a: { on: fact(intent), when: "fact.intent.value == 'A'", do: [{ tag: a }] }, none: { on: fact(intent), when: "!known(fact.intent)", do: [{ tag: none }] } }`);
  const drive = new Drive(pack).fact('PT1M', 'intent', 'C').fact('PT2M', 'intent').fact('PT3M', 'intent', 'A');
  expect(drive.log('tagged')).toEqual(['PT1M tagged(none)', 'PT3M tagged(a)']);
  expect(handle(pack, drive.state, { kind: 'fact', answer: { fact: 'intent', at: drive.at('PT4M') } }, 0).ok).toBe(
    true,
  );
});

describe('an entry of a register', () => {
  const RISKS = compilePackText(`
    people: { risk_unit: { email: r@example.com }, ceo: { email: c@example.com }, board: { group: [ceo] } }
    fields: { loss: { text: optional } }
    kinds:
      risk: { title: Risk register, fields: [loss], statuses: [open, done], edit: [risk_unit, board] }
      idea: { title: Ideas, fields: [loss] }
  `);
  const entry = (kind: string): Drive => new Drive(RISKS, { kind, key: 'k' });

  test('is changed by the roles of its kind, by members of their groups, and by nobody else', () => {
    const risk = entry('risk');
    for (const by of ['agent', { name: 'Ada', kind: 'person', role: 'commander' } as const, 'customer'])
      expect(risk.refused('PT1M', 'set', { loss: '1' }, by)).toMatchObject({
        code: 'ESC_GUARD_REFUSED',
        details: { kind: 'risk', roles: ['risk_unit', 'board'] },
      });
    risk.give('PT1M', 'set', { loss: '2' }, 'risk_unit');
    risk.give('PT2M', 'set', { loss: '3' }, { name: 'Carla', kind: 'person', role: 'ceo' });
    expect(risk.state.ticket['loss']).toBe('3');
  });

  test('of a kind that names no roles is changed by anybody', () => {
    expect(entry('idea').give('PT1M', 'set', { loss: '1' }).state.ticket['loss']).toBe('1');
  });
});

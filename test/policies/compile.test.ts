import type { CompiledPack } from '../../src/domain/policy/types';
import { evaluate, isUnknown } from '../../src/domain/policy/expr';
import { lines, loadFiles, removePacks } from './support/pack-folder';

afterAll(removePacks);

async function compiled(yaml: string): Promise<CompiledPack> {
  const loaded = await loadFiles(yaml);
  expect(lines(loaded)).toEqual([]);
  return loaded.pack;
}

describe('commitments', () => {
  test.each<[string, string, object]>([
    ['an ISO duration is ms', 'due: PT1H30M', { due: { lit: 5_400_000 } }],
    ['open days stay open days', 'due: { days: 2, at: close }', { due: { lit: { days: 2, at: 'close' } } }],
    ['the same time of day is the default', 'due: { days: 0 }', { due: { lit: { days: 0, at: 'same' } } }],
    [
      'a computed amount is an expression',
      'due: =param.limit',
      { due: { cel: { src: 'param.limit', x: ['sel', ['id', 'param'], 'limit'], reads: ['param.limit'] } } },
    ],
    ['time is plain time when no calendar is named', 'due: PT1H', { calendar: { lit: 'always' } }],
    [
      'a computed calendar',
      "due: PT1H\n    calendar: =table('cal')",
      { calendar: { cel: { src: "table('cal')", reads: [] } } },
    ],
    [
      'while and pause',
      'due: PT1H\n    while: is.p1\n    pause: false',
      { while: { reads: ['is.p1'] }, pause: { x: ['lit', false] } },
    ],
    [
      'marks: shares and offsets',
      'due: PT1H\n    marks: ["75%", "-PT10M", PT15M, "200%"]',
      {
        marks: [
          { label: '75%', percent: 75 },
          { label: '-PT10M', offset: -600_000 },
          { label: 'PT15M', offset: 900_000 },
          { label: '200%', percent: 200 },
        ],
      },
    ],
    [
      'phases stay as written',
      'cadence: [{ until: PT1H, every: PT30M }, { every: PT1H }]',
      { cadence: { lit: [{ until: 'PT1H', every: 'PT30M' }, { every: 'PT1H' }] } },
    ],
    ['early is ms', 'cadence: [{ every: PT1H }]\n    early: PT5M', { early: 300_000 }],
  ])('%s', async (_what, source, clock) => {
    const pack = await compiled(
      `tables: { cal: { rows: [{ then: always }] } }\nconditions: { p1: "true" }\nparams: { limit: PT2H }\ncommitments:\n  c:\n    from: [opened, breached(other)]\n    met: resolved\n    ${source}\n`,
    );
    expect(pack.commitments['c']?.clock).toMatchObject(clock);
    expect(pack.commitments['c']?.clock.anchors).toEqual([{ name: 'opened' }, { name: 'breached', subject: 'other' }]);
  });

  test('a cadence without met is a plain series of ticks', async () => {
    const pack = await compiled('commitments: { c: { from: opened, cadence: [{ every: PT1H }] } }\n');
    expect(pack.commitments['c']?.met).toEqual([]);
  });

  test('again, group, title and the condition of meeting it', async () => {
    const pack = await compiled(
      'commitments: { c: { title: First, from: opened, due: PT1H, met: agent_reply, met_when: "event.by.kind == \'person\'", again: "50%", group: g } }\n',
    );
    expect(pack.commitments['c']).toMatchObject({
      title: 'First',
      againPercent: 50,
      group: 'g',
      metWhen: { reads: ['event'] },
    });
  });
});

describe('tasks', () => {
  test('what the answer holds: types, optional, and conditions over the choice', async () => {
    const pack = await compiled(`tasks:
  t: { opens: began(p1), for: [a, b], choices: ["yes", "no"], ask: { link: url, notes: optional, why: "choice == 'no' && event.choice != 'x'" } }
`);
    const task = pack.tasks['t'];
    expect(task).toMatchObject({
      for: { lit: ['a', 'b'] },
      choices: { lit: ['yes', 'no'] },
      ask: { link: { type: 'url', required: true }, notes: { type: 'any', required: false } },
    });
    const required = task?.ask['why']?.required;
    if (typeof required !== 'object') throw new Error('no condition');
    const env = { get: (name: string) => (name === 'event' ? { choice: 'no' } : undefined), call: () => null };
    expect(evaluate(required.x, env)).toBe(true);
    expect(required.reads).toEqual(['event']);
  });

  test.each([['due: PT1H'], ['after: PT1H']])('%s is when it must be answered', async (amount) => {
    const pack = await compiled(
      `tasks: { t: { opens: opened, for: =ticket.owner, ${amount}, remind: P1D, sets: [rca], draft: rca, prefill: =ticket.x } }\nfields: { rca: { text: optional }, x: { text: optional } }\n`,
    );
    expect(pack.tasks['t']).toMatchObject({
      clock: { due: { lit: 3_600_000 } },
      remind: 86_400_000,
      for: { cel: { src: 'ticket.owner' } },
      sets: ['rca'],
      draft: 'rca',
      prefill: { src: 'ticket.x' },
    });
  });
});

describe('rules and their actions', () => {
  const actionOf = async (action: string): Promise<unknown> =>
    (await compiled(`rules:\n  r:\n    on: opened\n    do:\n      - ${action}\n`)).rules['r']?.do[0];
  test.each<[string, object]>([
    ['{ set: { a: 1, b: =ticket.c } }', { do: 'set', fields: { a: { lit: 1 }, b: { cel: { src: 'ticket.c' } } } }],
    ['{ tag: [a, b] }', { do: 'tag', tag: { lit: ['a', 'b'] } }],
    [
      '{ untag: a, clauses: [TS-001], when: "true" }',
      { do: 'untag', tag: { lit: 'a' }, clauses: ['TS-001'], when: { x: ['lit', true] } },
    ],
    ['{ note: hello }', { do: 'note', note: { lit: 'hello' } }],
    ['{ assign: { queue: q } }', { do: 'assign', assign: { queue: { lit: 'q' } } }],
    [
      '{ page: { path: on_call, template: t, by: [PT5M, PT15M], name: n } }',
      {
        do: 'deliver',
        verb: 'page',
        path: 'on_call',
        template: 't',
        by: [300_000, 900_000],
        name: 'n',
        via: [],
        to: { lit: null },
        ifLate: 'send',
      },
    ],
    ['{ send: { template: t } }', { do: 'deliver', verb: 'send', to: { lit: 'customer' } }],
    [
      '{ notify: { to: [a, =ticket.owner], via: slack, once: ticket, mention: here, worth: PT1H, if_late: drop, delay: PT2M, all: true } }',
      {
        verb: 'notify',
        via: ['slack'],
        once: 'ticket',
        mention: 'here',
        worth: 3_600_000,
        ifLate: 'drop',
        delay: 120_000,
        all: true,
        to: {
          cel: {
            x: [
              'list',
              [
                ['lit', 'a'],
                ['sel', ['id', 'ticket'], 'owner'],
              ],
            ],
            reads: ['ticket.owner'],
          },
        },
      },
    ],
    ['{ status_page: { state: investigating } }', { verb: 'status_page', state: { lit: 'investigating' } }],
    ['{ draft: { template: t, to: customer, for: a } }', { verb: 'draft', for: { lit: 'a' }, to: { lit: 'customer' } }],
    ['{ escalate: { path: m } }', { do: 'escalate', path: { lit: 'm' }, to: { lit: 'next' } }],
    [
      '{ escalate: { path: m, to: [a, b], reason: r, template: t, via: page } }',
      { to: { lit: ['a', 'b'] }, reason: { lit: 'r' }, template: 't', via: ['page'] },
    ],
    ['{ deescalate: { path: m, to: 1 } }', { do: 'deescalate', to: { lit: 1 } }],
    ['{ ask: f }', { do: 'ask', facts: ['f'] }],
    ['{ open_task: { template: t, for: a } }', { do: 'open_task', task: 't', for: { lit: 'a' } }],
    [
      '{ open_ticket: { kind: k, key: =ticket.id, fields: { a: 1 }, link: members } }',
      { do: 'open_ticket', kind: 'k', key: { cel: { src: 'ticket.id' } }, fields: { a: { lit: 1 } }, link: 'members' },
    ],
    ['{ link: { to: =ticket.lead } }', { do: 'link', kind: 'related', to: { cel: { src: 'ticket.lead' } } }],
    ['{ clocks: { restart: [c] } }', { do: 'clocks', clocks: { lit: { restart: ['c'] } } }],
    [
      '{ clocks: { stop: =event.names } }',
      {
        do: 'clocks',
        clocks: {
          cel: {
            x: [
              'map',
              [
                [
                  ['lit', 'stop'],
                  ['sel', ['id', 'event'], 'names'],
                ],
              ],
            ],
            reads: ['event'],
          },
        },
      },
    ],
    ['{ restrict: { to: a } }', { do: 'restrict', to: { lit: ['a'] } }],
    ['{ call: { to: a, name: ring } }', { do: 'call', to: { lit: ['a'] }, name: 'ring' }],
    [
      '{ command: close, reason: auto_close }',
      { do: 'command', command: 'close', fields: { reason: { lit: 'auto_close' } } },
    ],
  ])('%s', async (source, expected) => expect(await actionOf(source)).toMatchObject(expected));

  test('a rule with after owns a clock anchored at its events', async () => {
    const pack = await compiled(
      'rules: { r: { on: [claimed, deescalated], after: PT30M, while: "true", once: ticket, in_order: true, do: [{ tag: a }] } }\n',
    );
    expect(pack.rules['r']).toMatchObject({
      on: [{ name: 'claimed' }, { name: 'deescalated' }],
      once: 'ticket',
      inOrder: true,
      clock: { anchors: [{ name: 'claimed' }, { name: 'deescalated' }], due: { lit: 1_800_000 } },
    });
  });

  test('a rule without after has no clock', async () => {
    expect((await compiled('rules: { r: { on: opened, do: [{ tag: a }] } }\n')).rules['r']).not.toHaveProperty('clock');
  });
});

describe('the other constructs', () => {
  test('paths, with everything a level can say', async () => {
    const pack = await compiled(
      'paths: { p: { kind: functional, status: escalated, template: t, via: [page, email], levels: [{ to: a, ack: PT5M, repeat: 2, title: First, sets: { tier: 2 } }, { to: [b, c] }], catch_all: d } }\n',
    );
    expect(pack.paths['p']).toEqual({
      name: 'p',
      clauses: [],
      kind: 'functional',
      status: 'escalated',
      template: 't',
      via: ['page', 'email'],
      catchAll: 'd',
      levels: [
        { to: ['a'], ack: 300_000, repeat: 2, title: 'First', sets: { tier: { lit: 2 } } },
        { to: ['b', 'c'], repeat: 0, sets: {} },
      ],
    });
    expect(pack.catchAll).toBe('d');
  });

  test('guards: commands under the names people use for them', async () => {
    const pack = await compiled(
      'guards: { g: { command: set_pending, when: "true", needs: [ticket.rca], refuse: "false", say: No, offer: draft(x), override: { by: [a], flag: f } } }\n',
    );
    expect(pack.guards['g']).toMatchObject({
      command: 'pause',
      needs: ['ticket.rca'],
      say: 'No',
      offer: 'draft(x)',
      override: { by: ['a'], flag: 'f' },
    });
  });

  test('a guard without words refuses under its name', async () => {
    const pack = await compiled('guards: { two_yes: { command: close, refuse: "true" } }\n');
    expect(pack.guards['two_yes']?.say).toBe('the rule "two yes" of the procedure is not met');
  });

  test('tables: rows, keys, and the reads of rows in whatever asks them', async () => {
    const pack = await compiled(`tables:
  rows: { sets: queue, hit: all, rows: [{ when: ticket.vip, then: =ticket.name, clauses: [HD-001] }, { then: b }] }
  keyed: { keys: [plan], rows: { starter: { response: PT8H } } }
conditions: { c: "table('rows') == 'b' || is_open('always')" }
`);
    expect(pack.tables['rows']).toMatchObject({
      sets: 'queue',
      hit: 'all',
      keys: [],
      byKey: {},
      rows: [
        { when: { src: 'ticket.vip' }, then: { cel: { src: 'ticket.name' } }, clauses: ['HD-001'] },
        { then: { lit: 'b' } },
      ],
    });
    expect(pack.tables['keyed']).toMatchObject({ keys: ['plan'], rows: [], byKey: { starter: { response: 'PT8H' } } });
    expect(pack.conditions[0]?.cel.reads).toEqual(['ticket.name', 'ticket.vip']);
  });

  test('conditions come after those they read', async () => {
    const pack = await compiled(
      'conditions:\n  c: { is: is.b && is.a, clauses: [HD-001] }\n  b: is.a\n  a: ticket.x\n',
    );
    expect(pack.conditions.map((one) => one.name)).toEqual(['a', 'b', 'c']);
    expect(pack.conditions[2]?.clauses).toEqual(['HD-001']);
  });

  test.each<[string, object]>([
    ['{ text: required, visible: all }', { type: 'text', required: true, visible: 'all', values: [] }],
    ['{ number: percent }', { type: 'number', required: false, visible: 'staff' }],
    [
      '{ enum: [1, 2], tag: "risk-{value}", default: 1 }',
      { type: 'enum', values: [1, 2], tag: 'risk-{value}', default: { lit: 1 } },
    ],
    ['{ set: [a], personal: true }', { type: 'set', values: ['a'], personal: true }],
    ['{ list: customer }', { type: 'list' }],
    ['{ text: optional, default: =ticket.subject }', { type: 'text', default: { cel: { src: 'ticket.subject' } } }],
  ])('the field %s', async (source, expected) =>
    expect((await compiled(`fields: { f: ${source} }\n`)).fields['f']).toMatchObject({ name: 'f', ...expected }),
  );

  test('people, rotas and their names in the core', async () => {
    const pack = await compiled(`people:
  a: { rota: r, must_configure: true, from: =ticket.commander, group: [b], fallback: b, list: l, hours: always, title: T, queue: q, slack: "#s", phone: x1 }
  b: { email: b@x.test }
rotas:
  r: { zone: UTC, start: 2026-01-05, handover: { day: mon, time: "09:00" }, people: [{ name: Ada, email: a@x.test }] }
`);
    expect(pack.people['a']).toMatchObject({
      name: 'a',
      mustConfigure: true,
      from: { src: 'ticket.commander' },
      rota: 'r',
      group: ['b'],
      list: 'l',
    });
    expect(pack.rotas['r']).toEqual({
      name: 'r',
      zone: 'UTC',
      start: '2026-01-05',
      handover: { day: 'mon', time: '09:00' },
      people: [{ name: 'Ada', email: 'a@x.test' }],
      clauses: [],
    });
  });

  test('calendars take named holidays; offsets reach ten years beyond the version', async () => {
    const pack = await compiled(
      'holidays: { us: [2026-12-25] }\ncalendars: { c: { zone: America/New_York, hours: { mon-fri: [["09:00", "17:00"]] }, holidays: us, clauses: [HD-001] } }\n',
    );
    const calendar = pack.calendars['c'];
    expect(calendar?.holidays).toEqual(['2026-12-25']);
    expect(new Date(calendar?.offsets.at.at(-1) ?? 0).getUTCFullYear()).toBe(2036);
    expect(pack.clauses).toEqual({ 'HD-001': ['calendars.c'] });
  });

  test('clause ids get the prefix of the pack where they lack it', async () => {
    const loaded = await loadFiles({
      'pack.yaml':
        'pack: t\nversion: { id: "1", from: 2026-12-01 }\nclause_prefix: SEC-\nclauses: { HD-039: { kind: ui, note: The widget }, SEC-HD-040: { kind: ui, note: x } }\nrules: { r: { on: opened, clauses: [ESC-001, SEC-ESC-002], do: [{ tag: a, clauses: [ESC-003] }] } }\n',
      'templates/m.liquid': '---\nclauses: [ESC-004]\n---\n',
    });
    expect(lines(loaded)).toEqual([]);
    expect(loaded.pack.clauses).toEqual({
      'SEC-ESC-001': ['rules.r'],
      'SEC-ESC-002': ['rules.r'],
      'SEC-ESC-003': ['rules.r'],
      'SEC-ESC-004': ['templates.m'],
      'SEC-HD-039': ['clauses.SEC-HD-039'],
      'SEC-HD-040': ['clauses.SEC-HD-040'],
    });
  });

  test('what goes through as JSON is compiled for the checker', async () => {
    const loaded = await loadFiles(`flows:
  f: { starts: { on: opened, when: "true" }, first: a, states: { a: { do: [{ notify: { to: =ticket.owner } }], go: [{ when: ticket.x, to: end }] } } }
metrics: { m: { share: "seen('x')", mean: count('y'), target: "> 1%" } }
schedules: { s: { at: =version.next_review, opens: { kind: k, key: s } } }
kinds: { k: { title: K, opened_when: ticket.x } }
rollout: { key: ticket.id, steps: [50], rest: off, next_when: metric.m.met }
`);
    expect(lines(loaded)).toEqual([]);
    const found = loaded.sites.map((site) => `${site.place} ${site.path.join('.')} ${site.cel.src}`);
    expect(found).toEqual([
      'rollout rollout.key ticket.id',
      'rollout rollout.next_when metric.m.met',
      'flow flows.f.starts.when true',
      'value flows.f.states.a.do.0.notify.to ticket.owner',
      'flow flows.f.states.a.go.0.when ticket.x',
      'schedule schedules.s.at version.next_review',
      'kind kinds.k.opened_when ticket.x',
      'value kinds.k.key ticket.id',
      "metric metrics.m.share seen('x')",
      "metric metrics.m.mean count('y')",
    ]);
  });

  test('an expression that cannot be read compiles to false and is a fault', async () => {
    const loaded = await loadFiles('conditions: { a: "(" }\n');
    const x = loaded.pack.conditions[0]?.cel.x ?? ['lit', null];
    expect(isUnknown(evaluate(x, { get: () => undefined, call: () => null }))).toBe(false);
    expect(evaluate(x, { get: () => undefined, call: () => null })).toBe(false);
    expect(loaded.problems).toHaveLength(1);
  });
});

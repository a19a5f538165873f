import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const YAML = `
  people: { team: { email: team@example.com, slack: "#team" } }
  fields:
    level: { enum: [1, 2, 3], tag: "level-{value}" }
    tone: { text: optional }
    bot_off: { bool: optional, default: false }
    conclusion: { enum: [breach, none] }
  tables:
    tone: { sets: tone, rows: [{ when: "ticket.level == 2", then: firm }, { then: calm }] }
  conditions: { grave: ticket.level == 2 }
  facts: { intent: { model: intent, values: [BREACH, NONE], reads: [message.body] } }
  kinds: { risk: { title: Risk, fields: [level], opened_when: ticket.level == 2 } }
  paths: { up: { levels: [{ to: team, ack: PT5M }] } }
  commitments:
    answer: { from: opened, due: PT1H, met: agent_reply }
    idle: { from: opened, due: PT1H, met: agent_reply, while: is.grave }
  tasks:
    look: { opens: opened, for: team }
    verdict: { opens: ended(bot), for: team, sets: [conclusion], in_shadow: true }
  guards: { looked: { command: resolve, needs: [task.look], say: Look first } }
  rules:
    on_tag: { on: tagged(breach), do: [{ set: { level: 2 } }] }
    on_grave: { on: began(grave), do: [{ notify: { to: team, template: grave } }] }
    on_level: { on: changed(level), do: [{ tag: "='seen-' + ticket.tone" }] }
    later: { on: ended(bot), after: PT4H, do: [{ notify: { to: team, template: later } }] }
    up: { on: ended(bot), do: [{ escalate: { path: up, to: 1 } }, { command: close, reason: done }, { open_ticket: { kind: risk, key: x } }] }
    counted: { on: ended(bot), in_shadow: true, do: [{ note: counted }] }
  flows:
    bot:
      starts: { on: [opened, message(customer)], when: "!ticket.bot_off" }
      first: intent
      states:
        intent: { ask: [intent], go: [{ when: fact.intent.value == 'BREACH', to: breach }, { to: end, outcome: none }] }
        breach:
          in_order: true
          do: [{ tag: breach }, { notify: { to: team, template: alert, by: [PT30S], name: alert } }, { send: { to: customer, template: told } }, { set: { bot_off: true } }]
          go: [{ when: ticket.bot_off, to: end, outcome: off }, { to: end, outcome: on }]
`;
const words = Object.fromEntries(['grave', 'later', 'alert', 'told'].map((name) => [name, { text: name }]));
const pack = (rest: string) =>
  compilePackText(`rollout: { key: ticket.id, steps: [50], rest: ${rest} }\n${YAML.replace(/^ {2}/gm, '')}`, words);
const PACK = pack('shadow');
const open = (share: number | undefined, of = PACK): Drive =>
  new Drive(of, {}, undefined, share === undefined ? undefined : { all: share });
const withheld = (drive: Drive): string[] =>
  drive.of('withheld').map((event) => `${drive.offset(event.at)} ${event.subject ?? ''} ${said(event.data)}`);
const said = (data: Record<string, unknown>): string =>
  ['tag', 'field', 'to', 'template', 'task', 'commitment', 'guard', 'path', 'command', 'kind', 'event']
    .flatMap((name) => (data[name] === undefined ? [] : [String(data[name])]))
    .join(' ');
const breach = (share: number | undefined): Drive => open(share).fact('PT1S', 'intent', 'BREACH');

describe('a ticket in shadow', () => {
  test('decides as it would, on copies of its own, and does nothing', () => {
    const drive = breach(0);
    expect(drive.state.flows['bot']).toMatchObject({ running: false, outcome: 'off' });
    expect(withheld(drive)).toEqual([
      'PT0S commitment answer',
      'PT0S task look',
      'PT1S tag breach',
      'PT1S notify team@example.com alert',
      'PT1S send jane@example.com told',
      'PT1S set bot_off true',
      'PT1S set level 2',
      'PT1S escalate 1 up',
      'PT1S command close',
      'PT1S open_ticket risk',
      'PT1S set tone firm',
      'PT1S open_ticket risk',
      'PT1S tag seen-calm',
      'PT1S notify team@example.com grave',
    ]);
    expect(drive.of('delivery', 'tagged', 'changed', 'task_opened', 'escalated', 'closed', 'breached')).toHaveLength(1);
    expect(drive.state.ticket).toMatchObject({ status: 'created', tags: [], bot_off: false });
    expect(drive.state.ticket['level']).toBeUndefined();
  });

  test('says so at its opening, and keeps its side', () => {
    const [opened] = breach(0).of('opened');
    expect(opened?.data['rollout']).toEqual({
      all: { side: 'shadow', share: 0, place: expect.any(Number) as unknown },
    });
    expect(breach(100).state.rollout).toMatchObject({ all: { side: 'live', share: 100 } });
    expect(breach(undefined).state.rollout).toBeUndefined();
  });

  test('does what concerns the comparison', () => {
    const drive = breach(0);
    expect(drive.log('task_opened', 'noted')).toEqual(['PT1S task_opened(verdict)', 'PT1S noted']);
    drive.give('PT1H', 'answer', { task: 'verdict', conclusion: 'breach' });
    expect(drive.state.ticket['conclusion']).toBe('breach');
  });

  test('is live at 100, and without a share', () => {
    for (const share of [100, undefined]) {
      const drive = breach(share);
      expect(drive.of('withheld')).toEqual([]);
      expect(drive.state.ticket.tags).toContain('breach');
      expect(drive.told({ template: 'alert' })).toEqual(['PT1S email team']);
    }
  });

  test('acts on what people really set, not on what it thought', () => {
    const drive = breach(0);
    expect(drive.state.shadow?.['all']?.fields).toMatchObject({ level: 2, bot_off: true });
    drive.give('PT5M', 'message', { from: 'customer', text: 'Hello?' });
    expect(drive.of('flow_started')).toHaveLength(1);
    drive.give('PT6M', 'set', { bot_off: true, level: 3 }).give('PT6M', 'set', { bot_off: false });
    expect(drive.state.shadow?.['all']?.fields['bot_off']).toBeUndefined();
    expect(drive.state.is['grave']).toBe(false);
    drive.give('PT7M', 'message', { from: 'customer', text: 'Hello??' });
    expect(drive.of('flow_started')).toHaveLength(2);
  });

  test('does not stand in the way of people, whose own escalation goes out', () => {
    const drive = breach(0).give('PT10M', 'escalate', { path: 'up', to: 1, reason: 'help' }, 'dana');
    expect(drive.told({ path: 'up' })).toEqual(['PT10M email team']);
    drive.give('PT20M', 'resolve', { resolution: 'done' }, 'dana');
    expect(withheld(drive).at(-1)).toBe('PT20M refuse looked resolve');
    expect(drive.state.ticket.status).toBe('resolved');
  });

  test('a delayed rule decides at its instant; nobody is told that something is due', () => {
    const drive = breach(0);
    expect(drive.agenda().filter((item) => !item.shadow)).toEqual([]);
    drive.until('PT5H');
    expect(withheld(drive).at(-1)).toBe('PT4H1S notify team@example.com later');
  });

  test('off: the pack does nothing at all', () => {
    const drive = open(0, pack('off'));
    expect(drive.events.map((event) => event.type)).toEqual(['opened']);
    expect(drive.state.ticket['tone']).toBeUndefined();
    drive.give('PT1M', 'resolve', { resolution: 'done' }, 'dana');
    expect(drive.of('withheld')).toEqual([]);
  });

  test('tables at the opening decide for the copy alone', () => {
    const drive = open(0);
    expect(drive.state.ticket['tone']).toBeUndefined();
    expect(drive.state.shadow?.['all']?.fields['tone']).toBe('calm');
    const given = new Drive(PACK, { fields: { level: 2 } }, undefined, { all: 0 });
    expect(given.state.ticket).toMatchObject({ level: 2, tags: ['level-2'] });
    expect(given.state.shadow?.['all']?.fields['tone']).toBe('firm');
  });
});

describe('a part of a pack with a rollout of its own', () => {
  const [all] = Object.values(PACK.rollouts ?? {});
  const parts = { ...PACK, rollouts: { bot: { ...all, name: 'bot', prefix: 'bot' } as never } };

  test('is in shadow alone: the other parts act, on nothing of what it decides', () => {
    const drive = new Drive(parts, {}, undefined, { bot: 0 }).fact('PT1S', 'intent', 'BREACH');
    expect(withheld(drive).slice(0, 2)).toEqual(['PT1S tag breach', 'PT1S notify team@example.com alert']);
    expect(drive.log('task_opened(look)', 'started')).toEqual(
      expect.arrayContaining(['PT0S started(answer)', 'PT0S task_opened(look)']),
    );
    expect(drive.of('changed')).toEqual([]);
    // Rules outside of it wait for its end: it ends for itself alone.
    expect(drive.log('ended', 'escalated', 'noted', 'task_opened')).toEqual([
      'PT0S task_opened(look)',
      'PT1S ended(bot)',
    ]);
  });

  test('what it would have sent does not stand in the way of what another part sends', () => {
    const two = compilePackText(
      `people: { team: { email: team@example.com } }
rules:
  bot_one: { on: opened, do: [{ notify: { to: team, once: ticket } }] }
  other: { on: opened, do: [{ notify: { to: team, once: ticket } }] }
`,
    );
    const apart = { ...two, rollouts: { bot: { ...all, name: 'bot', prefix: 'bot' } as never } };
    const drive = new Drive(apart, {}, undefined, { bot: 0 });
    expect(withheld(drive)).toEqual(['PT0S notify team@example.com builtin_notify']);
    expect(drive.told()).toEqual(['PT0S email team']);
  });

  test('nobody outside of it reads where it stands, or what it knows', () => {
    const two = compilePackText(
      `fields: { n: { number: optional } }
conditions: { done: "known(flow.bot.outcome) || known(fact.bot_says)" }
facts: { bot_says: { model: x } }
flows: { bot: { starts: { on: opened }, first: a, states: { a: { ask: [bot_says], go: [{ to: end, outcome: over }] } } } }
guards: { first: { command: resolve, refuse: "!known(flow.bot.outcome)" } }
rules: { peek: { on: changed(n), when: "known(flow.bot.outcome) || known(fact.bot_says)", do: [{ tag: seen }] }, known: { on: began(done), do: [{ tag: done }] } }
`,
    );
    const play = (share: number): Drive =>
      new Drive({ ...two, rollouts: { bot: { ...all, name: 'bot', prefix: 'bot' } as never } }, {}, undefined, {
        bot: share,
      })
        .answer('PT1S', 'bot_says', { value: 'yes' })
        .give('PT1M', 'set', { n: 1 });
    expect(play(100).state.ticket.tags).toEqual(['done', 'seen']);
    const shadow = play(0);
    expect(shadow.state.flows['bot']).toMatchObject({ outcome: 'over' });
    expect([shadow.state.ticket.tags, shadow.state.is]).toEqual([[], { done: false }]);
    expect(shadow.refused('PT2M', 'resolve', { resolution: 'x' }).code).toBe('ESC_GUARD_REFUSED');
  });
});

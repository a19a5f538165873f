import { checkFiles, expectOne, placeOf, rules, type Case } from './support/tiny-pack';

const UNKNOWN: Case[] = [
  ['a role an action names', 'unknown-name', rules('{ on: opened, do: [{ notify: { to: »bos, template: told } }] }')],
  ['a role in a list', 'unknown-name', rules('{ on: opened, do: [{ notify: { to: [boss, »bos], template: told } }] }')],
  ['a member of a group', 'unknown-name', 'people:\n  both: { group: [boss, »gost] }\n'],
  ['a fallback', 'unknown-name', 'people:\n  lone: { email: a@b.de, fallback: »gost }\n'],
  ['a role on a level', 'unknown-name', 'paths:\n  bad: { levels: [{ to: »gost }] }\n'],
  ['the catch-all of a path', 'unknown-name', 'paths:\n  bad: { levels: [{ to: boss }], catch_all: »gost }\n'],
  ['who answers a task', 'unknown-name', 'tasks:\n  bad: { opens: opened, for: »gost }\n'],
  [
    'the role of a draft',
    'unknown-name',
    rules('{ on: opened, do: [{ draft: { template: told, to: boss, for: »gost } }] }'),
  ],
  [
    'a role a table gives as the recipient',
    'unknown-name',
    `tables:\n  whom: { rows: [{ then: »gost }] }\n${rules(`{ on: opened, do: [{ notify: { to: "=table('whom')", template: told } }] }`)}`,
  ],
  ['a rotation', 'unknown-name', 'people:\n  lone: { email: a@b.de, rota: »weekly }\n'],
  [
    'who may override a guard',
    'unknown-name',
    'guards:\n  bad: { command: close, needs: [ticket.impact], say: No, override: { by: [»gost] } }\n',
  ],
  ['a table', 'unknown-name', `conditions:\n  bad: "table('»slo', ticket.priority) == 'x'"\n`],
  [
    'an answer of a table',
    'unknown-name',
    `commitments:\n  bad: { from: opened, due: "=table('sla', ticket.customer.plan).»respons", met: agent_reply }\n`,
  ],
  ['the field a table sets', 'unknown-name', 'tables:\n  bad: { sets: »impakt, rows: [{ then: x }] }\n'],
  ['the field a rule sets', 'unknown-name', rules('{ on: opened, do: [{ set: { impakt: »x } }] }')],
  ['the field an answer sets', 'unknown-name', 'tasks:\n  bad: { opens: opened, for: boss, sets: [»impakt] }\n'],
  ['a field of the ticket in a condition', 'unknown-name', 'conditions:\n  bad: "»ticket.impakt == \'x\'"\n'],
  ['a template', 'unknown-name', rules('{ on: opened, do: [{ notify: { to: boss, template: »tolled } }] }')],
  ['the template of a path', 'unknown-name', 'paths:\n  bad: { levels: [{ to: boss }], template: »tolled }\n'],
  ['a path', 'unknown-name', rules('{ on: opened, do: [{ escalate: { path: »upp } }] }')],
  ['the path of a page', 'unknown-name', rules('{ on: opened, do: [{ page: { path: »upp } }] }')],
  ['a level by number', 'unknown-name', rules('{ on: opened, do: [{ escalate: { path: up, to: »3 } }] }')],
  [
    'a level by role',
    'unknown-name',
    `people:\n  other: { email: o@b.de }\n${rules('{ on: opened, do: [{ escalate: { path: up, to: »other } }] }')}`,
  ],
  ['a task', 'unknown-name', rules('{ on: opened, do: [{ open_task: { template: »paper } }] }')],
  ['a task in a condition', 'unknown-name', 'conditions:\n  bad: "»task.paper.choice == \'yes\'"\n'],
  ['a part of a task', 'unknown-name', 'conditions:\n  bad: "»task.papers.choise == \'yes\'"\n'],
  ['a commitment', 'unknown-name', 'conditions:\n  bad: "»commitment.replay.breached"\n'],
  ['a part of a commitment', 'unknown-name', 'conditions:\n  bad: "»commitment.reply.breeched"\n'],
  ['a condition', 'unknown-name', 'conditions:\n  bad: "!»is.p2"\n'],
  ['a path in a condition', 'unknown-name', 'conditions:\n  bad: "»path.upp.level > 1"\n'],
  ['a parameter', 'unknown-name', 'commitments:\n  bad: { from: opened, cadence: =»param.pase }\n'],
  ['the variant of a parameter in use', 'unknown-name', 'params:\n  bad: { use: »fast, slow: 1 }\n'],
  ['a fact', 'unknown-name', 'conditions:\n  bad: "»fact.sane.value > 1"\n'],
  ['a fact an action asks', 'unknown-name', rules('{ on: opened, do: [{ ask: [»sane] }] }')],
  ['a delivery', 'unknown-name', 'conditions:\n  bad: "»delivery.alarn.ok"\n'],
  ['a list of words', 'unknown-name', `conditions:\n  bad: "hits('»worse', ticket.subject)"\n`],
  ['an event seen', 'unknown-event', `conditions:\n  bad: "seen('»reopenend')"\n`],
  [
    'a calendar',
    'unknown-name',
    'commitments:\n  bad: { from: opened, due: PT1H, met: agent_reply, calendar: »offices }\n',
  ],
  [
    'a calendar in an expression',
    'unknown-name',
    rules(`{ on: opened, when: "is_open('»offices')", do: [{ tag: x }] }`),
  ],
  ['a function', 'unknown-name', rules(`{ on: opened, when: "»hit('bad', ticket.subject)", do: [{ tag: x }] }`)],
  ['a root', 'unknown-name', rules(`{ on: opened, when: "»tickt.priority == 'P1'", do: [{ tag: x }] }`)],
  ['a text without quotes', 'unknown-name', rules('{ on: opened, when: "ticket.priority == »P1", do: [{ tag: x }] }')],
  ['a command of a rule', 'unknown-name', rules('{ on: opened, do: [{ command: »closed_it }] }')],
  ['a command of a guard', 'unknown-name', 'guards:\n  bad: { command: »explode, needs: [ticket.impact], say: No }\n'],
  ['a field a guard needs', 'unknown-name', 'guards:\n  bad: { command: close, needs: [»ticket.impakt], say: No }\n'],
  ['a clock an action restarts', 'unknown-name', rules('{ on: opened, do: [{ clocks: { restart: [»replay] } }] }')],
  ['a kind of ticket', 'unknown-name', rules('{ on: opened, do: [{ open_ticket: { kind: »review } }] }')],
  [
    'the state of a flow',
    'unknown-name',
    'flows:\n  bad: { starts: { on: opened }, first: »two, states: { one: { go: [{ to: end }] } } }\n',
  ],
  ['the commitment of a metric', 'unknown-name', 'metrics:\n  bad: { of: »ticks(replay), share: "true" }\n'],
  [
    'a draft, of which only the form suffers',
    'missing-draft',
    'tasks:\n  bad: { opens: opened, for: boss, draft: »tolled }\n',
    'warning',
  ],
  [
    'who answers a scheduled ticket',
    'unknown-name',
    'kinds: { review: { title: Review } }\nschedules:\n  bad: { at: { day: mon, time: "09:00" }, opens: { kind: review, key: k, for: »gost } }\n',
  ],
  ['who may edit a kind', 'unknown-name', 'kinds:\n  bad: { title: Bad, edit: [»gost] }\n'],
  ['the field of a kind', 'unknown-name', 'kinds:\n  bad: { title: Bad, fields: [»impakt] }\n'],
  [
    'who answers an opened task',
    'unknown-name',
    rules('{ on: opened, do: [{ open_task: { template: papers, for: »gost } }] }'),
  ],
  ['who alone sees a ticket', 'unknown-name', rules('{ on: opened, do: [{ restrict: { to: [»gost] } }] }')],
  ['who is called', 'unknown-name', rules('{ on: opened, do: [{ call: { to: »gost, name: ring } }] }')],
  [
    'a role in an action of a flow',
    'unknown-name',
    'flows:\n  bad: { starts: { on: opened }, first: one, states: { one: { do: [{ notify: { to: »gost, template: told } }], go: [{ to: end }] } } }\n',
  ],
  ['the field a level sets', 'unknown-name', 'paths:\n  bad: { levels: [{ to: boss, sets: { impakt: »x } }] }\n'],
  ['the hours of a role', 'unknown-name', 'people:\n  lone: { email: a@b.de, hours: »offices }\n'],
  ['who sees a field', 'unknown-name', 'fields:\n  bad: { text: optional, visible: »gost }\n'],
];

const EVENTS: Case[] = [
  ['an unknown event', 'unknown-event', rules('{ on: »opend, do: [{ tag: x }] }')],
  ['one of a list', 'unknown-event', rules('{ on: [opened, »opend], do: [{ tag: x }] }')],
  ['a field nobody declares', 'unknown-event', rules('{ on: »changed(impakt), do: [{ tag: x }] }')],
  ['a condition nobody declares', 'unknown-event', rules('{ on: »began(p2), do: [{ tag: x }] }')],
  ['a mark of a clock without marks', 'unknown-event', rules('{ on: »mark(papers), do: [{ tag: x }] }')],
  ['the breach of a task without a due instant', 'unknown-event', rules('{ on: »breached(papers), do: [{ tag: x }] }')],
  ['"again" of a commitment without it', 'unknown-event', rules('{ on: »again(reply), do: [{ tag: x }] }')],
  ['an unnamed delivery', 'unknown-event', rules('{ on: »undelivered(alarn), do: [{ tag: x }] }')],
  ['a subject of an event about nothing', 'unknown-event', rules('{ on: »resolved(boss), do: [{ tag: x }] }')],
  ['a command in place of its event', 'unknown-event', rules('{ on: »command(resolve), do: [{ tag: x }] }')],
  [
    'what meets a commitment',
    'unknown-event',
    'commitments:\n  bad: { from: opened, due: PT1H, met: »agent_replied }\n',
  ],
  ['what opens a task', 'unknown-event', 'tasks:\n  bad: { opens: »task_done(paper), for: boss }\n'],
];

describe('the checker finds a name that nothing declares:', () => {
  test.each(UNKNOWN)('%s', async (...one) => expectOne(one));
});
describe('the checker finds an event that nobody can raise:', () => {
  test.each(EVENTS)('%s', async (...one) => expectOne(one));
});

test('a role that approves the version must be declared', async () => {
  const yaml = 'pack: tiny\nversion: { id: "1", from: 2026-12-01, approved_by: [»gost], owners: [gast] }\n';
  const found = await checkFiles({ 'a.yaml': yaml });
  expect(found).toMatchObject([{ rule: 'unknown-name', ...placeOf(yaml) }, { rule: 'unknown-name' }]);
});

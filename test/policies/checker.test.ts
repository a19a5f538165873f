import { vanityDisagreement } from '../../src/policies/checker/people';
import { MARK, checkFiles, expectOne, placeOf, rules, type Case } from './support/tiny-pack';

const PEOPLE: Case[] = [
  ['a role without a contact', 'role-nobody-holds', 'people:\n  »lone: { title: Nobody }\n'],
  [
    'a role whose fallback has none either',
    'role-nobody-holds',
    'people:\n  »lone: { fallback: next }\n  next: { must_configure: true }\n',
  ],
  [
    'a group nobody of which can be reached',
    'role-nobody-holds',
    'people:\n  »lone: { group: [next] }\n  next: { must_configure: true }\n',
  ],
  [
    'a computed holder without a fallback',
    'role-nobody-holds',
    'people:\n  »lone: { from: =ticket.owner }\n',
    'warning',
  ],
  ['a contact still to be configured', 'must-configure', 'people:\n  »lone: { must_configure: true }\n', 'warning'],
  ['a placeholder of X', 'placeholder', 'people:\n  lone: { phone: »+1-800-XXX-XXXX }\n', 'warning'],
  ['a placeholder in brackets', 'placeholder', 'people:\n  lone: { email: »"[Name]" }\n', 'warning'],
  [
    'a number whose letters and digits disagree',
    'vanity-number',
    'people:\n  lone: { phone: »+1-800-SECURE-AI (732-8734) }\n',
    'warning',
  ],
  ['fallbacks in a circle', 'fallback-circle', 'people:\n  one: { fallback: »two }\n  two: { fallback: one }\n'],
  ['a group within itself', 'fallback-circle', 'people:\n  one: { »group: [boss, two] }\n  two: { group: [one] }\n'],
  [
    'a rotation that begins after the pack applies',
    'rota-gap',
    'people:\n  lone: { email: a@b.de, rota: week }\nrotas:\n  week: { zone: UTC, start: »2027-01-04, handover: { day: mon, time: "09:00" }, people: [{ name: Ada }] }\n',
  ],
  [
    'a rotation that ends while the pack applies',
    'rota-gap',
    'people:\n  lone: { email: a@b.de, rota: week }\nrotas:\n  week: { zone: UTC, start: 2026-11-02, until: »2026-12-28, handover: { day: mon, time: "09:00" }, people: [{ name: Ada }] }\n',
  ],
  [
    'somebody above himself in the organisation',
    'reports-in-a-circle',
    'people:\n  lone: { email: a@b.de, reports_to: »boss }\n  boss: { email: b@b.de, reports_to: lone }\n',
  ],
  [
    'a rotation with somebody who cannot be reached',
    'rota-gap',
    'people:\n  lone: { rota: week, fallback: boss }\nrotas:\n  week: { zone: UTC, start: 2026-11-02, handover: { day: mon, time: "09:00" }, people: [{ name: Ada, email: a@b.de }, »{ name: Bob }] }\n',
  ],
  [
    'a rotation in no time zone',
    'rota-gap',
    'people:\n  lone: { email: a@b.de, rota: week }\nrotas:\n  week: { zone: »Mars, start: 2026-11-02, handover: { day: mon, time: "09:00" }, people: [{ name: Ada }] }\n',
  ],
  [
    'a start that is no day of handover',
    'rota-start',
    'people:\n  lone: { email: a@b.de, rota: week }\nrotas:\n  week: { zone: UTC, start: »2026-11-03, handover: { day: mon, time: "09:00" }, people: [{ name: Ada }] }\n',
    'warning',
  ],
  [
    'a placeholder in a rotation',
    'placeholder',
    'people:\n  lone: { email: a@b.de, rota: week }\nrotas:\n  week: { zone: UTC, start: 2026-11-02, handover: { day: mon, time: "09:00" }, people: [{ name: Ada, phone: »XXX }] }\n',
    'warning',
  ],
  [
    'a rotation that no role uses',
    'rota-unused',
    'rotas:\n  »week: { zone: UTC, start: 2026-11-02, handover: { day: mon, time: "09:00" }, people: [{ name: Ada }] }\n',
    'warning',
  ],
];

const LOGIC: Case[] = [
  [
    'a level that waits for nothing before another',
    'unreachable-level',
    'paths:\n  bad: { levels: [»{ to: agent }, { to: boss, ack: PT5M }, { to: team }] }\n',
  ],
  [
    'the same on a functional path, where people escalate',
    'unreachable-level',
    'paths:\n  bad: { kind: functional, levels: [»{ to: agent }, { to: boss }] }\n',
    'warning',
  ],
  [
    'a rule that sets itself off',
    'circle',
    'rules:\n  »bad: { on: changed(impact), do: [{ set: { impact: "=ticket.secret" } }] }\n',
  ],
  [
    'rules that set each other off',
    'circle',
    'rules:\n  »ping: { on: tagged(ping), do: [{ tag: pong }] }\n  pong: { on: tagged(pong), do: [{ untag: ping }, { tag: ping }] }\n',
  ],
  [
    'a rule that escalates when escalated',
    'circle',
    rules('{ on: escalated(up), do: [{ escalate: { path: up } }] }').replace('  bad', `  ${MARK}bad`),
  ],
  [
    'a command that raises its own event',
    'circle',
    rules('{ on: reopened, do: [{ command: reopen }] }').replace('  bad', `  ${MARK}bad`),
  ],
  [
    'a rule and a table',
    'circle',
    'tables:\n  prio: { sets: priority, rows: [{ when: "\'outage\' in ticket.flags", then: P1 }] }\nrules:\n  »bad: { on: changed(priority), do: [{ set: { flags: [outage] } }] }\n',
  ],
  [
    'both edges of a condition',
    'circle',
    'conditions:\n  low: "ticket.secret == \'low\'"\nrules:\n  »down: { on: ended(low), do: [{ set: { secret: low } }] }\n  up: { on: began(low), do: [{ set: { secret: high } }] }\n',
  ],
  [
    'two rules that set one field on one event',
    'set-twice',
    'rules:\n  one: { on: opened, do: [{ set: { impact: a } }] }\n  two: { on: [closed, opened], do: [{ set: { impact: »b } }] }\n',
  ],
  [
    'a rule that sets what a table decides',
    'table-and-rule',
    `tables:\n  prio: { sets: priority, rows: [{ then: P1 }] }\n${rules('{ on: reopened, do: [{ set: { priority: »P2 } }] }')}`,
    'warning',
  ],
  ['age in a condition', 'not-steady', `conditions:\n  bad: "»age(ticket.opened_at) > dur('PT1H')"\n`],
  [
    'the calendar in "while"',
    'not-steady',
    `commitments:\n  bad: { from: opened, due: PT1H, met: agent_reply, while: "»is_open('office')" }\n`,
  ],
  [
    'the event in "pause"',
    'not-steady',
    `commitments:\n  bad: { from: opened, due: PT1H, met: agent_reply, pause: "»event.type == 'x'" }\n`,
  ],
  ['the message in a condition', 'not-steady', `conditions:\n  bad: "hits('bad', »message.body)"\n`],
  [
    'the clock through a table',
    'not-steady',
    `tables:\n  odd: { rows: [{ when: "is_open('office')", then: x }] }\nconditions:\n  bad: »"table('odd') == 'x'"\n`,
  ],
  ['a table read with too few keys', 'table-keys', `conditions:\n  bad: "table('»sla').response == 'x'"\n`],
  [
    'a short clause id',
    'clause-id',
    'procedures: [SEC-ESC]\nconditions:\n  bad: { is: "true", clauses: [»ESC-052] }\n',
  ],
  [
    'a clause of another procedure',
    'clause-id',
    'procedures: [SEC-ESC]\nconditions:\n  bad: { is: "true", clauses: [»SEC-HD-052] }\n',
  ],
  ['a clause id of no form', 'clause-id', 'conditions:\n  bad: { is: "true", clauses: [»hd52] }\n'],
  ['a staff message to customers', 'wrong-audience', rules('{ on: opened, do: [{ send: { template: »told } }] }')],
  [
    'a staff message on the status page',
    'wrong-audience',
    rules('{ on: opened, do: [{ status_page: { state: up, template: »told } }] }'),
  ],
];

test('a sound pack has no problems', async () => {
  expect(await checkFiles({})).toEqual([]);
});

describe('the checker finds somebody who cannot be reached:', () => {
  test.each(PEOPLE)('%s', async (...one) => expectOne(one));
});
describe('the checker finds what would go wrong later:', () => {
  test.each(LOGIC)('%s', async (...one) => expectOne(one));
});

test('a circle is told once, with everybody in it', async () => {
  const ping =
    'rules:\n  ping: { on: tagged(ping), do: [{ tag: pong }] }\n  pong: { on: tagged(pong), do: [{ tag: ping }] }\n';
  const alone = 'rules:\n  bad: { on: changed(impact), do: [{ set: { impact: x } }] }\n';
  expect((await checkFiles({ 'b.yaml': ping })).map((one) => one.message)).toEqual([
    'these set each other off, without a clock between: ping, pong',
  ]);
  expect((await checkFiles({ 'b.yaml': alone })).map((one) => one.message)).toEqual([
    'the rule bad sets itself off, without a clock between',
  ]);
});

test('fallbacks in a circle are told once', async () => {
  const found = await checkFiles({ 'b.yaml': 'people:\n  one: { fallback: two }\n  two: { fallback: one }\n' });
  expect(found.map((one) => one.message)).toEqual(['fallbacks run in a circle: one → two → one']);
});

test('a misspelt name comes with the one that was probably meant', async () => {
  const [found] = await checkFiles({ 'b.yaml': 'people:\n  lone: { email: a@b.de, fallback: bos }\n' });
  expect(found?.message).toBe('there is no role "bos"; did you mean "boss"?');
});

test('the short form of a clause id comes with its full form', async () => {
  const [found] = await checkFiles({
    'b.yaml': 'procedures: [SEC-HD, SEC-ESC]\nconditions:\n  bad: { is: "true", clauses: [ESC-052] }\n',
  });
  expect(found?.message).toBe('the full form of the clause "ESC-052" is SEC-ESC-052');
});

test('before production, contacts that are missing or placeholders are errors', async () => {
  const yaml = 'people:\n  lone: { must_configure: true }\n  two: { phone: +1-800-XXX-XXXX }\n';
  expect((await checkFiles({ 'b.yaml': yaml })).map((one) => one.severity)).toEqual(['warning', 'warning']);
  expect((await checkFiles({ 'b.yaml': yaml }, { production: true })).map((one) => one.severity)).toEqual([
    'error',
    'error',
  ]);
});

test('a path without a catch-all of its own or of the pack is an error', async () => {
  const yaml =
    'pack: tiny\nversion: { id: "1", from: 2026-12-01 }\npeople: { boss: { email: a@b.de } }\npaths:\n  »up: { levels: [{ to: boss }] }\n';
  const found = await checkFiles({ 'a.yaml': yaml });
  expect(found).toMatchObject([{ rule: 'no-catch-all', severity: 'error', ...placeOf(yaml) }]);
});

test.each([
  ['a clock between', 'rules:\n  later: { on: changed(impact), after: PT1H, do: [{ set: { impact: x } }] }\n'],
  ['once a ticket', 'rules:\n  one: { on: changed(impact), once: ticket, do: [{ set: { impact: x } }] }\n'],
  ['one edge of a condition', 'rules:\n  one: { on: began(p1), do: [{ set: { priority: P1 } }] }\n'],
  [
    'a receipt from outside',
    'rules:\n  one: { on: undelivered(alarm), do: [{ notify: { to: boss, template: told, name: alarm } }] }\n',
  ],
  [
    'a rule that escalates past a level without ack',
    'paths:\n  more: { levels: [{ to: agent }, { to: boss }] }\nrules:\n  one: { on: opened, do: [{ escalate: { path: more, to: next } }] }\n',
  ],
  [
    'two rules that set one field on different events',
    'rules:\n  one: { on: opened, do: [{ set: { impact: x } }] }\n  two: { on: closed, do: [{ set: { impact: y } }] }\n',
  ],
  ['names that a comprehension binds', 'conditions:\n  some: "ticket.flags.exists(f, f == \'outage\')"\n'],
])('%s is no fault', async (_title, yaml) => {
  expect(await checkFiles({ 'b.yaml': yaml })).toEqual([]);
});

test('the letters of a telephone number are compared with its digits', () => {
  expect(vanityDisagreement('+1-800-SECURE-AI (732-8734)')).toEqual({ letters: '180073287324', digits: '7328734' });
  expect(vanityDisagreement('+1-800-SECURE-AI (732-8732)')).toBeUndefined();
  expect(vanityDisagreement('+1-800-SECURE-AI (+1-800-732-8732)')).toBeUndefined();
  expect(vanityDisagreement('+1-800-555-0100')).toBeUndefined();
  expect(vanityDisagreement('+1-800-XXX-XXXX (732)')).toBeUndefined();
});

test('a pack that cannot be read is left at what loading found', async () => {
  const found = await checkFiles({ 'b.yaml': 'rules:\n  bad: { on: opened, doo: [] }\n' });
  expect(new Set(found.map((one) => one.rule))).toEqual(new Set(['schema']));
});

test('problems come by file, line and column', async () => {
  const found = await checkFiles({ 'b.yaml': 'conditions:\n  b: "is.none"\n  a: "is.nil || is.nope"\n' });
  expect(found.map(({ line, column }) => [line, column])).toEqual([
    [2, 7],
    [3, 7],
    [3, 17],
  ]);
});

/** Packs composed of others: names apart, what is shared, and what is refused with file, line and column. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPack } from '../../src/policies/checker';
import { clauseListOf, clauseMatrix, scenarioClausesOf } from '../../src/policies/clauses';
import { loadPack, type LoadedPack } from '../../src/policies/load';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const head = (id: string): string => `pack: ${id}\nversion: { id: "1", from: 2026-12-01 }\ncatch_all: lead\n`;
const LEAD = 'people: { lead: { title: Lead, email: lead@example.com } }\n';

/** Packs side by side, by folder; `whole` is read. */
async function composed(files: Record<string, string>): Promise<LoadedPack> {
  const root = mkdtempSync(join(tmpdir(), 'tocsin-composed-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return loadPack(join(root, 'whole'));
}

/** Errors of a composed pack as `path: message`. */
const errors = (loaded: LoadedPack): string[] =>
  checkPack(loaded)
    .filter((one) => one.severity === 'error')
    .map((one) => `${one.path}: ${one.message}`);

const PART = `${head('one')}${LEAD}
fields: { level: { enum: [1, 2] } }
conditions: { high: { is: ticket.level == 2, clauses: [X-001] } }
rules: { told: { on: began(high), do: [{ notify: { to: lead, template: alarm } }], clauses: [X-001] } }
`;
const ALARM = '---\nclauses: [X-001]\n---\nLevel {{ ticket.level }}, {{ is.high }}';
const WHOLE = `${head('whole')}${LEAD}uses: { one: part }\n`;

it('puts the names of a part under its prefix, and leaves events and fields as they are', async () => {
  const { pack, templates } = await composed({
    'part/pack.yaml': PART,
    'part/templates/alarm.liquid': ALARM,
    'whole/pack.yaml': WHOLE,
  });
  expect(Object.keys(pack.rules)).toEqual(['one.told']);
  expect(pack.rules['one.told']?.on).toEqual([{ name: 'began', subject: 'one.high' }]);
  expect(pack.rules['one.told']?.do[0]).toMatchObject({ to: { lit: 'one.lead' }, template: 'one.alarm' });
  expect(pack.conditions.map((one) => [one.name, one.cel.reads])).toEqual([['one.high', ['ticket.level']]]);
  expect(Object.keys(pack.fields)).toEqual(['level']);
  expect(Object.keys(pack.people).sort()).toEqual(['lead', 'one.lead']);
  expect(Object.keys(templates)).toEqual(['one.alarm']);
  // The text still reads is.high: it is computed under that name.
  expect(pack.templates['one.alarm']?.vars).toEqual(['is.high', 'ticket.level']);
  expect(pack.templates['one.alarm']?.let).toMatchObject({ 'is.high': { cel: { reads: ['is.one.high'] } } });
  expect(pack.parts?.['one']).toMatchObject({ pack: 'one', version: { id: '1' } });
});

it('reads names of its parts in rules of its own, and says which are none', async () => {
  const good = `${WHOLE}rules: { mine: { on: began(one.high), when: is.one.high, do: [{ notify: { to: one.lead, template: one.alarm } }] } }\n`;
  const files = { 'part/pack.yaml': PART, 'part/templates/alarm.liquid': ALARM };
  expect(errors(await composed({ ...files, 'whole/pack.yaml': good }))).toEqual([]);
  expect(errors(await composed({ ...files, 'whole/pack.yaml': good.replace('is.one.high', 'is.one.hihg') }))).toEqual([
    'rules.mine.when: there is no condition "one.hihg"; did you mean "one.high"?',
  ]);
  expect(
    errors(await composed({ ...files, 'whole/pack.yaml': good.replace('to: one.lead', 'to: one.leader') })),
  ).toEqual(['rules.mine.do.0.notify.to: there is no role, audience or field "one.leader"; did you mean "one.lead"?']);
});

it('puts a role, a calendar or a param of its own in the place of a part’s', async () => {
  const part = `${PART}params: { within: { use: short, short: PT1H, long: PT2H } }
calendars: { office: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] } } }
commitments: { kept: { from: began(high), due: =param.within, calendar: office, met: resolved } }
`;
  const whole = `${head('whole')}${LEAD}calendars: { days: { zone: UTC, hours: { mon: [["09:00", "10:00"]] } } }
uses: { one: { pack: part, bind: { people: { lead: lead }, calendars: { office: days }, params: { within: { use: long } } } } }\n`;
  const loaded = await composed({
    'part/pack.yaml': part,
    'part/templates/alarm.liquid': ALARM,
    'whole/pack.yaml': whole,
  });
  expect(errors(loaded)).toEqual([]);
  const { pack } = loaded;
  expect(Object.keys(pack.people)).toEqual(['lead']);
  expect(pack.rules['one.told']?.do[0]).toMatchObject({ to: { lit: 'lead' } });
  expect(pack.commitments['one.kept']?.clock.calendar).toEqual({ lit: 'days' });
  expect(pack.params['one.within']).toMatchObject({ use: 'long' });
});

it('refuses what is bound to nothing, and two roles of a part that would be one', async () => {
  const part = PART.replace('people: {', 'people: { boss: { email: boss@example.com },');
  const whole = `${head('whole')}${LEAD}uses: { one: { pack: part, bind: { people: { lead: lead, boss: lead, cook: chef } } } }\n`;
  const found = errors(
    await composed({ 'part/pack.yaml': part, 'part/templates/alarm.liquid': ALARM, 'whole/pack.yaml': whole }),
  );
  expect(found).toEqual([
    'uses.one.bind.people.boss: "lead" and "boss" of "one" would both be "lead": its rules could not tell them apart',
    'uses.one.bind.people.cook: there is no role of "one" "cook"',
    'uses.one.bind.people.cook: there is no role "chef"',
  ]);
});

it('refuses a field that two parts declare differently, until one keeps it apart', async () => {
  const other = PART.replace('pack: one', 'pack: two').replace('enum: [1, 2]', 'enum: [1, 2, 3]');
  const files = {
    'part/pack.yaml': PART,
    'part/templates/alarm.liquid': ALARM,
    'other/pack.yaml': other,
    'other/templates/alarm.liquid': ALARM,
  };
  const whole = `${head('whole')}${LEAD}uses: { one: part, two: other }\n`;
  expect(errors(await composed({ ...files, 'whole/pack.yaml': whole }))).toEqual([
    'uses.two: the field "level" of "two" is not that of "one": a field is shared where both declare it alike; list it under "apart" of one of them',
  ]);
  const apart = await composed({
    ...files,
    'whole/pack.yaml': whole.replace('two: other', 'two: { pack: other, apart: [level] }'),
  });
  expect(errors(apart)).toEqual([]);
  expect(Object.keys(apart.pack.fields)).toEqual(['level', 'two.level']);
  expect(apart.pack.conditions.map((one) => one.cel.reads)).toEqual([['ticket.level'], ['ticket.two.level']]);
  expect(apart.pack.templates['two.alarm']?.let).toHaveProperty(['ticket.level']);
});

it('refuses two packs that decide one field: by tables, or by rules on one event', async () => {
  const rules = 'rules: { put: { on: opened, do: [{ set: { level: 1 } }] } }\n';
  const tables = 'tables: { put: { sets: level, rows: [{ then: 1 }] } }\n';
  const part = (id: string, more: string): string => `${head(id)}${LEAD}fields: { level: { enum: [1, 2] } }\n${more}`;
  const whole = `${head('whole')}${LEAD}uses: { one: part, two: other }\n`;
  const both = async (a: string, b: string): Promise<string[]> =>
    errors(
      await composed({ 'part/pack.yaml': part('one', a), 'other/pack.yaml': part('two', b), 'whole/pack.yaml': whole }),
    );
  expect(await both(rules, rules)).toEqual([
    'uses.two: the rules one.put and two.put both set "level" on opened, and neither sees what the other sets: two packs may not',
  ]);
  expect(await both(tables, tables)).toEqual([
    'uses.two: the tables one.put and two.put both decide "level": two packs may not; keep the field of one of them "apart"',
  ]);
  expect(await both(rules, rules.replace('opened', 'claimed'))).toEqual([]);
});

it('says where a part is not there, is composed itself, or is broken', async () => {
  expect(errors(await composed({ 'whole/pack.yaml': WHOLE }))).toEqual([
    'uses.one: there is no pack "part", neither in this folder nor beside it',
  ]);
  const nested = `${head('one')}${LEAD}uses: { deep: deep }\n`;
  expect(
    errors(
      await composed({ 'whole/pack.yaml': WHOLE, 'part/pack.yaml': nested, 'deep/pack.yaml': head('deep') + LEAD }),
    ),
  ).toEqual(['uses.one: "part" is composed itself: name its parts here']);
  const [first] = errors(await composed({ 'whole/pack.yaml': WHOLE, 'part/pack.yaml': PART }));
  expect(first).toContain('there is no template "alarm"');
});

it('may not call a part as it calls something that is read by name', async () => {
  const whole = `${WHOLE}conditions: { one: "true" }\n`;
  expect(
    errors(await composed({ 'part/pack.yaml': PART, 'part/templates/alarm.liquid': ALARM, 'whole/pack.yaml': whole })),
  ).toEqual(['uses.one: "one" is a name of this pack already: call the part otherwise']);
});

it('switches a rule of a part off where a condition of the composite holds, and says which is none', async () => {
  const whole = (name: string): string =>
    `${head('whole')}${LEAD}conditions: { quiet: "'quiet' in ticket.tags" }\nuses: { one: { pack: part, unless: { rules.${name}: is.quiet } } }\n`;
  const files = { 'part/pack.yaml': PART, 'part/templates/alarm.liquid': ALARM };
  const loaded = await composed({ ...files, 'whole/pack.yaml': whole('told') });
  expect(errors(loaded)).toEqual([]);
  expect(loaded.pack.rules['one.told']?.when).toMatchObject({ src: '!(is.quiet)', reads: ['is.quiet'] });
  expect(errors(await composed({ ...files, 'whole/pack.yaml': whole('tolt') }))).toEqual([
    'uses.one.unless.rules.tolt: there is no rule of "one" "tolt"; did you mean "told"?',
  ]);
});

it('shows the clauses of its parts with what carries and proves them', async () => {
  const loaded = await composed({
    'part/pack.yaml': PART,
    'part/templates/alarm.liquid': ALARM,
    'part/clauses.yaml':
      'procedures: [X]\nclauses: { X-001: { kind: notification }, X-002: { kind: process, note: A record } }\n',
    'part/scenarios/high.yaml': 'clauses: [X-001]\n',
    'whole/pack.yaml': WHOLE,
    'whole/scenarios/both.yaml': 'clauses: [X-001]\n',
  });
  const rows = clauseMatrix(loaded, await scenarioClausesOf(loaded), [], await clauseListOf(loaded));
  expect(rows).toEqual([
    {
      id: 'X-001',
      kind: 'notification',
      rules: ['conditions.one.high', 'rules.one.told', 'templates.one.alarm'],
      scenarios: [join('scenarios', 'both.yaml'), join('part', 'scenarios', 'high.yaml')],
      tests: [],
      note: '',
    },
    { id: 'X-002', kind: 'process', rules: [], scenarios: [], tests: [], note: 'A record' },
  ]);
});

it('changes its hash with a part', async () => {
  const files = { 'part/pack.yaml': PART, 'part/templates/alarm.liquid': ALARM, 'whole/pack.yaml': WHOLE };
  const one = await composed(files);
  const same = await composed(files);
  const other = await composed({ ...files, 'part/templates/alarm.liquid': `${ALARM}!` });
  expect(same.hash).toBe(one.hash);
  expect(other.hash).not.toBe(one.hash);
});

import { join } from 'node:path';
import { canonical, loadPack } from '../../src/policies/load';
import { HEAD, lines, loadFiles, packFolder, removePacks } from './support/pack-folder';

afterAll(removePacks);
const fixture = (name: string): string => join(__dirname, 'fixtures', name);

describe('the packs that the language was drafted with', () => {
  test.each(['secureai-p1', 'trust-safety'])('%s loads and compiles without a problem', async (name) => {
    const loaded = await loadPack(fixture(name));
    expect(lines(loaded)).toEqual([]);
    expect(loaded.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(loaded.pack))).toEqual(loaded.pack);
  });

  test('pack A compiles to clocks, paths and clauses in full', async () => {
    const { pack } = await loadPack(fixture('secureai-p1'));
    expect(pack.conditions.map((one) => one.name)).toEqual([
      'p1',
      'outage',
      'breach',
      'enterprise_p1',
      'enterprise_critical',
    ]);
    expect(pack.commitments['p1_updates']).toMatchObject({
      clock: {
        anchors: [{ name: 'opened' }],
        cadence: { cel: { src: 'param.p1_cadence' } },
        early: 300_000,
        marks: [{ label: '-PT10M', offset: -600_000 }],
      },
      met: [{ name: 'update_sent' }],
    });
    expect(pack.commitments['first_response']).toMatchObject({
      againPercent: 100,
      clock: { marks: [{ percent: 75 }, { percent: 90 }] },
    });
    expect(pack.paths['on_call']).toMatchObject({
      levels: [
        { to: ['on_call_engineer'], ack: 300_000, repeat: 2 },
        { to: ['support_manager'], ack: 600_000, repeat: 0 },
      ],
      catchAll: 'vp_engineering',
      via: ['page'],
    });
    expect(pack.rules['four_hours']).toMatchObject({ clock: { due: { lit: 14_400_000 }, while: { src: 'is.p1' } } });
    expect(pack.tasks['team_sync']?.clock.anchors).toEqual([{ name: 'due', subject: 'team_sync' }]);
    expect(pack.clauses['SEC-ESC-044']).toEqual(['rules.p1_begins', 'rules.not_delivered']);
    expect(pack.clauses['SEC-ESC-039']).toEqual(['tables.priority']);
    expect(Object.keys(pack.clauses).every((id) => id.startsWith('SEC-'))).toBe(true);
    expect(pack.commitments['first_response']?.clock.due).toMatchObject({ cel: { reads: ['ticket.customer'] } });
  });

  test('pack B has its flow and its facts, and their expressions are known to the checker', async () => {
    const loaded = await loadPack(fixture('trust-safety'));
    expect(loaded.pack.flows['triage']?.states['gather']?.collect?.items.map((item) => item.field)).toEqual([
      'affected_names',
      'incident_timeline',
      'suspicious_behaviors',
      'pc_systems_accessed',
    ]);
    expect(loaded.pack.facts['reassess']).toMatchObject({
      values: ['CONFIRMED_BREACH', 'SOCIAL_SCRAPING', 'STILL_UNCLEAR'],
      model: 'reassess',
      below: { '6': 'STILL_UNCLEAR' },
    });
    const flows = loaded.sites.filter((site) => site.path[0] === 'flows');
    expect(flows.map((site) => site.cel.src)).toContain(
      "fact.evidence.value == 'CLEAR_EVIDENCE' && fact.evidence.score >= 6",
    );
    expect(flows.map((site) => site.cel.src)).toContain('param.follow_up');
  });
});

describe('several files make one pack', () => {
  const people = 'people:\n  cto: { email: cto@x.test }\n';

  test('constructs of all YAML files directly in the folder are merged; scenarios and clauses.yaml are not', async () => {
    const loaded = await loadFiles({
      'pack.yaml': HEAD + people,
      'more.yml': 'people: { ceo: { email: ceo@x.test } }\nfields: { summary: { text: required } }\n',
      'clauses.yaml': 'procedures: [SEC-ESC]\n',
      'scenarios/one.yaml': 'nonsense: true\n',
    });
    expect(lines(loaded)).toEqual([]);
    expect(Object.keys(loaded.pack.people).sort()).toEqual(['ceo', 'cto']);
  });

  test('a name defined in two files is an error at the second', async () => {
    const loaded = await loadFiles({
      'a.yaml': HEAD + people,
      'b.yaml': 'fields: {}\npeople:\n  ceo: { email: e@x.test }\n  cto: { email: d@x.test }\n',
    });
    expect(lines(loaded)).toEqual(['b.yaml:4:3 error "people.cto" is defined twice (defined-twice)']);
  });

  test('a head given twice is an error at the second', async () => {
    const loaded = await loadFiles({ 'a.yaml': HEAD, 'b.yaml': 'zone: UTC\n', 'c.yaml': 'zone: Europe/Berlin\n' });
    expect(lines(loaded)).toEqual(['c.yaml:1:1 error "zone" is defined twice (defined-twice)']);
  });

  test('a single file is a pack too', async () => {
    const loaded = await loadPack(join(packFolder('zone: UTC\n'), 'pack.yaml'));
    expect(lines(loaded)).toEqual([]);
  });

  test.each(['nowhere', ''])('a place without YAML (%j) is refused', async (place) => {
    await expect(loadPack(join(packFolder({}), place))).rejects.toMatchObject({ code: 'ESC_PACK_UNKNOWN' });
  });
});

describe('what is wrong is said with its line and column', () => {
  test.each<[string, string, string[]]>([
    [
      'YAML that cannot be read',
      'people: { cto: { email: a }\n',
      ['pack.yaml:4:1 error Flow map in block collection must be sufficiently indented and end with a } (yaml)'],
    ],
    ['a key given twice', 'params:\n  a: 1\n  a: 2\n', ['pack.yaml:5:3 error Map keys must be unique (yaml)']],
    ['an unknown construct', 'poeple: {}\n', ['pack.yaml:3:1 error unknown field "poeple" (schema)']],
    [
      'an unknown field',
      'people:\n  cto: { emial: a@x.test }\n',
      ['pack.yaml:4:10 error unknown field "emial" (schema)'],
    ],
    ['a field that is missing', 'rules:\n  r: { on: opened }\n', ['pack.yaml:4:3 error "do" is missing (schema)']],
    ['a list where a map belongs', 'people: [a]\n', ['pack.yaml:3:1 error "people" must be a map (schema)']],
    [
      'a word out of a list',
      'words:\n  w: { list: [a], match: fuzzy }\n',
      ['pack.yaml:4:26 error "match" must be one of substring, word, prefix (schema)'],
    ],
    [
      'a duration that is none',
      'commitments:\n  c: { from: opened, due: 4h, met: resolved }\n',
      [
        'pack.yaml:4:27 error "due" must be an ISO 8601 duration, such as PT30M or P2D, or a computed value (=…) (schema)',
      ],
    ],
    [
      'a mark that is none',
      'commitments:\n  c: { from: opened, due: PT4H, met: resolved, marks: ["75%", half] }\n',
      [
        'pack.yaml:4:63 error "marks" must be a share (75%) or an offset (-PT10M before the due instant, PT15M after the anchor) (schema)',
      ],
    ],
    [
      'two verbs in one action',
      'rules:\n  r:\n    on: opened\n    do:\n      - tag: a\n        note: b\n',
      [
        'pack.yaml:7:9 error "do" must have exactly one of set, tag, untag, note, assign, notify, page, send, status_page, draft, escalate, deescalate, ask, open_task, open_ticket, link, tell, clocks, restrict, call, command (schema)',
      ],
    ],
    [
      'a name with capital letters',
      'people:\n  CTO: { email: a@x.test }\n',
      ['pack.yaml:4:3 error "CTO" must be a name: lower case letters, digits and _, a letter first (schema)'],
    ],
    [
      'CEL that cannot be read',
      'conditions:\n  c: "ticket.a ==== 1"\n',
      ['pack.yaml:4:16 error this is no CEL: found = but expecting end of input (compile)'],
    ],
    [
      'computed CEL that cannot be read',
      'people:\n  c: { from: =a.b..c }\n',
      ['pack.yaml:4:18 error this is no CEL: found . but expecting end of input (compile)'],
    ],
    [
      'a pattern that is none',
      'conditions:\n  c: "ticket.a.matches(\'(\')"\n',
      ['pack.yaml:4:16 error this is no CEL: "(" is no pattern (compile)'],
    ],
    [
      'a pattern that could take for ever',
      'conditions:\n  c: "ticket.a.matches(\'(a+)+$\')"\n',
      ['pack.yaml:4:16 error this is no CEL: "(a+)+$" repeats a repetition: it could take for ever (compile)'],
    ],
    [
      'a pattern that is not written out',
      'conditions:\n  c: ticket.a.matches(ticket.b)\n',
      ['pack.yaml:4:15 error this is no CEL: the pattern of matches() must be a text in quotes (compile)'],
    ],
    [
      'holidays that are not there',
      'calendars:\n  c: { zone: UTC, hours: { mon: [["09:00", "17:00"]] }, holidays: us }\n',
      ['pack.yaml:4:67 error there is no list "us" under holidays (compile)'],
    ],
    [
      'conditions in a circle',
      'conditions:\n  a: is.b\n  b: is.a\n',
      [
        'pack.yaml:4:6 error the condition "a" depends on itself (circle: a, b) (compile)',
        'pack.yaml:5:6 error the condition "b" depends on itself (circle: a, b) (compile)',
      ],
    ],
  ])('%s', async (_what, yaml, expected) => {
    expect(lines(await loadFiles(yaml))).toEqual(expected);
  });

  test('an hour that is none, in a calendar', async () => {
    const [only] = lines(
      await loadFiles('calendars:\n  c:\n    zone: UTC\n    hours:\n      mon: [["09:00", "25:00"]]\n'),
    );
    expect(only).toMatch(/^pack\.yaml:7:23 error .*25:00.* \(compile\)$/);
  });

  test('the column of CEL in a block counts from its own line', async () => {
    const [only] = lines(await loadFiles('conditions:\n  c: |\n    ticket.a\n    ==== 1\n'));
    expect(only).toMatch(/^pack\.yaml:6:5 error this is no CEL/);
  });

  test('a pack that has not the form of the language is not readable, and has an empty body', async () => {
    const loaded = await loadFiles('poeple: {}\nrules: { r: { on: opened, do: [{ tag: a }] } }\n');
    expect(loaded.readable).toBe(false);
    expect(loaded.pack.rules).toEqual({});
  });
});

describe('templates', () => {
  const template = (text: string, html?: string) =>
    loadFiles({
      'pack.yaml': `${HEAD}fields: { summary: { text: required } }\n`,
      'templates/note.liquid': text,
      ...(html === undefined ? {} : { 'templates/note.html.liquid': html }),
    });

  test('head, subject, text and the HTML beside it', async () => {
    const { pack, templates, problems } = await template(
      '---\naudience: customer\nneeds: [summary, event.text]\nsubject: "{{ ticket.number }}"\nclauses: [SEC-ESC-063]\n---\nDear {{ ticket.customer.name }},\n{% for f in ticket.flags %}{{ f }}{% endfor %}\n',
      '<b>{{ commitment.p1.next | time }}</b>',
    );
    expect(problems).toEqual([]);
    expect(templates['note']).toEqual({
      subject: '{{ ticket.number }}',
      text: 'Dear {{ ticket.customer.name }},\n{% for f in ticket.flags %}{{ f }}{% endfor %}\n',
      html: '<b>{{ commitment.p1.next | time }}</b>',
    });
    expect(pack.templates['note']).toMatchObject({
      name: 'note',
      audience: 'customer',
      subject: true,
      clauses: ['SEC-ESC-063'],
      vars: ['commitment.p1.next', 'ticket.customer.name', 'ticket.flags', 'ticket.number'],
      needs: [
        { src: 'summary', x: ['sel', ['id', 'ticket'], 'summary'], reads: ['ticket.summary'] },
        { src: 'event.text' },
      ],
    });
    expect(pack.clauses).toEqual({ 'SEC-ESC-063': ['templates.note'] });
  });

  test('an empty head and Windows line ends are fine', async () => {
    const { templates, problems } = await template('---\r\n---\r\nHello\r\n');
    expect(problems).toEqual([]);
    expect(templates['note']?.text).toBe('Hello\r\n');
  });

  test.each<[string, string, string]>([
    [
      'no head',
      'Hello',
      'templates/note.liquid:1:1 error a template begins with a head between two lines of --- (template)',
    ],
    [
      'an unknown field in the head',
      '---\nclauses: []\naudiense: staff\n---\n',
      'templates/note.liquid:3:1 error unknown field "audiense" (schema)',
    ],
    [
      'a sender that is no address',
      '---\nclauses: []\nfrom: SecureAI Support\n---\n',
      'templates/note.liquid:3:7 error "from" must be an address or "Name <address>" (schema)',
    ],
    [
      'a sender on two lines',
      '---\nfrom: "Support\\nBcc: <a@example.com>"\n---\n',
      'templates/note.liquid:2:7 error "from" must be an address or "Name <address>" (schema)',
    ],
    [
      'a head that is no YAML',
      '---\nneeds: [a\n---\n',
      'templates/note.liquid:3:1 error Flow sequence in block collection must be sufficiently indented and end with a ] (yaml)',
    ],
    [
      'a tag that is not closed',
      '---\n---\nline\n  {% if a %}\n',
      'templates/note.liquid:4:3 error tag {% if a %} not closed (template)',
    ],
    [
      'a filter that does not exist',
      '---\nclauses: []\n---\n{{ a | loud }}\n',
      'templates/note.liquid:4:1 error undefined filter: loud (template)',
    ],
    [
      'needs that are no CEL',
      '---\nneeds: ["a ="]\n---\n',
      'templates/note.liquid:2:12 error this is no CEL: found = but expecting end of input (compile)',
    ],
  ])('%s', async (_what, text, expected) => {
    expect(lines(await template(text))).toEqual([expected]);
  });
});

describe('the hash', () => {
  test('does not depend on the order of keys or files, nor on comments', async () => {
    const one = await loadFiles({ 'a.yaml': `${HEAD}params: { a: 1, b: 2 }\nfields: { f: { text: optional } }\n` });
    const two = await loadFiles({
      'x.yaml': '# a comment\nfields: { f: { text: optional } }\n',
      'y.yaml': `${HEAD}params:\n  b: 2\n  a: 1\n`,
    });
    expect(two.hash).toBe(one.hash);
  });

  test('changes with a rule, and with the words of a template', async () => {
    const hash = async (files: Record<string, string>): Promise<string> => (await loadFiles(files)).hash;
    const base = { 'pack.yaml': `${HEAD}params: { a: 1 }\n`, 'templates/t.liquid': '---\n---\nHello' };
    const all = [
      await hash(base),
      await hash({ ...base, 'pack.yaml': `${HEAD}params: { a: 2 }\n` }),
      await hash({ ...base, 'templates/t.liquid': '---\n---\nHi' }),
    ];
    expect(new Set(all).size).toBe(3);
  });

  test('canonical JSON sorts keys at every depth and leaves undefined out', () => {
    expect(canonical({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}');
  });
});

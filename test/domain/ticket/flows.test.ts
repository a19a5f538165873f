import { explain } from '../../../src/domain/ticket/explain';
import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(
  `
  people: { team: { email: team@example.com, slack: "#team" } }
  fields:
    names: { text: optional }
    since: { text: optional }
    wants_guide: { enum: ["yes", "no"] }
  words: { alarm: { list: [hacked] } }
  facts:
    intent: { model: intent, values: [INCIDENT, QUESTION], reads: [message.body, ticket.customer], deadline: PT30S }
    evidence: { model: evidence, values: [CLEAR, NONE], score: [0, 10], reads: [message.body] }
    final: { model: final, values: [BREACH, UNCLEAR], score: [0, 10], below: { "6": UNCLEAR } }
    urgent: { model: urgent, score: [0, 10], reads: [message.body] }
    human: { model: human, score: [0, 10], reads: [message.body] }
    extract: { model: extract, reads: [message.body] }
  flows:
    triage:
      starts:
        - { on: [opened, message(customer)], when: "!seen('ended(triage)')" }
        - { on: tagged(scan), when: "event.by.kind == 'person'", first: intent }
      first: filter
      states:
        filter: { go: [{ when: "hits('alarm', message.body)", to: intent, do: [{ tag: scan }] }, { to: end, outcome: standard }] }
        intent:
          ask: [intent]
          go:
            - { when: "fact.intent.value == 'INCIDENT'", to: evidence, do: [{ tag: incident }] }
            - { when: "fact.intent.value == 'QUESTION'", to: end, outcome: product }
            - { to: end, outcome: human_triage, do: [{ tag: unclear }] }
        evidence:
          ask: [evidence]
          go:
            - { when: "fact.evidence.value == 'CLEAR' && fact.evidence.score >= 6", to: gather }
            - { when: "fact.evidence.value == 'CLEAR'", to: human }
            - { when: "fact.evidence.value == 'NONE'", to: educate }
            - { to: human, do: [{ tag: failed }] }
        gather:
          ask_each_message: [urgent, human]
          interrupts:
            - { name: urgent, when: fact.urgent.score >= 4, to: end, outcome: urgent, do: [{ tag: urgent }, { notify: { to: team, template: alarm } }] }
            - { name: human, when: fact.human.score >= 4, to: end, outcome: handoff, do: [{ tag: human }] }
          collect:
            model: extract
            items:
              - { field: names, ask: ask_names, attempts: 3, sufficient: 50 }
              - { field: since, ask: ask_since, attempts: 2, sufficient: 40 }
            silence: [{ after: PT24H, send: follow_up }, { after: PT72H, to: human, do: [{ tag: silent }] }]
          go: [{ when: collected.failed, to: human }, { to: final }]
        final:
          ask: [final]
          go: [{ when: "fact.final.value == 'BREACH'", to: escalated }, { to: human }]
        escalated: { do: [{ tag: breach }, { send: { to: customer, template: told } }], go: [{ to: end, outcome: escalated }] }
        educate:
          do: [{ send: { to: customer, template: guide } }]
          collect:
            model: extract
            begins: question
            items: [{ field: wants_guide, attempts: 1, sufficient: 50 }]
            silence: [{ after: PT24H, send: follow_up }, { after: PT72H, give_up: true }]
          go: [{ when: "ticket.wants_guide == 'yes'", to: end, outcome: guided }, { to: end, outcome: closed }]
        human: { task: { for: team, choices: [breach, none] }, go: [{ when: "event.choice == 'breach'", to: escalated }, { to: end, outcome: reviewed }] }
`,
  Object.fromEntries(
    ['ask_names', 'ask_since', 'follow_up', 'told', 'guide', 'alarm'].map((name) => [name, { text: name }]),
  ),
);

const hacked = (): Drive => new Drive(PACK, { body: 'We were hacked' });
/** To the dialogue, with what is asked about the first message answered. */
const gathering = (): Drive =>
  hacked().fact('PT1S', 'intent', 'INCIDENT').answer('PT2S', 'evidence', { value: 'CLEAR', score: 8 });
const round = (drive: Drive, at: string, found: object = {}, scores: { urgent?: number; human?: number } = {}): Drive =>
  drive
    .answer(at, 'urgent', { score: scores.urgent ?? 0 })
    .answer(at, 'human', { score: scores.human ?? 0 })
    .answer(at, 'extract', { value: found as never });
const sent = (drive: Drive): string[] =>
  drive.of('delivery').map((event) => `${String(event.data['template'])} ${String(event.data['to'])}`);
const standsIn = (drive: Drive): unknown => (drive.state.flows['triage'] as { state?: string } | undefined)?.state;
const outcome = (drive: Drive): unknown => (drive.state.flows['triage'] as { outcome?: string } | undefined)?.outcome;

describe('a flow', () => {
  test('starts at its event, and without a hit asks nobody anything', () => {
    const drive = new Drive(PACK, { body: 'Where is the report page?' });
    expect(drive.log('entered', 'ended', 'asked')).toEqual(['PT0S entered(filter)', 'PT0S ended(triage)']);
    expect(outcome(drive)).toBe('standard');
  });

  test('asks a fact with what it reads, and takes the first row that holds', () => {
    const drive = hacked();
    expect(drive.state.ticket.tags).toEqual(['scan']);
    const [asked] = drive.of('asked');
    expect(asked?.data['inputs']).toEqual({
      'message.body': 'We were hacked',
      'ticket.customer': expect.objectContaining({ name: 'Jane Smith' }) as unknown,
    });
    drive.fact('PT1S', 'intent', 'QUESTION');
    expect(outcome(drive)).toBe('product');
    expect(drive.state.ticket.tags).toEqual(['scan']);
  });

  test.each([['OTHER'], ['INCIDENT and QUESTION'], [undefined]])(
    'takes the last row for the answer %p, which is not one of the values',
    (value) => {
      const drive = hacked().fact('PT1S', 'intent', value);
      expect(outcome(drive)).toBe('human_triage');
      expect(drive.state.ticket.tags).toContain('unclear');
    },
  );

  test('takes the last row when nobody answers by the deadline, at that instant', () => {
    const drive = hacked().until('PT29S');
    expect(standsIn(drive)).toBe('intent');
    drive.until('PT1M');
    expect(drive.log('fact', 'ended')).toEqual(['PT30S fact(intent)', 'PT30S ended(triage)']);
  });

  test('asks once however often a message comes while it waits, and is not started again when it runs', () => {
    const drive = hacked().give('PT1S', 'message', { text: 'hacked! hacked!' }, 'customer');
    expect(drive.of('asked')).toHaveLength(1);
    expect(drive.of('flow_started')).toHaveLength(1);
  });

  test('records an answer to a question that is no longer asked, and does not act on it', () => {
    const drive = hacked().answer('PT1S', 'intent', { value: 'INCIDENT', key: 'another' });
    expect(standsIn(drive)).toBe('intent');
    expect(drive.log('fact_late')).toEqual(['PT1S fact_late(intent)']);
  });

  test('takes one answer to a question: a repeat and a late one are recorded, with their cost, and read by nobody', () => {
    const drive = hacked();
    const key = String(drive.of('asked')[0]?.data['key']);
    const usage = { cost: 0.25 };
    drive
      .answer('PT1S', 'intent', { value: 'INCIDENT', key })
      .answer('PT2S', 'intent', { value: 'QUESTION', key, usage });
    expect(standsIn(drive)).toBe('evidence');
    expect(drive.state.facts['intent']?.value).toBe('INCIDENT');
    expect(drive.of('fact_late')[0]?.data).toEqual({ fact: 'intent', value: 'QUESTION', usage });
    const late = hacked().until('PT1M').answer('PT2M', 'intent', { value: 'INCIDENT', key });
    expect(late.log('fact', 'fact_late')).toEqual(['PT30S fact(intent)', 'PT2M fact_late(intent)']);
    expect(late.state.facts['intent']?.known).toBe(false);
  });

  test('a reviewer who answers before the model has the last word, and the flow goes on', () => {
    const drive = hacked();
    const key = String(drive.of('asked')[0]?.data['key']);
    drive.give('PT1S', 'reclassify', { fact: 'intent', value: 'INCIDENT' }, 'team');
    expect(standsIn(drive)).toBe('evidence');
    drive.answer('PT2S', 'intent', { value: 'QUESTION', key });
    expect(drive.state.facts['intent']?.value).toBe('INCIDENT');
    expect(drive.until('PT5M').log('ended')).toEqual([]);
    // Of several questions about a message the others are still waited for.
    const talk = gathering().give('PT1M', 'reclassify', { fact: 'urgent', value: 'yes', score: 9 }, 'team');
    expect(standsIn(talk)).toBe('gather');
    talk.answer('PT1M', 'human', { score: 0 }).answer('PT1M', 'extract', { value: {} });
    expect(talk.of('ended')[0]?.data).toMatchObject({ outcome: 'urgent' });
  });

  test('can begin in another state, by another event', () => {
    const drive = new Drive(PACK, { body: 'nothing' }).give('PT5M', 'tag', { tag: 'scan' });
    expect(standsIn(drive)).toBe('intent');
  });

  test.each([
    [6, 'gather'],
    [5, 'human'],
  ])('reads the score: with %d it stands in %s', (score, state) => {
    const drive = hacked().fact('PT1S', 'intent', 'INCIDENT').answer('PT2S', 'evidence', { value: 'CLEAR', score });
    expect(standsIn(drive)).toBe(state);
  });

  test.each([[11], [-1], [undefined]])('does not know a score out of range: %p', (score) => {
    const drive = hacked()
      .fact('PT1S', 'intent', 'INCIDENT')
      .answer('PT2S', 'evidence', { value: 'CLEAR', ...(score === undefined ? {} : { score }) });
    expect(standsIn(drive)).toBe('human');
  });
});

describe('a dialogue', () => {
  test('takes what the first message tells, and asks for the first field that is open', () => {
    const drive = round(gathering(), 'PT3S', { names: { value: 'John', score: 80 } });
    expect(drive.state.ticket['names']).toBe('John');
    expect(sent(drive)).toEqual(['ask_since jane@example.com']);
  });

  test('does not take what is not certain enough', () => {
    const drive = round(gathering(), 'PT3S', {
      names: { value: 'John', score: 49 },
      since: { value: 'Monday', score: 40 },
    });
    expect(drive.state.ticket['names']).toBeUndefined();
    expect(drive.state.ticket['since']).toBe('Monday');
    expect(sent(drive)).toEqual(['ask_names jane@example.com']);
  });

  test('gives a field up when its attempts are used, and keeps an answer to another field', () => {
    const drive = round(gathering(), 'PT3S');
    drive.give('PT1M', 'message', { text: 'On Monday' }, 'customer');
    round(drive, 'PT1M', { since: 'Monday' });
    drive.give('PT2M', 'message', { text: 'Hm' }, 'customer');
    round(drive, 'PT2M');
    expect(sent(drive)).toEqual(Array(3).fill('ask_names jane@example.com'));
    expect(standsIn(drive)).toBe('gather');
    drive.give('PT3M', 'message', { text: 'Hm?' }, 'customer');
    round(drive, 'PT3M');
    expect(standsIn(drive)).toBe('final');
    expect(drive.of('delivery')).toHaveLength(3);
  });

  test('is interrupted by the first interrupt that holds; the others that hold are tagged', () => {
    const drive = round(gathering(), 'PT3S', {}, { urgent: 4, human: 9 });
    expect(outcome(drive)).toBe('urgent');
    expect(drive.state.ticket.tags).toEqual(['scan', 'incident', 'human', 'urgent']);
    expect(sent(drive)).toEqual(['alarm team@example.com']);
  });

  test('is not interrupted below the threshold', () => {
    const drive = round(gathering(), 'PT3S', {}, { urgent: 3, human: 3 });
    expect(standsIn(drive)).toBe('gather');
  });

  test('goes where its rows say when the extraction fails', () => {
    const drive = gathering()
      .answer('PT3S', 'urgent', { score: 0 })
      .answer('PT3S', 'human', { score: 0 })
      .answer('PT3S', 'extract', {});
    expect(standsIn(drive)).toBe('gather');
    expect(sent(drive)).toEqual(['ask_names jane@example.com']);
  });

  test('follows up on silence once, then hands over; an answer in between ends the silence', () => {
    const silent = round(gathering(), 'PT3S').until('P4D');
    expect(silent.log('silent', 'entered')).toEqual(
      expect.arrayContaining(['PT24H3S silent(triage)', 'PT72H3S silent(triage)', 'PT72H3S entered(human)']),
    );
    expect(sent(silent)).toEqual(['ask_names jane@example.com', 'follow_up jane@example.com']);
    expect(silent.state.ticket.tags).toContain('silent');
    const spoken = round(gathering(), 'PT3S').give('PT23H', 'message', { text: 'John' }, 'customer');
    round(spoken, 'PT23H', { names: 'John' }).until('PT40H');
    expect(spoken.of('silent')).toHaveLength(0);
  });

  test('says whom it waits for, and what silence leads to', () => {
    const silent = round(gathering(), 'PT3S');
    const lines = (): string[] => explain(silent.pack, silent.state).flatMap((one) => one.lines);
    expect(lines()).toContain('"gather" has waited for the customer\'s answer since 2026-03-02T10:00:03Z.');
    expect(lines()).toContain('Without one the customer is sent follow_up.');
    silent.until('PT25H');
    expect(lines()).toContain('Without one it goes on to "human".');
  });

  test('that begins with a question takes the next message, and is given up on silence', () => {
    const start = (): Drive =>
      hacked().fact('PT1S', 'intent', 'INCIDENT').answer('PT2S', 'evidence', { value: 'NONE', score: 1 });
    expect(sent(start())).toEqual(['guide jane@example.com']);
    const yes = start().give('PT1H', 'message', { text: 'yes please' }, 'customer');
    yes.answer('PT1H', 'extract', { value: { wants_guide: 'yes' } });
    expect(outcome(yes)).toBe('guided');
    expect(outcome(start().until('P4D'))).toBe('closed');
  });
});

describe('what ends a flow', () => {
  test('is its outcome, with the row that decided', () => {
    const drive = round(gathering(), 'PT3S', { names: 'John', since: 'Monday' }).answer('PT4S', 'final', {
      value: 'BREACH',
      score: 6,
    });
    expect(outcome(drive)).toBe('escalated');
    expect(drive.state.ticket.tags).toContain('breach');
    expect(drive.of('ended')[0]?.data).toMatchObject({ flow: 'triage', outcome: 'escalated', row: 'go.0' });
  });

  test('may be a person: a score below the threshold is another value, and a task decides', () => {
    const drive = round(gathering(), 'PT3S', { names: 'John', since: 'Monday' }).answer('PT4S', 'final', {
      value: 'BREACH',
      score: 5,
    });
    expect(drive.of('fact').at(-1)?.data).toMatchObject({ value: 'UNCLEAR', given: 'BREACH' });
    expect(standsIn(drive)).toBe('human');
    drive.give('PT1H', 'answer', { task: 'triage_human', choice: 'none' }, 'team');
    expect(outcome(drive)).toBe('reviewed');
  });

  test('is overruled by a reviewer, whose word counts and is counted', () => {
    const drive = hacked().fact('PT1S', 'intent', 'QUESTION');
    drive.give('PT1H', 'reclassify', { fact: 'intent', value: 'INCIDENT', reason: 'names a break-in' }, 'team');
    expect(standsIn(drive)).toBe('evidence');
    expect(drive.of('reclassified')[0]?.data).toMatchObject({
      fact: 'intent',
      from: 'QUESTION',
      value: 'INCIDENT',
      reason: 'names a break-in',
    });
    expect(drive.of('reclassified')[0]?.by.name).toBe('team');
    expect(drive.refused('PT2H', 'reclassify', { fact: 'intent', value: 'OTHER' }, 'team').code).toBe(
      'ESC_FIELD_INVALID',
    );
    expect(drive.refused('PT2H', 'reclassify', { fact: 'nothing', value: 'X' }, 'team').code).toBe('ESC_FIELD_INVALID');
  });

  test('does not run on when the ticket is closed', () => {
    const drive = round(gathering(), 'PT3S').give('PT1H', 'resolve', { resolution: 'done' }).give('PT2H', 'close');
    expect(drive.until('P4D').of('silent')).toHaveLength(0);
  });
});

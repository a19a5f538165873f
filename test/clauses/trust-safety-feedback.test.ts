/** What people and customers say of the bots: gathering, handoffs, reviews, satisfaction. */
import type { History } from '../../src/domain/metrics/history';
import type { JsonObject } from '../../src/domain/policy/types';
import { ticket, type Line } from '../support/histories';
import {
  after,
  ALL,
  ask,
  copies,
  groups,
  MONTH,
  PARTLY,
  play,
  readTriagePack,
  round,
  said,
  text,
  triagePack,
  verdict,
  ways,
} from '../support/triage-histories';

beforeAll(readTriagePack);

describe('information gathering', () => {
  it('is complete in 80 of 100 conversations; what a scenario interrupted is counted apart [TS-226]', async () => {
    const whole = await ways.escalated();
    const partly = await ways.escalated([], PARTLY);
    const interrupted = await ways.interrupted({ human: 4 });
    const of = (n: number): History[] => [...copies(n, whole), ...copies(100 - n, partly), ...copies(7, interrupted)];
    const met = ask('gathering_complete', of(80));
    expect([text(met), verdict(met), met.total.n]).toEqual(['80.0%', 'met', 100]);
    expect(verdict(ask('gathering_complete', of(79)))).toBe('not met');
    expect(ask('gathering_interrupted', of(80)).total.value).toBe(7);
    expect(verdict(ask('gathering_complete', [interrupted]))).toBe('no data');
  });
  it('is not complete where the customer fell silent [TS-226]', async () => {
    const silent = await play({
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
      ],
    });
    expect(ask('gathering_complete', [silent], { period: MONTH }).total).toMatchObject({ value: 0, n: 1 });
  });
  const turned = (...turns: number[]): History[] =>
    turns.map((n) =>
      ticket({
        opened: '2026-03-02T09:00:00Z',
        lines: [
          ['PT1H', 'entered', { subject: 'reassess', dialogue: { state: 'gather', complete: 4, of: 4, turns: n } }],
          ['PT2H', 'ended', { subject: 'triage', dialogue: { state: 'educate', complete: 1, of: 1, turns: 50 } }],
        ],
      }),
    );
  it('takes 3 to 6 turns on average, the bounds included [TS-227]', () => {
    const met = ask('conversation_turns', turned(2, 4, 9));
    expect([text(met), verdict(met), met.goal]).toEqual(['5.0', 'met', '3 to 6']);
    const bounds: [number[], string][] = [
      [[3], 'met'],
      [[6], 'met'],
      [[2, 3, 3, 3, 3, 3, 3, 3, 3, 3], 'not met'],
      [[7, 6, 6, 6, 6, 6, 6, 6, 6, 6], 'not met'],
    ];
    for (const [turns, word] of bounds) expect(verdict(ask('conversation_turns', turned(...turns)))).toBe(word);
    expect(text(ask('conversation_turns', turned(2, 3, 3, 3, 3, 3, 3, 3, 3, 3)))).toBe('2.9');
    expect(text(ask('conversation_turns', turned(7, 6, 6, 6, 6, 6, 6, 6, 6, 6)))).toBe('6.1');
    expect(verdict(ask('conversation_turns', []))).toBe('no data');
  });
  it('counts each message of the customer as a turn, the first included [TS-227]', async () => {
    const two = await play({
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
        ...round('PT1H1S', ALL),
      ],
      script: [{ at: 'PT1H', do: 'message', by: 'customer', text: 'All of it' }],
    });
    expect(ask('conversation_turns', [two]).total.value).toBe(2);
  });
  it('stays calm in the share of conversations without aggression [TS-228]', async () => {
    const calm = await ways.escalated();
    const angry = await ways.interrupted({ angry: 5 });
    const both = await ways.interrupted({ active: 4, angry: 5 });
    const shared = ask('calm_conversations', [calm, calm, angry, both]);
    expect([text(shared), shared.total.part, shared.total.n]).toEqual(['50.0%', 2, 4]);
    expect(ask('calm_conversations', [await ways.interrupted({ angry: 4 })]).total.value).toBeNull();
    expect(ask('calm_conversations', [await ways.standard()]).total.value).toBeNull();
  });
  it('asks for an objective so often on average, and in so many to the last attempt [TS-281]', () => {
    const asked = (field: string, most: number, n: number): Line[] =>
      Array.from({ length: n }, (_, i): Line => [
        `PT${i + 1}M`,
        'question',
        { subject: field, field, attempt: i + 1, most, state: 'gather' },
      ]);
    const all = [
      ticket({
        opened: '2026-03-02T09:00:00Z',
        lines: [...asked('affected_names', 3, 3), ...asked('pc_systems_accessed', 2, 1)],
      }),
      ticket({
        opened: '2026-03-02T09:00:00Z',
        lines: [...asked('affected_names', 3, 1), ...asked('pc_systems_accessed', 2, 2)],
      }),
    ];
    expect(groups(ask('attempts_by_objective', all))).toEqual({
      'Affected Names': 2,
      Timeline: null,
      Behaviors: null,
      'PC Access': 1.5,
    });
    expect(groups(ask('attempts_at_most', all))).toEqual({
      'Affected Names': 0.5,
      Timeline: null,
      Behaviors: null,
      'PC Access': 0.5,
    });
  });
});

describe('handoffs', () => {
  it('without a timeline are flagged incomplete (3/4), and counted [TS-230]', async () => {
    const part = await ways.escalated([], PARTLY);
    expect(part.state.ticket['handoff_objectives']).toBe(3);
    expect(part.state.ticket.tags).toContain('handoff-incomplete');
    const whole = await ways.escalated();
    expect(whole.state.ticket['handoff_objectives']).toBe(4);
    expect(whole.state.ticket.tags).not.toContain('handoff-incomplete');
    const result = ask('handoff_complete', [...copies(3, whole), part]);
    expect([text(result), verdict(result), result.total.part]).toEqual(['75.0%', 'not met', 3]);
    expect(verdict(ask('handoff_complete', [whole]))).toBe('met');
    expect(ask('packages_incomplete', [whole, part]).total.value).toBe(1);
  });
  it('are rated by who took them, with the flag that a question was asked again [TS-236] [TS-276]', async () => {
    const of = (choice: number, re_asked: boolean) =>
      ways.escalated([
        { at: 'PT1H', do: 'reply', by: 'ts_team', text: 'When did it begin?' },
        after('PT2H', 'handoff_feedback', { choice, re_asked }),
      ]);
    const all = [await of(4, true), await of(4, false), await of(5, false)];
    expect(all[0]?.state.ticket['re_asked']).toBe(true);
    expect(ask('re_ask_rate', all).total).toMatchObject({ value: 1 / 3, part: 1, n: 3 });
    expect(text(ask('agent_satisfaction', all))).toBe('4.3/5.0');
    expect(ask('re_ask_rate', []).total.value).toBeNull();
  });
  it('are asked about once, when a person has answered, and only where there was one [TS-276]', async () => {
    const opened = (one: History): number =>
      one.events.filter((event) => event.type === 'task_opened' && event.subject === 'handoff_feedback').length;
    const reply = (at: string) => ({ at, do: 'reply', by: 'ts_team', text: 'Hello' });
    expect(opened(await ways.escalated())).toBe(0);
    expect(opened(await ways.escalated([reply('PT1H'), reply('PT2H')]))).toBe(1);
    expect(opened(await ways.standard([reply('PT1H')]))).toBe(0);
  });
  it('take two hours to the first answer of a person, of one and three [TS-274]', async () => {
    const answered = (at: string) => ways.escalated([{ at, do: 'reply', by: 'ts_team', text: 'I am on it' }]);
    const result = ask('response_time', [await answered('PT1H4S'), await answered('PT3H4S')]);
    expect(text(result)).toBe('2 h 00 m');
    expect(text(ask('response_time', [await ways.escalated()]))).toBe('no data');
    const made = (outcome: string): History =>
      ticket({
        opened: '2026-03-02T09:00:00Z',
        lines: [
          ['PT1M', 'ended', { subject: 'triage', outcome }, 'engine'],
          ['PT2M', 'agent_reply', {}, 'engine'],
          ['PT61M', 'agent_reply', {}, 'Tess'],
        ],
      });
    // Neither a machine's reply nor one to what was not escalated.
    expect(text(ask('response_time', [made('escalated'), made('human_handoff')]))).toBe('1 h 00 m');
    expect(ask('response_time', [made('human_handoff')]).total.n).toBe(0);
  });
  it('scenarios fired rightly in the share that a reviewer says, one by one [TS-229]', () => {
    const judged = (scenario: string, choice: string): History =>
      ticket({
        opened: '2026-03-02T09:00:00Z',
        ticket: { kind: 'verdict', scenario },
        lines: [['PT1H', 'task_done', { subject: 'scenario_verdict', choice }]],
      });
    const all = [
      judged('active_breach', 'appropriate'),
      judged('active_breach', 'appropriate'),
      judged('active_breach', 'not_appropriate'),
      judged('aggression', 'not_appropriate'),
    ];
    expect(groups(ask('scenario_precision', all))).toEqual({
      'Active Breach': 2 / 3,
      'Human Request': null,
      Aggression: 0,
    });
    expect(ask('scenario_precision', all).total).toMatchObject({ value: 0.5, mark: 'fail' });
  });
  it('of a reviewed education are five answers of yes or no, each with its rate [TS-238]', () => {
    const fields = ['understood', 'actionable', 'can_monitor', 'no_needless_escalation', 'empathetic'];
    const names = ['understood', 'actionable', 'monitoring', 'no_escalation', 'empathetic'];
    const judged = (no: string): History =>
      ticket({
        opened: '2026-03-02T09:00:00Z',
        ticket: { kind: 'verdict' },
        lines: [
          [
            'PT1H',
            'task_done',
            { subject: 'education_verdict', ...Object.fromEntries(fields.map((one) => [one, one !== no])) },
          ],
        ],
      });
    expect(triagePack().tasks['education_verdict']?.sets).toEqual(expect.arrayContaining(fields));
    names.forEach((name, i) => {
      const all = [judged(''), judged(''), judged(fields[i] ?? ''), judged(fields[(i + 1) % 5] ?? '')];
      expect(ask(`education_${name}`, all).total.value).toBe(0.75);
    });
  });
});

describe('satisfaction', () => {
  const replied = (text: string, more: JsonObject[] = []) =>
    ways.educated(
      [{ at: 'PT1H', do: 'message', by: 'customer', text }, ...more],
      [...said('PT1H1S', { monitoring: { value: {} }, new_evidence: { value: 'INSUFFICIENT_INFO', score: 5 } })],
    );
  it('is inferred from a reply to the education, from 1 to 5, and on the dashboard [TS-215]', async () => {
    const pleased = await replied("that's really helpful, thanks");
    expect(pleased.state.ticket).toMatchObject({ satisfaction: 5, satisfaction_source: 'inferred' });
    const words: [string, number | undefined][] = [
      ['Makes sense, show me please', 4],
      ['That was not helpful', 2],
      ['This is useless', 1],
      ['yes please', undefined],
      ['no thanks', undefined],
    ];
    for (const [words_, value] of words) expect((await replied(words_)).state.ticket['satisfaction']).toBe(value);
    expect(text(ask('satisfaction', [pleased, await replied('This is useless')]))).toBe('3.0/5.0');
    expect(groups(ask('satisfaction_by_source', [pleased]))).toEqual({ Survey: null, Inferred: 5 });
  });
  it('counts on the day it was given, whenever the conversation began [TS-215] [TS-275] [TS-279] [TS-316]', async () => {
    const next = await replied('no thanks', [after('PT20H', 'csat', { choice: 4 }, 'customer')]);
    expect(ask('satisfaction', [next]).total.value).toBeNull();
    expect(ask('satisfaction', [next], { period: MONTH }).total.value).toBe(4);
    expect(groups(ask('satisfaction_by_source', [next])).Survey).toBeNull();
  });
  it('gives way to the survey, and is not inferred over it [TS-215]', async () => {
    const surveyed = await replied("that's really helpful, thanks", [
      after('PT2H', 'csat', { choice: 3 }, 'customer'),
      { at: 'PT3H', do: 'message', by: 'customer', text: 'Amazing' },
    ]);
    expect(surveyed.state.ticket).toMatchObject({ satisfaction: 3, satisfaction_source: 'survey' });
    expect(ask('satisfaction', [surveyed]).total).toMatchObject({ value: 3, n: 1 });
  });
});

import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { rowsOfAll } from '../../src/rehearsal/rows';
import { parseScenario } from '../../src/rehearsal/scenario';
import { compilePackText } from '../support/pack';
import { incidentPlan } from '../support/incident';

const PACK = compilePackText(`
  zone: America/New_York
  people: { boss: { email: boss@example.com } }
  fields: { items: { list: entry } }
  kinds: { review: { title: Review }, survey: { title: Survey } }
  schedules:
    weekly: { at: { day: mon, time: "09:00" }, opens: { kind: review, key: weekly, items: { each: tagged, window: P7D } } }
    survey: { at: { month: 1, time: "09:00" }, opens: { kind: survey, key: =entry.email, for_each: customers } }
  tasks: { verdict: { kind: review, opens: opened, for: boss, due: P1D } }
`);
const HEAD = 'policy: test\nopened: 2026-02-27T12:00:00Z\nuntil: P12D\n';
const TICKET = 'ticket: { subject: x, customer: { name: Ann, email: ann@example.com, plan: starter } }\n';

describe('calendar time in a rehearsal', () => {
  const rows = (text: string) =>
    rowsOfAll(rehearseOnCore(incidentPlan(HEAD + text, PACK)).tickets, undefined, Date.parse('2026-02-27T12:00:00Z'));
  const opened = (text: string): unknown[] =>
    rows(text)
      .filter((row) => row.type === 'opened')
      .map((row) => [row.at, row.offset, row.ticket]);

  test('opens the tickets of the schedules that the scenario names, and of no others', () => {
    expect(opened(`${TICKET}schedules: [weekly]\n`)).toEqual([
      ['2026-02-27T12:00:00Z', 'PT0S', 'ticket'],
      ['2026-03-02T14:00:00Z', 'PT74H', 'review:weekly'],
      ['2026-03-09T13:00:00Z', 'PT241H', 'TICK-20260309-001'],
    ]);
    expect(opened(TICKET)).toHaveLength(1);
  });

  test('goes through what the other tickets have been through', () => {
    const script = 'script: [{ at: P1D, do: tag, tag: a }, { at: P4D, do: tag, tag: b }]\n';
    const played = rehearseOnCore(incidentPlan(`${HEAD}${TICKET}${script}schedules: [weekly]\n`, PACK));
    const [, first, second] = played.tickets;
    expect(first?.state.ticket['items']).toEqual([{ ticket: 'TICK-20260227-001', at: '2026-02-28T12:00:00Z' }]);
    expect(second?.state.ticket['items']).toEqual([{ ticket: 'TICK-20260227-001', at: '2026-03-03T12:00:00Z' }]);
    expect(first?.events.filter((event) => event.type === 'breached').map((event) => event.at)).toEqual([
      Date.parse('2026-03-03T14:00:00Z'),
    ]);
  });

  test('may be all there is, and opens one ticket for each of a recorded list', () => {
    const roster = 'roster: { customers: [{ email: a@example.com }, { email: b@example.com }] }\nschedules: [survey]\n';
    expect(opened(roster)).toEqual([
      ['2026-03-01T14:00:00Z', 'PT50H', 'survey:a@example.com'],
      ['2026-03-01T14:00:00Z', 'PT50H', 'survey:b@example.com'],
    ]);
    expect(() => parseScenario(HEAD, 's')).toThrow(/ticket: is missing/);
  });
});

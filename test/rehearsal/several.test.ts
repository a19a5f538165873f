import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { checkExpectations } from '../../src/rehearsal/expectations';
import { rowsOfAll, type TimelineRow } from '../../src/rehearsal/rows';
import { parseScenario } from '../../src/rehearsal/scenario';
import { INCIDENT, incidentPlan } from '../support/incident';

const SEEN = /^(opened|fact|told|linked|tagged|resolved|merged|noted|task_|dropped|undelivered|ignored)/;
const lines = (rows: readonly TimelineRow[], pattern = SEEN): string[] =>
  rows
    .filter((row) => pattern.test(row.type))
    .map(
      (row) => `${row.offset} ${row.ticket ?? '-'} ${row.type}${row.subject === undefined ? '' : `(${row.subject})`}`,
    );

describe('several tickets in lock step', () => {
  const played = rehearseOnCore(incidentPlan());
  const rows = rowsOfAll(played.tickets);

  test('happen in one order: by instant, then by the order of their openings', () => {
    expect(lines(rows)).toEqual([
      'PT0S a opened',
      'PT0S a fact(same)',
      'PT10M b opened',
      'PT10M b fact(same)',
      'PT10M c opened',
      'PT10M c fact(same)',
      'PT10M c linked(entry)',
      'PT10M entry:TICK-20260302-003 opened',
      'PT10M entry:TICK-20260302-003 linked(source)',
      'PT12M a fact(same)',
      'PT12M a linked(lead)',
      'PT12M b fact(same)',
      'PT12M b linked(lead)',
      'PT12M cluster:login opened',
      'PT12M cluster:login linked(member)',
      'PT12M cluster:login told(wanted)',
      'PT12M cluster:login linked(member)',
      'PT30M entry:TICK-20260302-003 told(wanted)',
      'PT50M cluster:login resolved',
      'PT51M a told(solved)',
      'PT51M a task_opened(resolve_too)',
      'PT51M a noted',
      'PT51M b told(solved)',
      'PT51M b task_opened(resolve_too)',
      'PT51M b noted',
      'PT51M cluster:login told(thanks)',
      'PT51M cluster:login tagged(thanked)',
      'PT51M cluster:login told(thanks)',
      'PT55M b task_done(resolve_too)',
      'PT56M b resolved',
      'PT1H10M a merged',
      'PT1H10M a linked(original)',
      'PT1H10M b linked(duplicate)',
    ]);
    expect(rows.every((row, i) => i === 0 || row.at >= (rows[i - 1]?.at ?? ''))).toBe(true);
  });

  test('are called as the scenario calls them, those that rules opened by kind and key, with ids in order', () => {
    expect(played.tickets.map(({ name, id, kind }) => [name, id, kind])).toEqual([
      ['a', 'TICK-20260302-001', 'support'],
      ['b', 'TICK-20260302-002', 'support'],
      ['c', 'TICK-20260302-003', 'support'],
      ['entry:TICK-20260302-003', 'TICK-20260302-004', 'entry'],
      ['cluster:login', 'TICK-20260302-005', 'cluster'],
    ]);
  });

  test('are one incident: a lead with members, an entry with its source', () => {
    const fields = Object.fromEntries(played.tickets.map((one) => [one.name, one.state.ticket]));
    const [a, b, c, entry, cluster] = played.tickets.map((one) => one.id);
    expect(fields['cluster:login']).toMatchObject({ members: [a, b], kind: 'cluster', subject: 'Cluster login' });
    expect([fields['a']?.['lead'], fields['b']?.['lead']]).toEqual([cluster, cluster]);
    expect(fields['c']?.['links']).toEqual([{ to: entry, kind: 'entry' }]);
    expect(fields['entry:TICK-20260302-003']).toMatchObject({
      links: [{ to: c, kind: 'source' }],
      cause: 'a full disk',
    });
    expect(fields['a']).toMatchObject({ status: 'closed', merged_into: b });
  });

  test('count each other as they change: the answer and who is meant', () => {
    const facts = rows
      .filter((row) => row.type === 'fact')
      .map((row) => [row.offset, row.ticket, row.data['value'], row.data['members']]);
    const [a, b] = played.tickets.map((one) => one.id);
    expect(facts).toEqual([
      ['PT0S', 'a', 1, []],
      ['PT10M', 'b', 1, []],
      ['PT10M', 'c', 1, []],
      ['PT12M', 'a', 2, [b]],
      ['PT12M', 'b', 2, [a]],
    ]);
  });

  test('have receipts of what they told each other', () => {
    const told = rows.filter(
      (row) => row.type === 'delivered' && row.data['channel'] === 'ticket' && row.subject === 'solved',
    );
    expect(told.map((row) => [row.offset, row.ticket])).toEqual([
      ['PT51M', 'cluster:login'],
      ['PT51M', 'cluster:login'],
    ]);
    expect(played.refusals).toEqual([]);
  });
});

describe('what a scenario of several tickets says', () => {
  const played = rehearseOnCore(incidentPlan());
  const rows = rowsOfAll(played.tickets);
  const check = (expectations: string, text = INCIDENT): string[] => {
    const scenario = parseScenario(text + expectations, 'incident.yaml');
    return checkExpectations(scenario, rows, played.refusals, played.tickets)
      .filter((one) => !one.ok)
      .map((one) => `${one.text}: ${one.found ?? ''}`);
  };

  test('holds for the first ticket, for the one it names, or for any of a kind', () => {
    expect(
      check(`
expect:
  - { event: linked(lead), at: PT12M }
  - { ticket: b, event: resolved, at: PT56M }
  - { ticket: cluster, event: opened, at: PT12M }
  - { ticket: "cluster:login", event: told(solved), count: 0 }
  - { ticket: TICK-20260302-005, event: resolved }
  - { ticket: "*", event: opened, count: 5 }
  - { ticket: cluster, deliver: tell, to: b, at: PT50M }
  - { event: merged, into: b }
  - { ticket: b, event: fact(same), value: 2, members: [a] }
never:
  - { event: resolved }
  - { ticket: c, event: told }
`),
    ).toEqual([]);
  });

  test('fails for another ticket', () => {
    expect(
      check(`expect: [{ event: resolved }, { ticket: a, event: merged, into: c }]
never: [{ ticket: b, event: resolved }]
`),
    ).toEqual([
      'resolved: nothing of the kind',
      'a: merged into "c": nothing of the kind',
      'never b: resolved: PT56M Resolved by agent: “renewed”',
    ]);
  });

  test.each([
    ['script: [{ at: PT5M, ticket: b, do: claim }]', /script\.0\.at: PT5M lies before the opening of "b" \(order\)/],
    ['tickets: { a: { subject: x } }', /tickets\.a\.customer: .*missing/],
    ['tickets: {}', /ticket: is missing/],
  ])('is refused where it cannot be: %s', (more, message) => {
    const [head = ''] = INCIDENT.split(more.startsWith('script') ? 'script:' : 'tickets:');
    expect(() => parseScenario(`${head}${more}\n`, 's')).toThrow(message);
  });

  test('a command for a ticket that is not there yet is refused at its instant', () => {
    const early = INCIDENT.replace(
      '- { at: PT2M, do',
      '- { at: PT1M, ticket: cluster, do: claim }\n  - { at: PT2M, do',
    );
    expect(rehearseOnCore(incidentPlan(early)).refusals).toMatchObject([
      { command: 'claim', ticket: 'cluster', rejection: { code: 'ESC_TICKET_NOT_FOUND' } },
    ]);
  });

  test('a scripted answer wins for the ticket it is for, and only there', () => {
    const answered = `${INCIDENT}answers: [{ ticket: b, fact: same, at: PT13M, value: 7 }]\n`;
    const facts = rowsOfAll(rehearseOnCore(incidentPlan(answered)).tickets).filter((row) => row.type === 'fact');
    expect(facts.map((row) => [row.offset, row.ticket, row.data['value']])).toEqual([
      ['PT0S', 'a', 1],
      ['PT10M', 'c', 1],
      ['PT12M', 'a', 2],
      ['PT13M', 'b', 7],
    ]);
  });

  test('what goes to another ticket can be scripted to fail, or be told to one that has ended', () => {
    const failed = INCIDENT.replace('after: PT1M }', 'outcome: failed }').replace('until: PT8H', 'until: PT55M');
    const kinds = (text: string): string[] =>
      lines(rowsOfAll(rehearseOnCore(incidentPlan(text)).tickets), /^(undelivered|dropped|told)$/);
    expect(kinds(failed).filter((line) => line.startsWith('PT50M'))).toEqual([
      'PT50M cluster:login undelivered(solved)',
      'PT50M cluster:login undelivered(solved)',
    ]);
    const steps = `script:
  - { at: PT3M, do: resolve }
  - { at: PT4M, do: close }
  - { at: PT15M, ticket: b, do: link, to: a }
`;
    const over = INCIDENT.slice(0, INCIDENT.indexOf('script:')) + steps;
    expect(kinds(over).filter((line) => line.includes(' b '))[0]).toBe('PT15M b dropped(linked)');
  });
});

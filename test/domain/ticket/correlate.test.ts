import { concerned, correlate, isDone, summaryOf, type TicketSummary } from '../../../src/domain/ticket/correlate';
import type { CompiledPack, FactDef } from '../../../src/domain/policy/types';
import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const pack: CompiledPack = compilePackText(`
  fields: { amount: { number: euro } }
  kinds: { entry: { title: Register } }
  facts:
    same: { tickets: other.issue_key == ticket.issue_key && !other.closed, count: distinct customer.id, window: PT60M, watch: true }
    repeat: { tickets: other.customer.id == ticket.customer.id && age(other.resolved_at) < dur('P30D'), count: tickets }
    entries: { tickets: other.issue_key == ticket.issue_key, among: entry, kind: [support, entry] }
    larger: { tickets: other.amount >= ticket.amount, watch: true }
`);
const MINUTE = 60_000;
const T = Date.parse('2026-03-02T10:00:00Z');
const fact = (name: string): FactDef => pack.facts[name] as FactDef;

function summary(id: string, over: Partial<TicketSummary> = {}, ticket: TicketSummary['ticket'] = {}): TicketSummary {
  return {
    id,
    pack: 'test',
    kind: 'support',
    opened_at: T,
    closed: false,
    ticket: { issue_key: 'login', customer: { id: id.toLowerCase() }, ...ticket },
    ...over,
  };
}

describe('the answer to a question over tickets', () => {
  test('counts distinct values, this ticket’s own included, and names the others, oldest first', () => {
    const others = [
      summary('C', { opened_at: T - 2 * MINUTE }),
      summary('B', { opened_at: T - 5 * MINUTE }),
      summary('D', { opened_at: T - 4 * MINUTE }, { customer: { id: 'b' } }),
      summary('E', { opened_at: T - 3 * MINUTE }, { issue_key: 'mail' }),
    ];
    expect(correlate(pack, fact('same'), summary('A'), others, T)).toEqual({ value: 3, members: ['B', 'D', 'C'] });
  });

  test.each([
    ['opened at the edge of the window', { opened_at: T - 60 * MINUTE }, 2],
    ['opened a moment before the window', { opened_at: T - 60 * MINUTE - 1 }, 1],
    ['opened only later', { opened_at: T + 1 }, 1],
    ['closed', { closed: true }, 1],
    ['of another pack', { pack: 'other' }, 1],
    ['of another kind', { kind: 'entry' }, 1],
    ['itself', { id: 'A' }, 1],
  ])('of a ticket %s', (_what, over, value) => {
    expect(correlate(pack, fact('same'), summary('A'), [summary('B', over)], T).value).toBe(value);
  });

  test('leaves out what cannot be told: a ticket without the field, or one that is not resolved', () => {
    const nameless = summary('B', {}, { issue_key: undefined as never });
    expect(correlate(pack, fact('same'), summary('A'), [nameless], T).members).toEqual([]);
    const [open, resolved, long] = [undefined, T - 29 * 1440 * MINUTE, T - 30 * 1440 * MINUTE].map((at, i) =>
      summary(
        `B${i}`,
        { opened_at: T - 1, ...(at === undefined ? {} : { resolved_at: at }) },
        { customer: { id: 'a' } },
      ),
    );
    expect(correlate(pack, fact('repeat'), summary('A'), [open, resolved, long] as TicketSummary[], T)).toEqual({
      value: 1,
      members: ['B1'],
    });
  });

  test('counts tickets of the kinds it is asked about', () => {
    const others = [summary('B'), summary('R', { kind: 'entry' })];
    expect(correlate(pack, fact('entries'), summary('A'), others, T).members).toEqual(['R']);
  });
});

describe('the tickets that a change concerns', () => {
  const others = [
    summary('B'),
    summary('C', { resolved_at: T }),
    summary('D', { closed: true }),
    summary('E', {}, { issue_key: 'mail' }),
    summary('R', { kind: 'entry' }),
  ];

  test('at an opening are those for which it counts, but for those that are over', () => {
    expect(concerned(pack, fact('same'), undefined, summary('A'), others, T)).toEqual(['B']);
  });

  test('are those it counted for and those it counts for now, and itself', () => {
    const after = summary('A', {}, { issue_key: 'mail' });
    expect(concerned(pack, fact('same'), summary('A'), after, others, T)).toEqual(['A', 'B', 'E']);
    expect(concerned(pack, fact('same'), summary('A'), summary('A', { closed: true }), others, T)).toEqual(['B']);
  });

  test('are none where nothing changed that the question reads, or the question is not watched', () => {
    const after = summary('A', {}, { amount: 7 });
    expect(concerned(pack, fact('same'), summary('A'), after, others, T)).toEqual([]);
    expect(concerned(pack, fact('entries'), undefined, summary('A'), others, T)).toEqual([]);
  });

  test('follow each side of the question by itself', () => {
    const amounts = [summary('S', {}, { amount: 1 }), summary('L', {}, { amount: 9 })];
    const [before, after] = [summary('A', {}, { amount: 3 }), summary('A', {}, { amount: 5 })];
    expect(concerned(pack, fact('larger'), before, after, amounts, T)).toEqual(['A', 'S']);
  });
});

test('a ticket’s summary says how it stands', () => {
  const drive = new Drive(pack, { fields: { amount: 4 } });
  expect(summaryOf(drive.state)).toMatchObject({ id: 'T', pack: 'test', kind: 'support', closed: false });
  expect(summaryOf(drive.state).ticket).toMatchObject({ amount: 4, customer: { plan: 'starter' } });
  drive.give('PT1M', 'resolve', { resolution: 'x' });
  expect([summaryOf(drive.state).resolved_at, isDone(summaryOf(drive.state))]).toEqual([drive.at('PT1M'), true]);
  drive.give('PT2M', 'close');
  expect(summaryOf(drive.state).closed).toBe(true);
});

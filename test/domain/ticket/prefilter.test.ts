import { prefilter } from '../../../src/domain/ticket/prefilter';
import { compilePackText } from '../../support/pack';

const filterOf = (where: string) => {
  const pack = compilePackText(`facts: { f: { tickets: ${JSON.stringify(where)}, count: tickets } }`);
  const query = pack.facts['f']?.tickets;
  if (!query) throw new Error('the fact asks no tickets');
  return prefilter(query.where);
};

describe('what an index can answer of a question', () => {
  const filter = filterOf(
    `other.issue_key == ticket.issue_key && 'enterprise' == other.customer.plan && ticket.region == other.place.region && !other.closed`,
  );

  test('is what it compares and what it wants', () => {
    expect(filter.counted({ issue_key: 'login', region: 'EU' })).toEqual({
      issue_key: 'login',
      customer: { plan: 'enterprise' },
      place: { region: 'EU' },
    });
    expect(filter.openOnly).toBe(true);
  });

  test('the other way round: who would count a ticket', () => {
    expect(filter.askers({ issue_key: 'login', place: { region: 'EU' } })).toEqual({
      issue_key: 'login',
      region: 'EU',
    });
  });

  test('a ticket without a value that is compared counts nobody and is counted by nobody', () => {
    expect(filter.counted({ issue_key: 'login' })).toBeUndefined();
    expect(filter.counted({ issue_key: null, region: 'EU' })).toBeUndefined();
    expect(filter.askers({ issue_key: 'login', place: 'EU' })).toBeUndefined();
    expect(filter.shared({ region: 'EU' }, 'asker')).toBeUndefined();
  });

  test('both sides share the values that are compared', () => {
    expect(filter.shared({ issue_key: 'login', region: 'EU' }, 'asker')).toEqual(['login', 'EU']);
    expect(filter.shared({ issue_key: 'login', place: { region: 'EU' } }, 'counted')).toEqual(['login', 'EU']);
  });

  test.each([
    'other.issue_key == ticket.issue_key || other.tier == ticket.tier',
    'other.closed == ticket.closed_too',
    'other.tier > ticket.tier',
    "age(other.resolved_at) < dur('P30D')",
  ])('leaves nothing out by %s', (where) => {
    const any = filterOf(where);
    expect(any.counted({})).toEqual({});
    expect(any.askers({})).toEqual({});
    expect(any.openOnly).toBe(false);
  });
});

import { decisionsOf } from '../../../src/domain/ticket/decisions';
import type { TicketEvent } from '../../../src/domain/ticket/types';

const event = (seq: number, type: string, data: TicketEvent['data'], by = 'intent'): TicketEvent => ({
  seq,
  at: seq * 1_000,
  recordedAt: seq * 1_000,
  type,
  subject: String(data['fact'] ?? ''),
  by: { name: by, kind: type === 'reclassified' ? 'person' : 'feed' },
  cause: 'c',
  clauses: ['TS-024'],
  data,
});
const ASKED = event(2, 'asked', {
  fact: 'intent',
  key: 'T|intent|2',
  due: 17_000,
  inputs: { 'message.body': 'hacked' },
});
const usage = { calls: 1, cost: 0.5 };
const FACT = event(3, 'fact', {
  fact: 'intent',
  value: 'QUESTION',
  score: 7,
  reasons: ['asks how'],
  version: 'v1',
  usage,
});

test('a decision has what it was made from, its answer, why, the version and the cost', () => {
  expect(decisionsOf([event(1, 'opened', {}), ASKED, FACT])).toEqual([
    {
      seq: 3,
      fact: 'intent',
      at: 3_000,
      askedAt: 2_000,
      inputs: { 'message.body': 'hacked' },
      by: { name: 'intent', kind: 'feed' },
      value: 'QUESTION',
      score: 7,
      reasons: ['asks how'],
      version: 'v1',
      usage,
      clauses: ['TS-024'],
    },
  ]);
});

test("a reviewer's word stands in the place of the answer, and both say so", () => {
  const data = { fact: 'intent', from: 'QUESTION', value: 'INCIDENT', score: 10, reason: 'names a break-in' };
  const [before, after] = decisionsOf([ASKED, FACT, event(9, 'reclassified', data, 'kim')]);
  expect(before).toMatchObject({ value: 'QUESTION', overruledBy: 9 });
  expect(after).toMatchObject({ seq: 9, by: { name: 'kim' }, value: 'INCIDENT' });
  expect(after?.overrules).toEqual({ from: 'QUESTION', reason: 'names a break-in' });
});

test('a late answer is told apart, and one that nobody asked by name has no inputs', () => {
  const late = event(5, 'fact_late', { fact: 'intent', value: 'QUESTION', usage });
  const across = event(6, 'fact', { fact: 'similar', value: 3, members: ['B'] });
  expect(decisionsOf([ASKED, FACT, late, across]).slice(1)).toMatchObject([
    { seq: 5, late: true, value: 'QUESTION', usage },
    { seq: 6, fact: 'similar', value: 3, reasons: [] },
  ]);
  expect(decisionsOf([across])[0]).not.toHaveProperty('inputs');
});

test('of two questions each has its own inputs; an answer without a value keeps what was said', () => {
  const again = event(4, 'asked', { fact: 'intent', key: 'T|intent|4', due: 1, inputs: { 'message.body': 'again' } });
  const none = event(5, 'fact', { fact: 'intent', value: null, score: null, given: 'OTHER', reasons: [] });
  expect(decisionsOf([ASKED, FACT, again, none])).toMatchObject([
    { inputs: { 'message.body': 'hacked' } },
    { inputs: { 'message.body': 'again' }, value: null, given: 'OTHER' },
  ]);
});

/** Classifier and reviews that say what they were asked: what passes through can be seen. */
import type { TriageDecision, TurnText } from '../../src/domain/classify/types';
import { TocsinError } from '../../src/domain/errors';
import type { ReviewPort, TriageOrder, TriagePort } from '../../src/http/decision-ports';
import type { TicketAccess } from '../../src/http/ports';
import type { Review } from '../../src/store/reviews';

const decisionOn = (turns: readonly TurnText[]): TriageDecision => ({
  keywordHit: true,
  supplementaryHit: false,
  keywords: ['hacked'],
  intent: turns[0]?.text ?? '',
  evidence: null,
  confidence: 0,
  action: 'normal_handling',
  outcome: null,
  turn: null,
  interrupt: null,
  gathered: [],
  reassessment: null,
  reasons: [],
  version: 'v1',
});

export const triageStub = (world: { triaged: TriageOrder[] }): TriagePort => ({
  decide: async (order) => {
    world.triaged.push(order);
    const decisions = order.messages.map(({ id, turns }) => ({ id, ...decisionOn(turns) }));
    return { pack: { packId: 'trust_safety', hash: 'f'.repeat(64) }, decisions };
  },
});

interface ReviewWorld {
  reviewed: object[];
  reviews: Review[];
  visibility: TicketAccess['pack'];
}

export const reviewStub = (world: ReviewWorld): ReviewPort => ({
  list: async (asked) => {
    world.reviewed.push(asked);
    if (asked.kind === 'nothing') throw new TocsinError('ESC_NOT_FOUND', 'no schedule opens reviews "nothing"');
    const kind = { name: 'verdict', title: 'Verdicts', fields: ['loss', 'agent'], statuses: [] };
    const kinds = { verdict: { ...kind, edit: [], key: { lit: null }, clauses: [] } };
    const more = asked.after === undefined && world.reviews.length > (asked.limit ?? 100);
    return { pack: { ...world.visibility, kinds }, reviews: world.reviews.slice(0, asked.limit), more };
  },
});

/** The share of a pack in memory. */
import { TocsinError } from '../../src/domain/errors';
import type { RolloutPort, RolloutView, ShareOrder } from '../../src/http/rollout-port';

/** A rollout at 25 %; raising it beyond 50 is refused without force. `orders` is what was set. */
export function rolloutStub(orders: ShareOrder[] = []): RolloutPort {
  const view = (share: number): RolloutView => ({
    ...{ rollout: 'all', share, since: 0, rest: 'shadow', steps: [25, 50, 100], next: 50 },
    ...{ unmet: [], history: [{ share, at: 0, by: 'ops', reason: 'first week', unmet: [] }] },
  });
  return {
    read: async (pack) => ({ pack, hash: 'abc', rollouts: [view(25)] }),
    set: async (_pack, order) => {
      const share = order.share === 'next' ? 50 : order.share;
      if (share > 50 && !order.force) throw new TocsinError('ESC_ROLLOUT_REFUSED', 'the step after 25 % is 50 %');
      orders.push(order);
      return view(share);
    },
    compare: async (_pack, { from, groups }) => ({
      rollout: 'all',
      tickets:
        groups === undefined
          ? [
              {
                ...{ ticket: 'TICK-20260302-001', number: '10001', openedAt: from, bot: 'escalated', person: 'breach' },
                ...{ verdict: 'agree' as const, unasked: 0, silent: false, withheld: 9, overruled: 0 },
              },
            ]
          : [],
      counts: { agree: 1, disagree: 0, left: 0, open: 0, undecided: 0 },
      all: { compared: 1, agree: 1, share: 1 },
      asked: { compared: 1, agree: 1, share: 1 },
      unasked: { compared: 0, agree: 0, share: null },
      matrix: [{ bot: 'escalated', person: 'breach', n: 1 }],
    }),
  };
}

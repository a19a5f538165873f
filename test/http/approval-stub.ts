import type { ApprovalOrder, ApprovalPort } from '../../src/http/approval-port';
import type { ApprovalState } from '../../src/store/approvals';

/** One version that waits for the director. `orders` is what was said. */
export function approvalStub(orders: ApprovalOrder[] = []): ApprovalPort {
  const state: ApprovalState = {
    ...{ hash: 'a'.repeat(64), packId: 'secureai', version: '1.1', active: false },
    ...{ approvers: ['director'], open: ['director'], history: [] },
  };
  return {
    list: async (pack) => (pack === undefined || pack === state.packId ? [state] : []),
    decide: async (hash, order, now) => {
      orders.push(order);
      const { role, decision, by, note } = order;
      const open = decision === 'approve' ? [] : ['director'];
      return { ...state, hash, active: open.length === 0, open, history: [{ role, decision, by, note, at: now }] };
    },
  };
}

import type { JsonObject } from '../policy/types';
import type { TicketState } from './types';

/** What conditions and templates read as `collected`: the values, and how many fields have one. */
export function collectedView(flows: TicketState['flows']): JsonObject {
  const view: JsonObject = {};
  let complete = 0;
  let open = 0;
  let failed = false;
  const attempts: JsonObject = {};
  for (const flow of Object.values(flows)) {
    failed ||= flow.failed;
    for (const [field, one] of Object.entries(flow.collected)) {
      attempts[field] = one.attempts;
      if (one.open) open++;
      if (one.value === undefined) continue;
      complete++;
      view[field] = one.value;
    }
  }
  return { ...view, complete, open, failed, attempts };
}

/** The activity of the calendar: a report is made, kept and sent; scheduled tickets are opened. Every repeat is harmless. */
import type { DeliverActivities } from '../activities/deliver';
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import { makeReport, planOpenings, reportDeliveries, reportOf } from '../reports/run';
import type { Database } from '../store/database';
import { openTicket } from '../store/opening';
import { activePack } from '../store/policy-versions';
import type { ScheduledActivities } from '../workflows/scheduled';

export interface ScheduledDeps {
  pool: Database;
  pack(hash: string): Promise<CompiledPack>;
  deliver: Pick<DeliverActivities, 'deliverMessage'>;
  now(): number;
}

/** Makes the activity. What was opened is started by the sweeper: the row is the promise. */
export function createScheduled(deps: ScheduledDeps): ScheduledActivities {
  const { pool } = deps;
  return {
    async runScheduled(order, at) {
      const active = await activePack(pool, order.pack);
      if (!active) throw new TocsinError('ESC_PACK_UNKNOWN', `no version of the pack "${order.pack}" is active`);
      const pack = await deps.pack(active.hash);
      const source = { hash: active.hash, pack };
      if (order.kind === 'report') {
        const def = reportOf(pack, order.name);
        const report = await makeReport(pool, source, order.name, { at, now: deps.now() });
        for (const delivery of reportDeliveries(pack, def, report))
          await deps.deliver.deliverMessage(delivery, active.hash);
        return;
      }
      for (const { opening, idempotencyKey } of await planOpenings(pool, source, order.name, at))
        await openTicket(pool, {
          opening,
          packId: active.packId,
          packHash: active.hash,
          idempotencyKey,
          receivedAt: at,
          now: deps.now(),
        });
    },
  };
}

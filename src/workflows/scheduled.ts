/** One firing of an entry of the calendar: the intended instant, and an activity that is repeated until it is done. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';

/** What fires: a report or a schedule of a pack. */
export interface ScheduledOrder {
  kind: 'report' | 'schedule';
  name: string;
  pack: string;
  /** Where the activity is run. */
  queue: string;
}

/** The activities of the calendar. `at` is the intended instant, in epoch ms: the key of everything that follows. */
export interface ScheduledActivities {
  runScheduled(order: ScheduledOrder, at: number): Promise<void>;
}

const INTENDED = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** Thin: an outage makes it late, and never another instant's. */
export async function scheduled(order: ScheduledOrder): Promise<void> {
  const { runScheduled } = proxyActivities<ScheduledActivities>({
    taskQueue: order.queue,
    startToCloseTimeout: '10 minutes',
    retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
  });
  const info = workflowInfo();
  const intended = info.typedSearchAttributes.get(INTENDED) ?? info.startTime;
  await runScheduled(order, intended.getTime());
}

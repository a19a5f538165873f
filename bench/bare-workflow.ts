/** The floor: what any workflow with the same timers and activities costs. One level, one insert, one page. */
import { proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';

export interface BareActivities {
  insertRow(ticket: string, level: number): Promise<void>;
  post(ticket: string, level: number): Promise<void>;
}

const local = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '5s' });
const regular = proxyActivities<BareActivities>({ startToCloseTimeout: '30s', taskQueue: 'bare-pages' });

/** `levels` pages, `apart` ms from each other, counted from `openedAt`. */
export async function bare(ticket: string, openedAt: number, levels: number, apart: number): Promise<void> {
  for (let level = 1; level <= levels; level++) {
    const due = openedAt + (level - 1) * apart;
    if (due > Date.now()) await sleep(due - Date.now());
    await local.insertRow(ticket, level);
    await regular.post(ticket, level);
  }
}

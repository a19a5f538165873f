/**
 * The archive lane (design.md, decision 2): batches in order; first a short local activity, never in the same workflow
 * task as an unsent page; when that fails, a regular one that is retried until PostgreSQL is back.
 */
import { condition, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { AgendaItem, TicketEvent } from '../domain/ticket/types';
import type { ArchiveBatch, TicketActivities } from './messages';

const BATCH = 200;
/** As much of the agenda as the board shows. */
const AGENDA_KEPT = 5;

const quick = proxyLocalActivities<TicketActivities>({
  scheduleToCloseTimeout: '700ms',
  retry: { maximumAttempts: 1 },
});

/** Resolves when all jobs of this activation have been worked off: conditions are asked once more after the last of them. */
function endOfActivation(): Promise<void> {
  let asked = false;
  return condition(() => asked || !(asked = true));
}

export class Archive {
  unarchived: TicketEvent[] = [];
  private running = false;
  private afterPage = false;
  private local = false;

  constructor(
    private readonly ticket: string,
    private readonly pack: string,
    private readonly storeQueue: string,
    private readonly agenda: () => AgendaItem[],
  ) {}

  add(events: readonly TicketEvent[]): void {
    for (const event of events) this.unarchived.push(event);
    if (!this.running && this.unarchived.length > 0) {
      this.running = true;
      void this.run();
    }
  }

  /** A page leaves in this workflow task, which a local activity would hold back: the next batch goes another way. */
  pageLeaves(): void {
    this.afterPage = true;
  }

  get idle(): boolean {
    return !this.running && this.unarchived.length === 0;
  }

  /** Whether a local activity is under way, which holds the workflow task for 700 ms at most. */
  get holdsTask(): boolean {
    return this.local;
  }

  private async run(): Promise<void> {
    while (this.unarchived.length > 0) {
      // Whether a page leaves in this task is known when everything in it has been worked off.
      await endOfActivation();
      const events = this.unarchived.slice(0, BATCH);
      const agenda = this.agenda()
        .filter((item) => !item.shadow)
        .slice(0, AGENDA_KEPT)
        .map((item) => ({ at: item.at, label: item.name, kind: item.kind }));
      const batch = { ticket: this.ticket, pack: this.pack, events, agenda };
      const local = !this.afterPage;
      this.afterPage = false;
      if (!(local && (await this.tryLocal(batch)))) await this.insist(batch);
      this.unarchived = this.unarchived.slice(events.length);
    }
    this.running = false;
  }

  private async tryLocal(batch: ArchiveBatch): Promise<boolean> {
    this.local = true;
    try {
      await quick.archiveEvents(batch);
      return true;
    } catch {
      return false;
    } finally {
      this.local = false;
    }
  }

  private async insist(batch: ArchiveBatch): Promise<void> {
    const patient = proxyActivities<TicketActivities>({
      startToCloseTimeout: '20s',
      taskQueue: this.storeQueue,
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
      summary: `archive ${batch.events.length} events`,
    });
    for (;;) {
      try {
        await patient.archiveEvents(batch);
        return;
      } catch {
        // Only a defect or a cancelled activity gets here: the batch is tried again as a new activity.
      }
    }
  }
}

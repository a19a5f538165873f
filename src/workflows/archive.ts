/**
 * The archive lane (design.md, decision 2): batches in order; first a short local activity, never in the same workflow
 * task as an unsent page; when that fails, a regular one that is retried until PostgreSQL is back.
 */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { AgendaItem, TicketEvent } from '../domain/ticket/types';
import type { ArchiveBatch, TicketActivities } from './messages';

const BATCH = 200;
/** As much of the agenda as the board shows. */
const AGENDA_KEPT = 5;

const quick = proxyLocalActivities<TicketActivities>({ scheduleToCloseTimeout: '700ms', retry: { maximumAttempts: 1 } });

export class Archive {
  unarchived: TicketEvent[] = [];
  private running = false;
  private afterPage = false;
  private stopped = false;

  constructor(
    private readonly ticket: string,
    private readonly storeQueue: string,
    private readonly agenda: () => AgendaItem[],
    private readonly changed: () => void,
  ) {}

  add(events: readonly TicketEvent[], withPage: boolean): void {
    for (const event of events) this.unarchived.push(event);
    if (withPage) this.afterPage = true;
    if (!this.running && this.unarchived.length > 0) {
      this.running = true;
      void this.run();
    }
  }

  get idle(): boolean {
    return !this.running && this.unarchived.length === 0;
  }

  /** No further batch is begun; the one under way ends and the rest is carried over. */
  stop(): void {
    this.stopped = true;
  }

  get busy(): boolean {
    return this.running;
  }

  private async run(): Promise<void> {
    while (this.unarchived.length > 0 && !this.stopped) {
      const events = this.unarchived.slice(0, BATCH);
      const agenda = this.agenda()
        .slice(0, AGENDA_KEPT)
        .map((item) => ({ at: item.at, label: item.name, kind: item.kind }));
      const local = !this.afterPage;
      this.afterPage = false;
      if (!(local && (await this.tryLocal({ ticket: this.ticket, events, agenda })))) await this.insist({ ticket: this.ticket, events, agenda });
      this.unarchived = this.unarchived.slice(events.length);
    }
    this.running = false;
    this.changed();
  }

  private async tryLocal(batch: ArchiveBatch): Promise<boolean> {
    try {
      await quick.archiveEvents(batch);
      return true;
    } catch {
      return false;
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

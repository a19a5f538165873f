/**
 * Lanes (design.md, decision 1): deliveries leave in order within a lane (channel and target), side by side across lanes;
 * the loop awaits none of them. A later entry may make an earlier one pointless.
 */
import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Delivery, Receipt } from '../domain/ticket/types';
import type { Queues, TicketActivities } from './messages';

/** Retried for ever: a provider's outage delays, and nothing dies after three tries. */
const RETRY: NonNullable<ActivityOptions['retry']> = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' };
const PAGE_RETRY: NonNullable<ActivityOptions['retry']> = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' };

const laneOf = (delivery: Delivery): string => `${delivery.channel}|${delivery.to}`;
const isPage = (delivery: Delivery): boolean => delivery.channel === 'page' || delivery.channel === 'webhook';
const PRIORITY_KEYS: Record<string, number> = { P1: 1, P2: 2, P3: 3, P4: 4 };

/** Whether a later entry of the same lane makes an unsent one pointless: a page's resolve, a status page's newer state. */
export function supersedes(later: Delivery, earlier: Delivery): boolean {
  if (later.channel === 'status_page') return earlier.channel === 'status_page';
  if (later.ifLate === 'latest-only' && later.template === earlier.template) return true;
  return isPage(later) && later.vars['action'] === 'resolve';
}

export interface OutboxPorts {
  packHash: string;
  queues: Queues;
  /** Called with each receipt, in the order in which lanes finish. */
  settled(receipt: Receipt): void;
  now(): number;
}

export class Outbox {
  private readonly lanes = new Map<string, Delivery[]>();
  /** Deliveries whose activity is under way, so that renewal can wait for them or carry the rest. */
  inFlight = 0;
  private stopped = false;

  constructor(private readonly ports: OutboxPorts) {}

  /** Hand deliveries to their lanes. Returns whether a page was among them. */
  add(deliveries: readonly Delivery[]): boolean {
    for (const delivery of deliveries) this.enqueue(delivery);
    return deliveries.some(isPage);
  }

  /** Everything not yet sent, in order: carried over at renewal. */
  unsent(): Delivery[] {
    return [...this.lanes.values()].flat().sort((a, b) => a.at - b.at);
  }

  get idle(): boolean {
    return this.inFlight === 0 && [...this.lanes.values()].every((lane) => lane.length === 0);
  }

  /** No new activity is begun any more; what is in flight comes to its end. */
  stop(): void {
    this.stopped = true;
  }

  private enqueue(delivery: Delivery): void {
    const name = laneOf(delivery);
    const lane = this.lanes.get(name);
    if (!lane) {
      this.lanes.set(name, [delivery]);
      void this.run(name);
      return;
    }
    const kept = lane.filter((earlier) => !supersedes(delivery, earlier));
    for (const dropped of lane) {
      if (!kept.includes(dropped)) this.ports.settled({ key: dropped.key, outcome: 'dropped', at: this.ports.now(), detail: 'superseded' });
    }
    this.lanes.set(name, [...kept, delivery]);
  }

  private async run(name: string): Promise<void> {
    for (;;) {
      const next = this.stopped ? undefined : this.lanes.get(name)?.shift();
      if (!next) {
        if (!this.stopped) this.lanes.delete(name);
        return;
      }
      this.inFlight++;
      const receipt = await this.perform(next);
      this.inFlight--;
      this.ports.settled(receipt);
    }
  }

  private async perform(delivery: Delivery): Promise<Receipt> {
    const { queues, packHash } = this.ports;
    const options: ActivityOptions = {
      startToCloseTimeout: '30s',
      cancellationType: ActivityCancellationType.ABANDON,
      taskQueue: isPage(delivery) ? queues.pages : queues.deliveries,
      retry: isPage(delivery) ? PAGE_RETRY : RETRY,
      priority: { priorityKey: PRIORITY_KEYS[delivery.priority] ?? 3 },
      summary: `${delivery.verb} ${delivery.role} (${delivery.template})`,
    };
    const activities = proxyActivities<TicketActivities>(options);
    try {
      return await (isPage(delivery) ? activities.deliverPage(delivery, packHash) : activities.deliverMessage(delivery, packHash));
    } catch (error) {
      // Activities return what is final as a receipt; whatever else comes out is a defect, and must not end the ticket.
      const detail = error instanceof Error ? error.message : String(error);
      return { key: delivery.key, outcome: 'failed', at: this.ports.now(), detail };
    }
  }
}

/**
 * Lanes (design.md, decision 1): deliveries leave in order within a lane (channel and target), side by side across lanes;
 * the loop awaits none of them. A later entry may make an earlier one pointless.
 */
import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Delivery, Receipt } from '../domain/ticket/types';
import type { Queues, TicketActivities } from './messages';

/** Retried for ever: a provider's outage delays, and nothing dies after three tries. */
const RETRY: NonNullable<ActivityOptions['retry']> = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '60s',
};
const PAGE_RETRY: NonNullable<ActivityOptions['retry']> = {
  initialInterval: '500ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
};

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
  /** Called with each receipt, in the order in which lanes finish; it has to end with `flush`. */
  settled(receipt: Receipt): void;
  /** Called in the workflow task in which a page leaves. */
  pageLeaves(): void;
  now(): number;
  /** A rehearsal's world has an answer to each delivery, so none is superseded there. */
  rehearsed: boolean;
}

interface Lane {
  /** Its activity is under way. */
  sending?: Delivery;
  queue: Delivery[];
}

export class Outbox {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly ports: OutboxPorts) {}

  /** Queue deliveries; `flush` sends them. Returns those that a later one made pointless, which are not sent any more. */
  add(deliveries: readonly Delivery[]): Delivery[] {
    return deliveries.flatMap((delivery) => this.enqueue(delivery));
  }

  /** Begin every lane that has something to send and sends nothing yet. Nothing is awaited. */
  flush(): void {
    for (const [name, lane] of [...this.lanes]) if (!lane.sending) void this.sendNext(name, lane);
  }

  /** Everything without a receipt yet, in order within each lane: carried over at renewal. */
  unsettled(): Delivery[] {
    return [...this.lanes.values()]
      .flatMap((lane) => [...(lane.sending ? [lane.sending] : []), ...lane.queue])
      .sort((a, b) => a.at - b.at);
  }

  /** Whether any activity is under way. */
  get busy(): boolean {
    return [...this.lanes.values()].some((lane) => lane.sending);
  }

  get idle(): boolean {
    return this.lanes.size === 0;
  }

  private enqueue(delivery: Delivery): Delivery[] {
    const name = laneOf(delivery);
    const lane = this.lanes.get(name) ?? { queue: [] };
    const pointless = this.ports.rehearsed ? [] : lane.queue.filter((earlier) => supersedes(delivery, earlier));
    lane.queue = [...lane.queue.filter((earlier) => !pointless.includes(earlier)), delivery];
    this.lanes.set(name, lane);
    return pointless;
  }

  /** Send a lane's first entry; whoever takes its receipt flushes again. */
  private async sendNext(name: string, lane: Lane): Promise<void> {
    const next = lane.queue.shift();
    if (!next) return;
    lane.sending = next;
    const receipt = await this.perform(next);
    delete lane.sending;
    if (lane.queue.length === 0) this.lanes.delete(name);
    this.ports.settled(receipt);
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
    // A rehearsal's deliveries are only recorded: a local activity does that without a round trip to the server.
    const activities = this.ports.rehearsed
      ? proxyLocalActivities<TicketActivities>({ startToCloseTimeout: '30s' })
      : proxyActivities<TicketActivities>(options);
    if (isPage(delivery)) this.ports.pageLeaves();
    try {
      return await (isPage(delivery)
        ? activities.deliverPage(delivery, packHash)
        : activities.deliverMessage(delivery, packHash));
    } catch (error) {
      // Activities return what is final as a receipt; whatever else comes out is a defect, and must not end the ticket.
      const detail = error instanceof Error ? error.message : String(error);
      return { key: delivery.key, outcome: 'failed', at: this.ports.now(), detail };
    }
  }
}

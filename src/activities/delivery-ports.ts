/**
 * What making a delivery needs of the rest of Tocsin. The store, the packs' loader and the worker implement these.
 */
import type { CompiledPack, Json, JsonObject } from '../domain/policy/types';
import type { Channel, Delivery, EpochMs, Receipt } from '../domain/ticket/types';
import type { OnCallOverride } from '../oncall/resolve';
import type { ChannelPort, DeliveryLog, Recipient } from './ports';

/** What the ledger knows of a key: now ours to send, or already settled. */
export type Claim = { status: 'claimed' } | { status: 'settled'; receipt: Receipt };

/** The delivery ledger (`delivery(key primary key, …)`). Both calls throw where PostgreSQL is away. */
export interface LedgerPort {
  /**
   * Inserts the row, or finds it. A row that was claimed before and never settled is `claimed` again and counted: its
   * sender may have died between the send and the receipt.
   */
  claim(delivery: Delivery, options: { deadlineMs: number }): Promise<Claim>;
  /** Writes the receipt, and the row as well where no claim got through. Settling twice keeps the first. */
  settle(delivery: Delivery, receipt: Receipt): Promise<void>;
}

/** Settles in the background, best effort: returns at once and never throws. */
export interface SettleLaterPort {
  settleLater(delivery: Delivery, receipt: Receipt): void;
}

export interface RenderedTemplate {
  subject: string;
  text: string;
  html?: string;
  /** Inline pictures of the HTML: base64 PNG by content id. */
  images?: Record<string, string>;
}

/** Templates of a pack, rendered under Liquid's limits. Throws where the text cannot be made. */
export interface TemplatesPort {
  render(packHash: string, template: string, vars: JsonObject, zone: string): Promise<RenderedTemplate>;
}

/** Compiled packs by content hash. Throws while a pack has not arrived on this disk. */
export interface PeoplePort {
  pack(packHash: string): Promise<Pick<CompiledPack, 'people' | 'rotas' | 'zone' | 'catchAll'>>;
}

/** Stand-ins in force at an instant, from a local cache: must not wait for PostgreSQL. Oldest first. */
export interface OverridesPort {
  at(instant: EpochMs): Promise<readonly OnCallOverride[]>;
}

/** The members of an audience (`status_page_subscribers`, `customer`), as its list is now. */
export interface AudiencePort {
  members(audience: string, delivery: Delivery): Promise<Recipient[]>;
}

export interface DeliverDeps {
  ledger: LedgerPort;
  settleLater: SettleLaterPort;
  templates: TemplatesPort;
  people: PeoplePort;
  overrides: OverridesPort;
  /** Without it a broadcast goes to the recipients its effect names. */
  audience?: AudiencePort;
  channels: Record<Channel, ChannelPort>;
  now(): EpochMs;
  log: DeliveryLog;
  /** The activity's cancellation. */
  signal?(): AbortSignal;
  /** Tells Temporal that a long broadcast is alive. */
  heartbeat?(done: number): void;
  /** Times to wait, for tests. Defaults: claim 300 ms, customer claim 5 s, a send 20 s. */
  limits?: Partial<DeliverLimits>;
}

export interface DeliverLimits {
  /** How long a page, Slack or internal mail waits for its ledger row. */
  claimMs: number;
  /** How long a customer's message waits in one attempt. */
  customerClaimMs: number;
  /** How long a page waits for its pack, overrides and text together with each. */
  lookupMs: number;
  sendMs: number;
}

/** The recipients an effect names: addresses, or `{ name, address | email }`. */
export function recipientsOf(value: Json | undefined): Recipient[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.flatMap((one): Recipient[] => {
    if (typeof one === 'string') return one === '' ? [] : [{ address: one }];
    if (one === null || typeof one !== 'object' || Array.isArray(one)) return [];
    const address = one['address'] ?? one['email'];
    if (typeof address !== 'string' || address === '') return [];
    return [typeof one['name'] === 'string' ? { name: one['name'], address } : { address }];
  });
}

/** What the HTTP shell needs of the rest, and nothing more: `wire.ts` joins the real ones, tests bring their own. */
import type { Json } from '../domain/policy/types';
import type { AgendaItem, Command, Opening, TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import type { TimelineRow } from '../rehearsal/rows';
import type { BoardFilters } from '../store/board';
import type { TicketView } from '../workflows/messages';
import type { KeyRole } from './access';
import type { OnCallPort, PolicyPort } from './people-ports';
import type { KnowledgePort } from './knowledge-port';

/** An API key as the store knows it; never the secret. */
export interface ApiKey {
  id: string;
  /** Who holds it: the actor's name where a command names nobody. */
  name: string;
  role: KeyRole;
}

/** Errors of every port: `TocsinError` by code; ESC_STORE_UNAVAILABLE and ESC_ENGINE_UNAVAILABLE where a part is down. */
export interface KeyPort {
  /** The key of a secret, or undefined for one that is unknown or revoked. */
  verify(secret: string): Promise<ApiKey | undefined>;
}

/** A request to open a ticket, checked and stamped. */
export interface OpenOrder {
  opening: Opening;
  /** A pack's name or hash; absent: the store's default. */
  pack?: string;
  /** Scoped by the caller's name, so that two systems may use the same key. */
  idempotencyKey: string;
  /** When intake received it; at or before `now`. */
  receivedAt: EpochMs;
  now: EpochMs;
}

/** An opened ticket. `created` is false for a repeat of the same request. */
export interface Opened {
  id: string;
  number: string;
  created: boolean;
  openedAt: EpochMs;
  pack: { id: string; hash: string };
}

/** A page of a ticket's events, oldest first. */
export interface EventPage {
  /** The opening's instant: offsets count from it. */
  openedAt: EpochMs;
  events: TicketEvent[];
  /** Whether there are events after the last of these. */
  more: boolean;
}

/** Tickets are named by id or public number. Errors: ESC_TICKET_NOT_FOUND, and what each says. */
export interface TicketPort {
  /** Errors: ESC_IDEMPOTENCY_CONFLICT, ESC_PACK_UNKNOWN, the core's refusals of an opening. */
  open(order: OpenOrder): Promise<Opened>;
  view(ticket: string): Promise<TicketView>;
  agenda(ticket: string): Promise<AgendaItem[]>;
  /** Events with `seq > after`, at most `limit`. */
  timeline(ticket: string, page: { after: number; limit: number }): Promise<EventPage>;
  /** Why each agenda item is due when it is. */
  explain?(ticket: string): Promise<Json>;
  /** Errors: the core's rejections; ESC_OUTCOME_UNKNOWN, ESC_TICKET_ARCHIVED. */
  command(ticket: string, command: Command): Promise<TicketView>;
  /** Wakes the ticket so that it may renew onto the newest build. */
  nudge(ticket: string): Promise<void>;
}

export const BOARD_SORTS = ['next_due', 'opened', 'priority'] as const;
export type BoardSort = (typeof BOARD_SORTS)[number];

export interface BoardQuery {
  filters: BoardFilters;
  sort: BoardSort;
  /** What an earlier page gave as `nextCursor`; opaque here. Errors: ESC_REQUEST_INVALID for a forged one. */
  cursor?: string;
  limit: number;
}

export interface BoardRow {
  id: string;
  number: string;
  kind: string;
  subject: string;
  status: string;
  priority: string;
  queue?: string | null;
  owner?: string | null;
  pack: string;
  openedAt: EpochMs;
  nextDue?: EpochMs | null;
  nextLabel?: string | null;
  breached: boolean;
}

export interface BoardPort {
  list(query: BoardQuery): Promise<{ tickets: BoardRow[]; nextCursor?: string }>;
}

/** What the public may read of one incident: the words that were published, no customer, no ticket id. */
export interface PublicIncident {
  title: string;
  /** investigating, identified, monitoring, resolved. */
  state: string;
  startedAt: EpochMs;
  resolvedAt?: EpochMs;
  updates: { at: EpochMs; text: string }[];
  /** The promise: when customers hear again. */
  nextUpdateDue?: EpochMs;
}

export interface StatusPort {
  current(): Promise<{ incidents: PublicIncident[] }>;
}

/** A rehearsal's outcome. Errors: ESC_SCENARIO_INVALID, ESC_PACK_UNKNOWN, ESC_PACK_INVALID. */
export interface RehearsalResult {
  rows: TimelineRow[];
  checks: { ok: boolean; kind: 'expect' | 'never'; text: string; found?: string }[];
  ok: boolean;
}

/** One part that must work before requests are sent here. `detail` is for the log, not for the public. */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  detail?: string;
}

export interface HttpPorts {
  policies: PolicyPort;
  onCall: OnCallPort;
  tickets: TicketPort;
  board: BoardPort;
  keys: KeyPort;
  status: StatusPort;
  knowledge: KnowledgePort;
  /** Plays a scenario's text (YAML, of which JSON is a part) on the core. */
  rehearse(scenario: string): Promise<RehearsalResult>;
  /** Store, Temporal, packs. */
  ready(): Promise<ReadinessCheck[]>;
}

/** What the HTTP shell needs of the rest, and nothing more: `wire.ts` joins the real ones, tests bring their own. */
import type { Reader } from '../domain/ticket/visibility';
import type { CompiledPack, Json, JsonObject, KindDef } from '../domain/policy/types';
import type { AgendaItem, Command, Opening, TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import type { TimelineRow } from '../rehearsal/rows';
import type { ApiKeyEntry } from '../store/api-keys';
import type { BoardFilters } from '../store/board';
import type { LedgerEntry } from '../store/ledger';
import type { Erased } from '../store/party';
import type { RegisterEntry, RegisterQuery } from '../store/registers';
import type { Preview } from '../policies/preview';
import type { TicketView } from '../workflows/messages';
import type { KeyRole } from './access';
import type { ReviewPort, TriagePort } from './decision-ports';
import type { IntakePort } from './intake-ports';
import type { OnCallPort, PolicyPort } from './people-ports';
import type { AccountPort } from './accounts';
import type { IdentityPort } from './identity';
import type { ChecklistPort } from './checklist-port';
import type { KnowledgePort } from './knowledge-port';
import type { ConversationPort, PortalPort } from './portal-ports';
import type { ApprovalPort } from './approval-port';
import type { RolloutPort } from './rollout-port';

/** An API key as the store knows it; never the secret. */
export interface ApiKey {
  id: string;
  /** Who holds it: the actor's name where a command names nobody. */
  name: string;
  role: KeyRole;
  /** Roles and groups of the procedure its holder belongs to. */
  groups?: readonly string[];
}

/** Errors of every port: `TocsinError` by code; ESC_STORE_UNAVAILABLE and ESC_ENGINE_UNAVAILABLE where a part is down. */
export interface KeyPort {
  /** The key of a secret, or undefined for one that is unknown or revoked. */
  verify(secret: string): Promise<ApiKey | undefined>;
  list(): Promise<ApiKeyEntry[]>;
  /** The key itself is in this answer and nowhere else. */
  create(key: { name: string; role: KeyRole; groups: string[] }): Promise<{ id: string; key: string }>;
  /** Whether there was one to take back. */
  revoke(id: string): Promise<boolean>;
}

/** The one home of personal data. */
export interface PartyPort {
  /** By id or e-mail address. Errors: ESC_NOT_FOUND, ESC_STATUS_FORBIDS while a ticket of theirs still runs. */
  erase(party: string): Promise<Erased & { party: string }>;
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

/** What decides who may read a ticket, and what of it. */
export interface TicketAccess {
  /** Its fields, `restricted_to` among them. */
  ticket: JsonObject;
  /** Its own version. */
  pack: Pick<CompiledPack, 'fields' | 'people' | 'paths'> & Partial<Pick<CompiledPack, 'id' | 'voices' | 'flows'>>;
}

/** Tickets are named by id or public number. Errors: ESC_TICKET_NOT_FOUND, and what each says. */
export interface TicketPort {
  /** Errors: ESC_IDEMPOTENCY_CONFLICT, ESC_PACK_UNKNOWN, the core's refusals of an opening. */
  open(order: OpenOrder): Promise<Opened>;
  view(ticket: string): Promise<TicketView>;
  agenda(ticket: string): Promise<AgendaItem[]>;
  /** Events with `seq > after`, at most `limit`. */
  timeline(ticket: string, page: { after: number; limit: number }): Promise<EventPage>;
  /** A template as it would read for the ticket as it stands. Errors: ESC_FIELD_INVALID for one the pack does not have. */
  message(ticket: string, template: string, reader: Reader): Promise<Preview>;
  /** Why each agenda item is due when it is. */
  explain?(ticket: string): Promise<Json>;
  /** Errors: the core's rejections; ESC_OUTCOME_UNKNOWN, ESC_TICKET_ARCHIVED. */
  command(ticket: string, command: Command): Promise<TicketView>;
  /** What decides who may read it: the store's snapshot, or the running ticket while there is none or the store is away. */
  access(ticket: string): Promise<TicketAccess>;
  /** The delivery ledger of a ticket, in the order in which its deliveries were due. */
  deliveries(ticket: string): Promise<LedgerEntry[]>;
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
  /** Whose tickets that are restricted are listed too; absent: everybody's. */
  groups?: readonly string[];
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
  side?: string | null;
}

export interface BoardPort {
  list(query: BoardQuery): Promise<{ tickets: BoardRow[]; nextCursor?: string }>;
}

/** A page of a register. */
export interface RegisterPage {
  kind: KindDef;
  pack: Pick<CompiledPack, 'fields' | 'people' | 'paths'>;
  entries: RegisterEntry[];
  more: boolean;
}

export interface RegisterPort {
  /** Errors: ESC_PACK_UNKNOWN, ESC_NOT_FOUND for a kind that the pack does not declare. */
  read(asked: Omit<RegisterQuery, 'packId'> & { pack?: string }): Promise<RegisterPage>;
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

/** A question to the archive as it was asked; what is left out is the metric's own. */
export interface MetricOrder {
  metric: string;
  /** `2025-01`, `2025-W05`, `2025-Q1`, `2025-01-27`, `2025`. */
  period?: string;
  /** The default pack when left out. */
  pack?: string;
  /** An instant, or a date in the zone of the pack. */
  from?: string;
  to?: string;
  by?: string[];
  filters: Record<string, string>;
}

/** Key figures of a pack, of the default one where none is named. Errors: ESC_METRIC_UNKNOWN, ESC_PACK_UNKNOWN, ESC_REQUEST_INVALID. */
export interface ReportPort {
  catalogue(pack?: string): Promise<JsonObject>;
  metrics(orders: readonly MetricOrder[], now: EpochMs): Promise<JsonObject[]>;
  csv(orders: readonly MetricOrder[], now: EpochMs): Promise<string>;
  /** The live report of the pack; a moment old at most. */
  dashboard(now: EpochMs, pack?: string, report?: string): Promise<{ json: JsonObject; html: string }>;
  /** A report of a period: as it was sent, or, where it was not or `fresh` is said, made now. */
  report(
    name: string,
    period: string,
    fresh: boolean,
    now: EpochMs,
    pack?: string,
  ): Promise<{ json: JsonObject; html: string; text: string }>;
  /** NDJSON: the conversations of what the report exports, of tickets that the reader may read. */
  transcripts(name: string, period: string, reader: Reader, pack?: string): Promise<string>;
  addPoints(
    series: string,
    points: readonly { value: number; at: EpochMs; labels: JsonObject; key?: string }[],
    now: EpochMs,
    by: string,
  ): Promise<number>;
}

export interface HttpPorts {
  policies: PolicyPort;
  checklists: ChecklistPort;
  onCall: OnCallPort;
  reports: ReportPort;
  rollouts: RolloutPort;
  approvals: ApprovalPort;
  intake: IntakePort;
  tickets: TicketPort;
  board: BoardPort;
  registers: RegisterPort;
  triage: TriagePort;
  reviews: ReviewPort;
  keys: KeyPort;
  parties: PartyPort;
  status: StatusPort;
  knowledge: KnowledgePort;
  portal: PortalPort;
  conversations: ConversationPort;
  accounts: AccountPort;
  /** Who customers are; absent: nobody can log in. */
  identity?: IdentityPort | undefined;
  /** Plays a scenario's text (YAML, of which JSON is a part) on the core. */
  rehearse(scenario: string): Promise<RehearsalResult>;
  /** Store, Temporal, packs. */
  ready(): Promise<ReadinessCheck[]>;
}

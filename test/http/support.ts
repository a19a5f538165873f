/** A server over ports in memory, and what the tests of `test/http` share. */
import { reportStub } from './report-stub';
import { approvalStub } from './approval-stub';
import { rolloutStub } from './rollout-stub';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { TocsinError, type ErrorCode } from '../../src/domain/errors';
import type { JsonObject } from '../../src/domain/policy/types';
import type { Command, TicketEvent } from '../../src/domain/ticket/types';
import type { KeyRole } from '../../src/http/access';
import type {
  BoardQuery,
  HttpPorts,
  OpenOrder,
  PublicIncident,
  ReadinessCheck,
  TicketAccess,
} from '../../src/http/ports';
import { buildServer, type ServerOptions } from '../../src/http/server';
import type { Customer } from '../../src/intake/ways';
import { intakeOf, MemoryOfIntake } from '../support/intake-memory';
import type { Tick } from '../../src/domain/policy/checklists';
import type { CompiledPack } from '../../src/domain/policy/types';
import { checklistsOf } from './memory-checklists';
import { onCallOf } from './memory-on-call';
import type { OnCallOverride } from '../../src/oncall/resolve';
import { testPack } from '../support/test-pack';
import type { Feed } from '../../src/store/feeds';
import { accountsOf, conversationsOf, identityOf, portalOf, type CustomerWorld } from './customers';
import { memoryKnowledge, type KnowledgeWorld } from './memory-knowledge';
import type { ApiKeyEntry } from '../../src/store/api-keys';
import type { LedgerEntry } from '../../src/store/ledger';
import type { RegisterEntry } from '../../src/store/registers';
import type { Review } from '../../src/store/reviews';
import type { TriageOrder } from '../../src/http/decision-ports';
import type { TicketView } from '../../src/workflows/messages';
import { NOW, viewOf as view } from './ticket-view';
import { reviewStub, triageStub } from './triage-stub';

export { NOW };
export const secretOf = (role: KeyRole): string => `tocsin_${role}_0123456789abcdef`;

/** What tests turn: the world behind the ports. */
export class World {
  now = NOW;
  opens: OpenOrder[] = [];
  commands: { ticket: string; command: Command }[] = [];
  nudged: string[] = [];
  boards: BoardQuery[] = [];
  scenarios: string[] = [];
  keys: ApiKeyEntry[] = [
    {
      id: '1',
      name: 'local',
      role: 'admin',
      groups: [],
      prefix: 'tocsin_admin_abc',
      createdAt: NOW,
      revokedAt: null,
      lastUsedAt: NOW,
    },
  ];
  erased: string[] = [];
  registers: object[] = [];
  entries: RegisterEntry[] = [];
  triaged: TriageOrder[] = [];
  reviewed: object[] = [];
  reviews: Review[] = [];
  ledger: LedgerEntry[] = [];
  incidents: PublicIncident[] = [];
  ready: ReadinessCheck[] = ['store', 'temporal', 'packs'].map((name) => ({
    name,
    ok: true,
    detail: 'postgres://user:secret@host',
  }));
  events: TicketEvent[] = [];
  pack: CompiledPack | undefined;
  memory = new MemoryOfIntake();
  customers: Customer[] = [];
  secrets = new Map<string, string>();
  known = new Set(['TICK-20260302-001', '10001']);
  ticks: Record<string, Tick> = {};
  tickedBy: string[] = [];
  overrides: OnCallOverride[] = [];
  feeds = new Map<string, Feed>();
  knowledge: KnowledgeWorld = { uses: [], votes: new Map(), comments: [], tickets: [] };
  /** Fields of the ticket beside the usual ones, and the pack that says who may read them. */
  fields: JsonObject = {};
  visibility: TicketAccess['pack'] = { fields: {}, people: {}, paths: {} };
  groups: string[] = [];
  own: CustomerWorld['own'] = [];
  accounts: CustomerWorld['accounts'] = {};
  conversations: CustomerWorld['conversations'] = new Map();
  waiting = 0;
  verified = 0;
  statusAsked = 0;
  /** Thrown by the named ports until removed. */
  failures: Partial<
    Record<
      'open' | 'view' | 'command' | 'board' | 'keys' | 'status' | 'rehearse' | 'ready' | 'timeline' | 'access',
      unknown
    >
  > = {};

  fail(
    port: keyof World['failures'],
    code: ErrorCode,
    message = 'postgres://user:secret@host is away',
    details = {},
  ): void {
    this.failures[port] = new TocsinError(code, message, details);
  }

  event(seq: number, at: number, extra: Partial<TicketEvent> = {}): TicketEvent {
    return {
      seq,
      at,
      recordedAt: at + 20,
      type: 'noted',
      by: { name: 'Ada', kind: 'person' },
      cause: `command:c${seq}`,
      clauses: ['SEC-ESC-052'],
      data: { text: 'looked at it' },
      ...extra,
    };
  }
}

/** Ports over a world. */
export function portsOf(world: World): HttpPorts {
  const tickets = new Map<string, { hash: string; id: string }>();
  const raise = (port: keyof World['failures']): void => {
    if (world.failures[port] !== undefined) throw world.failures[port] as Error;
  };
  const found = (ticket: string): void => {
    if (!['TICK-20260302-001', '10001'].includes(ticket))
      throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ticket ${ticket}`, { ticket });
  };
  const shown = (): TicketView => {
    const one = view('TICK-20260302-001');
    return { ...one, ticket: { ...one.ticket, ...world.fields } };
  };
  return {
    policies: { active: async () => (world.pack ??= await testPack()) },
    checklists: checklistsOf(world),
    onCall: onCallOf(world),
    intake: intakeOf(world),
    tickets: {
      open: async (order) => {
        raise('open');
        world.opens.push(order);
        const hash = JSON.stringify([order.opening, order.pack]);
        const before = tickets.get(order.idempotencyKey);
        if (before && before.hash !== hash)
          throw new TocsinError('ESC_IDEMPOTENCY_CONFLICT', 'the key was used with another request');
        const id = before?.id ?? `TICK-20260302-${String(tickets.size + 1).padStart(3, '0')}`;
        tickets.set(order.idempotencyKey, { hash, id });
        return {
          id,
          number: '10001',
          created: !before,
          openedAt: order.receivedAt,
          pack: { id: 'secureai', hash: 'a'.repeat(64) },
        };
      },
      view: async (ticket) => {
        raise('view');
        found(ticket);
        return shown();
      },
      access: async (ticket) => {
        raise('access');
        found(ticket);
        return { ticket: shown().ticket, pack: world.visibility };
      },
      deliveries: async (ticket) => {
        found(ticket);
        return world.ledger;
      },
      agenda: async (ticket) => {
        found(ticket);
        return [
          {
            at: NOW + 300_000,
            kind: 'due',
            rank: 2,
            id: 'commitment:response',
            name: 'response',
            label: 'first response',
            clauses: [],
            data: {},
          },
        ];
      },
      timeline: async (ticket, { after, limit }) => {
        raise('timeline');
        found(ticket);
        const events = world.events.filter((event) => event.seq > after);
        return { openedAt: NOW - 60_000, events: events.slice(0, limit), more: events.length > limit };
      },
      message: async (ticket, template) => {
        found(ticket);
        return { subject: template, text: 'Dear Jane', html: '<p>Dear Jane</p>', madeUp: ['event.at'] };
      },
      explain: async (ticket) => {
        found(ticket);
        return [{ item: 'commitment:response', due: '2026-03-02T10:05:00Z' }];
      },
      command: async (ticket, command) => {
        world.commands.push({ ticket, command });
        raise('command');
        found(ticket);
        return shown();
      },
      nudge: async (ticket) => {
        found(ticket);
        world.nudged.push(ticket);
      },
    },
    board: {
      list: async (query) => {
        raise('board');
        world.boards.push(query);
        const row = {
          id: 'TICK-20260302-001',
          number: '10001',
          kind: 'support',
          subject: 'Down',
          status: 'created',
          priority: 'P1',
          pack: 'secureai',
          openedAt: NOW,
          nextDue: NOW + 1_000,
          breached: false,
        };
        return query.cursor === 'page-2' ? { tickets: [] } : { tickets: [row], nextCursor: 'page-2' };
      },
    },
    registers: {
      read: async (asked) => {
        world.registers.push(asked);
        if (asked.kind !== 'risk') throw new TocsinError('ESC_NOT_FOUND', `there is no register ${asked.kind}`);
        const kind = { name: 'risk', title: 'Risks', fields: ['loss', 'verdict'], statuses: ['open', 'done'] };
        return {
          kind: { ...kind, edit: [], key: { lit: null }, clauses: [] },
          pack: world.visibility,
          entries: world.entries.slice(asked.after ? 1 : 0, asked.after ? undefined : asked.limit),
          more: asked.after === undefined && world.entries.length > (asked.limit ?? 100),
        };
      },
    },
    triage: triageStub(world),
    reviews: reviewStub(world),
    keys: {
      verify: async (secret) => {
        world.verified++;
        raise('keys');
        const role = /^tocsin_([a-z]+)_/.exec(secret)?.[1] as KeyRole;
        return secret === secretOf(role)
          ? { id: `key-${role}`, name: `${role} desk`, role, groups: world.groups }
          : undefined;
      },
      list: async () => world.keys,
      create: async (key) => {
        world.keys.push({ ...key, id: '7', prefix: 'tocsin_x', createdAt: NOW, revokedAt: null, lastUsedAt: null });
        return { id: '7', key: `tocsin_${key.role}_secret` };
      },
      revoke: async (id) => world.keys.some((key) => key.id === id),
    },
    parties: {
      erase: async (party) => {
        if (party !== 'jane@example.com') throw new TocsinError('ESC_NOT_FOUND', `there is no party ${party}`);
        world.erased.push(party);
        return { party: '1', tickets: 1, messages: 2, events: 3 };
      },
    },
    status: {
      current: async () => {
        world.statusAsked++;
        raise('status');
        return { incidents: world.incidents };
      },
    },
    knowledge: memoryKnowledge(world.knowledge),
    reports: reportStub,
    rollouts: rolloutStub(),
    approvals: approvalStub(),
    portal: portalOf(world),
    conversations: conversationsOf(world),
    accounts: accountsOf(world),
    identity: identityOf(world),
    rehearse: async (scenario) => {
      raise('rehearse');
      world.scenarios.push(scenario);
      return {
        ok: true,
        rows: [
          { at: '2026-03-02T10:00:00Z', offset: 'PT0S', type: 'opened', summary: 'opened', clauses: [], data: {} },
        ],
        checks: [{ ok: true, kind: 'expect', text: 'opened' }],
      };
    },
    ready: async () => {
      raise('ready');
      return world.ready;
    },
  };
}

export interface Api {
  app: FastifyInstance;
  world: World;
  /** A request with a role's key; without a role, without a key. */
  ask(
    method: 'GET' | 'POST',
    url: string,
    options?: { role?: KeyRole | undefined; body?: unknown } & Pick<InjectOptions, 'headers' | 'remoteAddress'>,
  ): Promise<LightMyRequestResponse>;
}

const opened: FastifyInstance[] = [];

/** A server for one test; {@link closeAll} ends it. */
export async function api(
  options: ServerOptions = {},
  change: (ports: HttpPorts) => void = () => undefined,
): Promise<Api> {
  const world = new World();
  const ports = portsOf(world);
  change(ports);
  const app = await buildServer(ports, { now: () => world.now, ...options });
  opened.push(app);
  return {
    app,
    world,
    ask: async (method, url, { role, body, headers, remoteAddress } = {}) =>
      app.inject({
        method,
        url,
        headers: { ...(role ? { authorization: `Bearer ${secretOf(role)}` } : {}), ...headers },
        ...(body === undefined ? {} : { payload: body as string | object }),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
      }),
  };
}

/** Ends every server of a test file. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((app) => app.close()));
}

/** A parsed JSON document, looked into freely. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its shape is what the tests assert
export type Doc = Record<string, any>;

export const TICKET = '/v1/tickets/TICK-20260302-001';
export const OPENING = {
  subject: 'Dashboard is down',
  body: 'Nothing loads',
  channel: 'phone',
  customer: { name: 'Jane', email: 'jane@example.com', plan: 'enterprise' },
};

/** Asserts a problem document of a code, and returns it. */
export function problem(response: LightMyRequestResponse, code: ErrorCode): Doc {
  const body = response.json<Doc>();
  expect({ status: response.statusCode, code: body['code'], detail: body['detail'] }).toEqual({
    status: body['status'],
    code,
    detail: expect.any(String),
  });
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(body['type']).toBe(`urn:tocsin:error:${code}`);
  expect(body['requestId']).toBe(response.headers['x-request-id']);
  return body;
}

/** The ports of a delivery, in memory, with the faults a test switches on. */
import { createDeliver } from '../../../src/activities/deliver';
import type { Claim, DeliverDeps, DeliverLimits, RenderedTemplate } from '../../../src/activities/delivery-ports';
import type { OnCallOverride } from '../../../src/oncall/resolve';
import {
  PermanentDeliveryError,
  TransientDeliveryError,
  type ChannelPort,
  type OutgoingMessage,
  type Recipient,
} from '../../../src/activities/ports';
import type { RoleDef, RotaDef } from '../../../src/domain/policy/types';
import type { Channel, Delivery, Receipt } from '../../../src/domain/ticket/types';
import { AT, keptLog } from './messages';

const role = (name: string, over: Partial<RoleDef> = {}): RoleDef => ({ name, clauses: [], ...over });
const ROTA: RotaDef = {
  name: 'engineering',
  zone: 'Europe/Berlin',
  handover: { day: 'mon', time: '09:00' },
  start: '2026-03-02',
  people: [
    { name: 'Ana', email: 'ana@example.com' },
    { name: 'Ben', email: 'ben@example.com' },
  ],
  clauses: [],
};
const PEOPLE = [
  role('on_call', { rota: 'engineering', page: 'engineering-team' }),
  role('support_manager', { email: 'manager@example.com', slack: '#support', page: 'management' }),
  role('director', { email: 'director@example.com' }),
  role('cto', { email: 'cto@example.com', page: 'executives' }),
  role('management', { group: ['support_manager', 'director'] }),
  role('legal', { mustConfigure: true }),
  role('all_customers', { list: 'status_page_subscribers' }),
];
const CHANNELS: Channel[] = ['email', 'slack', 'page', 'status_page', 'console', 'ticket', 'broadcast', 'webhook'];

export interface World {
  /** What the providers took. */
  sent: OutgoingMessage[];
  /** `up` answers, `down` throws, `frozen` never answers. */
  ledger: 'up' | 'down' | 'frozen';
  rows: Map<string, { claims: number; receipt?: Receipt }>;
  later: { delivery: Delivery; receipt: Receipt }[];
  overrides: OnCallOverride[] | 'down';
  pack: 'there' | 'missing' | 'frozen';
  /** What rendering does. */
  render: (template: string) => Promise<RenderedTemplate>;
  audience: Recipient[];
  /** What a provider does with a message before it takes it. */
  refuse: (message: OutgoingMessage) => Error | undefined;
  now: number;
  log: ReturnType<typeof keptLog>;
  heartbeats: number[];
  activities: ReturnType<typeof createDeliver>;
}

export const permanent = () => new PermanentDeliveryError('smtp said no');
export const transient = (retryAfterMs?: number) => new TransientDeliveryError('later', { retryAfterMs });

const forEver = () => new Promise<never>(() => undefined);

export function startWorld(limits: Partial<DeliverLimits> = {}): World {
  const sent: OutgoingMessage[] = [];
  const world: World = {
    sent,
    ledger: 'up',
    rows: new Map(),
    later: [],
    overrides: [],
    pack: 'there',
    render: async (template) => ({ subject: `subject of ${template}`, text: `text of ${template}`, html: '<p>x</p>' }),
    audience: [],
    refuse: () => undefined,
    now: AT + 1000,
    log: keptLog(),
    heartbeats: [],
    activities: {} as ReturnType<typeof createDeliver>,
  };
  const port: ChannelPort = {
    provider: 'test',
    async send(message) {
      const error = world.refuse(message);
      if (error !== undefined) throw error;
      sent.push(message);
      return { provider: 'test', to: message.to.map((one) => one.address).join(', ') };
    },
  };
  const answer = async <T>(state: 'up' | 'down' | 'frozen', value: () => T): Promise<T> => {
    if (state === 'frozen') return forEver();
    if (state === 'down') throw new Error('ECONNREFUSED');
    return value();
  };
  const deps: DeliverDeps = {
    ledger: {
      claim: (one) =>
        answer(world.ledger, (): Claim => {
          const row = world.rows.get(one.key) ?? { claims: 0 };
          world.rows.set(one.key, { ...row, claims: row.claims + 1 });
          return row.receipt === undefined ? { status: 'claimed' } : { status: 'settled', receipt: row.receipt };
        }),
      settle: (one, receipt) =>
        answer(world.ledger, () => void world.rows.set(one.key, { claims: 0, ...world.rows.get(one.key), receipt })),
    },
    settleLater: { settleLater: (one, receipt) => void world.later.push({ delivery: one, receipt }) },
    templates: { render: (_pack, template) => world.render(template) },
    people: {
      pack: () =>
        answer(world.pack === 'there' ? 'up' : world.pack === 'missing' ? 'down' : 'frozen', () => ({
          people: Object.fromEntries(PEOPLE.map((one) => [one.name, one])),
          rotas: { engineering: ROTA },
          zone: 'Europe/Berlin',
          catchAll: 'cto',
        })),
    },
    overrides: {
      at: () =>
        answer(world.overrides === 'down' ? 'down' : 'up', () => (world.overrides === 'down' ? [] : world.overrides)),
    },
    audience: { members: async () => world.audience },
    channels: Object.fromEntries(CHANNELS.map((channel) => [channel, port])) as Record<Channel, ChannelPort>,
    now: () => world.now,
    log: world.log,
    heartbeat: (done) => void world.heartbeats.push(done),
    limits: { claimMs: 25, customerClaimMs: 25, lookupMs: 25, ...limits },
  };
  world.activities = createDeliver(deps);
  return world;
}

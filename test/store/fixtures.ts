import type { JsonObject } from '../../src/domain/policy/types';
import type { Delivery, Opening, Receipt, TicketEvent } from '../../src/domain/ticket/types';
import type { OpenRequest } from '../../src/store/opening';

/** 2026-03-06T10:00:00Z, a Friday. */
export const T0 = Date.UTC(2026, 2, 6, 10);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const OPENING: Opening & Required<Pick<Opening, 'customer'>> = {
  subject: 'Login fails for everyone',
  body: 'Since 09:50 nobody of us can log in. Call me: Dana Whitfield.',
  channel: 'email',
  priority: 'P1',
  customer: { name: 'Dana Whitfield', email: 'dana@example.com', plan: 'enterprise', phone: '+49 30 1234567' },
  tags: ['login'],
  fields: { affected: 40 },
};

export function openRequest(over: Partial<OpenRequest> = {}): OpenRequest {
  return { opening: OPENING, packId: 'secureai', packHash: 'a'.repeat(64), receivedAt: T0, now: T0, ...over };
}

/** An event `minutes` after T0. */
export function event(seq: number, type: string, over: Partial<TicketEvent> = {}, minutes = seq): TicketEvent {
  const at = T0 + minutes * MINUTE;
  return {
    seq,
    at,
    recordedAt: at + 250,
    type,
    by: { name: 'tocsin', kind: 'engine' },
    cause: `command:c${seq}`,
    clauses: [],
    data: {},
    ...over,
  };
}

/** The first event, as the core makes it. */
export function opened(over: JsonObject = {}): TicketEvent {
  const { subject, channel, customer } = OPENING;
  return event(
    1,
    'opened',
    {
      by: { name: customer.name, kind: 'customer' },
      data: {
        subject,
        channel,
        priority: 'P1',
        customer: { plan: customer.plan, name: customer.name },
        status: 'created',
      },
      patch: { ticket: { number: '10001', subject, priority: 'P1', status: 'created', customer, ...over } },
    },
    0,
  );
}

export function delivery(key: string, over: Partial<Delivery> = {}): Delivery {
  return {
    key,
    ticket: 'TICK-20260306-001',
    at: T0,
    channel: 'page',
    verb: 'page',
    role: 'on_call',
    to: 'pd:on-call',
    template: 'page',
    vars: {},
    clauses: [],
    priority: 'P1',
    ifLate: 'send',
    ...over,
  };
}

export function receipt(key: string, over: Partial<Receipt> = {}): Receipt {
  return { key, outcome: 'delivered', at: T0 + 1_000, provider: 'pagerduty', ...over };
}

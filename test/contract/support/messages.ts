/** Messages, deliveries and the small things that every contract test needs. */
import { createUrlGuard } from '../../../src/activities/outgoing-url';
import type { HttpDeps } from '../../../src/activities/http-call';
import type { DeliveryLog, OutgoingMessage } from '../../../src/activities/ports';
import type { Delivery } from '../../../src/domain/ticket/types';

/** 2026-03-06T10:00:00Z. */
export const AT = Date.UTC(2026, 2, 6, 10);

export function message(over: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    key: 'T-1|p1_begins@1772791200000|on_call_engineer|page',
    ticket: 'T-1',
    number: 'TICK-20260306-001',
    at: AT,
    channel: 'page',
    verb: 'page',
    priority: 'P1',
    subject: 'P1: checkout is down',
    text: 'Customers cannot pay.\nAcknowledge within 5 minutes.',
    to: [{ name: 'Ana', address: 'engineering-team' }],
    threadKey: 'T-1|on_call',
    role: 'on_call_engineer',
    attempt: 1,
    template: 'p1_page',
    vars: {},
    ...over,
  };
}

export function delivery(over: Partial<Delivery> = {}): Delivery {
  return {
    key: 'T-1|c|support_manager|email',
    ticket: 'T-1',
    at: AT,
    channel: 'email',
    verb: 'notify',
    role: 'support_manager',
    to: 'manager@example.com',
    template: 'notice',
    vars: { 'ticket.number': 'TICK-20260306-001' },
    clauses: ['SEC-ESC-044'],
    priority: 'P1',
    ifLate: 'send',
    ...over,
  };
}

export function httpDeps(over: Partial<HttpDeps> = {}): HttpDeps {
  return { guard: createUrlGuard('loopback'), now: () => AT, timeoutMs: 5000, ...over };
}

export const never = (): AbortSignal => new AbortController().signal;

/** A log that keeps its lines. */
export function keptLog(): DeliveryLog & { lines: string[] } {
  const lines: string[] = [];
  const add = (text: string, attributes?: Record<string, unknown>) =>
    void lines.push(`${text} ${JSON.stringify(attributes ?? {})}`);
  return { lines, info: add, warn: add };
}

/** The error a promise ends in; fails the test where it does not. */
export async function errorOf(work: Promise<unknown>): Promise<Error & { code?: string; retryAfterMs?: number }> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as Error,
  );
}

/** The decisions of a ticket as its events tell them: what was asked, made from what, who answered how, and who overruled it. */
import type { Json, JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';
import type { Actor, TicketEvent } from './types';

/** One answer to one question. */
export interface Decision {
  /** Of the event that recorded it. */
  seq: number;
  fact: string;
  at: EpochMs;
  by: Actor;
  /** When it was asked, and what the answer is made from; absent where nobody asked by name. */
  askedAt?: EpochMs;
  inputs?: JsonObject;
  value: Json;
  score: Json;
  reasons: string[];
  /** What was said where it is not what counts: below a threshold, or no value that is declared. */
  given?: Json;
  /** What answered, in which version, and what it cost. */
  version?: string;
  usage?: JsonObject;
  /** It came too late, or twice: it is recorded, and read by nobody. */
  late?: true;
  /** The seq of the reviewer's word that stands in its place. */
  overruledBy?: number;
  /** Of a reviewer's word: what it replaces, and why. */
  overrules?: { from: Json; reason?: Json };
  clauses: string[];
}

const strings = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

function decided(event: TicketEvent, asked: TicketEvent | undefined): Decision {
  const { seq, at, by, clauses, data } = event;
  const inputs = asked?.data['inputs'];
  return {
    seq,
    fact: event.subject ?? '',
    at,
    by,
    ...(asked === undefined ? {} : { askedAt: asked.at, inputs: (inputs ?? {}) as JsonObject }),
    value: data['value'] ?? null,
    score: data['score'] ?? null,
    reasons: strings(data['reasons']),
    ...(data['given'] === undefined ? {} : { given: data['given'] }),
    ...(typeof data['version'] === 'string' ? { version: data['version'] } : {}),
    ...(data['usage'] === undefined ? {} : { usage: data['usage'] as JsonObject }),
    clauses,
  };
}

/** Decisions in the order in which they were recorded; `events` are a ticket's, from the first. */
export function decisionsOf(events: readonly TicketEvent[]): Decision[] {
  const asked = new Map<string, TicketEvent>();
  const last = new Map<string, Decision>();
  const found: Decision[] = [];
  for (const event of events) {
    const fact = event.subject ?? '';
    if (event.type === 'asked') asked.set(fact, event);
    else if (event.type === 'fact') {
      const one = decided(event, asked.get(fact));
      asked.delete(fact);
      last.set(fact, one);
      found.push(one);
    } else if (event.type === 'fact_late') found.push({ ...decided(event, undefined), late: true });
    else if (event.type === 'reclassified') {
      const { from = null, reason } = event.data;
      const before = last.get(fact);
      if (before) before.overruledBy = event.seq;
      const one = decided(event, asked.get(fact));
      if (event.data['awaited'] === true) asked.delete(fact);
      one.overrules = { from, ...(reason === undefined ? {} : { reason }) };
      last.set(fact, one);
      found.push(one);
    }
  }
  return found;
}

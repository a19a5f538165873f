/** Many tickets at once, written as events: what metrics are tried on. */
import { historyOf, type History, type SeriesPoint } from '../../src/domain/metrics/history';
import type { MetricResult, Question } from '../../src/domain/metrics/answers';
import { evaluateMetric } from '../../src/domain/metrics/evaluate';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import type { Actor, StatePatch, TicketEvent } from '../../src/domain/ticket/types';
import { parseDuration, parseInstant, type EpochMs } from '../../src/domain/time/instants';

/** An event: when after the opening, what, and what it says and changes. */
export type Line = [
  at: string,
  type: string,
  data?: JsonObject & { subject?: string },
  by?: string | Actor,
  patch?: StatePatch,
];

export interface Made {
  opened?: string;
  id?: string;
  ticket?: JsonObject;
  lines?: Line[];
}

const STATUS: Record<string, string> = {
  claimed: 'in_progress',
  paused: 'pending',
  resolved: 'resolved',
  closed: 'closed',
  reopened: 'in_progress',
};
let numbers = 0;

const momentOf = (text: string, opened: EpochMs): EpochMs => {
  const after = parseDuration(text);
  return after === undefined ? (parseInstant(text) ?? NaN) : opened + after;
};

/** One ticket as its journal would have it. */
export function ticket(made: Made = {}): History {
  const id = made.id ?? `T-${++numbers}`;
  const opened = parseInstant(made.opened ?? '2025-01-15T12:00:00Z') ?? NaN;
  const fields: JsonObject = {
    id,
    kind: 'support',
    status: 'created',
    priority: 'P3',
    tier: 1,
    channel: 'email',
    customer: { name: 'Jane', email: `${id}@example.com`, plan: 'professional' },
    opened_at: opened,
    ...made.ticket,
  };
  const events: TicketEvent[] = [];
  const add = (at: EpochMs, type: string, data: JsonObject, by: Actor, patch: StatePatch): void => {
    const { subject, ...rest } = data;
    events.push({
      seq: events.length + 1,
      at,
      recordedAt: at,
      type,
      ...(typeof subject === 'string' ? { subject } : {}),
      by,
      cause: 'test',
      clauses: [],
      data: typeof subject === 'string' && type === 'escalated' ? { ...rest, path: subject } : rest,
      patch,
    });
  };
  add(
    opened,
    'opened',
    { priority: fields['priority'] ?? null },
    { name: 'Jane', kind: 'customer' },
    { ticket: fields },
  );
  for (const [at, type, data = {}, by = 'agent', patch = {}] of made.lines ?? []) {
    const actor: Actor = typeof by === 'string' ? { name: by, kind: by === 'engine' ? 'engine' : 'person' } : by;
    const status = STATUS[type];
    add(momentOf(at, opened), type, data, actor, {
      ...patch,
      ...(status === undefined ? {} : { ticket: { status, ...patch.ticket } }),
    });
  }
  return historyOf(id, events);
}

/** `n` tickets of one making. */
export const tickets = (n: number, made: Made | ((i: number) => Made) = {}): History[] =>
  Array.from({ length: n }, (_, i) => ticket(typeof made === 'function' ? made(i) : made));

/** Measurements `[instant, value, labels]` of a series. */
export const series = (name: string, points: [string, number, JsonObject?][]): Record<string, SeriesPoint[]> => ({
  [name]: points.map(([at, value, labels = {}]) => ({ name, at: parseInstant(at) ?? NaN, value, labels })),
});

export const period = (from: string, to: string): Question['period'] => ({
  from: parseInstant(from) ?? NaN,
  to: parseInstant(to) ?? NaN,
});
/** January 2025 in UTC: all that the fixtures open lies in it. */
export const JANUARY = period('2025-01-01T05:00:00Z', '2025-02-01T05:00:00Z');

/** Ask a metric of a pack; one that the pack does not have is a failure. */
export function ask(
  pack: CompiledPack,
  metric: string,
  histories: readonly History[],
  more: Partial<Question> & { series?: Record<string, SeriesPoint[]> } = {},
): MetricResult {
  const { series: points = {}, ...question } = more;
  const found = evaluateMetric({ pack, histories, series: points }, { metric, period: JANUARY, ...question });
  if (!found) throw new Error(`the pack has no metric ${metric}`);
  return found;
}

/** Comparing timelines event by event; `recordedAt` takes no part (design.md, decision 8). */
import { formatInstant } from '../../src/domain/time/instants';
import type { TicketEvent } from '../../src/domain/ticket/types';

const comparable = (event: TicketEvent | undefined): string => {
  if (!event) return 'nothing';
  const { recordedAt: _recordedAt, ...rest } = event;
  return JSON.stringify(sorted(rest));
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

const line = (event: TicketEvent | undefined): string =>
  event
    ? `${event.seq} ${formatInstant(event.at)} ${event.type}(${event.subject ?? ''}) because of ${event.cause}`
    : 'nothing';

/** Where two timelines part, with the events around it; undefined when they are equal. */
export function firstDifference(
  a: readonly TicketEvent[],
  b: readonly TicketEvent[],
  what: string,
): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (comparable(a[i]) === comparable(b[i])) continue;
    const around = (events: readonly TicketEvent[]): string =>
      events
        .slice(Math.max(0, i - 2), i + 3)
        .map((event) => `    ${line(event)}`)
        .join('\n');
    return `${what}: event ${i + 1} differs\n  one:\n${around(a)}\n  other:\n${around(b)}\n  ${comparable(a[i])}\n  ${comparable(b[i])}`;
  }
  return undefined;
}

/** What needs no server: rehearsals on the core, due instants of a calendar. Each beside something in the same run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { addOpen } from '../src/domain/time/calendar';
import { compileCalendar } from '../src/policies/calendar-zones';
import { rehearseOnCore } from '../src/rehearsal/core-engine';
import { packOf, planFor } from '../src/rehearsal/rehearse';
import { readScenario } from '../src/rehearsal/scenario';
import { loadTriage } from '../src/triage/load';
import { readLabelled } from '../src/triage/messages';

/** Runs a second while `work` is repeated for `forMs`. */
function rate(forMs: number, work: () => number): number {
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < forMs) done += work();
  return done / ((performance.now() - began) / 1000);
}

export interface PureResult {
  rehearsals: number;
  events: number;
  due: number;
  dueYear: number;
  luxon: number;
  /** Messages decided on a second, and the same behind the pre-filter. */
  triage: number;
  triageFiltered: number;
}

/** Working hours by luxon, a day at a time: what a careful programmer would write with the library alone. */
function luxonDue(from: number, amount: number): number {
  let left = amount;
  let cursor = DateTime.fromMillis(from, { zone: 'Europe/Berlin' });
  for (;;) {
    const open = cursor.set({ hour: 9, minute: 0, second: 0, millisecond: 0 });
    const close = cursor.set({ hour: 17, minute: 0, second: 0, millisecond: 0 });
    if (cursor.weekday <= 5 && cursor < close) {
      const start = cursor > open ? cursor : open;
      const available = close.toMillis() - start.toMillis();
      if (left <= available) return start.toMillis() + left;
      left -= available;
    }
    cursor = open.plus({ days: 1 });
  }
}

export async function pure(forMs = 3_000): Promise<PureResult> {
  const scenario = await readScenario(
    join(__dirname, '..', '..', 'policies', 'secureai', 'scenarios', 'p1-unresolved-48h.yaml'),
  );
  const plan = planFor(scenario, await packOf(scenario));
  const events = rehearseOnCore(plan).events.length;
  const calendar = compileCalendar({ zone: 'Europe/Berlin', hours: { 'mon-fri': [['09:00', '17:00']] } });
  const from = Date.parse('2026-03-06T10:00:00Z');
  const many = (amount: number) => () => {
    for (let i = 0; i < 500; i++) addOpen(calendar, from + i * 1_234_567, amount);
    return 500;
  };
  const root = join(__dirname, '..', '..');
  const { triage } = await loadTriage(join(root, 'policies', 'trust-safety'));
  const messages = readFileSync(join(root, 'test', 'data', 'triage', 'development.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => readLabelled(line).turns);
  const decideAll = (prefilter: boolean) => () => {
    for (const turns of messages) triage.conversation(turns, { prefilter });
    return messages.length;
  };
  return {
    triage: rate(forMs, decideAll(false)),
    triageFiltered: rate(forMs, decideAll(true)),
    rehearsals: rate(forMs, () => (rehearseOnCore(plan), 1)),
    events,
    due: rate(forMs, many(4 * 3_600_000)),
    dueYear: rate(forMs, many(250 * 8 * 3_600_000)),
    luxon: rate(forMs, () => {
      for (let i = 0; i < 20; i++) luxonDue(from + i * 1_234_567, 4 * 3_600_000);
      return 20;
    }),
  };
}

/** What a scenario expects, held against its timeline. */
import type { Expectation, Scenario } from './scenario';
import { momentOf } from './scenario';
import type { TimelineRow } from './rows';
import { parseDuration, parseInstant } from '../domain/time/instants';
import type { Refusal } from './core-engine';

export interface Checked {
  ok: boolean;
  kind: 'expect' | 'never';
  /** The expectation as a sentence. */
  text: string;
  /** When it fails: what was there instead. */
  found?: string;
}

const words = (text: string): string => text.replace(/[-_\s]/g, '').toLowerCase();

/** `event: breached(p1_updates)` or `event: breached`: the row's type, and its subject where one is named. */
function isEvent(row: TimelineRow, wanted: string): boolean {
  const match = /^([^()]+)(?:\(([^()]*)\))?$/.exec(wanted.trim());
  if (!match) return false;
  return (
    words(row.type) === words(match[1] ?? '') &&
    (match[2] === undefined || row.subject === match[2] || row.data['owner'] === match[2])
  );
}

/** `deliver: email` names a channel, a verb (`notify`, `page`, `send`), a template, a name or a role; `true` is any delivery. */
function isDelivery(row: TimelineRow, wanted: string | true): boolean {
  return (
    wanted === true ||
    [row.data['channel'], row.data['verb'], row.data['template'], row.data['name'], row.data['role']].includes(wanted)
  );
}

const NAMES = new Set(['at', 'event', 'deliver', 'within', 'after', 'before', 'count', 'refused', 'clauses', 'to']);

function fits(row: TimelineRow, one: Expectation, scenario: Scenario): boolean {
  // Beside an event, `deliver` says which delivery the event is about (undelivered, dropped).
  if (one.event === undefined ? row.type !== 'delivery' : !isEvent(row, one.event)) return false;
  if (one.deliver !== undefined && !isDelivery(row, one.deliver)) return false;
  if (one.to !== undefined && ![row.data['to'], row.data['role']].flat().includes(one.to)) return false;
  if (one.clauses && !one.clauses.every((clause) => row.clauses.includes(clause))) return false;
  for (const [name, value] of Object.entries(one)) {
    if (!NAMES.has(name) && value !== undefined && JSON.stringify(row.data[name] ?? null) !== JSON.stringify(value))
      return false;
  }
  const at = parseInstant(row.at) ?? 0;
  if (one.after !== undefined && at <= momentOf(one.after, scenario.openedAt)) return false;
  if (one.before !== undefined && at >= momentOf(one.before, scenario.openedAt)) return false;
  if (one.at === undefined)
    return one.within === undefined || at <= scenario.openedAt + (parseDuration(one.within) ?? 0);
  const from = momentOf(one.at, scenario.openedAt);
  const until = from + (one.within === undefined ? 0 : (parseDuration(one.within) ?? 0));
  return at >= from && at <= until;
}

function sentence(one: Expectation): string {
  const { at, event, deliver, to, template, within, count, refused, ...rest } = one;
  const parts = [
    refused === undefined ? undefined : `refused ${refused}`,
    event,
    deliver === undefined ? undefined : deliver === true ? 'delivery' : `delivery ${deliver}`,
    to && `to ${to}`,
    template,
    at && `at ${at}`,
    within && `within ${within}`,
    count === undefined ? undefined : `${count} times`,
  ];
  const more = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [...parts, ...more].filter((part) => part !== undefined && part !== '').join(' ');
}

/** The nearest rows of the same kind, for a failure's message. */
function nearest(rows: readonly TimelineRow[], one: Expectation, scenario: Scenario): string {
  const { at: _at, within: _within, after: _after, before: _before, count: _count, ...anyTime } = one;
  const alike = rows.filter((row) => fits(row, anyTime as Expectation, scenario)).slice(0, 4);
  return alike.length === 0 ? 'nothing of the kind' : alike.map((row) => `${row.offset} ${row.summary}`).join('; ');
}

function refusalFits(one: Expectation, refusals: readonly Refusal[], scenario: Scenario): boolean {
  return refusals.some(
    (refusal) =>
      words(refusal.command) === words(one.refused ?? '') &&
      (one.at === undefined || refusal.at === momentOf(one.at, scenario.openedAt)) &&
      (one['code'] === undefined || one['code'] === refusal.rejection.code),
  );
}

/** Hold a timeline against its scenario. A refusal that the scenario does not expect is a failure as well. */
export function checkExpectations(
  scenario: Scenario,
  rows: readonly TimelineRow[],
  refusals: readonly Refusal[],
): Checked[] {
  const results: Checked[] = scenario.expect.map((one) => {
    if (one.refused !== undefined) {
      const ok = refusalFits(one, refusals, scenario);
      return { ok, kind: 'expect', text: sentence(one), ...(ok ? {} : { found: 'it was not refused' }) };
    }
    const found = rows.filter((row) => fits(row, one, scenario)).length;
    const ok = one.count === undefined ? found > 0 : found === one.count;
    return {
      ok,
      kind: 'expect',
      text: sentence(one),
      ...(ok ? {} : { found: one.count === undefined ? nearest(rows, one, scenario) : `${found} times` }),
    };
  });
  for (const one of scenario.never) {
    const row = rows.find((candidate) => fits(candidate, one, scenario));
    results.push({
      ok: row === undefined,
      kind: 'never',
      text: `never ${sentence(one)}`,
      ...(row ? { found: `${row.offset} ${row.summary}` } : {}),
    });
  }
  const expected = scenario.expect.filter((one) => one.refused !== undefined);
  for (const refusal of refusals) {
    if (expected.some((one) => refusalFits(one, [refusal], scenario))) continue;
    results.push({
      ok: false,
      kind: 'never',
      text: `${refusal.command} is accepted`,
      found: refusal.rejection.message,
    });
  }
  return results;
}

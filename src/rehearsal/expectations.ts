/** What a scenario expects, held against its timeline. */
import type { Expectation, Scenario } from './scenario';
import { momentOf } from './scenario';
import type { TimelineRow } from './rows';
import { parseDuration, parseInstant } from '../domain/time/instants';
import type { RehearsedTicket, Refusal } from './stage';

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

const NAMES = new Set([
  ...['at', 'event', 'deliver', 'within', 'after', 'before', 'count', 'refused', 'clauses', 'to', 'ticket', 'by'],
]);

/** The tickets that were rehearsed, as a scenario speaks of them. */
class Cast {
  constructor(private readonly tickets: readonly RehearsedTicket[]) {}

  /** Whether a ticket is the one meant: by name or id, any of a kind by that, and the first where none is named. */
  means(wanted: string | undefined, name: string | undefined): boolean {
    const [first] = this.tickets;
    if (name === undefined || wanted === '*') return true;
    if (wanted === undefined) return name === first?.name;
    const ticket = this.tickets.find((one) => one.name === name);
    return name === wanted || ticket?.id === wanted || ticket?.kind === wanted;
  }

  /** A value of an expectation: another ticket may stand there by its name. */
  same(wanted: unknown, found: unknown): boolean {
    const text = JSON.stringify(found ?? null);
    if (JSON.stringify(wanted) === text) return true;
    const swapped = this.swap(wanted);
    return swapped !== wanted && JSON.stringify(swapped) === text;
  }

  /** The id of the ticket of a name, in lists too; anything else as it is. */
  swap(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.swap(item));
    return this.tickets.find((one) => one.name === value)?.id ?? value;
  }
}

function fits(row: TimelineRow, one: Expectation, scenario: Scenario, cast: Cast): boolean {
  if (!cast.means(one.ticket, row.ticket)) return false;
  // Beside an event, `deliver` says which delivery the event is about (undelivered, dropped).
  if (one.event === undefined ? row.type !== 'delivery' : !isEvent(row, one.event)) return false;
  if (one.deliver !== undefined && !isDelivery(row, one.deliver)) return false;
  const addressed = [row.data['to'], row.data['role']].flat();
  if (one.to !== undefined && ![...addressed, row.data['to']].some((to) => cast.same(one.to, to))) return false;
  if (one['by'] !== undefined && row.by !== one['by'] && row.data['by'] !== one['by']) return false;
  if (one.clauses && !one.clauses.every((clause) => row.clauses.includes(clause))) return false;
  for (const [name, value] of Object.entries(one)) {
    if (!NAMES.has(name) && value !== undefined && !cast.same(value, row.data[name])) return false;
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
  const { at, event, deliver, to, template, within, count, refused, ticket, ...rest } = one;
  const parts = [
    ticket && `${ticket}:`,
    refused === undefined ? undefined : `refused ${refused}`,
    event,
    deliver === undefined ? undefined : deliver === true ? 'delivery' : `delivery ${deliver}`,
    to === undefined ? undefined : `to ${typeof to === 'string' ? to : JSON.stringify(to)}`,
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
function nearest(rows: readonly TimelineRow[], one: Expectation, scenario: Scenario, cast: Cast): string {
  const { at: _at, within: _within, after: _after, before: _before, count: _count, ...anyTime } = one;
  const alike = rows.filter((row) => fits(row, anyTime as Expectation, scenario, cast)).slice(0, 4);
  return alike.length === 0 ? 'nothing of the kind' : alike.map((row) => `${row.offset} ${row.summary}`).join('; ');
}

/** What a refusal says: its message, and its details where an author looks for one of them. */
const saidIn = ({ rejection }: Refusal): string => `${rejection.message} ${JSON.stringify(rejection.details)}`;

function refusalFits(one: Expectation, refusals: readonly Refusal[], scenario: Scenario, cast: Cast): boolean {
  return refusals.some(
    (refusal) =>
      words(refusal.command) === words(one.refused ?? '') &&
      cast.means(one.ticket, refusal.ticket) &&
      (one.at === undefined || refusal.at === momentOf(one.at, scenario.openedAt)) &&
      (one['code'] === undefined || one['code'] === refusal.rejection.code) &&
      (typeof one['says'] !== 'string' || saidIn(refusal).includes(one['says'])),
  );
}

/** Hold a timeline against its scenario. A refusal that the scenario does not expect is a failure as well. */
export function checkExpectations(
  scenario: Scenario,
  rows: readonly TimelineRow[],
  refusals: readonly Refusal[],
  tickets: readonly RehearsedTicket[] = [],
): Checked[] {
  const cast = new Cast(tickets);
  const results: Checked[] = scenario.expect.map((one) => {
    if (one.refused !== undefined) {
      const ok = refusalFits(one, refusals, scenario, cast);
      return { ok, kind: 'expect', text: sentence(one), ...(ok ? {} : { found: 'it was not refused' }) };
    }
    const found = rows.filter((row) => fits(row, one, scenario, cast)).length;
    const ok = one.count === undefined ? found > 0 : found === one.count;
    return {
      ok,
      kind: 'expect',
      text: sentence(one),
      ...(ok ? {} : { found: one.count === undefined ? nearest(rows, one, scenario, cast) : `${found} times` }),
    };
  });
  for (const one of scenario.never) {
    const row = rows.find((candidate) => fits(candidate, one, scenario, cast));
    results.push({
      ok: row === undefined,
      kind: 'never',
      text: `never ${sentence(one)}`,
      ...(row ? { found: `${row.offset} ${row.summary}` } : {}),
    });
  }
  const expected = scenario.expect.filter((one) => one.refused !== undefined);
  for (const refusal of refusals) {
    if (expected.some((one) => refusalFits(one, [refusal], scenario, cast))) continue;
    results.push({
      ok: false,
      kind: 'never',
      text: `${refusal.command} is accepted`,
      found: refusal.rejection.message,
    });
  }
  return results;
}

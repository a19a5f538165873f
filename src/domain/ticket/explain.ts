/** Why something is due when it is: the anchor, the amount, the calendar's counted hours, the pauses, the clause. */
import type { CompiledPack } from '../policy/types';
import { explainOpen } from '../time/explain-open';
import { formatDuration, formatInstant } from '../time/instants';
import { agenda } from './agenda';
import { calendarOf } from './calendars';
import { readAmount } from './clocks';
import type { AgendaItem, ClockState, TicketState } from './types';

export interface Explanation {
  at: string;
  name: string;
  kind: string;
  title: string;
  clauses: string[];
  lines: string[];
}

/** Counted intervals worth listing; the rest is summed up. */
const LISTED = 7;

function amountText(clock: ClockState): string {
  const read = readAmount(clock.amount);
  if (!read) return 'a cadence';
  if ('instant' in read) return `the instant ${formatInstant(read.instant)}`;
  return typeof read.amount === 'number'
    ? formatDuration(read.amount)
    : `${read.amount.days} open days (${read.amount.at})`;
}

function clockLines(pack: CompiledPack, state: TicketState, item: AgendaItem): string[] {
  const clock = state.clocks[item.id];
  if (!clock) return [];
  const lines = [
    `Counts from ${formatInstant(clock.anchor)} (event ${clock.anchorSeq}), ${amountText(clock)}, in the calendar "${clock.calendar}".`,
  ];
  const calendar = calendarOf(pack, clock.calendar);
  if (!calendar.always) {
    const { counted, holidays } = explainOpen(calendar, clock.anchor, item.at);
    for (const { from, to } of counted.slice(0, LISTED))
      lines.push(`Counted ${formatInstant(from)} to ${formatInstant(to)}: ${formatDuration(to - from)}.`);
    if (counted.length > LISTED) lines.push(`… and ${counted.length - LISTED} more intervals.`);
    for (const day of holidays) lines.push(`Skipped ${day}: a holiday.`);
  }
  for (const [from, to] of clock.pauses) lines.push(`Stood still from ${formatInstant(from)} to ${formatInstant(to)}.`);
  if (clock.lastMet !== undefined) lines.push(`Last fulfilled ${formatInstant(clock.lastMet)}.`);
  return lines;
}

function otherLines(pack: CompiledPack, state: TicketState, item: AgendaItem): string[] {
  if (item.kind === 'ack') {
    const path = state.paths[item.name];
    const level = pack.paths[item.name]?.levels[(path?.level ?? 1) - 1];
    if (!path || !level) return [];
    return [
      `Level ${path.level} (${level.to.join(', ')}) was told ${formatInstant(path.toldAt)}; an acknowledgement is waited for ${formatDuration(level.ack ?? 0)}.`,
      `Then ${path.attempt < level.repeat ? 'the same level is told again' : path.level < (pack.paths[item.name]?.levels.length ?? 0) ? 'the next level is told' : 'the catch-all is told'}.`,
    ];
  }
  if (item.kind === 'silence') return silenceLines(pack, state, item.name);
  if (item.kind === 'by')
    return [`No receipt of the message to ${String(item.data['to'])} yet; without one it counts as undelivered then.`];
  if (item.kind === 'timeout')
    return [`No receipt of the page to ${String(item.data['to'])} yet; without one it reached nobody.`];
  return [];
}

/** Since when a flow hears nothing, and what happens when that goes on. */
function silenceLines(pack: CompiledPack, state: TicketState, name: string): string[] {
  const flow = state.flows[name];
  const def = pack.flows[name]?.states[flow?.state ?? ''];
  const row = (def?.collect?.silence ?? def?.silence)?.[flow?.silences ?? 0];
  if (!flow || !def || !row) return [];
  const since = flow.silentSince === undefined ? '' : ` since ${formatInstant(flow.silentSince)}`;
  const template = row.send && 'template' in row.send ? String(row.send.template) : undefined;
  const then = [
    ...(template === undefined ? [] : [`the customer is sent ${template}`]),
    ...(row.giveUp ? ['what is still open is given up'] : []),
    ...(row.to === undefined ? [] : [`it goes on to "${row.to}"`]),
  ];
  return [
    `"${def.title ?? def.name}" has waited for the customer's answer${since}.`,
    ...(then.length === 0 ? [] : [`Without one ${then.join(', and ')}.`]),
  ];
}

/** Explain everything on a ticket's agenda, soonest first, and the clocks that stand still. */
export function explain(pack: CompiledPack, state: TicketState): Explanation[] {
  const version = `Pack ${state.pack.id} ${state.pack.version}, ${state.pack.hash.slice(0, 12)}.`;
  const due = agenda(pack, state).map((item): Explanation => ({
    at: formatInstant(item.at),
    name: item.name,
    kind: item.kind,
    title: `${formatInstant(item.at)}  ${item.name} (${item.label})`,
    clauses: item.clauses,
    lines: [
      ...clockLines(pack, state, item),
      ...otherLines(pack, state, item),
      ...(item.shadow ? ['In shadow: it is decided and recorded then, and nobody hears of it.'] : []),
      ...(item.clauses.length > 0 ? [`Clauses ${item.clauses.join(', ')}.`] : []),
      version,
    ],
  }));
  const paused = Object.values(state.clocks)
    .filter((clock) => clock.status === 'paused')
    .map((clock): Explanation => ({
      at: '',
      name: clock.name,
      kind: 'paused',
      title: `${clock.name} stands still`,
      clauses: [],
      lines: [`Since ${formatInstant(clock.pausedAt ?? clock.anchor)}; it goes on when its pause ends.`, version],
    }));
  return [...due, ...paused];
}

/** A timeline for a terminal: a line an event, deliveries of one instant together, no line wider than asked for. */
import { importance } from '../../domain/ticket/describe';
import { clockOf, dayOf, labelOf, readRows, shortOffset, zoneMinutes, type ReadRow, type TimelineRow } from './row';

export interface TextOptions {
  /** Columns, at least 40. */
  width?: number;
  /** ANSI colours. */
  color?: boolean;
  /** Clock bookkeeping, conditions and receipts too. */
  all?: boolean;
  /** Clause ids at the end of each entry. */
  clauses?: boolean;
  /** Minutes that local time is ahead of UTC at an instant; without it the offset written in each row counts. */
  zone?: (instant: number) => number;
}

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 } as const;
type Colour = keyof typeof CODES;

interface Look {
  symbol: string;
  colour?: Colour;
}

const LOOKS: Record<string, Look> = {
  opened: { symbol: '●', colour: 'bold' },
  reopened: { symbol: '●', colour: 'bold' },
  acknowledged: { symbol: '✓', colour: 'green' },
  met: { symbol: '✓', colour: 'green' },
  task_done: { symbol: '✓', colour: 'green' },
  resolved: { symbol: '■', colour: 'green' },
  closed: { symbol: '■' },
  merged: { symbol: '■' },
  escalated: { symbol: '▲', colour: 'magenta' },
  repeated: { symbol: '▲', colour: 'magenta' },
  deescalated: { symbol: '▼', colour: 'magenta' },
  breached: { symbol: '✗', colour: 'red' },
  again: { symbol: '✗', colour: 'red' },
  undelivered: { symbol: '✗', colour: 'red' },
  unreached: { symbol: '✗', colour: 'red' },
  exhausted: { symbol: '✗', colour: 'red' },
  engine_fault: { symbol: '✗', colour: 'red' },
  refused: { symbol: '✗', colour: 'red' },
  mark: { symbol: '!', colour: 'yellow' },
  waiting: { symbol: '!', colour: 'yellow' },
  unknown: { symbol: '!', colour: 'yellow' },
  delivery: { symbol: '→', colour: 'cyan' },
  task_opened: { symbol: '□' },
  paused: { symbol: '‖' },
  resumed: { symbol: '●' },
};
const PLAIN: Look = { symbol: '•' };
const DETAIL: Look = { symbol: '·', colour: 'dim' };

/** Columns before the text: offset, clock, symbol. */
const MARGIN = 20;

interface Entry {
  row: ReadRow;
  look: Look;
  text: string;
  clauses: string[];
}

const CHANNELS: Record<string, string> = {
  page: 'pages',
  email: 'mail',
  slack: 'Slack',
  status_page: 'status page',
  ticket: 'other tickets',
  draft: 'drafts',
};
const channelOf = (row: ReadRow): string => {
  const draft = row.data['verb'] === 'draft' || typeof row.data['draftFor'] === 'string';
  const channel = draft ? 'draft' : labelOf(row.data['channel']).replace(/ /g, '_');
  return CHANNELS[channel] ?? channel.replace(/_/g, ' ');
};

/** Several deliveries as one sentence: by channel, to whom. */
function together(rows: readonly ReadRow[]): string {
  const byChannel = new Map<string, Set<string>>();
  for (const row of rows) {
    const roles = byChannel.get(channelOf(row)) ?? new Set<string>();
    const state = row.data['channel'] === 'status_page' ? row.data['state'] : undefined;
    // Another ticket is known by its id.
    const role = row.data['channel'] === 'ticket' ? row.data['to'] : row.data['role'];
    roles.add(labelOf(state ?? role ?? row.data['to']) || 'somebody');
    byChannel.set(channelOf(row), roles);
  }
  return `${rows.length} messages — ${[...byChannel].map(([channel, roles]) => `${channel}: ${[...roles].join(', ')}`).join('; ')}`;
}

/** The id that belongs to a ticket's name, at its opening. */
const idOf = (row: ReadRow): string =>
  row.type === 'opened' && typeof row.data['id'] === 'string' ? ` (${row.data['id']})` : '';

/** The longest name of a ticket that has a column of its own; longer ones are cut in the middle. */
const NAME = 16;
const shortName = (name: string): string =>
  name.length <= NAME ? name : `${name.slice(0, NAME / 2)}…${name.slice(-(NAME / 2 - 1))}`;

function entries(rows: readonly ReadRow[], all: boolean): Entry[] {
  const found: Entry[] = [];
  const shown = rows.filter((row) => all || importance(row) !== 'detail');
  for (let index = 0; index < shown.length; index += 1) {
    const row = shown[index] as ReadRow;
    let next = index + 1;
    const joins = (other: ReadRow | undefined): boolean =>
      other?.type === 'delivery' && other.ms === row.ms && other.row.ticket === row.row.ticket;
    if (row.type === 'delivery') while (joins(shown[next])) next += 1;
    const group = shown.slice(index, next);
    const look = LOOKS[row.type] ?? (importance(row) === 'detail' ? DETAIL : PLAIN);
    const text = group.length > 1 ? together(group) : `${row.row.summary}${idOf(row)}`;
    found.push({ row, look, text, clauses: [...new Set(group.flatMap((one) => one.row.clauses))] });
    index = next - 1;
  }
  return found;
}

/** Control characters as blanks: a summary may hold what a customer wrote. */
const clean = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** Lines of at most `width` signs; a word longer than that is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of clean(text).split(/ +/)) {
    const signs = [...word];
    for (let start = 0; start === 0 || start < signs.length; start += width) {
      const piece = signs.slice(start, start + width).join('');
      const last = lines[lines.length - 1] ?? '';
      const joined = last === '' ? piece : `${last} ${piece}`;
      if (start === 0 && [...joined].length <= width) lines[lines.length - 1] = joined;
      else lines.push(piece);
    }
  }
  return lines;
}

/**
 * The timeline as text: offset since the opening, local clock, a sign for the kind, the sentence. Entries of one instant
 * show it once; a new day is announced. Ends without a line break.
 */
export function renderTimeline(rows: readonly TimelineRow[], options: TextOptions = {}): string {
  const width = Math.max(options.width ?? 80, 40);
  const paint = (text: string, colour: Colour | undefined): string =>
    options.color === true && colour !== undefined && text !== '' ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  // Several tickets: a column with the name of each.
  const columns = Math.max(0, ...rows.map((row) => (row.ticket === undefined ? 0 : shortName(row.ticket).length + 1)));
  const margin = MARGIN + columns;
  const lines: string[] = [];
  let day = '';
  let before: number | undefined;
  let ticket: string | undefined;
  for (const { row, look, text, clauses } of entries(readRows(rows), options.all === true)) {
    const instant = Date.parse(row.row.at);
    const zone = options.zone?.(instant) ?? zoneMinutes(row.row.at);
    const today = dayOf(instant, zone);
    if (today !== day) {
      if (lines.length > 0) lines.push('');
      lines.push(paint(today, 'bold'));
      before = undefined;
    }
    day = today;
    const same = before === row.ms;
    const name = same && ticket === row.row.ticket ? '' : shortName(row.row.ticket ?? '');
    before = row.ms;
    ticket = row.row.ticket;
    const instantText = same
      ? ' '.repeat(MARGIN - 3)
      : `${shortOffset(row.ms).padStart(10)}  ${clockOf(instant, zone)}`;
    const when = columns === 0 ? instantText : `${instantText} ${name.padEnd(columns - 1)}`;
    wrap(text, width - margin).forEach((line, index) => {
      const start = index === 0 ? `${paint(when, 'dim')} ${paint(look.symbol, look.colour)} ` : ' '.repeat(margin);
      const colour = look.colour === 'red' || look.colour === 'dim' ? look.colour : undefined;
      lines.push(`${start}${paint(line, colour)}`);
    });
    if (options.clauses === true && clauses.length > 0) {
      for (const line of wrap(clauses.join(' '), width - margin))
        lines.push(`${' '.repeat(margin)}${paint(line, 'dim')}`);
    }
  }
  return lines.join('\n');
}

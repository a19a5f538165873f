/** Plain tables and pairs for a terminal of 80 columns; no colour unless a terminal asks for it. */
import Table from 'cli-table3';
import { humanDuration } from '../domain/ticket/describe';

export interface TableOptions {
  /** Columns of the terminal; at least 20. */
  width?: number;
  /** Bold head; off unless standard output is a terminal and `NO_COLOR` is not set. */
  color?: boolean;
}

/** Whether output may carry colour: a terminal, and `NO_COLOR` not set (no-color.org). */
export function mayColor(stream: { isTTY?: boolean } = process.stdout, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};
const SMALLEST = 6;
/** Longer words (addresses, names of templates) may be cut. */
const LONGEST_WORD = 20;

/** Control characters would move the cursor of whoever reads: they are shown as a blank. */
const clean = (text: string): string => text.replace(/[^\P{Cc}\n]+/gu, ' ');
const longest = (text: string): number => Math.max(0, ...text.split('\n').map((line) => [...line].length));
const longestWord = (text: string): number => longest(text.replace(/\s+/g, '\n'));

/** A word longer than the column, cut into pieces that fit: cli-table3 would cut it off. */
const broken = (text: string, width: number): string =>
  text.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'gu'), (piece) => `${piece} `);

/** Widths of the columns: what they need, the widest giving way first (the last one before the others). */
function widths(head: readonly string[], rows: readonly (readonly string[])[], width: number): number[] {
  const need = head.map((name, column) => Math.max(longest(name), ...rows.map((row) => longest(row[column] ?? '')), 1));
  const gaps = head.length - 1 + head.length;
  const room = width - gaps;
  const over = (): number => need.reduce((sum, one) => sum + one, 0) - room;
  const last = need.length - 1;
  if (over() > 0)
    need[last] = Math.max(
      (need[last] ?? 0) - over(),
      Math.min(need[last] ?? 0, Math.max(SMALLEST, Math.floor(room / 3))),
    );
  // Words stay whole as long as another column can wrap: whoever copies a ticket's id wants it in one piece.
  const whole = head.map((name, column) =>
    Math.min(Math.max(...[name, ...rows.map((row) => row[column] ?? '')].map(longestWord)), LONGEST_WORD),
  );
  while (over() > 0 && Math.max(...need) > 1) {
    const spare = need.map((one, column) => (one > (whole[column] ?? 0) ? one : 0));
    const widest = Math.max(...spare) > 0 ? spare.indexOf(Math.max(...spare)) : need.indexOf(Math.max(...need));
    need[widest] = (need[widest] ?? 1) - 1;
  }
  return need;
}

/** A table with a head and a rule below it; no line is wider than `width`, long cells wrap, the last column first. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const width = Math.max(options.width ?? 80, 20);
  const cells = rows.map((row) => head.map((_, column) => clean(row[column] ?? '')));
  const columns = widths(head, cells, width);
  const drawn = new Table({
    head: [],
    chars: PLAIN,
    // One blank to the right of each cell; cli-table3 counts it as part of the column.
    colWidths: columns.map((one) => one + 1),
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [], compact: true },
    wordWrap: true,
  });
  const rule = columns.map((one) => '─'.repeat(one));
  for (const row of [[...head], rule, ...cells])
    drawn.push(row.map((cell, column) => broken(cell, columns[column] ?? 1)));
  const lines = drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const headLines = lines.findIndex((line) => line.startsWith('─'));
  const bold = options.color ?? mayColor();
  return lines.map((line, index) => (bold && index < headLines ? `\u001b[1m${line}\u001b[22m` : line)).join('\n');
}

/** Names and values below each other, names aligned, long values with a hanging indent; `undefined` values are left out. */
export function keyValues(
  pairs: readonly (readonly [string, string | number | undefined])[],
  options: TableOptions = {},
): string {
  const shown = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, clean(String(value))] as const]));
  const margin = Math.max(0, ...shown.map(([name]) => [...name].length)) + 2;
  const room = Math.max((options.width ?? 80) - margin, 10);
  return shown
    .flatMap(([name, value]) =>
      wrap(value, room).map((line, index) => `${(index === 0 ? name : '').padEnd(margin)}${line}`.trimEnd()),
    )
    .join('\n');
}

/** Lines of at most `width` signs, broken at blanks where possible. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [''];
    for (const word of broken(paragraph, width)
      .split(' ')
      .filter((one) => one !== '')) {
      const last = lines[lines.length - 1] ?? '';
      const joined = last === '' ? word : `${last} ${word}`;
      if ([...joined].length <= width) lines[lines.length - 1] = joined;
      else lines.push(word);
    }
    return lines;
  });
}

/** A distance from now: `in 12 min`, `3 h late`, `now` within half a second. */
export function relative(ms: number): string {
  if (Math.abs(ms) < 500) return 'now';
  return ms > 0 ? `in ${humanDuration(ms)}` : `${humanDuration(-ms)} late`;
}

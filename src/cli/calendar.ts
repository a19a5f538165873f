import { readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { addOpen, openBetween, type CompiledCalendar } from '../domain/time/calendar';
import {
  DAY_MS,
  LAST_INSTANT,
  SECOND_MS,
  civilFromDays,
  formatInstant,
  parseInstant,
  type EpochMs,
} from '../domain/time/instants';
import { compileCalendar } from '../policies/calendar-zones';

/** What the command needs of its surroundings. */
export interface CalendarIo {
  /** NDJSON of `--batch`. */
  stdin: NodeJS.ReadableStream;
  /** Data: one line, or in a batch the answers of one piece of input joined by line feeds; no line feed at the end. */
  out(text: string): void;
  /** Talk: what is wrong with the usage. */
  err(line: string): void;
  /** The calendar `PACK#NAME`, as a source or compiled; rejects when there is none. */
  resolvePackCalendar?(ref: string): Promise<unknown>;
}

type Question = 'due' | 'elapsed';
type Answer = { due: string } | { seconds: number };
interface Options {
  calendar?: string;
  from?: string;
  seconds?: string;
  to?: string;
  batch?: boolean;
  json?: boolean;
}

/** Calendars kept compiled during a batch, most recently used last. */
const MAX_COMPILED = 256;
/** Tables of offsets reach ten years further; beyond that a zone's last offset stays in force. */
const LAST_TABLE_YEAR = 2_100;

/**
 * Registers `calendar due` and `calendar elapsed`: when an amount of open time after an instant is used up, and how
 * much open time lies between two instants. One question by options, or with `--batch` one a line on stdin, answered
 * in order and as it comes; a bad line gets `{ "error": … }` and the rest go on. Bad usage: a line on `err`, exit code 2.
 */
export function calendarCommand(program: Command, io: CalendarIo): void {
  const calendar = program.command('calendar').description('open time of a calendar');
  const register = (question: Question, description: string, flag: string, meaning: string): void => {
    calendar
      .command(question)
      .description(description)
      .option('--calendar <ref>', 'a YAML or JSON file, FILE#NAME, or PACK#NAME')
      .option('--from <instant>', 'RFC 3339 with offset, such as 2026-03-06T10:00:00Z')
      .option(flag, meaning)
      .option('--batch', 'read NDJSON on stdin, answer a line each')
      .option('--json', 'answer in JSON')
      .action(async (options: Options) => {
        try {
          if (options.batch === true) await answerBatch(question, options, io);
          else await answerOnce(question, options, io);
        } catch (error) {
          io.err(`calendar ${question}: ${messageOf(error)}`);
          process.exitCode = 2;
        }
      });
  };
  register('due', 'when an amount of open time is used up', '--seconds <n>', 'open time in seconds, 0 or more');
  register('elapsed', 'open time between two instants', '--to <instant>', 'RFC 3339 with offset, not before --from');
}

async function answerOnce(question: Question, options: Options, io: CalendarIo): Promise<void> {
  if (options.calendar === undefined) throw new Error('--calendar is missing; give a file or PACK#NAME');
  const seconds = options.seconds === undefined || options.seconds.trim() === '' ? options.seconds : +options.seconds;
  const asked = { from: options.from, to: options.to, seconds: Number.isNaN(seconds) ? options.seconds : seconds };
  const ask = reader(question, asked, '--');
  const calendar = await readCalendar(options.calendar, io);
  const answer = ask(new CompiledCalendars().of(calendar, ask.latest));
  const value = 'due' in answer ? answer.due : String(answer.seconds);
  io.out(options.json === true ? JSON.stringify(answer) : value);
}

async function answerBatch(question: Question, options: Options, io: CalendarIo): Promise<void> {
  const standard = options.calendar === undefined ? undefined : await readCalendar(options.calendar, io);
  const compiled = new CompiledCalendars();
  const answer = (line: string): string => {
    try {
      return JSON.stringify(answerLine(question, line, standard, compiled));
    } catch (error) {
      return JSON.stringify({ error: messageOf(error) });
    }
  };
  let rest = '';
  io.stdin.setEncoding('utf8');
  // By pieces of input rather than by lines: whoever waits for an answer has it at once, and a file is few writes.
  for await (const piece of io.stdin) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) io.out(lines.map(answer).join('\n'));
  }
  if (rest !== '') io.out(answer(rest));
}

function answerLine(
  question: Question,
  line: string,
  standard: CalendarInput | undefined,
  compiled: CompiledCalendars,
): Answer {
  if (line.trim() === '') throw new Error('the line is empty; give a JSON object');
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch (error) {
    throw new Error(`the line is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw new Error('the line is not a JSON object');
  }
  const fields = asked as Record<string, unknown>;
  const calendar = fields['calendar'] === undefined ? standard : { source: fields['calendar'] };
  if (calendar === undefined) throw new Error('calendar: missing');
  const ask = reader(question, fields, '');
  return ask(compiled.of(calendar, ask.latest));
}

/** Checks the instants and amounts of a question; the calendar comes after, as the latest instant decides its table. */
function reader(
  question: Question,
  asked: Record<string, unknown>,
  prefix: string,
): ((calendar: CompiledCalendar) => Answer) & { latest: EpochMs } {
  const from = readInstant(asked['from'], `${prefix}from`);
  if (question === 'due') {
    const amount = readSeconds(asked['seconds'], `${prefix}seconds`);
    return Object.assign((calendar: CompiledCalendar) => ({ due: formatInstant(addOpen(calendar, from, amount)) }), {
      latest: Math.min(from + amount, LAST_INSTANT),
    });
  }
  const to = readInstant(asked['to'], `${prefix}to`);
  if (to < from) throw new Error(`${prefix}to: ${formatInstant(to)} is before ${prefix}from, ${formatInstant(from)}`);
  const elapsed = (calendar: CompiledCalendar): Answer => ({ seconds: openBetween(calendar, from, to) / SECOND_MS });
  return Object.assign(elapsed, { latest: to });
}

function readInstant(value: unknown, field: string): EpochMs {
  if (value === undefined) throw new Error(`${field}: missing; give an instant such as 2026-03-06T10:00:00Z`);
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined) {
    throw new Error(`${field}: ${JSON.stringify(value)} is not an RFC 3339 instant with offset, 2026-03-06T10:00:00Z`);
  }
  return instant;
}

function readSeconds(value: unknown, field: string): number {
  if (value === undefined) throw new Error(`${field}: missing; give a number of seconds, 0 or more`);
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new Error(`${field}: ${JSON.stringify(value)} is not a number of seconds, 0 or more`);
  }
  return Math.round(value * SECOND_MS);
}

/** Compiled calendars by their JSON text, so that a batch pays for each only once; the least recently used goes first. */
class CompiledCalendars {
  private readonly byText = new Map<string, CompiledCalendar>();

  /** The calendar compiled, a source's with offsets to ten years after `latest` at least (of {@link LAST_TABLE_YEAR}). */
  of(input: CalendarInput, latest: EpochMs): CompiledCalendar {
    if ('compiled' in input) return input.compiled;
    // By decades, so that instants of many years share few tables.
    const year = Math.max(new Date().getUTCFullYear(), civilFromDays(Math.floor(latest / DAY_MS)).year);
    const publishYear = Math.min(Math.ceil(year / 10) * 10, LAST_TABLE_YEAR);
    const text = `${publishYear} ${JSON.stringify(input.source)}`;
    let calendar = this.byText.get(text);
    if (calendar === undefined) calendar = compileCalendar(input.source, { publishYear });
    else this.byText.delete(text);
    this.byText.set(text, calendar);
    if (this.byText.size > MAX_COMPILED) this.byText.delete(this.byText.keys().next().value as string);
    return calendar;
  }
}

/** A calendar as an author wrote it, unchecked; or one that its pack has compiled. */
type CalendarInput = { source: unknown } | { compiled: CompiledCalendar };

/** The calendar that `FILE`, `FILE#NAME` or `PACK#NAME` names. */
async function readCalendar(ref: string, io: CalendarIo): Promise<CalendarInput> {
  const hash = ref.lastIndexOf('#');
  const [path, name] = hash < 0 ? [ref, undefined] : [ref.slice(0, hash), ref.slice(hash + 1)];
  for (const [file, wanted] of [[ref, undefined] as const, [path, name] as const]) {
    if (await isFile(file)) return { source: calendarIn(parse(await readFile(file, 'utf8')), file, wanted) };
  }
  if (name !== undefined && io.resolvePackCalendar) {
    const found = await io.resolvePackCalendar(ref);
    return isCompiled(found) ? { compiled: found } : { source: found };
  }
  throw new Error(`--calendar: no such file "${path}"`);
}

function calendarIn(content: unknown, file: string, name: string | undefined): unknown {
  const fields = content as { calendars?: Record<string, unknown>; holidays?: Record<string, unknown> } | null;
  if (fields?.calendars === undefined || fields.calendars === null) {
    if (name === undefined) return content;
    throw new Error(`--calendar: ${file} is one calendar, it has none named "${name}"`);
  }
  const names = Object.keys(fields.calendars);
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined) throw new Error(`--calendar: name one of ${names.join(', ')}: ${file}#NAME`);
  if (!names.includes(chosen)) {
    throw new Error(`--calendar: ${file} has no calendar "${chosen}"; it has ${names.join(', ')}`);
  }
  const calendar = fields.calendars[chosen];
  const { holidays } = (calendar ?? {}) as { holidays?: unknown };
  // A pack's calendar may name a list that stands beside the calendars.
  const list = typeof holidays === 'string' ? fields.holidays?.[holidays] : undefined;
  return list === undefined ? calendar : { ...(calendar as object), holidays: list };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function isCompiled(source: unknown): source is CompiledCalendar {
  return typeof source === 'object' && source !== null && 'offsets' in source && 'tzdata' in source;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { calendarCommand, type CalendarIo } from '../../src/cli/calendar';
import { compileCalendar } from '../../src/policies/calendar-zones';

const CALENDAR = {
  timeZone: 'Europe/Berlin',
  hours: {
    mon: [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ],
    fri: [['09:00', '17:00']],
  },
  holidays: ['2026-12-25'],
  overrides: { '2026-12-24': [['09:00', '12:00']] },
};
const FRIDAY = '2026-03-06T15:30:00Z';

interface Outcome {
  out: string[];
  err: string[];
  code: typeof process.exitCode;
}

async function run(args: string[], input: string | Readable = '', io: Partial<CalendarIo> = {}): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const program = new Command().exitOverride();
  const stdin = typeof input === 'string' ? Readable.from(input === '' ? [] : [Buffer.from(input)]) : input;
  calendarCommand(program, {
    stdin,
    out: (text) => void out.push(...text.split('\n')),
    err: (line) => void err.push(line),
    ...io,
  });
  const before = process.exitCode;
  process.exitCode = undefined;
  await program.parseAsync(['calendar', ...args], { from: 'user' });
  const code = process.exitCode;
  process.exitCode = before;
  return { out, err, code };
}

const batch = async (question: string, lines: unknown[]): Promise<unknown[]> => {
  const { out, err, code } = await run(
    [question, '--batch'],
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  expect({ err, code }).toEqual({ err: [], code: undefined });
  return out.map((line) => JSON.parse(line) as unknown);
};

describe('calendar --batch', () => {
  test('answers due instants a line each and in order', async () => {
    expect(
      await batch('due', [
        { calendar: CALENDAR, from: '2026-03-06T10:00:00Z', seconds: 3600 },
        { calendar: CALENDAR, from: FRIDAY, seconds: 3600 },
        { calendar: CALENDAR, from: '2026-03-06T16:30:00+01:00', seconds: 1800, id: 'ignored' },
        { calendar: CALENDAR, from: FRIDAY, seconds: 1800.25 },
        { calendar: CALENDAR, from: '2026-12-23T12:00:00Z', seconds: 3 * 3600 + 1 },
      ]),
    ).toEqual([
      { due: '2026-03-06T11:00:00Z' },
      { due: '2026-03-09T08:30:00Z' },
      { due: '2026-03-06T16:00:00Z' },
      { due: '2026-03-09T08:00:00.250Z' },
      { due: '2026-12-28T08:00:01Z' },
    ]);
  });

  test('answers elapsed seconds', async () => {
    expect(
      await batch('elapsed', [
        { calendar: CALENDAR, from: FRIDAY, to: '2026-03-09T08:30:00Z' },
        { calendar: CALENDAR, from: FRIDAY, to: FRIDAY },
        { calendar: { always: true }, from: FRIDAY, to: '2026-03-06T15:30:01.5Z' },
      ]),
    ).toEqual([{ seconds: 3600 }, { seconds: 0 }, { seconds: 1.5 }]);
  });

  test('answers an error for a bad line and goes on', async () => {
    const input = [
      'nonsense',
      '[]',
      '',
      JSON.stringify({ calendar: CALENDAR, from: '2026-03-06', seconds: 1 }),
      JSON.stringify({ calendar: CALENDAR, seconds: 1 }),
      JSON.stringify({ calendar: CALENDAR, from: FRIDAY }),
      JSON.stringify({ calendar: CALENDAR, from: FRIDAY, seconds: -1 }),
      JSON.stringify({ calendar: CALENDAR, from: FRIDAY, seconds: '1' }),
      JSON.stringify({ from: FRIDAY, seconds: 1 }),
      JSON.stringify({ calendar: { ...CALENDAR, holyday: [] }, from: FRIDAY, seconds: 1 }),
      JSON.stringify({ calendar: { timeZone: 'UTC', hours: {} }, from: FRIDAY, seconds: 1 }),
      JSON.stringify({ calendar: CALENDAR, from: FRIDAY, seconds: 1e300 }),
      JSON.stringify({ calendar: CALENDAR, from: FRIDAY, seconds: 0 }),
    ];
    const { out } = await run(['due', '--batch'], input.join('\n'));
    const answers = out.map((line) => JSON.parse(line) as { error?: string });
    expect(answers).toHaveLength(input.length);
    const starts = [
      'the line is not JSON',
      'the line is not a JSON object',
      'the line is empty',
      'from: "2026-03-06" is not an RFC 3339 instant',
      'from: missing',
      'seconds: missing',
      'seconds: -1 is not a number of seconds',
      'seconds: "1" is not a number of seconds',
      'calendar: missing',
      'holyday: unknown field',
      'hours: the calendar has no open hours',
      'The calendar (Europe/Berlin) has too few open hours',
    ];
    starts.forEach((start, index) => expect(answers[index]?.error).toMatch(start));
    expect(answers.at(-1)).toEqual({ due: FRIDAY });
  });

  test('names the field when to is before from or missing', async () => {
    expect(
      await batch('elapsed', [
        { calendar: CALENDAR, from: FRIDAY, to: '2026-03-06T15:29:59Z' },
        { calendar: CALENDAR, from: FRIDAY },
      ]),
    ).toEqual([
      { error: 'to: 2026-03-06T15:29:59Z is before from, 2026-03-06T15:30:00Z' },
      { error: expect.stringMatching(/^to: missing/) },
    ]);
  });

  test('does not take a compiled calendar from a line', async () => {
    const calendar = compileCalendar(CALENDAR);
    expect(await batch('due', [{ calendar, from: FRIDAY, seconds: 1 }])).toEqual([
      { error: expect.stringMatching(/^tzdata: unknown field/) },
    ]);
  });

  test('answers each line as soon as it is read, wherever the pieces of input are cut', async () => {
    const stdin = new PassThrough();
    const answers: string[] = [];
    const next: (() => void)[] = [];
    const done = run(['due', '--batch'], stdin, {
      out: (text) => {
        answers.push(text);
        next.shift()?.();
      },
    });
    const line = JSON.stringify({ calendar: { ...CALENDAR, holidays: null }, from: FRIDAY, seconds: 3600 });
    const answered = new Promise<void>((resolve) => next.push(resolve));
    stdin.write(line.slice(0, 50));
    stdin.write(`${line.slice(50)}\r\n{"calendar"`);
    await answered;
    expect(answers).toEqual(['{"due":"2026-03-09T08:30:00Z"}']);
    stdin.end(':1}');
    await done;
    expect(answers[1]).toMatch(/"error":"from: missing/);
  });

  test('reads characters that are cut in two', async () => {
    const bytes = Buffer.from(JSON.stringify({ calendar: { ü: 1 }, from: FRIDAY, seconds: 1 }));
    const cut = bytes.indexOf('ü') + 1;
    const { out } = await run(['due', '--batch'], Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]));
    expect(out[0]).toContain('ü: unknown field');
  });

  test('keeps the order over more calendars than it keeps compiled', async () => {
    const lines = Array.from({ length: 700 }, (_, n) => ({
      calendar: {
        timeZone: 'UTC',
        hours: { 'mon-sun': [[`${String(n % 24).padStart(2, '0')}:00`, '24:00']] },
        holidays: [`20${String(10 + (n % 80))}-01-01`],
      },
      from: '2026-03-06T00:00:00Z',
      seconds: 0,
    }));
    const expected = lines.map((_, n) => ({ due: `2026-03-06T${String(n % 24).padStart(2, '0')}:00:00Z` }));
    expect(await batch('due', lines)).toEqual(expected);
  });

  test('sees changes of offset that lie far ahead', async () => {
    expect(
      await batch('due', [
        { calendar: CALENDAR, from: '2061-07-01T00:00:00Z', seconds: 0 },
        { calendar: CALENDAR, from: '2061-12-01T00:00:00Z', seconds: 0 },
      ]),
    ).toEqual([{ due: '2061-07-01T07:00:00Z' }, { due: '2061-12-02T08:00:00Z' }]);
  });
});

describe('calendar with options', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-calendar-'));
  const json = join(folder, 'one.json');
  const pack = join(folder, 'two.yaml');
  beforeAll(() => {
    writeFileSync(json, JSON.stringify(CALENDAR));
    writeFileSync(
      pack,
      `calendars:
  office: { zone: UTC, hours: { mon-fri: [["09:00", "17:00"]] }, holidays: bank }
  always: { always: true }
holidays: { bank: [2026-03-09] }
`,
    );
    writeFileSync(
      join(folder, 'single.yaml'),
      'calendars: { night: { zone: UTC, hours: { fri: [["22:00", "06:00"]] } } }',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const due = ['due', '--from', FRIDAY, '--seconds', '7200'];

  test('prints the due instant of a file', async () => {
    const told = { err: [], code: undefined };
    expect(await run([...due, '--calendar', json])).toEqual({ ...told, out: ['2026-03-09T09:30:00Z'] });
    expect(await run([...due, '--calendar', json, '--json'])).toEqual({
      ...told,
      out: ['{"due":"2026-03-09T09:30:00Z"}'],
    });
  });

  test('prints elapsed seconds', async () => {
    const args = ['elapsed', '--calendar', json, '--from', FRIDAY, '--to', '2026-03-09T08:30:00Z'];
    expect((await run(args)).out).toEqual(['3600']);
    expect((await run([...args, '--json'])).out).toEqual(['{"seconds":3600}']);
  });

  test('takes a calendar by name, with a list of holidays beside it', async () => {
    expect((await run([...due, '--calendar', `${pack}#office`])).out).toEqual(['2026-03-10T09:30:00Z']);
    expect((await run([...due, '--calendar', `${pack}#always`])).out).toEqual(['2026-03-06T17:30:00Z']);
  });

  test('takes the only calendar of a file without its name', async () => {
    expect((await run([...due, '--calendar', join(folder, 'single.yaml')])).out).toEqual(['2026-03-07T00:00:00Z']);
  });

  test('asks for a calendar of a pack, as a source or compiled', async () => {
    for (const found of [CALENDAR, compileCalendar(CALENDAR)]) {
      const asked: string[] = [];
      const resolvePackCalendar = async (ref: string): Promise<unknown> => {
        asked.push(ref);
        return Promise.resolve(found);
      };
      const { out } = await run([...due, '--calendar', 'acme#staff'], '', { resolvePackCalendar });
      expect({ out, asked }).toEqual({ out: ['2026-03-09T09:30:00Z'], asked: ['acme#staff'] });
    }
  });

  test('serves lines of a batch that have no calendar', async () => {
    const line = JSON.stringify({ from: FRIDAY, seconds: 7200 });
    expect((await run(['due', '--batch', '--calendar', json], line)).out).toEqual(['{"due":"2026-03-09T09:30:00Z"}']);
  });

  test.each<[string, string[], string]>([
    ['no calendar', ['--from', FRIDAY, '--seconds', '1'], '--calendar is missing'],
    ['no instant', ['--calendar', json, '--seconds', '1'], '--from: missing'],
    ['a bad instant', ['--calendar', json, '--from', 'now', '--seconds', '1'], '--from: "now" is not an RFC 3339'],
    ['no amount', ['--calendar', json, '--from', FRIDAY], '--seconds: missing'],
    ['a bad amount', ['--calendar', json, '--from', FRIDAY, '--seconds', '1h'], '--seconds: "1h" is not a number'],
    ['an empty amount', ['--calendar', json, '--from', FRIDAY, '--seconds', ''], '--seconds: "" is not a number'],
    ['a negative amount', ['--calendar', json, '--from', FRIDAY, '--seconds=-1'], '--seconds: -1 is not a number'],
    [
      'a missing file',
      ['--calendar', 'nowhere.yaml', '--from', FRIDAY, '--seconds', '1'],
      'no such file "nowhere.yaml"',
    ],
    ['an ambiguous file', ['--calendar', pack, '--from', FRIDAY, '--seconds', '1'], 'name one of office, always'],
    ['an unknown name', ['--calendar', `${pack}#x`, '--from', FRIDAY, '--seconds', '1'], 'has no calendar "x"'],
    ['a name in one calendar', ['--calendar', `${json}#x`, '--from', FRIDAY, '--seconds', '1'], 'none named "x"'],
  ])('refuses %s on stderr with exit code 2', async (_, args, message) => {
    const { out, err, code } = await run(['due', ...args]);
    expect({ out, code }).toEqual({ out: [], code: 2 });
    expect(err).toEqual([expect.stringContaining(message)]);
  });
});

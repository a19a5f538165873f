/** Exit codes and streams that hold for every command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tocsin } from './support';

const P1 = 'policies/secureai/scenarios/p1-unresolved-48h.yaml';
let data: string;
const before = { ...process.env };

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'tocsin-none-'));
  process.env['TOCSIN_DATA_DIR'] = data;
  delete process.env['TOCSIN_URL'];
  delete process.env['TOCSIN_API_KEY'];
});
afterAll(() => {
  process.env = before;
  rmSync(data, { recursive: true, force: true });
});

describe('bad usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['rehearse', P1, '--frob']],
    ['an unknown subcommand', ['policy', 'frob']],
    ['an unknown option of a subcommand', ['policy', 'test', 'secureai', '--frob']],
    ['a missing subcommand', ['policy']],
    ['a missing argument', ['rehearse']],
    ['a missing argument of a command on a ticket', ['do', 'TICK-20260101-001']],
    ['a surplus argument', ['rehearse', P1, P1]],
    ['a missing value of an option', ['rehearse', P1, '--engine']],
    ['an unknown pack', ['policy', 'check', 'nowhere']],
    ['an unknown pack to test', ['policy', 'test', 'nowhere']],
    [
      'an unknown calendar',
      ['calendar', 'due', '--calendar', 'secureai#none', '--from', '2026-01-05T10:00:00Z', '--seconds', '1'],
    ],
    ['an opening that cannot be read', ['open', '/nowhere/ticket.yaml']],
    ['a field without a name', ['do', 'TICK-20260101-001', 'note', 'words']],
    ['a field without a value', ['do', 'TICK-20260101-001', 'note', '--text']],
  ])('ends with 2, says so on stderr and writes nothing to stdout: %s', async (_what, args) => {
    const { code, out, err } = await tocsin(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  it.each(['[1]', '"text"', '', '{"subject":'])('covers an opening that is none: %s', async (text) => {
    expect(await tocsin(['open', '-'], text)).toMatchObject({ code: 2, out: '' });
  });
});

describe('help', () => {
  it.each([[['--help']], [['help']], [['rehearse', '--help']], [['help', 'policy']], [['policy', 'test', '--help']]])(
    'is data on stdout: %j',
    async (args) => {
      const { code, out, err } = await tocsin(args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('Usage: tocsin');
    },
  );

  it('lists every command', async () => {
    const { out } = await tocsin(['--help']);
    for (const name of [
      'up',
      'doctor',
      'open',
      'show',
      'agenda',
      'timeline',
      'explain',
      'board',
      'do',
      'rehearse',
      'calendar',
      'policy',
    ])
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  it('has the version', async () => {
    expect(await tocsin(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });
});

describe('without a stack', () => {
  it.each([
    [['show', 'T']],
    [['agenda', 'T']],
    [['timeline', 'T']],
    [['explain', 'T']],
    [['board']],
    [['do', 'T', 'note', '--text', 'x']],
    [['open', 'policies/secureai/examples/p1.yaml']],
  ])('a command on tickets ends with 1 and names the way out: %j', async (args) => {
    const { code, out, err } = await tocsin([...args, '--json']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('npm start');
  });
});

describe('--json', () => {
  it.each([
    [['rehearse', P1]],
    [['policy', 'check', 'secureai']],
    [['policy', 'clauses', 'secureai']],
    [['policy', 'schema', 'secureai']],
    [['policy', 'diff', 'secureai', 'secureai']],
    [['calendar', 'due', '--calendar', 'secureai#staff', '--from', '2026-03-06T21:30:00Z', '--seconds', '3600']],
    [['doctor']],
  ])('prints one JSON value and nothing else: %j', async (args) => {
    const { out } = await tocsin([...args, '--json']);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
  });

  it('of the clauses is a row a clause with what carries and proves it', async () => {
    const rows = JSON.parse((await tocsin(['policy', 'clauses', 'secureai', '--json'])).out) as object[];
    for (const row of rows)
      expect(row).toEqual({
        id: expect.stringMatching(/^[A-Z]+-[A-Z]+-\d+$/),
        kind: expect.any(String),
        rules: expect.any(Array),
        scenarios: expect.any(Array),
        tests: expect.any(Array),
        note: expect.any(String),
      });
  });
});

describe('calendar', () => {
  it('finds the calendar of a pack, and skips its weekend', async () => {
    const args = [
      'calendar',
      'due',
      '--calendar',
      'secureai#staff',
      '--from',
      '2026-03-06T21:30:00Z',
      '--seconds',
      '3600',
    ];
    expect(await tocsin(args)).toMatchObject({ code: 0, out: '2026-03-09T13:30:00Z' });
  });

  it('answers a batch a line each, and goes on after a bad one', async () => {
    const calendar = { timeZone: 'Europe/Berlin', hours: { mon: [['09:00', '17:00']] } };
    const lines = [
      { calendar, from: '2026-03-06T10:00:00Z', seconds: 3600 },
      { calendar, from: 'x', seconds: 1 },
      { calendar, from: '2026-03-09T08:00:00Z', seconds: 0 },
    ];
    const { code, out } = await tocsin(
      ['calendar', 'due', '--batch'],
      lines.map((line) => JSON.stringify(line)).join('\n'),
    );
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { due: '2026-03-09T09:00:00Z' },
      { error: expect.stringContaining('from') },
      { due: '2026-03-09T08:00:00Z' },
    ]);
  });
});

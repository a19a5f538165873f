import { keyValues, mayColor, relative, table, wrap } from '../../src/cli/tables';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));
const HEAD = ['Ticket', 'P', 'Next due', 'Subject'];
const LONG = 'Nobody can log in since 08:55, and the status page says that all is well, which customers find odd';

test('a table fits 80 columns and wraps its last column', () => {
  const rows = [
    ['TICK-20261201-001', 'P1', 'in 12 min', LONG],
    ['TICK-20261201-002', 'P3', '3 h late', 'Export'],
  ];
  expect(table(HEAD, rows, { color: false })).toMatchInlineSnapshot(`
   "Ticket             P   Next due   Subject
   ─────────────────  ──  ─────────  ─────────────────────────────────────────────
   TICK-20261201-001  P1  in 12 min  Nobody can log in since 08:55, and the status
                                     page says that all is well, which customers
                                     find odd
   TICK-20261201-002  P3  3 h late   Export"
  `);
});

test.each([20, 40, 80, 132])('no line is wider than %d, whatever the cells hold', (width) => {
  const rows = [
    ['a'.repeat(90), 'b'.repeat(50), LONG, 'c'.repeat(200)],
    ['', 'é'.repeat(30), 'x', `${LONG} ${LONG}`],
  ];
  const text = table(HEAD, rows, { width, color: false });
  expect(widest(text)).toBeLessThanOrEqual(width);
  const letters = (sign: string): number => text.split(sign).length - 1;
  expect([letters('c'.repeat(1)) >= 200, letters('é')]).toEqual([true, 30]);
});

test('a table without rows is a head', () => {
  expect(table(['A', 'B'], [], { color: false })).toBe('A  B\n─  ─');
});

test('there is colour only on a terminal that wants it', () => {
  expect(mayColor({ isTTY: true }, {})).toBe(true);
  expect(mayColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(mayColor({}, {})).toBe(false);
  expect(table(['A'], [['x']], { color: true })).toContain('\u001b[1mA');
  expect(table(['A'], [['x']], { color: false })).not.toContain('\u001b');
});

test('control characters in a cell do not reach the terminal', () => {
  expect(table(['A'], [['a\u001b[31mb']], { color: false })).not.toContain('\u001b');
  expect(keyValues([['A', 'a\u001b[31mb']])).not.toContain('\u001b');
});

test('pairs are aligned, long values hang, absent ones are left out', () => {
  expect(
    keyValues(
      [
        ['Ticket', 'TICK-1'],
        ['Owner', undefined],
        ['Breaches', 0],
        ['Subject', LONG],
      ],

      { width: 50 },
    ),
  ).toMatchInlineSnapshot(`
   "Ticket    TICK-1
   Breaches  0
   Subject   Nobody can log in since 08:55, and the
             status page says that all is well, which
             customers find odd"
  `);
});

test.each([
  [720_000, 'in 12 min'],
  [-10_800_000, '3 h late'],
  [0, 'now'],
  [-400, 'now'],
  [172_800_000, 'in 2 days'],
])('%d ms from now is "%s"', (ms, text) => {
  expect(relative(ms)).toBe(text);
});

test('a word longer than a line is broken', () => {
  expect(wrap('ab cdefghij', 4)).toEqual(['ab', 'cdef', 'ghij']);
});

test('an id stays in one piece while other columns can wrap', () => {
  const row = ['TICK-20261126-010', 'created, in safety shadow', '', 'in 13 days 23 h', 'Somebody is in our account'];
  const text = table(['Ticket', 'Status', 'Owner', 'Next due', 'Subject'], [row], { width: 60, color: false });
  expect(text).toContain('TICK-20261126-010');
  expect(widest(text)).toBeLessThanOrEqual(60);
});

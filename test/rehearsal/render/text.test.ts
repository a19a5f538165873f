import { renderTimeline } from '../../../src/rehearsal/render/text';
import { rehearseOnCore } from '../../../src/rehearsal/core-engine';
import { rowsOfAll } from '../../../src/rehearsal/rows';
import { incidentPlan } from '../../support/incident';
import { row, sampleRows } from './sample';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

test('shows the first quarter of an hour of a P1, with deliveries of one instant together', () => {
  const rows = sampleRows().filter(
    (one) => one.offset.match(/^PT(0S|([0-9]|1[0-7])M(30S)?)$/) && !one.type.startsWith('task'),
  );
  expect(renderTimeline(rows)).toMatchInlineSnapshot(`
   "Tue 1 Dec 2026
        +0:00  09:00 ● Ticket opened as P1: “Nobody can log in since 08:55”
                     ▲ Escalated to on call engineer (level 1 of on call)
                     → 9 messages — status page: investigating; pages: on call
                       engineer, incident team, support manager, director; mail:
                       engineering, support manager, director; Slack: engineering
        +0:05  09:05 ✗ Page on call not delivered: no receipt by 09:05
                     → 2 messages — pages: on call engineer, support manager
                     ✗ Task call on call: due 09:05 — not done
                     → Mailed support manager (people@secureai.com): task overdue
        +0:15  09:15 ▲ Escalated to support manager (level 2 of on call): nobody
                       acknowledged within 5 min
                     → Paged support manager (management), level 2 of on call
                     ! Warning, commander: 15 min have passed, due 10:00
     +0:17:30  09:17 ✓ Acknowledged by sam, on call"
  `);
});

test('announces a new day and counts days in the offset', () => {
  const rows = [row(0, 'opened', { subject: 'x' }), row(26 * 60, 'claimed', {}, [], 'dana')];
  expect(renderTimeline(rows)).toMatchInlineSnapshot(`
   "Tue 1 Dec 2026
        +0:00  09:00 ● Ticket opened: “x”

   Wed 2 Dec 2026
    +1d 02:00  11:00 • Claimed by dana"
  `);
});

test('adds bookkeeping with all, clause ids with clauses', () => {
  const rows = [
    row(0, 'began(p1)', {}, ['SEC-ESC-039']),
    row(0, 'opened', { subject: 'x' }, ['SEC-ESC-040', 'SEC-ESC-041']),
  ];
  expect(renderTimeline(rows, { all: true, clauses: true })).toMatchInlineSnapshot(`
   "Tue 1 Dec 2026
        +0:00  09:00 · P1 applies from now
                       SEC-ESC-039
                     ● Ticket opened: “x”
                       SEC-ESC-040 SEC-ESC-041"
  `);
  expect(renderTimeline(rows)).not.toContain('applies from now');
});

test.each([40, 60, 80, 120])('no line is wider than %d columns', (width) => {
  const long = row(1, 'noted', { text: `${'x'.repeat(100)} word` });
  expect(widest(renderTimeline([...sampleRows(true), long], { width, all: true, clauses: true }))).toBeLessThanOrEqual(
    width,
  );
});

test('colours only when asked, and a breach is red', () => {
  const rows = [row(30, 'breached(p1_updates)')];
  expect(renderTimeline(rows)).not.toContain('\u001b');
  expect(renderTimeline(rows, { color: true })).toContain('\u001b[31m');
});

test('control characters of a customer’s text do not reach the terminal', () => {
  const rows = [{ ...row(0, 'opened'), summary: 'a\u001b[2Jb\nc' }];
  expect(renderTimeline(rows)).toContain('a [2Jb c');
});

test('without rows there is no text', () => {
  expect(renderTimeline([])).toBe('');
});

test('several tickets have a column with their names, and say at the opening which id that is', () => {
  const rows = rowsOfAll(rehearseOnCore(incidentPlan()).tickets);
  const until = rows.findIndex((one) => one.offset === 'PT12M');
  const text = renderTimeline(rows, { width: 100 }).split('\n');
  expect(text.slice(0, 14).join('\n')).toMatchInlineSnapshot(`
   "Mon 2 Mar 2026
        +0:00  10:00 a                ● Ticket opened by the customer as P3: “Nobody can log in”
                                        (TICK-20260302-001)
                                      • Answer on same: 1
        +0:02  10:02 a                • Issue key set to login by agent
        +0:10  10:10 b                ● Ticket opened by the customer as P3: “Login fails”
                                        (TICK-20260302-002)
                                      • Answer on same: 1
                     c                ● Ticket opened by the customer as P3: “Mail is slow”
                                        (TICK-20260302-003)
                                      • A ticket is wanted: entry TICK-20260302-003
                                      → Has a ticket opened, or finds it: entry:TICK-20260302-003
                                      • Answer on same: 1
                                      • Linked: TICK-20260302-004 is entry to this one"
  `);
  expect(text.filter((line) => line.includes('other tickets:'))).toMatchInlineSnapshot(`
   [
     "                                   → 2 messages — other tickets: TICK-20260302-001,",
   ]
  `);
  expect(until).toBeGreaterThan(0);
  expect(widest(text.join('\n'))).toBeLessThanOrEqual(100);
});

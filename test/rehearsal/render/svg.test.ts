import { overlaps } from '../../../src/rehearsal/render/canvas';
import type { TimelineRow } from '../../../src/rehearsal/render/row';
import { axisTicks, timeScale } from '../../../src/rehearsal/render/scale';
import { layoutSvg, renderSvg, SVG_WIDTH } from '../../../src/rehearsal/render/svg';
import { rehearseOnCore } from '../../../src/rehearsal/core-engine';
import { rowsOfAll } from '../../../src/rehearsal/rows';
import { incidentPlan } from '../../support/incident';
import { row, sampleRows } from './sample';

const MINUTE = 60_000;

/** A checker of well-formedness, small: tags balanced, attributes quoted, entities known, no stray markup signs. */
function faults(xml: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/g;
  for (const [whole, close, name, attributes, empty, text, stray] of xml.matchAll(token)) {
    if (stray !== undefined) found.push(`stray < before ${xml.slice(0, 40)}`);
    else if (text !== undefined || attributes) {
      if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(text ?? attributes ?? '')) found.push(`bad entity in ${whole}`);
      const names = [...(attributes ?? '').matchAll(/\s([\w:-]+)=/g)].map((match) => match[1]);
      if (new Set(names).size !== names.length) found.push(`attribute twice in ${whole}`);
    }
    if (name === undefined) continue;
    if (close === '/') {
      if (open.pop() !== name) found.push(`unexpected </${name}>`);
    } else if (empty !== '/') open.push(name);
  }
  return [...found, ...open.map((name) => `<${name}> not closed`)];
}

function collisions(rows: readonly TimelineRow[], until?: string): string[] {
  const { labels } = layoutSvg(rows, { title: 'P1', ...(until === undefined ? {} : { until }) });
  return labels.flatMap((one, index) =>
    labels.slice(index + 1).flatMap((other) => (overlaps(one, other) ? [`${one.text} × ${other.text}`] : [])),
  );
}

const firstHour = sampleRows().filter((one) => Date.parse(one.at) <= Date.parse('2026-12-01T15:15:00Z'));
const PICTURES: [string, TimelineRow[], string | undefined][] = [
  ['a P1 of 48 hours', sampleRows(), 'PT96H'],
  ['a P1 with 700 rows', sampleRows(true), 'PT48H'],
  ['its first 75 minutes', firstHour, undefined],
  ['several tickets', rowsOfAll(rehearseOnCore(incidentPlan()).tickets), undefined],
  ['one row', [row(0, 'opened')], undefined],
  ['no rows', [], undefined],
];

describe.each(PICTURES)('the picture of %s', (_name, rows, until) => {
  const options = { title: 'P1 <48 h> & "more"', subtitle: 'sub', ...(until === undefined ? {} : { until }) };
  const svg = renderSvg(rows, options);

  test('is well-formed, has a role and a label, and refers to nothing outside', () => {
    expect(faults(svg)).toEqual([]);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 1400 \d+" [^>]*role="img" aria-label="P1 &lt;48 h&gt; &amp; &quot;more&quot;\./,
    );
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<image|@font-face|url\(|href/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('has no two labels that overlap and none outside the picture', () => {
    expect(collisions(rows, until)).toEqual([]);
    const { labels, width, height } = layoutSvg(rows, options);
    expect(width).toBe(SVG_WIDTH);
    expect(
      labels.filter((box) => box.x < 0 || box.x + box.width > width || box.y < 0 || box.y + box.height > height),
    ).toEqual([]);
  });

  test('shows every breach and every warning', () => {
    const count = (type: string): number => rows.filter((one) => one.type === type).length;
    const drawn = (kind: string): number => svg.split(`data-alarm="${kind}"`).length - 1;
    expect([drawn('breach'), drawn('warning')]).toEqual([count('breached'), count('mark')]);
  });
});

test('marks carry what happened and which clause said so', () => {
  const svg = renderSvg(sampleRows(), { title: 'P1' });
  expect(svg).toContain('+4:00  Resolution: due 13:00 — missed [SEC-HD-028]</title>');
  expect(svg).toContain('44 of 48 kept, 4 missed');
  expect(svg).toContain('>every 30 min</text>');
  expect(svg).toContain('>every 1 h</text>');
  expect(svg).toContain('>171 sent, 2 failed</text>');
});

test('hostile text is shown as text', () => {
  const evil = '</title><script>alert(1)</script>\u0000"\'&';
  const rows = [
    row(0, 'opened', { subject: evil }, [evil]),
    row(1, `breached(${evil.replace(/[()]/g, '')})`, {}, [evil]),
    row(2, 'delivery', { channel: evil, role: evil, to: evil, template: evil }),
    row(3, 'escalated(x)', { level: 1, to: [evil] }),
    row(4, 'task_opened(t)', { for: [evil] }),
  ];
  const svg = renderSvg(rows, { title: evil, subtitle: evil });
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u0000');
  expect(faults(svg)).toEqual([]);
});

test('labels stay apart when fifty breaches fall into one hour', () => {
  const rows = [
    row(0, 'opened'),
    ...Array.from({ length: 50 }, (_, n) => row(n * 1.2, `breached(promise_number_${n})`)),
  ];
  expect(collisions(rows, 'PT48H')).toEqual([]);
});

test('a page that reached nobody is hollow, or counted as failed within its group', () => {
  const page = (minute: number): TimelineRow =>
    row(minute, 'delivery(pager)', { key: `k${minute}`, channel: 'page', role: 'cto', to: 'x', template: 't' });
  const alone = renderSvg([row(0, 'opened'), page(10), row(12, 'unreached(cto)', { key: 'k10' }), page(30)], {
    title: 't',
  });
  expect(alone).toContain('>CTO not reached</text>');
  expect(alone).toContain('>2 sent, 1 failed</text>');
  const late = renderSvg(
    [
      row(0, 'opened'),
      page(10),
      row(12, 'undelivered(pager)', { key: 'k10' }),
      row(13, 'delivered(pager)', { key: 'k10' }),
    ],
    { title: 't' },
  );
  expect(late).toContain('>1 sent</text>');
});

test('a task takes its due instant from its own clock and is red after it', () => {
  const rows = [
    row(0, 'opened'),
    row(0, 'task_opened(war_room)', { for: ['dana'] }),
    row(0, 'started(war_room)', { owner: 'task', due: Date.parse('2026-12-01T14:15:00Z') }),
    row(15, 'breached(war_room)', { owner: 'task', due: Date.parse('2026-12-01T14:15:00Z') }),
    row(40, 'task_done(war_room)', { by: 'dana' }),
  ];
  expect(renderSvg(rows, { title: 't' })).toContain('>25 min late</text>');
});

test('status returns to what it was when the ticket is taken up again', () => {
  const rows = [
    row(0, 'opened'),
    row(10, 'acknowledged(a)'),
    row(60, 'paused'),
    row(180, 'resumed'),
    row(300, 'resolved'),
    row(400, 'closed'),
  ];
  const svg = renderSvg(rows, { title: 't' });
  expect(svg).toContain('On hold for 2 h');
  expect(svg.split('Acknowledged for ').length - 1).toBe(2);
});

test('the first hour has a quarter of an axis of 48 hours, which grows all the way', () => {
  const scale = timeScale(48 * 60 * MINUTE, 0, 1000);
  expect(scale.x(60 * MINUTE)).toBeGreaterThan(250);
  for (let ms = 0; ms < scale.end; ms += 30 * MINUTE) expect(scale.x(ms + 30 * MINUTE)).toBeGreaterThan(scale.x(ms));
  const labels = axisTicks(timeScale(48 * 60 * MINUTE, 0, 1150), 46).map((tick) => tick.label);
  expect(labels).toEqual(
    expect.arrayContaining(['opened', '+5m', '+15m', '+30m', '+1h', '+2h', '+4h', '+12h', '+24h', '+48h']),
  );
});

test('several tickets have their lanes one below the other, each under its name, id and subject', () => {
  const svg = renderSvg(rowsOfAll(rehearseOnCore(incidentPlan()).tickets), { title: 'Incident' });
  const titles = [...svg.matchAll(/>([^<]* · TICK-[^<]*)</g)].map((match) => match[1]);
  expect(titles).toEqual([
    'a · TICK-20260302-001 · Nobody can log in',
    'b · TICK-20260302-002 · Login fails',
    'c · TICK-20260302-003 · Mail is slow',
    'entry:TICK-20260302-003 · TICK-20260302-004 · Mail is slow',
    'cluster:login · TICK-20260302-005 · Cluster login',
  ]);
  expect(svg).toContain('5 tickets');
});

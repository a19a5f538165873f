/** A timeline as one picture (SVG): swim lanes below each other on one axis that shows minutes and days side by side. */
import { humanDuration } from '../../domain/ticket/describe';
import { parseDuration } from '../../domain/time/instants';
import { Canvas, escapeXml, fit, textWidth, type LabelBox } from './canvas';
import { deliveriesLane } from './lane-deliveries';
import { check, COLOURS, cross, LEFT, RIGHT, type LaneContext } from './lane';
import { pathLane, ticketLane } from './lanes-people';
import { alarmsLane, cadenceLane, deadlinesLane } from './lanes-promises';
import { alarms, cadences, deadlines, deliveries, paths, phases, type Cadence, type Sent } from './model';
import { clockOf, dayOf, readRows, zoneMinutes, type ReadRow, type TimelineRow } from './row';
import { axisTicks, timeScale } from './scale';

export interface SvgOptions {
  title: string;
  subtitle?: string;
  /** Where the picture ends: ISO 8601 since the opening or RFC 3339. Without it, at the last row. */
  until?: string;
  /** Minutes that local time is ahead of UTC at an instant; without it the offset of the first row's `at` counts. */
  zone?: (instant: number) => number;
}

/** A picture and where its labels lie, for whoever wants to check that they do not overlap. */
export interface SvgLayout {
  width: number;
  height: number;
  labels: readonly LabelBox[];
  markup: string;
}

export const SVG_WIDTH = 1400;
const TOP = 118;

function endOf(rows: readonly ReadRow[], until: string | undefined): number {
  const last = Math.max(0, ...rows.map((row) => row.ms));
  const [first] = rows;
  if (until === undefined || !first) return last;
  const limit = parseDuration(until) ?? Date.parse(until) - Date.parse(first.row.at) + first.ms;
  return Number.isFinite(limit) ? Math.max(limit, last) : last;
}

/** What happened, in one line. */
function summary(rows: readonly ReadRow[], sent: readonly Sent[], series: readonly Cadence[]): string[] {
  const tickets = new Set(rows.map((row) => row.row.ticket)).size;
  const count = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;
  if (tickets > 1)
    return [
      `${tickets} tickets`,
      `${rows.filter((row) => row.type === 'resolved').length} resolved`,
      `${rows.filter((row) => row.type === 'escalated').length} escalations`,
      `${sent.filter((one) => one.channel === 'page').length} pages`,
      count(rows.filter((row) => row.type === 'breached').length, 'breach', 'breaches'),
    ];
  const first = (type: string): ReadRow | undefined => rows.find((row) => row.type === type);
  const acknowledged = first('acknowledged') ?? first('claimed');
  const resolved = rows.findLast((row) => row.type === 'resolved');
  const judged = series.flatMap((one) => one.ticks).filter((tick) => tick.state !== 'plain');
  const breaches = rows.filter((row) => row.type === 'breached').length;
  return [
    acknowledged ? `acknowledged after ${humanDuration(acknowledged.ms)}` : 'never acknowledged',
    resolved ? `resolved after ${humanDuration(resolved.ms)}` : 'not resolved',
    ...(judged.length > 0
      ? [`${judged.filter((tick) => tick.state === 'kept').length} of ${judged.length} updates on time`]
      : []),
    `${rows.filter((row) => row.type === 'escalated').length} escalations`,
    `${sent.filter((one) => one.channel === 'page').length} pages`,
    `${breaches} ${breaches === 1 ? 'breach' : 'breaches'}`,
  ];
}

function drawHead(canvas: Canvas, options: SvgOptions, facts: readonly string[]): void {
  canvas.text(16, 34, fit(options.title, SVG_WIDTH - 40, 21, 700), { size: 21, weight: 700 });
  if (options.subtitle)
    canvas.text(16, 55, fit(options.subtitle, SVG_WIDTH - 40, 12.5), { size: 12.5, fill: COLOURS.dim });
  let x = 16;
  for (const fact of facts) {
    const bad = /^never|^not |^[1-9]\d* breach/.test(fact);
    const width = textWidth(fact, 11.5, 600) + 18;
    canvas.rect({ x, y: 65, width, height: 20 }, bad ? '#fdecec' : '#eef2f6', { rx: 10 });
    canvas.text(x + width / 2, 79, fact, {
      anchor: 'middle',
      size: 11.5,
      weight: 600,
      fill: bad ? COLOURS.missed : COLOURS.ink,
    });
    x += width + 8;
  }
}

function drawAxis(lane: LaneContext, bottom: number, opened: number, zone: (instant: number) => number): void {
  const { canvas, scale } = lane;
  let day = '';
  for (const tick of axisTicks(scale, 46)) {
    const x = scale.x(tick.ms);
    const today = dayOf(opened + tick.ms, zone(opened + tick.ms), false);
    canvas.behind({ x: x - 0.4, y: TOP, width: 0.8, height: bottom - TOP }, COLOURS.grid);
    const anchor = tick.ms === 0 ? 'start' : 'middle';
    if (!canvas.tryText(x, TOP - 17, tick.label, { size: 11, weight: 700, anchor })) continue;
    const clock = clockOf(opened + tick.ms, zone(opened + tick.ms));
    const dated = `${today.split(' ')[0] ?? ''} ${clock}`;
    const style = { size: 10, fill: COLOURS.dim, anchor } as const;
    if (!(today !== day && canvas.tryText(x, TOP - 5, dated, style))) canvas.tryText(x, TOP - 5, clock, style);
    day = today;
  }
  canvas.line(LEFT, TOP, RIGHT, TOP, '#9aa5b4', { 'stroke-width': 1 });
}

type Sample = (x: number, y: number) => void;

function drawLegend(lane: LaneContext): void {
  const { canvas } = lane;
  const box =
    (fill: string): Sample =>
    (x, y) =>
      canvas.rect({ x, y: y - 5, width: 16, height: 10 }, fill, { rx: 2 });
  const items: [string, Sample][] = [
    ['waits for an acknowledgement', box(COLOURS.waiting)],
    ['acknowledged, held', box(COLOURS.acknowledged)],
    ['kept', (x, y) => check(lane, x + 8, y, 4.6, COLOURS.kept)],
    ['missed', (x, y) => cross(lane, x + 8, y, 5, COLOURS.missed)],
    [
      'warning',
      (x, y) =>
        canvas.path(`M${x + 8} ${y - 5}l5 9h-10z`, { fill: '#f5b945', stroke: COLOURS.warning, 'stroke-width': 0.8 }),
    ],
    [
      'not delivered',
      (x, y) =>
        canvas.shape('circle', {
          cx: x + 8,
          cy: y,
          r: 5.5,
          fill: '#ffffff',
          stroke: COLOURS.missed,
          'stroke-width': 2,
        }),
    ],
    ['update sent', (x, y) => canvas.shape('circle', { cx: x + 8, cy: y, r: 2.6, fill: '#1d4ed8' })],
    ['done in time', box('#a7d7b8')],
    ['after its due instant', box('#f19a9a')],
    ['due', (x, y) => canvas.line(x + 8, y - 7, x + 8, y + 7, COLOURS.ink, { 'stroke-width': 2 })],
  ];
  let x = 16;
  let y = lane.y + 20;
  for (const [text, sample] of items) {
    const width = textWidth(text, 10.5) + 38;
    if (x + width > SVG_WIDTH - 16) [x, y] = [16, y + 20];
    sample(x, y);
    canvas.text(x + 21, y + 4, text, { size: 10.5, fill: COLOURS.dim });
    x += width;
  }
  canvas.text(
    16,
    y + 22,
    `${lane.scale.linear ? '' : 'The axis is compressed to the right. '}A number in a circle counts messages that lie close together; ◆ is a promise to the customer. Point at a mark to read it.`,
    { size: 10.5, fill: COLOURS.dim },
  );
  lane.y = y + 36;
}

/** The rows of each ticket, in the order in which they first appear; all of them where there is only one. */
function byTicket(rows: readonly ReadRow[]): ReadRow[][] {
  const groups = new Map<string, ReadRow[]>();
  for (const row of rows) {
    const name = row.row.ticket ?? '';
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups.size === 0 ? [[]] : [...groups.values()];
}

/** A band that says whose lanes follow. */
function titleLane(lane: LaneContext, rows: readonly ReadRow[]): void {
  const opened = rows.find((row) => row.type === 'opened');
  const id = typeof opened?.data['id'] === 'string' ? opened.data['id'] : '';
  const subject = typeof opened?.data['subject'] === 'string' ? opened.data['subject'] : '';
  const text = [rows[0]?.row.ticket ?? '', id, subject].filter((part) => part !== '').join(' · ');
  lane.canvas.behind({ x: 0, y: lane.y, width: lane.canvas.width, height: 26 }, '#e2e8f0');
  lane.canvas.text(16, lane.y + 18, fit(text, SVG_WIDTH - 40, 13, 700), { size: 13, weight: 700 });
  lane.y += 26;
}

/** The lanes of one ticket. */
function drawTicket(lane: LaneContext, rows: readonly ReadRow[]): void {
  const series = cadences(rows);
  const sent = deliveries(rows);
  ticketLane(lane, phases(rows, lane.end), rows);
  let shaded = true;
  const next = (draw: (shade: boolean) => void): void => {
    draw(shaded);
    shaded = !shaded;
  };
  for (const path of paths(rows, lane.end)) next((shade) => pathLane(lane, path, shade));
  const updates = rows.filter((row) => row.type === 'update_sent');
  const customer = series.filter((one) => /updates?$/.test(one.name));
  for (const one of [...customer, ...series.filter((other) => !customer.includes(other))]) {
    const mine = customer.includes(one);
    next((shade) =>
      cadenceLane(lane, one, one === customer[0] ? updates : [], mine ? 'Customer updates' : 'Cadence', shade),
    );
  }
  if (sent.length > 0) next((shade) => deliveriesLane(lane, sent, shade));
  const promised = deadlines(rows, series);
  if (promised.length > 0) next((shade) => deadlinesLane(lane, promised, shade));
  const alarmed = alarms(rows);
  if (alarmed.length > 0) next((shade) => alarmsLane(lane, alarmed, shade));
}

/** The picture with its measures. Never throws on odd rows; a timeline without rows gives an empty frame. */
export function layoutSvg(rows: readonly TimelineRow[], options: SvgOptions): SvgLayout {
  const read = readRows(rows);
  const end = endOf(read, options.until);
  const canvas = new Canvas(SVG_WIDTH, SVG_WIDTH - 6);
  const scale = timeScale(end, LEFT, RIGHT);
  const lane: LaneContext = { canvas, scale, end: scale.end, y: TOP };
  const series = cadences(read);
  const sent = deliveries(read);
  drawHead(canvas, options, summary(read, sent, series));
  const [first] = read;
  const zone = options.zone ?? ((): number => (first ? zoneMinutes(first.row.at) : 0));
  const opened = first ? Date.parse(first.row.at) - first.ms : 0;
  const groups = byTicket(read);
  const resolved = read.findLast((row) => row.type === 'resolved');
  const solved = groups.length === 1 && resolved ? scale.x(resolved.ms) : undefined;
  // No label across the line that marks the resolution; the axis above it is free.
  if (solved !== undefined) canvas.block({ x: solved - 1, y: TOP, width: 2, height: 1e5 });
  for (const group of groups) {
    if (groups.length > 1) titleLane(lane, group);
    drawTicket(lane, group);
  }
  drawAxis(lane, lane.y, opened, zone);
  if (solved !== undefined) {
    const look = { 'stroke-width': 1.2, 'stroke-dasharray': '4 4', opacity: 0.7 };
    canvas.line(solved, TOP, solved, lane.y, COLOURS.kept, look);
  }
  drawLegend(lane);
  const height = Math.ceil(lane.y);
  const label = escapeXml(`${options.title}. ${summary(read, sent, series).join(', ')}.`);
  const markup = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SVG_WIDTH} ${height}" width="${SVG_WIDTH}" height="${height}" role="img" aria-label="${label}" font-family="Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">
<title>${escapeXml(options.title)}</title>
<rect width="${SVG_WIDTH}" height="${height}" fill="#ffffff"/>
${canvas.toString()}
</svg>
`;
  return { width: SVG_WIDTH, height, labels: canvas.labels, markup };
}

/** The picture of a timeline: one SVG document without scripts, fonts or links to anything outside. */
export function renderSvg(rows: readonly TimelineRow[], options: SvgOptions): string {
  return layoutSvg(rows, options).markup;
}

/** The lanes about promises: the ticks of each cadence, tasks and single deadlines, and every breach and warning. */
import { humanDuration, readable } from '../../domain/ticket/describe';
import { fit, textWidth } from './canvas';
import { beside, check, closeLane, COLOURS, cross, heading, LEFT, rowName, tip, tips, type LaneContext } from './lane';
import type { Alarm, Cadence, Deadline, Tick } from './model';
import { shortOffset, type ReadRow } from './row';

/** Stretches of equal distance between ticks: the promise as it was in force. */
function intervals(ticks: readonly Tick[]): { from: number; to: number; every: number }[] {
  const found: { from: number; to: number; every: number }[] = [];
  let before = 0;
  for (const tick of ticks) {
    const every = tick.at - before;
    const last = found[found.length - 1];
    if (last && Math.abs(last.every - every) < 1000) last.to = tick.at;
    else if (every > 0) found.push({ from: before, to: tick.at, every });
    before = tick.at;
  }
  return found;
}

function drawTick(lane: LaneContext, tick: Tick, y: number, room: number): void {
  const x = lane.scale.x(tick.at);
  const healed = tick.healedAt === undefined ? '' : `\nmade good ${humanDuration(tick.healedAt - tick.at)} late`;
  const text = `${tip(tick.source)}${healed}`;
  if (tick.state === 'missed') {
    if (tick.healedAt !== undefined)
      lane.canvas.rect(
        { x, y: y + 9, width: lane.scale.x(tick.healedAt) - x, height: 3 },
        COLOURS.missed,
        { opacity: 0.55 },
        text,
      );
    cross(lane, x, y, 5, COLOURS.missed, text);
    lane.canvas.block({ x: x - 6, y: y - 7, width: 12, height: 14 });
  } else if (room < 12) {
    lane.canvas.rect(
      { x: x - 1, y: y - 6, width: 2, height: 12 },
      tick.state === 'kept' ? COLOURS.kept : COLOURS.plain,
      {},
      text,
    );
  } else if (tick.state === 'kept') check(lane, x, y, 4.6, COLOURS.kept, text);
  else lane.canvas.shape('circle', { cx: x, cy: y, r: 3.2, fill: COLOURS.plain }, text);
}

/** A cadence: the interval promised above, each tick below, and the updates that were sent at the foot. */
export function cadenceLane(
  lane: LaneContext,
  cadence: Cadence,
  updates: readonly ReadRow[],
  title: string,
  shaded: boolean,
): void {
  const { canvas, scale } = lane;
  const { ticks } = cadence;
  const count = (state: Tick['state']): number => ticks.filter((tick) => tick.state === state).length;
  const missed = count('missed');
  const judged = count('kept') + missed;
  heading(lane, title, readable(cadence.name));
  const verdict =
    judged === 0
      ? `${ticks.length} times`
      : missed === 0
        ? `all ${judged} kept`
        : `${count('kept')} of ${judged} kept, ${missed} missed`;
  canvas.text(16, lane.y + 49, verdict, {
    size: 10.5,
    weight: 600,
    fill: missed > 0 ? COLOURS.missed : judged > 0 ? COLOURS.kept : COLOURS.dim,
  });
  const brace = lane.y + 20;
  for (const span of intervals(ticks)) {
    const [from, to] = [scale.x(span.from), scale.x(span.to)];
    const text = [`every ${humanDuration(span.every)}`, humanDuration(span.every)].find(
      (one) => textWidth(one, 10.5) < to - from - 16,
    );
    canvas.line(from + 1, brace, to - 1, brace, '#9aa5b4', { 'stroke-width': 1 });
    for (const edge of [from + 1, to - 1])
      canvas.line(edge, brace - 3, edge, brace + 4, '#9aa5b4', { 'stroke-width': 1 });
    if (text !== undefined)
      canvas.tryText((from + to) / 2, brace - 5, text, { size: 10.5, fill: COLOURS.dim, anchor: 'middle' });
  }
  const y = lane.y + 37;
  const ordered = ticks.map((tick, index) => {
    const x = scale.x(tick.at);
    const others = [ticks[index - 1], ticks[index + 1]].flatMap((other) =>
      other ? [Math.abs(scale.x(other.at) - x)] : [],
    );
    return { tick, room: Math.min(...others, 999) };
  });
  for (const { tick, room } of ordered.filter((one) => one.tick.state !== 'missed')) drawTick(lane, tick, y, room);
  for (const { tick, room } of ordered.filter((one) => one.tick.state === 'missed')) drawTick(lane, tick, y, room);
  for (const row of updates)
    canvas.shape('circle', { cx: scale.x(row.ms), cy: y + 19, r: 2.4, fill: '#1d4ed8', opacity: 0.75 }, tip(row));
  closeLane(lane, updates.length > 0 ? 68 : 58, shaded);
}

const BAR = 17;

function drawDeadline(lane: LaneContext, one: Deadline, y: number): void {
  const { canvas, scale } = lane;
  const to = one.to ?? lane.end;
  const [x, end] = [scale.x(one.from), Math.max(scale.x(to), scale.x(one.from) + 2)];
  const text = `${readable(one.name)}${one.who === '' ? '' : ` (${one.who})`}: ${one.ending === 'open' ? 'open at the end' : `${one.ending === 'moot' ? 'ended without an answer' : one.kind === 'task' ? 'done' : 'kept'} after ${humanDuration(to - one.from)}`}\n${tips(one.sources)}`;
  const late = one.breachedAt !== undefined;
  const turn = one.due !== undefined && late ? Math.min(Math.max(scale.x(one.due), x), end) : end;
  const fill = one.ending === 'done' ? '#a7d7b8' : '#d5dbe3';
  canvas.rect({ x, y: y - 5, width: Math.max(turn - x, 1.5), height: 10 }, fill, { rx: 2 }, text);
  if (late) canvas.rect({ x: turn, y: y - 5, width: Math.max(end - turn, 3), height: 10 }, '#f19a9a', { rx: 2 }, text);
  if (one.due !== undefined && one.due <= lane.end) {
    const due = scale.x(one.due);
    canvas.path(
      `M${due.toFixed(1)} ${y - 7}v14`,
      { stroke: late ? COLOURS.missed : COLOURS.ink, 'stroke-width': 2 },
      text,
    );
  }
  if (one.ending === 'done')
    canvas.shape('circle', { cx: end, cy: y, r: 3, fill: late ? COLOURS.missed : COLOURS.kept }, text);
  canvas.block({
    x: x - 2,
    y: y - 7,
    width: Math.max(end, one.due !== undefined && one.due <= lane.end ? scale.x(one.due) : 0) - x + 6,
    height: 14,
  });
}

/** Rows of the lane: promises first, then tasks as they were opened, one row a name. */
export function deadlineRows(all: readonly Deadline[]): { name: string; kind: Deadline['kind']; items: Deadline[] }[] {
  const found: { name: string; kind: Deadline['kind']; items: Deadline[] }[] = [];
  for (const one of [...all].sort((a, b) => Number(a.kind === 'task') - Number(b.kind === 'task') || a.from - b.from)) {
    const row = found.find((other) => other.name === one.name && other.kind === one.kind);
    if (row) row.items.push(one);
    else found.push({ name: one.name, kind: one.kind, items: [one] });
  }
  return found;
}

function deadlineNote(items: readonly Deadline[], end: number): { text: string; bad: boolean } {
  const late = items.filter((one) => one.breachedAt !== undefined);
  const [first] = items;
  if (items.length > 1 || !first)
    return { text: `${items.length} times${late.length > 0 ? `, ${late.length} late` : ''}`, bad: late.length > 0 };
  const to = first.to ?? end;
  if (first.breachedAt !== undefined) {
    const by = humanDuration(to - (first.due ?? first.breachedAt));
    return {
      text:
        first.ending === 'done'
          ? `${by} late`
          : first.ending === 'open'
            ? `${by} overdue, still open`
            : `missed, ended ${shortOffset(to)}`,
      bad: true,
    };
  }
  return {
    text: first.ending === 'open' ? 'still open' : first.ending === 'moot' ? 'no longer needed' : '',
    bad: false,
  };
}

/** Tasks and single promises as bars from opening to answer, the due instant as an upright line, red after it. */
export function deadlinesLane(lane: LaneContext, all: readonly Deadline[], shaded: boolean): void {
  const rows = deadlineRows(all);
  const late = all.filter((one) => one.breachedAt !== undefined).length;
  heading(lane, 'Deadlines and tasks');
  lane.canvas.text(LEFT, lane.y + 19, `${all.length} in all, ${late === 0 ? 'none late' : `${late} late`}`, {
    size: 10.5,
    fill: late > 0 ? COLOURS.missed : COLOURS.dim,
  });
  rows.forEach((row, index) => {
    const y = lane.y + 36 + index * BAR;
    rowName(lane, y + 4, row.kind === 'promise' ? `${readable(row.name)} ◆` : readable(row.name));
    for (const one of row.items) drawDeadline(lane, one, y);
    const note = deadlineNote(row.items, lane.end);
    const last = Math.max(
      ...row.items.map((one) => lane.scale.x(Math.max(one.to ?? lane.end, Math.min(one.due ?? 0, lane.end)))),
    );
    if (note.text === '') return;
    const fill = note.bad ? COLOURS.missed : COLOURS.dim;
    // A bar up to the right edge leaves no room beside it: then its note stands inside.
    if (beside(lane, last, y + 4, 9, note.text, fill, 10) || textWidth(note.text, 9.5) + 14 > last - LEFT) return;
    lane.canvas.tryText(last - 7, y + 3.5, note.text, { size: 9.5, fill: COLOURS.ink, anchor: 'end' }, true);
  });
  closeLane(lane, 34 + rows.length * BAR + 8, shaded);
}

const KINDS: { kind: Alarm['kind']; name: string; colour: string }[] = [
  { kind: 'breach', name: 'missed', colour: COLOURS.missed },
  { kind: 'failure', name: 'not delivered, faults', colour: COLOURS.missed },
  { kind: 'warning', name: 'warnings', colour: COLOURS.warning },
];
const LEVELS = 6;

function drawAlarm(lane: LaneContext, alarm: Alarm, x: number, y: number): void {
  const text = tip(alarm.source);
  const common = { 'data-alarm': alarm.kind };
  if (alarm.kind === 'breach') cross(lane, x, y, 5, COLOURS.missed, text, common);
  else if (alarm.kind === 'failure') {
    lane.canvas.shape(
      'circle',
      { cx: x, cy: y, r: 5, fill: '#ffffff', stroke: COLOURS.missed, 'stroke-width': 2.2, ...common },
      text,
    );
  } else
    lane.canvas.path(
      `M${x.toFixed(1)} ${y - 5}l5 9h-10z`,
      { fill: '#f5b945', stroke: COLOURS.warning, 'stroke-width': 0.8, ...common },
      text,
    );
}

/** The alarm's name in the first free line below the marks; false where all are taken. */
function nameAlarm(lane: LaneContext, alarm: Alarm, from: number, below: number): number {
  const x = lane.scale.x(alarm.at);
  const { colour } = KINDS.find((one) => one.kind === alarm.kind) ?? { colour: COLOURS.ink };
  const text = fit(`${shortOffset(alarm.at)} ${alarm.name}`, 210, 10.5);
  for (let level = 1; level <= LEVELS; level += 1) {
    const y = below + level * 14;
    const style = { size: 10.5, fill: colour };
    if (
      !lane.canvas.tryText(x - 4, y, text, style) &&
      !lane.canvas.tryText(x + 4, y, text, { ...style, anchor: 'end' })
    )
      continue;
    lane.canvas.behind({ x: x - 0.4, y: from, width: 0.8, height: y - 9 - from }, '#d9a3a3');
    return level;
  }
  return 0;
}

/** Every breach, failure and warning, a line each kind; below them as many names as fit, what was missed first. */
export function alarmsLane(lane: LaneContext, all: readonly Alarm[], shaded: boolean): void {
  heading(lane, 'Breaches and warnings');
  const kinds = KINDS.filter((one) => all.some((alarm) => alarm.kind === one.kind));
  const yOf = (kind: Alarm['kind']): number => lane.y + 36 + kinds.findIndex((one) => one.kind === kind) * 17;
  for (const { kind, name, colour } of kinds) {
    const mine = all.filter((alarm) => alarm.kind === kind);
    rowName(lane, yOf(kind) + 4, `${name} (${mine.length})`, colour);
    for (const alarm of mine) drawAlarm(lane, alarm, lane.scale.x(alarm.at), yOf(kind));
  }
  const below = lane.y + 36 + (kinds.length - 1) * 17 + 4;
  const rank = (alarm: Alarm): number => KINDS.findIndex((one) => one.kind === alarm.kind);
  const said = new Set<string>();
  let deepest = 0;
  for (const alarm of [...all].sort((a, b) => rank(a) - rank(b) || a.at - b.at)) {
    if (alarm.kind === 'warning' && said.has(alarm.name)) continue;
    said.add(alarm.name);
    deepest = Math.max(deepest, nameAlarm(lane, alarm, yOf(alarm.kind) + 6, below));
  }
  closeLane(lane, below - lane.y + deepest * 14 + 12, shaded);
}

/** The lanes about people: what became of the ticket, and who held it on each escalation path. */
import { humanDuration, readable } from '../../domain/ticket/describe';
import { fit, textWidth } from './canvas';
import { beside, check, closeLane, COLOURS, cross, heading, LEFT, rowName, tip, type LaneContext } from './lane';
import type { EscalationPath, Hold, Phase } from './model';
import { labelOf, type ReadRow } from './row';

const PHASE_NAMES: Record<Phase['status'], string> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  pending: 'On hold',
  resolved: 'Resolved',
  closed: 'Closed',
};

/** The ticket's status as one bar, and its changes of priority and owner above it. */
export function ticketLane(lane: LaneContext, phases: readonly Phase[], rows: readonly ReadRow[]): void {
  const { canvas, scale } = lane;
  heading(lane, 'Ticket', 'status');
  const top = lane.y + 24;
  for (const phase of phases) {
    const x = scale.x(phase.from);
    const width = Math.max(scale.x(phase.to) - x, phase.status === 'closed' ? 4 : 1.5);
    const length = humanDuration(phase.to - phase.from);
    canvas.rect(
      { x, y: top, width, height: 26 },
      COLOURS[phase.status],
      { stroke: '#ffffff', 'stroke-width': 1 },
      `${PHASE_NAMES[phase.status]} for ${length}\n${tip(phase.cause)}`,
    );
    const name = PHASE_NAMES[phase.status];
    const full = `${name} · ${length}`;
    const text = [full, name].find((candidate) => textWidth(candidate, 11.5, 600) < width - 10);
    if (text !== undefined) canvas.text(x + width / 2, top + 17, text, { size: 11.5, weight: 600, anchor: 'middle' });
    else beside(lane, x + width / 2, top - 5, 2, name, COLOURS.ink);
  }
  const changes = rows.filter(
    (row) => row.type === 'changed' && ['priority', 'owner', 'commander', 'tier'].includes(row.subject) && row.ms > 0,
  );
  for (const row of [...changes, ...rows.filter((one) => one.type === 'handed_off' || one.type === 'reopened')]) {
    const x = scale.x(row.ms);
    canvas.path(`M${x.toFixed(1)} ${top - 2}l4 -6h-8z`, { fill: COLOURS.ink }, tip(row));
    const to = labelOf(row.data['to']);
    const text =
      row.type === 'reopened'
        ? 'reopened'
        : row.type === 'handed_off'
          ? `handed off${to === '' ? '' : ` to ${to}`}`
          : `${readable(row.subject)} ${to}`;
    beside(lane, x, top - 5, 7, fit(text, 150, 10.5), COLOURS.ink);
  }
  closeLane(lane, 60, false);
}

const STEP = 25;

function drawHold(lane: LaneContext, hold: Hold, y: number): void {
  const { canvas, scale } = lane;
  const x = scale.x(hold.from);
  const end = Math.max(scale.x(hold.to), x + 2);
  const heard = hold.acknowledgedAt === undefined ? end : scale.x(hold.acknowledgedAt);
  canvas.rect(
    { x, y, width: heard - x, height: STEP - 7 },
    COLOURS.waiting,
    { rx: 2 },
    `Waits for an acknowledgement for ${humanDuration((hold.acknowledgedAt ?? hold.to) - hold.from)}\n${tip(hold.cause)}`,
  );
  if (hold.acknowledged && hold.acknowledgedAt !== undefined) {
    const text = `Held after the acknowledgement for ${humanDuration(hold.to - hold.acknowledgedAt)}\n${tip(hold.acknowledged)}`;
    canvas.rect(
      { x: heard, y, width: Math.max(end - heard, 2), height: STEP - 7 },
      COLOURS.acknowledged,
      { rx: 2 },
      text,
    );
    canvas.shape(
      'circle',
      { cx: heard, cy: y + 9, r: 8, fill: '#ffffff', stroke: COLOURS.kept, 'stroke-width': 1.5 },
      text,
    );
    check(lane, heard, y + 9, 4, COLOURS.kept, text);
    canvas.block({ x: heard - 9, y, width: 18, height: 18 });
    const waited = `acknowledged after ${humanDuration(hold.acknowledgedAt - hold.from)}`;
    for (const candidate of [waited, waited.replace('acknowledged ', '')]) {
      if (
        textWidth(candidate, 10.5) + 22 < end - heard &&
        canvas.tryText(heard + 13, y + 13, candidate, { size: 10.5 })
      )
        break;
    }
  } else {
    const texts = [`not acknowledged · ${humanDuration(hold.to - hold.from)}`, 'not acknowledged', 'no answer'];
    const text = texts.find((one) => textWidth(one, 10.5) + 8 < end - x);
    if (text !== undefined) canvas.tryText(x + 5, y + 13, text, { size: 10.5 });
  }
}

/** A path as a stair: level 1 at the bottom, a bar where somebody was asked (yellow) and held it (blue). */
export function pathLane(lane: LaneContext, path: EscalationPath, shaded: boolean): void {
  const { canvas, scale } = lane;
  const levels = [...new Set([...path.holders.keys(), ...path.holds.map((hold) => hold.level)])].sort((a, b) => b - a);
  const title = `Escalation: ${readable(path.name)}`;
  const height = Math.max(levels.length * STEP, STEP) + 32;
  heading(lane, title);
  const top = lane.y + 26;
  const yOf = (level: number): number => top + levels.indexOf(level) * STEP;
  for (const level of levels) {
    const y = yOf(level);
    rowName(lane, y + 13, `${level}  ${path.holders.get(level) ?? 'level'}`);
    canvas.behind({ x: LEFT, y: y + STEP - 5, width: scale.x(lane.end) - LEFT, height: 0.6 }, COLOURS.grid);
  }
  path.holds.forEach((hold, index) => {
    const before = path.holds[index - 1];
    const x = scale.x(hold.from);
    if (before && Math.abs(before.to - hold.from) < 1000) {
      const ends = [yOf(before.level) + 9, yOf(hold.level) + 9] as const;
      canvas.line(x, ends[0], x, ends[1], COLOURS.ink, { 'stroke-width': 1.4 });
    }
    drawHold(lane, hold, yOf(hold.level));
  });
  for (const row of path.exhausted) {
    const x = scale.x(row.ms);
    cross(lane, x, lane.y + 14, 5, COLOURS.missed, tip(row));
    canvas.block({ x: x - 7, y: lane.y + 6, width: 14, height: 14 });
    beside(lane, x, lane.y + 18, 10, 'nobody left to ask', COLOURS.missed);
  }
  closeLane(lane, height, shaded);
}

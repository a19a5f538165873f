/** What every lane of the picture shares: its room, its colours, its headings and its tooltips. */
import type { Canvas } from './canvas';
import { fit } from './canvas';
import { shortOffset, type ReadRow } from './row';
import type { TimeScale } from './scale';

export const LEFT = 218;
export const RIGHT = 1372;

export const COLOURS = {
  ink: '#1f2937',
  dim: '#5b6472',
  grid: '#dfe4ea',
  band: '#f6f8fa',
  open: '#fdba74',
  acknowledged: '#93c5fd',
  pending: '#d8b4fe',
  resolved: '#86efac',
  closed: '#cbd5e1',
  waiting: '#fcd34d',
  kept: '#15803d',
  missed: '#c81e1e',
  warning: '#b45309',
  plain: '#64748b',
} as const;

/** A sheet, a scale, and where the next lane begins. */
export interface LaneContext {
  canvas: Canvas;
  scale: TimeScale;
  /** Last instant shown. */
  end: number;
  y: number;
}

/** What a mark says when the pointer rests on it: when, what, and the clauses it follows. */
export function tip(row: ReadRow): string {
  const clauses = row.row.clauses.length > 0 ? ` [${row.row.clauses.join(', ')}]` : '';
  return `${shortOffset(row.ms)}  ${row.row.summary}${clauses}`;
}

/** Several rows in one tooltip; long lists end with a count. */
export function tips(rows: readonly ReadRow[]): string {
  const shown = rows.slice(0, 12).map(tip);
  return rows.length > 12 ? `${shown.join('\n')}\n… and ${rows.length - 12} more` : shown.join('\n');
}

/** The lane's name, and a smaller line below it. */
export function heading(lane: LaneContext, title: string, note = ''): void {
  lane.canvas.text(16, lane.y + 19, fit(title, LEFT - 30, 13, 700), { size: 13, weight: 700 });
  if (note !== '') lane.canvas.text(16, lane.y + 34, fit(note, LEFT - 30, 10.5), { size: 10.5, fill: COLOURS.dim });
}

/** Name of a row inside a lane, next to the plot. */
export function rowName(lane: LaneContext, y: number, text: string, fill: string = COLOURS.ink): void {
  lane.canvas.text(LEFT - 14, y, fit(text, LEFT - 30, 11), { anchor: 'end', fill });
}

/** Closes a lane of a height: its band, and the room for the next. */
export function closeLane(lane: LaneContext, height: number, shaded: boolean): void {
  if (shaded) lane.canvas.behind({ x: 0, y: lane.y, width: lane.canvas.width, height }, COLOURS.band);
  lane.y += height;
}

/** A tick mark (kept), centred. */
export function check(lane: LaneContext, x: number, y: number, size: number, colour: string, tooltip?: string): void {
  const d = `M${(x - size).toFixed(1)} ${y.toFixed(1)}l${(size * 0.75).toFixed(1)} ${(size * 0.8).toFixed(1)}l${(size * 1.25).toFixed(1)} ${(-size * 1.6).toFixed(1)}`;
  lane.canvas.path(
    d,
    { fill: 'none', stroke: colour, 'stroke-width': 2.4, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' },
    tooltip,
  );
}

/** A cross (missed), centred. */
export function cross(
  lane: LaneContext,
  x: number,
  y: number,
  size: number,
  colour: string,
  tooltip?: string,
  extra: Record<string, string> = {},
): void {
  const [a, b, c, d] = [x - size, y - size, x + size, y + size].map((value) => value.toFixed(1));
  const look = { fill: 'none', stroke: colour, 'stroke-width': 2.6, 'stroke-linecap': 'round', ...extra };
  lane.canvas.path(`M${a} ${b}L${c} ${d}M${a} ${d}L${c} ${b}`, look, tooltip);
}

/** A label to the right of a point, else to its left, else nowhere. */
export function beside(
  lane: LaneContext,
  x: number,
  y: number,
  gap: number,
  text: string,
  fill: string,
  size = 10.5,
): boolean {
  const style = { size, fill };
  return (
    lane.canvas.tryText(x + gap, y, text, style) ||
    (x - gap > LEFT + 60 && lane.canvas.tryText(x - gap, y, text, { ...style, anchor: 'end' as const }))
  );
}

/** The lane of messages: a row a channel, an icon a message, a number where many lie close together. */
import { readable } from '../../domain/ticket/describe';
import { fit } from './canvas';
import { closeLane, COLOURS, heading, rowName, tips, type LaneContext } from './lane';
import type { Sent } from './model';

interface Channel {
  name: string;
  colour: string;
  /** Drawn in white inside a circle of radius 8 around 0,0. */
  icon: string;
}

/** In the order of urgency. */
const CHANNELS: Record<string, Channel> = {
  page: { name: 'Pages', colour: '#7c3aed', icon: 'M-4 3h8l-1.3-1.8v-2.4a2.7 2.7 0 0 0-5.4 0v2.4zM-1 4.4h2' },
  slack: { name: 'Slack', colour: '#0e7490', icon: 'M-1.8-4l-.8 8M2.2-4l-.8 8M-4-1.5h8M-4.2 1.7h8' },
  email: { name: 'E-mail', colour: '#1d4ed8', icon: 'M-4.5-3h9v6h-9zM-4.5-3L0 .8 4.5-3' },
  status_page: { name: 'Status page', colour: '#0f766e', icon: 'M-4 3.5v-3M0 3.5v-7M4 3.5v-5' },
  ticket: { name: 'Other tickets', colour: '#475569', icon: 'M-4-2.5h5v5h-5zM2 0h3M3.5-1.5L5 0 3.5 1.5' },
  draft: { name: 'Drafts for a person', colour: '#64748b', icon: 'M-3.5 3.5l.7-2.6 4.6-4.6 1.9 1.9-4.6 4.6z' },
};

const ROW = 25;
const NEAR = 19;

const channelOf = (name: string): Channel =>
  Object.hasOwn(CHANNELS, name)
    ? (CHANNELS[name] as Channel)
    : { name: readable(name), colour: '#475569', icon: 'M-3.5-3.5h7v7h-7z' };

/** Messages that lie closer together than an icon is wide, as groups. */
function clusters(lane: LaneContext, sent: readonly Sent[]): Sent[][] {
  const groups: Sent[][] = [];
  for (const one of sent) {
    const group = groups[groups.length - 1];
    const first = group?.[0];
    if (group && first && lane.scale.x(one.at) - lane.scale.x(first.at) < NEAR) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

function drawGroup(lane: LaneContext, group: readonly Sent[], y: number, channel: Channel): void {
  const { canvas, scale } = lane;
  const [first, last] = [group[0] as Sent, group[group.length - 1] as Sent];
  const x = (scale.x(first.at) + scale.x(last.at)) / 2;
  const failed = group.filter((one) => one.failed).length;
  const all = failed === group.length;
  const text = tips(group.map((one) => one.source));
  const look = all
    ? { fill: '#ffffff', stroke: COLOURS.missed, 'stroke-width': 2 }
    : { fill: channel.colour, stroke: failed > 0 ? COLOURS.missed : '#ffffff', 'stroke-width': failed > 0 ? 2.6 : 1 };
  canvas.shape('circle', { cx: x, cy: y, r: failed > 0 ? 8.6 : 8.4, ...look }, text);
  canvas.block({ x: x - 10, y: y - 9, width: 20, height: 18 });
  const ink = all ? COLOURS.missed : '#ffffff';
  if (group.length === 1) {
    canvas.path(
      channel.icon,
      {
        transform: `translate(${x.toFixed(1)} ${y})`,
        fill: 'none',
        stroke: ink,
        'stroke-width': 1.3,
        'stroke-linejoin': 'round',
        'stroke-linecap': 'round',
      },
      text,
    );
  } else
    canvas.text(x, y + 3.6, String(group.length), {
      size: group.length > 99 ? 8 : 10,
      fill: ink,
      weight: 700,
      anchor: 'middle',
    });
}

function nameGroup(lane: LaneContext, group: readonly Sent[], y: number, room: number): void {
  const failed = group.filter((one) => one.failed);
  const roles = [...new Set(group.map((one) => one.role))].filter((role) => role !== '');
  const middle = (lane.scale.x((group[0] as Sent).at) + lane.scale.x((group[group.length - 1] as Sent).at)) / 2;
  const short = roles.length > 1 ? `${roles[0] ?? ''} +${roles.length - 1}` : (roles[0] ?? '');
  const texts = failed.length > 0 ? [`${failed[0]?.role ?? ''} not reached`, 'failed'] : [roles.join(', '), short];
  const fill = failed.length > 0 ? COLOURS.missed : COLOURS.dim;
  for (const text of texts) {
    if (fit(text, room, 10) === text && lane.canvas.tryText(middle + 12, y + 3.5, text, { size: 10, fill })) return;
  }
}

/** All deliveries, by channel; those nobody received are hollow and red. */
export function deliveriesLane(lane: LaneContext, sent: readonly Sent[], shaded: boolean): void {
  const order = Object.keys(CHANNELS);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const channels = [...new Set(sent.map((one) => one.channel))].sort((a, b) => rank(a) - rank(b));
  const failed = sent.filter((one) => one.failed).length;
  heading(lane, 'Deliveries');
  lane.canvas.text(16 + 78, lane.y + 19, `${sent.length} sent${failed > 0 ? `, ${failed} failed` : ''}`, {
    size: 10.5,
    fill: failed > 0 ? COLOURS.missed : COLOURS.dim,
  });
  channels.forEach((name, index) => {
    const y = lane.y + 42 + index * ROW;
    const channel = channelOf(name);
    const mine = sent.filter((one) => one.channel === name);
    const groups = clusters(lane, mine);
    rowName(lane, y + 4, `${channel.name}  (${mine.length})`);
    groups.forEach((group) => drawGroup(lane, group, y, channel));
    const byNeed = [...groups].sort(
      (a, b) => Number(b.some((one) => one.failed)) - Number(a.some((one) => one.failed)),
    );
    for (const group of byNeed) nameGroup(lane, group, y, 170);
  });
  closeLane(lane, 38 + Math.max(channels.length, 1) * ROW, shaded);
}

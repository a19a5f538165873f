/** A flow's map as SVG and as text: states on the left, their ways to the right, connectors in lanes that cross nothing. */
import type { FlowMap, MapState, MapWay } from '../../domain/policy/flow-map';
import { Canvas, escapeXml, fit } from './canvas';

const STATE = { x: 24, width: 270, height: 46 };
const TRUNK = 312;
const LABEL = { x: 326, width: 310 };
const PILL = { x: 666, width: 220, height: 24 };
const LANES = PILL.x + PILL.width + 22;
const LANE = 14;
const ROW = 32;
const GAP = 34;
const TOP = 74;

const PLAIN = '#9aa4b2';
const TAKEN = '#0b57d0';
const TEXT = '#1f2937';
const FAINT = '#5b6472';

interface Placed {
  state: MapState;
  y: number;
  height: number;
}

function placed(states: readonly MapState[]): Placed[] {
  let y = TOP + GAP;
  return states.map((state) => {
    const height = Math.max(STATE.height, state.ways.length * ROW);
    const one = { state, y, height };
    y += height + GAP;
    return one;
  });
}

/** Where the line of a way lies. */
const wayY = ({ y }: Placed, i: number): number => y + i * ROW + ROW / 2;

/** Where a state's connectors come in: in the gap above it. */
const entryY = ({ y }: Placed): number => y - GAP / 2;

const stroke = (taken: boolean): Record<string, string | number> => ({
  stroke: taken ? TAKEN : PLAIN,
  'stroke-width': taken ? 2.6 : 1.2,
  fill: 'none',
});

function drawState(canvas: Canvas, { state, y }: Placed): void {
  const { visited } = state;
  canvas.rect(
    { x: STATE.x, y, width: STATE.width, height: STATE.height },
    visited === null ? '#ffffff' : '#dbe8fd',
    {
      ...{ rx: 8, stroke: visited === null ? PLAIN : TAKEN, 'stroke-width': visited === null ? 1.2 : 2.6 },
      ...(visited === 'here' ? { 'stroke-dasharray': '6 3' } : {}),
    },
    state.name,
  );
  const room = STATE.width - 20;
  const about = [state.about, visited === 'here' ? 'stands here' : ''].filter((part) => part !== '').join(', ');
  canvas.text(STATE.x + 12, y + (about === '' ? 28 : 20), fit(state.title, room, 13, 600), {
    ...{ size: 13, weight: 600, fill: TEXT },
  });
  canvas.text(STATE.x + 12, y + 36, fit(about, room, 11), { size: 11, fill: FAINT });
}

function drawWay(canvas: Canvas, from: Placed, way: MapWay, i: number): void {
  const y = wayY(from, i);
  const { taken } = way;
  const trunkTop = from.y + STATE.height / 2;
  canvas.path(`M ${STATE.x + STATE.width} ${trunkTop} H ${TRUNK} V ${y} H ${PILL.x - 8}`, stroke(taken));
  canvas.path(`M ${PILL.x - 8} ${y - 4} L ${PILL.x} ${y} L ${PILL.x - 8} ${y + 4} Z`, { fill: taken ? TAKEN : PLAIN });
  canvas.text(LABEL.x, y - 5, fit(way.label, LABEL.width, 12, taken ? 600 : 400), {
    ...{ size: 12, fill: taken ? TAKEN : TEXT, halo: true },
    ...(taken ? { weight: 600 } : {}),
  });
  const ends = way.to === undefined;
  canvas.rect(
    { x: PILL.x, y: y - PILL.height / 2, width: PILL.width, height: PILL.height },
    taken ? (ends ? TAKEN : '#dbe8fd') : ends ? '#eef1f5' : '#ffffff',
    { rx: ends ? 12 : 4, stroke: taken ? TAKEN : PLAIN, 'stroke-width': taken ? 2 : 1 },
    `${way.label}: ${way.title}`,
  );
  canvas.text(
    PILL.x + PILL.width / 2,
    y + 4,
    fit(`${ends ? '' : '→ '}${way.title}`, PILL.width - 16, 12, taken ? 600 : 400),
    {
      ...{ size: 12, anchor: 'middle', fill: taken && ends ? '#ffffff' : TEXT },
      ...(taken ? { weight: 600 } : {}),
    },
  );
}

/** From a way to the state it leads to: along the lane of that state, into the gap above it, down into it. */
function connector(from: Placed, i: number, to: Placed, lane: number): string {
  const x = LANES + lane * LANE;
  const down = STATE.x + STATE.width / 2;
  return `M ${PILL.x + PILL.width} ${wayY(from, i)} H ${x} V ${entryY(to)} H ${down} V ${to.y}`;
}

/** The map as a picture. `title` stands above it, `note` below the title. */
export function flowMapSvg(map: FlowMap, title: string, note = ''): string {
  const places = placed(map.states);
  const byName = new Map(places.map((one) => [one.state.name, one]));
  const targets = [
    ...new Set(map.states.flatMap(({ ways }) => ways.flatMap(({ to }) => (to === undefined ? [] : [to])))),
  ];
  const last = places.at(-1);
  const height = (last ? last.y + last.height : TOP) + 24;
  const width = LANES + targets.length * LANE + 16;
  const canvas = new Canvas(width, width);
  canvas.text(STATE.x, 32, fit(title, width - 48, 18, 600), { size: 18, weight: 600 });
  canvas.text(STATE.x, 54, fit(note, width - 48, 12), { size: 12, fill: FAINT });
  const first = places[0];
  if (first) canvas.path(`M ${STATE.x + STATE.width / 2} ${TOP + 6} V ${first.y}`, stroke(map.begun));
  // What was taken lies above what was not.
  for (const taken of [false, true])
    for (const from of places)
      for (const [i, way] of from.state.ways.entries()) {
        const to = way.to === undefined ? undefined : byName.get(way.to);
        if (way.taken === taken && to)
          canvas.path(connector(from, i, to, targets.indexOf(to.state.name)), stroke(taken));
      }
  for (const place of places) {
    const into = place.state.visited !== null;
    const x = STATE.x + STATE.width / 2;
    canvas.path(`M ${x - 5} ${place.y - 9} L ${x} ${place.y} L ${x + 5} ${place.y - 9} Z`, {
      fill: into ? TAKEN : PLAIN,
    });
    for (const taken of [false, true])
      for (const [i, way] of place.state.ways.entries()) if (way.taken === taken) drawWay(canvas, place, way, i);
    drawState(canvas, place);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Arial, Helvetica, 'DejaVu Sans', sans-serif" role="img" aria-label="${escapeXml(title)}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${canvas.toString()}
</svg>
`;
}

/** The map as text: `●` and `▶` mark the way that was gone. */
export const flowMapText = (map: FlowMap): string =>
  map.states
    .map((state) =>
      [
        `${state.visited === null ? '○' : '●'} ${state.title}${state.about === '' ? '' : ` (${state.about})`}${state.visited === 'here' ? ' ← stands here' : ''}`,
        ...state.ways.map(
          (way, i) =>
            `${i === state.ways.length - 1 ? '  └─' : '  ├─'}${way.taken ? '▶' : '→'} ${way.label} → ${way.title}`,
        ),
      ].join('\n'),
    )
    .join('\n');

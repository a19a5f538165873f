/** Charts of answers: SVG made on the server, and PNG for mail. */
import { dirname, join } from 'node:path';
import { init } from 'echarts';
import { Resvg } from '@resvg/resvg-js';
import type { MetricResult } from '../domain/metrics/answers';
import { isPeriodUnit } from '../domain/metrics/periods';
import { numberText } from '../domain/metrics/words';

const FONT = 'DejaVu Sans';
const fonts = (): string => join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
/** Without a canvas letters are measured too narrow: so much more for each letter of a name beside its bar. */
const MARGIN = 2;
const SIZE = { width: 640, height: 260 };

/** How a value is drawn: durations in hours, shares in percent. */
const drawn = (value: number | null, unit: MetricResult['unit']): number | null =>
  value === null
    ? null
    : unit === 'duration'
      ? Number((value / 3_600_000).toFixed(2))
      : unit === 'percent'
        ? Number((value * 100).toFixed(2))
        : value;

/** The chart of an answer's groups; undefined where there is nothing to draw. */
export function chartSvg(result: MetricResult, size = SIZE): string | undefined {
  const groups = result.groups.filter((group) => group.value !== null || isPeriodUnit(result.by[0] ?? ''));
  if (groups.length === 0) return undefined;
  const along = isPeriodUnit(result.by[0] ?? '') && result.by.length === 1;
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  // A value of an enum is a word to people.
  const names = groups.map((group) => group.label.replace(/_/g, ' '));
  const values = groups.map((group) => drawn(group.value, result.unit));
  const label = {
    show: true,
    fontSize: 11,
    formatter: (point: { dataIndex: number }): string => {
      const value = groups[point.dataIndex]?.value;
      return value === null || value === undefined ? '' : numberText(value, result.unit, result.shown);
    },
  };
  const categories = {
    type: 'category' as const,
    data: along ? names : [...names].reverse(),
    axisTick: { show: false },
  };
  // People and tickets are whole: no ticks between them.
  const whole = values.every((value) => value === null || Number.isInteger(value));
  const amounts = {
    type: 'value' as const,
    ...(whole ? { minInterval: 1 } : {}),
    splitLine: { lineStyle: { color: '#e5e7eb' } },
  };
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: FONT },
    color: ['#2563eb', '#0891b2', '#7c3aed', '#d97706', '#64748b'],
    grid: {
      left: along ? 8 : 8 + MARGIN * Math.max(...names.map((name) => name.length)),
      right: 56,
      top: 24,
      bottom: 8,
      containLabel: true,
    },
    xAxis: along ? categories : amounts,
    yAxis: along ? amounts : categories,
    series: [
      along
        ? { type: 'line', data: values, label: { ...label, position: 'top' }, symbolSize: 7 }
        : {
            type: 'bar',
            data: [...values].reverse(),
            barMaxWidth: 22,
            label: {
              ...label,
              position: 'right',
              formatter: (point: { dataIndex: number }): string =>
                label.formatter({ dataIndex: groups.length - 1 - point.dataIndex }),
            },
          },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** The chart as PNG, for mail programs that show no SVG. No font of the machine is read: the picture is the same everywhere. */
export function chartPng(svg: string): Buffer {
  const drawing = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: false, fontDirs: [fonts()], defaultFontFamily: FONT },
  });
  return drawing.render().asPng();
}

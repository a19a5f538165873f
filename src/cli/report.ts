/** `tocsin report` and `tocsin series`: key figures as tables and small charts. */
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { markSign } from '../domain/metrics/words';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { table } from './tables';

interface Options {
  json?: boolean;
  csv?: boolean;
  from?: string;
  to?: string;
  period?: string;
  pack?: string;
  by?: string;
  plan?: string;
  priority?: string;
  tier?: string;
  channel?: string;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const object = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/** A bar of at most `width` eighths-of-a-cell precise blocks. */
export function bar(share: number, width = 20): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (' ▏▎▍▌▋▊▉'[eighths % 8] ?? '').trim();
}

const mark = (value: JsonObject): string => {
  const range = object(value['range']);
  const sign = markSign(value['mark'] as 'pass' | 'fail' | 'warn' | undefined);
  return `${sign} ${text(range['word'])}`.trim();
};

/** One figure: a line, and its groups with bars below it. */
export function renderMetric(found: JsonObject): string {
  const total = object(found['total']);
  const period = object(found['period']);
  const day = (at: Json | undefined): string => text(at).slice(0, 10);
  const baseline = object(found['baseline']);
  const head = [
    `${text(found['title'])}: ${text(total['text'])} ${mark(total)}`.trim(),
    found['target'] ? `target ${text(found['target'])}` : '',
    baseline['title'] === undefined ? '' : `of ${text(baseline['title'])}`,
    `n = ${text(total['n'])}`,
    `${day(period['from'])} to ${day(period['to'])}`,
  ].filter((part) => part !== '');
  const groups = (found['groups'] ?? []) as JsonObject[];
  if (groups.length === 0) return head.join(', ');
  const most = Math.max(...groups.map((one) => Number(one['value'] ?? 0)), 0);
  const rows = groups.map((one) => [
    ((one['key'] ?? []) as Json[]).map(text).join(' / '),
    text(one['text']),
    text(one['n']),
    mark(one),
    one['value'] === null || most === 0 ? '' : bar(Number(one['value']) / most),
  ]);
  const trend = found['trend'] === undefined || found['trend'] === null ? '' : `\nTrend: ${text(found['trend'])}`;
  return `${head.join(', ')}\n${table([((found['by'] ?? []) as Json[]).map(text).join(' / '), 'Value', 'n', '', ''], rows)}${trend}`;
}

function queryOf(options: Options, csv: boolean): string {
  const query = new URLSearchParams();
  for (const name of ['pack', 'from', 'to', 'period', 'by', 'plan', 'priority', 'tier', 'channel'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (csv) query.set('format', 'csv');
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** A key figure; or, where the name is a report's and a period is given, that report: its text, or with --json all of it. */
async function figureOrReport(api: Api, name: string, path: string, options: Options): Promise<JsonObject | string> {
  try {
    return await api.get(path);
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'ESC_METRIC_UNKNOWN' || options.period === undefined)
      throw error;
    const made = `/v1/reports/${encodeURIComponent(name)}/${encodeURIComponent(options.period)}`;
    const pack = options.pack === undefined ? '' : `pack=${encodeURIComponent(options.pack)}&`;
    return options.json ? api.get(`${made}?${pack}format=json`) : api.text(`${made}?${pack}format=text`);
  }
}

/** Register the commands. */
export function reportCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  program
    .command('report')
    .argument('[kpis...]', 'key figures; without any, a list of them')
    .option('--from <instant>', 'an instant, or a date')
    .option('--to <instant>', 'an instant, or a date; not included')
    .option('--period <period>', '2025-01, 2025-W05, 2025-Q1 or 2025-01-27')
    .option('--pack <pack>', 'the pack; the default one when left out')
    .option('--by <names>', 'groups, with commas')
    .option('--plan <plan>')
    .option('--priority <priority>')
    .option('--tier <tier>')
    .option('--channel <channel>')
    .option('--json')
    .option('--csv')
    .description('key figures over a period, and reports of one')
    .action(async (kpis: string[], options: Options) => {
      if (kpis.length === 0) {
        const catalogue = await api().get(`/v1/reports${queryOf(options, false)}`);
        const metrics = (catalogue['metrics'] ?? []) as JsonObject[];
        io.out(
          options.json
            ? JSON.stringify(catalogue)
            : table(
                ['Key figure', 'Target', 'What'],
                metrics.map((one) => [text(one['metric']), text(one['target']), text(one['title'])]),
              ),
        );
        return;
      }
      const path = (kpi: string): string =>
        `/v1/reports/${encodeURIComponent(kpi)}${queryOf(options, options.csv === true)}`;
      if (options.csv) {
        const parts: string[] = [];
        for (const kpi of kpis) parts.push(await api().text(path(kpi)));
        // One head for all of them.
        io.out(parts.map((part, i) => (i === 0 ? part : part.slice(part.indexOf('\n') + 1)).trimEnd()).join('\n'));
        return;
      }
      const found: (JsonObject | string)[] = [];
      for (const kpi of kpis) found.push(await figureOrReport(api(), kpi, path(kpi), options));
      const texts = found.map((one) => (typeof one === 'string' ? one.trimEnd() : renderMetric(one)));
      io.out(options.json ? JSON.stringify(found) : texts.join('\n\n'));
    });
  program
    .command('transcripts')
    .argument('<report>', 'a report of the pack that exports conversations')
    .argument('<period>', '2025-01, 2025-W05, 2025-Q1 or 2025-01-27')
    .option('--pack <pack>', 'the pack; the default one when left out')
    .option('--json', 'one array in place of a line each')
    .description('the conversations behind a report, as tocsin triage reads them')
    .action(async (report: string, period: string, options: { pack?: string; json?: boolean }) => {
      const path = `/v1/reports/${encodeURIComponent(report)}/${encodeURIComponent(period)}/transcripts`;
      const lines = (await api().text(`${path}${queryOf(options, false)}`)).split('\n').filter((line) => line !== '');
      if (options.json) io.out(`[${lines.join(',')}]`);
      else for (const line of lines) io.out(line);
    });
  program
    .command('series')
    .argument('<name>')
    .argument('<value>')
    .option('--at <instant>', 'when it was so; now when left out')
    .option('--key <key>', 'the same key is the same measurement')
    .option('--label <name=value...>', 'what it belongs to')
    .option('--json')
    .description('post a measurement that comes from no ticket')
    .action(
      async (name: string, value: string, options: { at?: string; key?: string; label?: string[]; json?: boolean }) => {
        const number = Number(value);
        if (value.trim() === '' || !Number.isFinite(number))
          throw new TocsinError('ESC_FIELD_INVALID', `"${value}" is no number`, { field: 'value' });
        const labels = Object.fromEntries(
          (options.label ?? []).map((one) => {
            const at = one.indexOf('=');
            if (at < 1) throw new TocsinError('ESC_FIELD_INVALID', `"${one}" is no name=value`, { field: 'label' });
            return [one.slice(0, at), one.slice(at + 1)];
          }),
        );
        const point = {
          value: number,
          labels,
          ...(options.at === undefined ? {} : { at: options.at }),
          ...(options.key === undefined ? {} : { key: options.key }),
        };
        const stored = await api().post(`/v1/series/${encodeURIComponent(name)}`, { points: [point] });
        io.out(options.json ? JSON.stringify(stored) : stored['stored'] === 0 ? 'It was there already.' : 'Stored.');
      },
    );
}

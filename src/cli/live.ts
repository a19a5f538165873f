/** Commands on running tickets: open, show, agenda, timeline, explain, board, do. All of them speak to the HTTP API. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { sideText } from '../domain/ticket/rollout';
import type { TimelineRow } from '../rehearsal/rows';
import { renderTimeline } from '../rehearsal/render/text';
import { Api, apiSettings } from './api';
import { readAll, type CliIo } from './io';
import { registerText } from './register';
import { keyValues, mayColor, relative, table } from './tables';

interface Common {
  json?: boolean;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const clock = (at: Json | undefined): string =>
  typeof at === 'string' ? at.replace('T', ' ').replace(/\.\d+Z$|Z$/, ' UTC') : '';
const until = (at: Json | undefined): string => (typeof at === 'string' ? relative(Date.parse(at) - Date.now()) : '');

async function readOpening(file: string, io: CliIo): Promise<JsonObject> {
  const source =
    file === '-'
      ? await readAll(io.stdin)
      : await readFile(file, 'utf8').catch(() => {
          throw new TocsinError('ESC_FIELD_INVALID', `${file} cannot be read`, { field: 'FILE' });
        });
  let parsed: JsonObject | null;
  try {
    parsed = parse(source, { version: '1.2' }) as JsonObject | null;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new TocsinError('ESC_FIELD_INVALID', `${file} is no YAML or JSON: ${message}`, { field: 'FILE' });
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw new TocsinError('ESC_FIELD_INVALID', `${file} does not hold an opening`, { field: 'FILE' });
  const ticket = parsed['ticket'];
  return ticket !== undefined && ticket !== null && typeof ticket === 'object' && !Array.isArray(ticket)
    ? ticket
    : parsed;
}

/** `--field value` pairs of `do`: JSON where the value is JSON, text otherwise. */
export function fieldsOf(words: readonly string[]): JsonObject {
  const fields: JsonObject = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const match = /^--([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word);
    if (!match)
      throw new TocsinError('ESC_FIELD_INVALID', `"${word}" is not a field; write --name value`, { field: word });
    const raw = match[2] ?? words[++i];
    if (raw === undefined)
      throw new TocsinError('ESC_FIELD_REQUIRED', `the field "${match[1]}" has no value`, { field: match[1] ?? '' });
    const name = (match[1] ?? '').replaceAll('-', '_');
    fields[name] = TEXTS.has(name) ? raw : jsonOr(raw);
  }
  return fields;
}

/** Fields of commands that are always words, whatever they look like. */
const TEXTS = new Set(['text', 'reason', 'resolution', 'note', 'tag', 'to', 'task', 'path']);

function jsonOr(raw: string): Json {
  if (!/^(\[|\{|true$|false$|null$|-?\d)/.test(raw)) return raw;
  try {
    return JSON.parse(raw) as Json;
  } catch {
    return raw;
  }
}

/** On which side of a rollout it is, where the pack does not act. */
function sides(view: JsonObject): [string, string][] {
  const side = sideText((view['rollout'] ?? {}) as never);
  return side === null
    ? []
    : [
        [
          'Rollout',
          `${side}: the procedure ${side.includes('off') ? 'does nothing here' : 'decides and records, and does nothing'}`,
        ],
      ];
}

function showTicket(view: JsonObject): string {
  const ticket = (view['ticket'] ?? {}) as JsonObject;
  const paths = Object.entries((view['paths'] ?? {}) as JsonObject).map(([name, path]) => {
    const { level, to, acknowledged, by } = path as JsonObject;
    return `${name}: level ${text(level)} (${[to].flat().map(text).join(', ')}), ${acknowledged === true ? `acknowledged by ${text(by)}` : 'not acknowledged'}`;
  });
  const tasks = ((view['tasks'] ?? []) as JsonObject[]).map((task) => [
    text(task['task']),
    [task['for']].flat().map(text).join(', '),
    typeof task['due'] === 'string' ? until(task['due']) : '',
    task['breached'] === true ? 'overdue' : '',
  ]);
  const promises = ((view['commitments'] ?? []) as JsonObject[]).map((one) => [
    text(one['title'] ?? one['commitment']),
    typeof one['due'] === 'string' ? `${clock(one['due'])} (${until(one['due'])})` : '',
    one['breached'] === true ? 'missed' : one['paused'] === true ? 'stands still' : '',
  ]);
  const links = ((ticket['links'] ?? []) as JsonObject[]).map((link) => `${text(link['kind'])} ${text(link['to'])}`);
  const { name, plan } = (ticket['customer'] ?? {}) as JsonObject;
  const whose = [text(name), text(plan)].filter((part) => part !== '').join(', ');
  const head = keyValues([
    ['Ticket', `${text(view['id'])} (#${text(view['number'])})`],
    ['Subject', text(ticket['subject'])],
    // An entry of a register is of no customer.
    ...(whose === '' ? [] : [['Customer', whose] as [string, string]]),
    ['Priority', text(ticket['priority'])],
    ['Status', text(view['status'])],
    ['Owner', text(ticket['owner']) || 'nobody'],
    ['Levels', paths.join('; ') || 'none'],
    ...sides(view),
    ...(links.length === 0 ? [] : [['Linked', links.join('; ')] as [string, string]]),
    [
      'Next due',
      typeof view['nextDue'] === 'string' ? `${clock(view['nextDue'])} (${until(view['nextDue'])})` : 'nothing',
    ],
  ]);
  return [
    head,
    ...(promises.length === 0 ? [] : [table(['Promise', 'Due', ''], promises)]),
    ...(tasks.length === 0 ? [] : [table(['Open task', 'For', 'Due', ''], tasks)]),
  ].join('\n\n');
}

/** Register the commands. */
export function liveCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  const print = (options: Common, data: unknown, render: () => string): void =>
    io.out(options.json ? JSON.stringify(data) : render());

  program
    .command('open')
    .argument('<file>', 'the opening as YAML or JSON; - reads stdin')
    .option('--key <key>', 'idempotency key: the same key opens the ticket once')
    .option('--json')
    .description('open a ticket')
    .action(async (file: string, options: Common & { key?: string }) => {
      const opening = await readOpening(file, io);
      const ticket = await api().post('/v1/tickets', opening, options.key ?? randomUUID());
      print(options, ticket, () => `Opened ${text(ticket['id'])} (#${text(ticket['number'])}).`);
      io.err(`Watch it: tocsin timeline ${text(ticket['id'])}`);
    });
  program
    .command('show')
    .argument('<id>')
    .option('--json')
    .description('where a ticket stands')
    .action(async (id: string, options: Common) => {
      const view = await api().get(`/v1/tickets/${encodeURIComponent(id)}`);
      print(options, view, () => showTicket(view));
    });
  program
    .command('agenda')
    .argument('<id>')
    .option('--json')
    .description('what is due next, unless something happens first')
    .action(async (id: string, options: Common) => {
      const items = await api().get<JsonObject[]>(`/v1/tickets/${encodeURIComponent(id)}/agenda`);
      print(options, items, () =>
        table(
          ['Due', 'In', 'What', 'Name'],
          items.map((item) => [
            clock(item['at']),
            until(item['at']),
            `${text(item['kind'])}${item['shadow'] === true ? ' (shadow)' : ''}`,
            text(item['name']),
          ]),
        ),
      );
    });
  program
    .command('timeline')
    .argument('<id>')
    .option('--json')
    .option('--all', 'show the bookkeeping of clocks as well')
    .option('--clauses', 'show the clauses behind each row')
    .description('what happened, when and why')
    .action(async (id: string, options: Common & { all?: boolean; clauses?: boolean }) => {
      const rows = await everyRow(api(), id);
      print(options, rows, () =>
        renderTimeline(rows, {
          width: 80,
          color: mayColor(),
          all: options.all === true,
          clauses: options.clauses === true,
        }),
      );
    });
  program
    .command('explain')
    .argument('<id>')
    .option('--json')
    .description('why things are due when they are')
    .action(async (id: string, options: Common) => {
      const items = await api().get<JsonObject[]>(`/v1/tickets/${encodeURIComponent(id)}/explain`);
      print(options, items, () =>
        items
          .map((item) =>
            [
              text(item['title'] ?? item['name']),
              ...[item['lines'] ?? []].flat().map((line) => `  ${text(line)}`),
            ].join('\n'),
          )
          .join('\n\n'),
      );
    });
  program
    .command('deliveries')
    .argument('<id>')
    .option('--json')
    .description('what was sent to whom, as the ledger has it')
    .action(async (id: string, options: Common) => {
      const entries = await api().get<JsonObject[]>(`/v1/tickets/${encodeURIComponent(id)}/deliveries`);
      print(options, entries, () =>
        table(
          ['Due', 'Channel', 'Role', 'To', 'State', 'Tries', 'Template'],
          entries.map((one) => [
            clock(one['dueAt']),
            ...['channel', 'role', 'recipient', 'state', 'attempts', 'template'].map((name) => text(one[name])),
          ]),
        ),
      );
    });
  program
    .command('board')
    .option('--kind <kind>', 'a kind of ticket beside support')
    .option('--status <status>')
    .option('--priority <priority>')
    .option('--queue <queue>')
    .option('--owner <owner>')
    .option('--view <view>', 'mine, team, unassigned, escalated, my_escalations, inbox')
    .option('--by <who>', 'whose view; the holder of the key when left out')
    .option('--team <team>', 'of the view team: its tier or its queue')
    .option('--limit <n>', 'how many', '25')
    .option('--json')
    .description('open tickets by what is due next')
    .action(async (options: Common & Record<string, string>) => {
      const limit = Number(options['limit']);
      if (!Number.isInteger(limit) || limit < 1)
        throw new TocsinError('ESC_FIELD_INVALID', `--limit must be a whole number from 1, not "${options['limit']}"`, {
          field: 'limit',
        });
      const query = new URLSearchParams();
      for (const name of ['kind', 'status', 'priority', 'queue', 'owner', 'view', 'by', 'team'])
        if (options[name]) query.set(name, options[name]);
      const tickets = await boardRows(api(), query, limit);
      print(options, tickets, () =>
        table(
          ['Ticket', 'P', 'Status', 'Owner', 'Next due', 'Subject'],
          tickets.map((one) => [
            text(one['id']),
            text(one['priority']),
            [text(one['status']), text(one['side'])].filter((word) => word !== '').join(', '),
            text(one['owner']),
            until(one['nextDue']),
            text(one['subject']),
          ]),
        ),
      );
    });
  program
    .command('register')
    .argument('<kind>', 'a kind of ticket that the pack declares')
    .option('--pack <pack>', 'a pack beside the default one')
    .option('--status <status>', 'only entries with this status')
    .option('--closed', 'closed entries as well')
    .option('--json')
    .description('the entries of a register, with the fields its kind declares')
    .action(async (kind: string, options: Common & { pack?: string; status?: string; closed?: boolean }) => {
      const query = new URLSearchParams({ closed: String(options.closed === true) });
      for (const name of ['pack', 'status'] as const) if (options[name]) query.set(name, options[name]);
      const register = await everyEntry(api(), kind, query);
      print(options, register, () => registerText(register));
    });
  program
    .command('do')
    .argument('<id>')
    .argument('<command>', 'acknowledge, send-update, escalate, resolve, …')
    .argument('[fields...]', '--field value …')
    .option('--by <who>', 'who gives the command (a name, or a role of the pack)')
    .option('--json')
    .allowUnknownOption(true)
    .description('give a command to a ticket')
    .action(async (id: string, command: string, words: string[], options: Common & { by?: string }) => {
      const fields = fieldsOf(words);
      const at = new Date().toISOString();
      const commandId = randomUUID();
      const body: JsonObject = {
        ...fields,
        at,
        commandId,
        ...(options.by === undefined ? {} : { by: { name: options.by } }),
      };
      const view = await api().post(
        `/v1/tickets/${encodeURIComponent(id)}/commands/${encodeURIComponent(command)}`,
        body,
        commandId,
      );
      print(options, view, () => showTicket(view));
    });
}

/** Every entry of a register, page after page. */
async function everyEntry(api: Api, kind: string, query: URLSearchParams): Promise<JsonObject> {
  const entries: Json[] = [];
  for (;;) {
    const page = await api.get(`/v1/registers/${encodeURIComponent(kind)}?${query.toString()}`);
    entries.push(...((page['entries'] ?? []) as Json[]));
    if (typeof page['nextCursor'] !== 'string') return { ...page, entries };
    query.set('cursor', page['nextCursor']);
  }
}

/** Every row of a timeline, page after page. */
async function everyRow(api: Api, id: string): Promise<TimelineRow[]> {
  const rows: (TimelineRow & { seq: number })[] = [];
  for (let page: typeof rows | undefined; page === undefined || page.length === PAGE;) {
    const after = rows.at(-1)?.seq ?? 0;
    page = await api.get<typeof rows>(`/v1/tickets/${encodeURIComponent(id)}/timeline?after=${after}&limit=${PAGE}`);
    rows.push(...page);
  }
  return rows;
}

/** The first tickets of the board, over as many pages as that takes. */
async function boardRows(api: Api, query: URLSearchParams, limit: number): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  for (let cursor: Json | undefined = ''; typeof cursor === 'string' && rows.length < limit;) {
    query.set('limit', String(Math.min(limit - rows.length, BOARD_PAGE)));
    if (cursor !== '') query.set('cursor', cursor);
    const page: JsonObject = await api.get(`/v1/tickets?${query.toString()}`);
    rows.push(...((page['tickets'] ?? []) as JsonObject[]));
    cursor = page['nextCursor'];
  }
  return rows;
}

/** Rows of one request. */
const PAGE = 1_000;
const BOARD_PAGE = 200;

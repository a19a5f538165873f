/** `people` and `oncall`: who there is, who is on call, where nobody is. From the API, or from a pack on disk. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { DAY_MS, formatInstant, parseInstant } from '../domain/time/instants';
import { icalOf } from '../oncall/ical';
import { listPeople, orgTree, type OrgNode, type PersonView } from '../oncall/people';
import { gapsOf, type Shift } from '../oncall/shifts';
import { Api, apiSettings } from './api';
import { packFromDisk } from './pack-source';
import type { CliIo } from './io';
import { keyValues, table } from './tables';

interface Options {
  json?: boolean;
  policy?: string;
}

type Printer = (options: Options, data: unknown, render: () => string) => void;

const POLICY = ['--policy <pack>', 'a folder, or a pack under policies/, in place of what the API runs'] as const;

/** Register the commands. */
export function peopleCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  const print: Printer = (options, data, render) => io.out(options.json ? JSON.stringify(data) : render());
  people(program, api, print);
  const oncall = program.command('oncall').description('who is on call, stand-ins, gaps, calendars');
  who(oncall, api, print);
  override(oncall, api, print);
  gaps(oncall, api, print);
  calendar(oncall, api, io);
}

function people(program: Command, api: () => Api, print: Printer): void {
  program
    .command('people')
    .argument('[role]', 'only this role, and other ways to reach it')
    .option('--tree', 'who reports to whom')
    .option(...POLICY)
    .option('--json')
    .description('roles of the procedure and how to reach them')
    .action(async (role: string | undefined, options: Options & { tree?: boolean }) => {
      const pack = options.policy === undefined ? undefined : await packFromDisk(options.policy);
      if (options.tree) {
        const tree = pack ? orgTree(pack) : (await api().get<{ tree: OrgNode[] }>('/v1/people/tree')).tree;
        print(options, tree, () => tree.flatMap((node) => branch(node, '')).join('\n'));
        return;
      }
      const query = role === undefined ? '' : `?role=${encodeURIComponent(role)}`;
      const found = pack
        ? listPeople(pack, role)
        : (await api().get<{ people: PersonView[] }>(`/v1/people${query}`)).people;
      if (found.length === 0)
        throw new TocsinError('ESC_NOT_FOUND', `the pack has no role "${role ?? ''}"`, { role: role ?? '' });
      print(options, found, () => (role === undefined ? listed(found) : found.map(card).join('\n\n')));
    });
}

const listed = (found: readonly PersonView[]): string =>
  table(
    ['Role', 'Title', 'Reached by', 'Hours'],
    found.map((one) => [one.role, one.title, reachedBy(one), one.hours ?? '']),
  );

function reachedBy(one: PersonView): string {
  const own = [one.email, one.phone, one.slack, one.page === undefined ? undefined : `pages ${one.page}`];
  const said = own.filter((part) => part !== undefined);
  if (said.length > 0) return said.join(', ');
  if (one.group) return one.group.join(', ');
  if (one.list !== undefined) return `audience ${one.list}`;
  return one.fallback === undefined ? '' : `through ${one.fallback}`;
}

const card = (one: PersonView): string =>
  keyValues([
    ['Role', one.role],
    ['Title', [one.title, ...one.alsoCalled].join(' / ')],
    ['E-mail', one.email],
    ['Phone', one.phone],
    ['Pages', one.page],
    ['Slack', one.slack],
    ['Hours', one.hours ?? 'at every hour'],
    ['Rotation', one.rota],
    ['Stands for', one.group?.join(', ')],
    ['Audience', one.list],
    ['Else', one.fallback],
    ['Way to reach', one.pointOf],
    ['Confirm', one.unconfirmed ? 'the procedure gives another way as well' : undefined],
    ['Reports to', one.reportsTo],
    ['People', counts(one)],
    ['Skills', one.skills.join(', ') || undefined],
    ['Note', one.note],
  ]);

function counts({ headcount }: PersonView): string | undefined {
  if (!headcount) return undefined;
  const { now, min, max } = headcount;
  const planned = min === undefined && max === undefined ? '' : `planned ${min ?? 0} to ${max ?? 'any number'}`;
  return [now === undefined ? '' : `${now} now`, planned].filter((part) => part !== '').join(', ');
}

function branch(node: OrgNode, indent: string): string[] {
  const count = node.count === undefined ? '' : ` (${node.count})`;
  const rota = node.rota === undefined ? '' : ' (rotation)';
  return [`${indent}${node.title}${count}${rota}`, ...node.reports.flatMap((one) => branch(one, `${indent}  `))];
}

function who(oncall: Command, api: () => Api, print: Printer): void {
  oncall
    .command('who')
    .argument('[rota]', 'only this rotation')
    .option('--at <instant>', 'with an offset; now when left out')
    .option('--json')
    .description('who is on call')
    .action(async (rota: string | undefined, options: Options & { at?: string }) => {
      const query = queryOf({ rota, at: options.at });
      const found = await api().get<{ onCall: JsonObject[]; catchAll: string }>(`/v1/oncall${query}`);
      print(options, found, () =>
        table(
          ['Rotation', 'On call', 'Since', 'Until', ''],
          found.onCall.map((one) => [
            String(one['rota']),
            String(one['person'] ?? `nobody: ${found.catchAll} is told`),
            String(one['since']),
            String(one['until']),
            one['override'] === true ? 'stands in' : '',
          ]),
        ),
      );
    });
}

function override(oncall: Command, api: () => Api, print: Printer): void {
  oncall
    .command('override')
    .argument('<person>', 'who stands in: a name of the rotation, or any name with --email, --phone or --page')
    .requiredOption('--from <instant>', 'with an offset')
    .requiredOption('--to <instant>', 'with an offset')
    .option('--rota <rota>', 'the rotation')
    .option('--role <role>', 'or the role')
    .option('--email <address>')
    .option('--phone <number>')
    .option('--page <service>')
    .option('--json')
    .description('let somebody stand in')
    .action(async (name: string, options: Options & Record<string, string>) => {
      const { rota, role, from, to, email, phone, page } = options;
      const contacts = Object.entries({ email, phone, page }).filter(([, value]) => value !== undefined);
      const body: JsonObject = {
        ...(rota === undefined ? {} : { rota }),
        ...(role === undefined ? {} : { role }),
        from: from ?? '',
        to: to ?? '',
        person: contacts.length === 0 ? name : { name, ...(Object.fromEntries(contacts) as Record<string, string>) },
      };
      const made = await api().post('/v1/oncall/overrides', body, randomUUID());
      print(options, made, () => `${name} stands in from ${from} to ${to}.`);
    });
}

function gaps(oncall: Command, api: () => Api, print: Printer): void {
  oncall
    .command('gaps')
    .option('--from <instant>', 'with an offset; now when left out')
    .option('--to <instant>', 'with an offset; eight weeks later when left out')
    .option(...POLICY)
    .option('--json')
    .description('when a page would reach nobody; exit 1 where there is such a span')
    .action(async (options: Options & { from?: string; to?: string }) => {
      const found =
        options.policy === undefined
          ? (
              await api().get<{ gaps: JsonObject[] }>(
                `/v1/oncall/gaps${queryOf({ from: options.from, to: options.to })}`,
              )
            ).gaps
          : await gapsOnDisk(options.policy, options.from, options.to);
      print(options, found, () =>
        found.length === 0
          ? 'Somebody can be reached at every instant.'
          : table(
              ['Who', 'From', 'To', 'Why'],
              found.map((gap) => [
                String(gap['rota'] ?? gap['role']),
                String(gap['from']),
                String(gap['to']),
                `${REASONS[String(gap['reason'])] ?? String(gap['reason'])}${gap['person'] === undefined ? '' : `: ${String(gap['person'])}`}`,
              ]),
            ),
      );
      if (found.length > 0) process.exitCode = 1;
    });
}

const REASONS: Record<string, string> = {
  not_started: 'the rotation has not begun',
  ended: 'the rotation has ended',
  override_ended: 'the stand-in has ended, nobody is planned',
  no_contact: 'cannot be reached',
  nobody: 'nobody holds the role',
};

/** The gaps of a pack on disk: its rotations without stand-ins. */
async function gapsOnDisk(policy: string, from?: string, to?: string): Promise<JsonObject[]> {
  const pack = await packFromDisk(policy);
  const start = instant(from, '--from') ?? Date.now();
  const end = instant(to, '--to') ?? start + 56 * DAY_MS;
  return gapsOf(pack, [], start, end).map((gap) => ({
    ...gap,
    from: formatInstant(gap.from),
    to: formatInstant(gap.to),
  }));
}

function calendar(oncall: Command, api: () => Api, io: CliIo): void {
  oncall
    .command('ical')
    .option('--rota <rota>', 'only this rotation')
    .option('--person <name>', 'only this person')
    .option('--from <instant>', 'with an offset; now when left out')
    .option('--to <instant>', 'with an offset; eight weeks later when left out')
    .option('--out <file>', 'write it there')
    .option('--feed', 'make a secret address to subscribe to, in place of a file')
    .option('--json')
    .description('on-call shifts as a calendar')
    .action(async (options: Options & { feed?: boolean; out?: string } & Record<string, string | undefined>) => {
      const { rota, person, from, to } = options as Record<string, string | undefined>;
      if (options.feed) {
        const body = { ...(rota === undefined ? {} : { rota }), ...(person === undefined ? {} : { person }) };
        const { url } = await api().post<{ url: string }>('/v1/oncall/feeds', body, randomUUID());
        const address = `${apiSettings().url}${url}`;
        io.out(options.json ? JSON.stringify({ url: address }) : address);
        return;
      }
      const answer = await api().get<{ shifts: JsonObject[] }>(
        `/v1/oncall/shifts${queryOf({ rota, person, from, to })}`,
      );
      const text = icalOf(answer.shifts.map(shiftOf), {
        name: `On call ${rota ?? person ?? ''}`.trim(),
        now: Date.now(),
      });
      if (options.out !== undefined) await writeFile(options.out, text);
      io.out(options.json ? JSON.stringify({ calendar: text }) : options.out === undefined ? text : options.out);
    });
}

const shiftOf = (one: JsonObject): Shift => ({
  rota: String(one['rota']),
  from: Date.parse(String(one['from'])),
  to: Date.parse(String(one['to'])),
  override: one['override'] === true,
  ...(typeof one['person'] === 'string' ? { person: { name: one['person'] } } : {}),
});

function instant(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined)
    throw new TocsinError('ESC_INSTANT_INVALID', `${option} must be an instant with an offset, not "${text}"`);
  return at;
}

function queryOf(values: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

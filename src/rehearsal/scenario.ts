/** Scenario files: a ticket, a script, what is expected, and the world the core cannot know (design.md, decision 10). */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { commandName } from '../domain/ticket/commands';
import { COMMANDS, SUPPORT } from '../domain/ticket/types';
import { parseDuration, parseInstant } from '../domain/time/instants';
import { issuesOf } from '../policies/schema-issues';

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);
const instant = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, 'must be RFC 3339 with an offset, such as 2025-01-27T10:00:00Z');
const moment = z
  .string()
  .refine(
    (text) => (parseDuration(text) ?? -1) >= 0 || parseInstant(text) !== undefined,
    'must be an ISO 8601 duration after the opening (PT7M) or an instant with an offset',
  );
const duration = z
  .string()
  .refine((text) => (parseDuration(text) ?? -1) >= 0, 'must be an ISO 8601 duration, such as PT48H');

/** Plans of customers. */
export const PLANS = ['starter', 'professional', 'enterprise'] as const;

/** The fields of an opening. */
export const openingShape = z.strictObject({
  subject: z.string().min(1),
  body: z.string().default(''),
  channel: z.enum(['email', 'chat', 'phone', 'portal', 'api']).default('email'),
  priority: z.enum(['P1', 'P2', 'P3', 'P4']).optional(),
  /** A kind of the pack; who asks may be missing in kinds other than support, which the core sees to. */
  kind: z.string().optional(),
  key: z.string().optional(),
  customer: z
    .looseObject({
      name: z.string().min(1),
      email: z.string().regex(/^\S+@\S+$/, 'must be an e-mail address'),
      plan: z.enum(PLANS),
    })
    .optional(),
  category: z.string().optional(),
  tags: z.array(z.string()).optional(),
  externalId: z.string().optional(),
  fields: z.record(z.string(), json).optional(),
});

/** Every support ticket has somebody who asks. */
export function hasCustomer(
  opening: { kind?: string | undefined; customer?: unknown },
  context: z.RefinementCtx,
): void {
  if (opening.customer === undefined && (opening.kind ?? SUPPORT) === SUPPORT)
    context.addIssue({ code: 'invalid_type', expected: 'object', path: ['customer'], input: undefined });
}

/** An opening as `open`, `POST /tickets` and scenarios share it. */
export const openingSchema = openingShape.superRefine(hasCustomer);

/** A list, a map: nothing written after its name means an empty one. */
const listOf = <T extends z.ZodType>(entry: T) =>
  z
    .array(entry)
    .nullish()
    .transform((value) => value ?? []);
const mapOf = <T extends z.ZodType>(entry: T) =>
  z
    .record(z.string(), entry)
    .nullish()
    .transform((value) => value ?? {});

const step = z.looseObject({
  at: moment,
  do: z.string().min(1),
  by: z
    .union([
      z.string(),
      z.strictObject({
        name: z.string(),
        role: z.string().optional(),
        kind: z.enum(['person', 'customer', 'feed']).optional(),
      }),
    ])
    .default('agent'),
  ticket: z.string().optional(),
});
const expectation = z.looseObject({
  at: moment.optional(),
  event: z
    .string()
    .regex(/^[^()]+(\([^()]*\))?$/, 'must be an event such as escalated or breached(first_response)')
    .optional(),
  deliver: z.union([z.string(), z.literal(true)]).optional(),
  /** To whom a delivery goes; of a change what the field holds now. */
  to: json.optional(),
  channel: z.string().optional(),
  template: z.string().optional(),
  within: duration.optional(),
  after: moment.optional(),
  before: moment.optional(),
  count: z.number().int().nonnegative().optional(),
  refused: z.string().optional(),
  ticket: z.string().optional(),
  clauses: z.array(z.string()).optional(),
});
/** What a scripted outcome can tell deliveries apart by. */
const MATCHED = [
  'channel',
  'to',
  'role',
  'template',
  'name',
  'verb',
  'path',
  'level',
  'attempt',
  'state',
  'priority',
  'key',
  'ticket',
];
const outcome = z.strictObject({
  match: z
    .strictObject(
      Object.fromEntries(MATCHED.map((name) => [name, z.union([z.string(), z.number()]).optional()] as const)),
    )
    .default({}),
  outcome: z.enum(['delivered', 'failed', 'unreached', 'dropped']).default('delivered'),
  after: duration.default('PT0S'),
  from: moment.optional(),
  until: moment.optional(),
  person: z.string().optional(),
});
const answer = z.strictObject({
  fact: z.string(),
  ticket: z.string().optional(),
  at: moment,
  value: json.optional(),
  score: z.number().optional(),
  reasons: z.array(z.string()).optional(),
  /** What a model took for it: calls, tokens, money. */
  usage: z.record(z.string(), json).optional(),
});

export const scenarioSchema = z.strictObject({
  name: z.string().optional(),
  about: z.string().optional(),
  clauses: listOf(z.string()),
  policy: z.string(),
  params: mapOf(z.string()),
  /** The share of the pack's rollout in percent, or of each by its name; without it everything is live. */
  rollout: z.union([z.number().min(0).max(100), z.record(z.string(), z.number().min(0).max(100))]).optional(),
  ticket: openingSchema.optional(),
  /** Several tickets, each with a name of its own and perhaps its own instant. */
  tickets: z.record(z.string(), openingShape.extend({ opened: moment.optional() }).superRefine(hasCustomer)).optional(),
  opened: instant,
  /** Schedules of the pack that run: calendar time opens tickets. */
  schedules: listOf(z.string()),
  script: listOf(step),
  until: moment,
  expect: listOf(expectation),
  never: listOf(expectation),
  deliveries: listOf(outcome),
  answers: listOf(answer),
  roster: mapOf(json),
});

export type ScenarioSource = z.infer<typeof scenarioSchema>;
export type ScriptedOutcome = ScenarioSource['deliveries'][number];
export type Expectation = ScenarioSource['expect'][number];
export type ScriptStep = ScenarioSource['script'][number];

/** A ticket of a scenario: what it is called, what opens it, and when. */
export interface ScenarioTicket {
  name: string;
  opening: NonNullable<ScenarioSource['ticket']>;
  openedAt: number;
}

/** The name of the ticket that stands under `ticket:`. */
export const ONLY = 'ticket';

/** The tickets of a scenario in the order of their openings; those of one instant as they stand in the file. */
export function ticketsOf(source: Pick<ScenarioSource, 'ticket' | 'tickets'>, openedAt: number): ScenarioTicket[] {
  const one = source.ticket ? [{ name: ONLY, opening: source.ticket, openedAt }] : [];
  const several = Object.entries(source.tickets ?? {}).map(([name, { opened, ...opening }]) => {
    return { name, opening, openedAt: opened === undefined ? openedAt : momentOf(opened, openedAt) };
  });
  return [...one, ...several].sort((a, b) => a.openedAt - b.openedAt);
}

export interface Scenario extends ScenarioSource {
  file: string;
  openedAt: number;
  untilAt: number;
  /** `file:line:column` of something in the file. */
  locate?(path: readonly PropertyKey[]): string;
}

/** A moment of a scenario as an instant: a duration counts from the opening. */
export function momentOf(text: string, openedAt: number): number {
  const after = parseDuration(text);
  return after === undefined ? (parseInstant(text) ?? openedAt) : openedAt + after;
}

type Path = readonly PropertyKey[];

interface Fault {
  path: Path;
  /** The fault is the key itself rather than its value. */
  key?: boolean;
  message: string;
  rule: string;
}

function position(document: Document, lines: LineCounter, path: Path, key = false): string {
  const map = key ? document.getIn(path.slice(0, -1), true) : undefined;
  const pair = isMap(map) ? map.items.find((one) => isScalar(one.key) && one.key.value === path.at(-1)) : undefined;
  const nodes: unknown[] = pair ? [pair.key] : [];
  for (let depth = path.length; depth >= 0; depth--) nodes.push(document.getIn(path.slice(0, depth), true));
  const range = nodes.map((node) => (node as { range?: [number, number, number] } | undefined)?.range).find(Boolean);
  const at = lines.linePos(range?.[0] ?? 0);
  return `${at.line}:${at.col}`;
}

/** One edit apart: what is most likely a slip of the pen. */
function nearly(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const rest = (text: string, skip: number): string => text.slice(i + skip);
  return rest(a, 1) === rest(b, 1) || rest(a, 1) === rest(b, 0) || rest(a, 0) === rest(b, 1);
}

const SELECTORS = ['event', 'deliver', 'refused', 'to', 'channel', 'template', 'clauses'];
const LONG_NAMES = [
  'event',
  'deliver',
  'refused',
  'channel',
  'template',
  'within',
  'before',
  'after',
  'count',
  'clauses',
];

/** An expectation that can hold for no row, or forbids none: it would tell nothing. */
function expectationFaults(one: Expectation, path: Path): Fault[] {
  const faults: Fault[] = [];
  for (const name of Object.keys(one)) {
    const meant = LONG_NAMES.find((known) => nearly(name, known));
    if (meant && !LONG_NAMES.includes(name))
      faults.push({
        path: [...path, name],
        key: true,
        message: `unknown field; "${meant}" is meant`,
        rule: 'unknown-field',
      });
  }
  if (faults.length === 0 && !SELECTORS.some((name) => one[name] !== undefined))
    faults.push({ path, message: `needs one of ${SELECTORS.join(', ')}`, rule: 'required' });
  return faults;
}

/** What the form alone does not tell. */
function meaningFaults(source: ScenarioSource, openedAt: number): Fault[] {
  const faults: Fault[] = [];
  const tickets = ticketsOf(source, openedAt);
  const notBefore = (text: string, path: Path): void => {
    if (momentOf(text, openedAt) >= openedAt) return;
    faults.push({ path, message: `${text} lies before the opening, ${source.opened}`, rule: 'order' });
  };
  notBefore(source.until, ['until']);
  source.script.forEach((one, i) => {
    notBefore(one.at, ['script', i, 'at']);
    const expected = source.expect.some((wanted) => wanted.refused === one.do);
    if (commandName(one.do) === undefined && !expected) {
      const message = `there is no command "${one.do}"; commands are ${COMMANDS.join(', ')}`;
      faults.push({ path: ['script', i, 'do'], message, rule: 'command' });
    }
    const ticket = tickets.find((known) => known.name === (one.ticket ?? tickets[0]?.name));
    if (ticket && momentOf(one.at, openedAt) < ticket.openedAt) {
      const message = `${one.at} lies before the opening of "${ticket.name}"`;
      faults.push({ path: ['script', i, 'at'], message, rule: 'order' });
    }
  });
  source.answers.forEach((one, i) => notBefore(one.at, ['answers', i, 'at']));
  for (const list of ['expect', 'never'] as const)
    source[list].forEach((one, i) => faults.push(...expectationFaults(one, [list, i])));
  for (const [name, one] of Object.entries(source.tickets ?? {}))
    if (one.opened !== undefined) notBefore(one.opened, ['tickets', name, 'opened']);
  if (tickets.length === 0 && source.schedules.length === 0)
    faults.push({ path: ['ticket'], message: 'is missing', rule: 'required' });
  return faults;
}

/** Read a scenario's text. Throws ESC_SCENARIO_INVALID naming file, line, column, field and rule for each fault. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false });
  const locate = (path: Path, key = false): string => `${file}:${position(document, lines, path, key)}`;
  const refuse = (faults: string[]): never => {
    throw new TocsinError('ESC_SCENARIO_INVALID', faults.join('\n'), { faults });
  };
  if (document.errors.length > 0)
    refuse(
      document.errors.map(({ pos, message }) => {
        const at = lines.linePos(pos[0]);
        return `${file}:${at.line}:${at.col} ${message.split('\n')[0] ?? ''} (yaml)`;
      }),
    );
  const say = ({ path, key, message, rule }: Fault): string =>
    `${locate(path, key)} ${path.join('.') || 'the file'}: ${message} (${rule})`;
  const content: unknown = document.toJS();
  const parsed = scenarioSchema.safeParse(content);
  if (!parsed.success) {
    const rule = (message: string, key: boolean): string =>
      key ? 'unknown-field' : / is missing$/.test(message) ? 'required' : 'form';
    refuse(
      issuesOf(parsed.error, content).map((one) =>
        say({ ...one, message: one.message.replace(/^"[^"]*" /, ''), rule: rule(one.message, one.key) }),
      ),
    );
  }
  const source = parsed.data as ScenarioSource;
  const openedAt = parseInstant(source.opened) ?? 0;
  const faults = meaningFaults(source, openedAt);
  if (faults.length > 0) refuse(faults.map(say));
  return { ...source, file, openedAt, untilAt: momentOf(source.until, openedAt), locate };
}

/** Read a scenario file; its `policy` is resolved beside the file first, then as a pack's name by the caller. */
export async function readScenario(file: string): Promise<Scenario> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new TocsinError(
      'ESC_SCENARIO_INVALID',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { field: 'file' },
    );
  });
  return parseScenario(text, resolve(file));
}

/** The folder a scenario's relative `policy` is looked up from. */
export const folderOf = (scenario: Scenario): string => dirname(scenario.file);

/** Fields of a script step that belong to the command. */
export const commandFields = ({ at: _at, do: _do, by: _by, ticket: _ticket, ...fields }: ScriptStep): JsonObject =>
  fields as JsonObject;

/** Scenario files: a ticket, a script, what is expected, and the world the core cannot know (design.md, decision 10). */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { parseDuration, parseInstant } from '../domain/time/instants';

const json: z.ZodType<Json> = z.lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]));
const instant = z.string().refine((text) => parseInstant(text) !== undefined, 'must be RFC 3339 with an offset, such as 2025-01-27T10:00:00Z');
const moment = z
  .string()
  .refine((text) => parseDuration(text) !== undefined || parseInstant(text) !== undefined, 'must be an ISO 8601 duration after the opening (PT7M) or an instant with an offset');
const duration = z.string().refine((text) => parseDuration(text) !== undefined, 'must be an ISO 8601 duration, such as PT48H');

/** An opening as `open`, `POST /tickets` and scenarios share it. */
export const openingSchema = z.strictObject({
  subject: z.string().min(1),
  body: z.string().default(''),
  channel: z.enum(['email', 'chat', 'phone', 'portal', 'api']).default('email'),
  priority: z.enum(['P1', 'P2', 'P3', 'P4']).optional(),
  customer: z.looseObject({ name: z.string().min(1), email: z.string().min(3), plan: z.string().min(1) }),
  category: z.string().optional(),
  tags: z.array(z.string()).optional(),
  externalId: z.string().optional(),
  fields: z.record(z.string(), json).optional(),
});

const step = z.looseObject({ at: moment, do: z.string().min(1), by: z.union([z.string(), z.strictObject({ name: z.string(), role: z.string().optional() })]).default('agent'), ticket: z.string().optional() });
const expectation = z.looseObject({
  at: moment.optional(),
  event: z.string().optional(),
  deliver: z.string().optional(),
  to: z.string().optional(),
  channel: z.string().optional(),
  template: z.string().optional(),
  within: duration.optional(),
  after: moment.optional(),
  before: moment.optional(),
  count: z.number().int().nonnegative().optional(),
  refused: z.string().optional(),
  clauses: z.array(z.string()).optional(),
});
const outcome = z.strictObject({
  match: z.looseObject({ channel: z.string().optional(), to: z.string().optional(), role: z.string().optional(), template: z.string().optional(), name: z.string().optional() }).default({}),
  outcome: z.enum(['delivered', 'failed', 'unreached', 'dropped']).default('delivered'),
  after: duration.default('PT0S'),
  from: moment.optional(),
  until: moment.optional(),
  person: z.string().optional(),
});
const answer = z.strictObject({ fact: z.string(), at: moment, value: json.optional(), score: z.number().optional(), reasons: z.array(z.string()).optional() });

export const scenarioSchema = z.strictObject({
  name: z.string().optional(),
  about: z.string().optional(),
  clauses: z.array(z.string()).default([]),
  policy: z.string(),
  params: z.record(z.string(), z.string()).default({}),
  ticket: openingSchema.optional(),
  tickets: z.record(z.string(), openingSchema).optional(),
  opened: instant,
  script: z.array(step).default([]),
  until: moment,
  expect: z.array(expectation).default([]),
  never: z.array(expectation).default([]),
  deliveries: z.array(outcome).default([]),
  answers: z.array(answer).default([]),
  roster: z.record(z.string(), json).default({}),
});

export type ScenarioSource = z.infer<typeof scenarioSchema>;
export type ScriptedOutcome = ScenarioSource['deliveries'][number];
export type Expectation = ScenarioSource['expect'][number];
export type ScriptStep = ScenarioSource['script'][number];

export interface Scenario extends ScenarioSource {
  file: string;
  openedAt: number;
  untilAt: number;
  ticket: NonNullable<ScenarioSource['ticket']>;
}

/** A moment of a scenario as an instant: a duration counts from the opening. */
export function momentOf(text: string, openedAt: number): number {
  const after = parseDuration(text);
  return after === undefined ? (parseInstant(text) ?? openedAt) : openedAt + after;
}

function position(document: Document, lines: LineCounter, path: PropertyKey[]): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) {
      const at = lines.linePos(node.range[0]);
      return `${at.line}:${at.col}`;
    }
  }
  return '1:1';
}

/** Read a scenario's text. Throws ESC_SCENARIO_INVALID naming file, line, column, field and rule for each fault. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines });
  if (document.errors.length > 0) throw new TocsinError('ESC_SCENARIO_INVALID', document.errors.map((error) => `${file}: ${error.message}`).join('\n'));
  const parsed = scenarioSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${file}:${position(document, lines, issue.path)} ${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new TocsinError('ESC_SCENARIO_INVALID', faults.join('\n'), { faults });
  }
  const source = parsed.data;
  const openedAt = parseInstant(source.opened) ?? 0;
  const ticket = source.ticket ?? Object.values(source.tickets ?? {})[0];
  if (!ticket) throw new TocsinError('ESC_SCENARIO_INVALID', `${file}: a scenario needs "ticket" (or "tickets")`, { field: 'ticket' });
  return { ...source, ticket, file, openedAt, untilAt: momentOf(source.until, openedAt) };
}

/** Read a scenario file; its `policy` is resolved beside the file first, then as a pack's name by the caller. */
export async function readScenario(file: string): Promise<Scenario> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new TocsinError('ESC_SCENARIO_INVALID', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { field: 'file' });
  });
  return parseScenario(text, resolve(file));
}

/** The folder a scenario's relative `policy` is looked up from. */
export const folderOf = (scenario: Scenario): string => dirname(scenario.file);

/** Fields of a script step that belong to the command. */
export function commandFields(step: ScriptStep): JsonObject {
  const { at: _at, do: _do, by: _by, ticket: _ticket, ...fields } = step;
  return fields as JsonObject;
}

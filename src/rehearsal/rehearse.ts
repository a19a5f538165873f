/** Rehearse a scenario: load its pack, play it on an engine, hold the timeline against what is expected. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { TocsinError } from '../domain/errors';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';
import { hashOf, loadPack, type LoadedPack } from '../policies/load';
import type { Triage } from '../domain/classify/classifier';
import { triageOf } from '../triage/load';
import { renderTemplate } from '../policies/templates';
import { checkExpectations, type Checked } from './expectations';
import { rehearseOnCore, type Rehearsed, type RehearsedTicket, type Refusal } from './core-engine';
import { planOf, type Plan } from './plan';
import { rowsOfAll, type SubjectOf, type TimelineRow } from './rows';
import { folderOf, momentOf, ONLY, type Scenario } from './scenario';

export interface Rehearsal {
  scenario: Scenario;
  tickets: RehearsedTicket[];
  rows: TimelineRow[];
  checks: Checked[];
  refusals: Refusal[];
  ok: boolean;
}

/** Plays a plan: the core loop, or a real Temporal server. */
export type Engine = (plan: Plan) => Promise<Rehearsed> | Rehearsed;

/**
 * Where a pack may lie, nearest first: a path from the scenario's folder; the pack above the scenario that has its id, or a
 * folder above, beside one or under its `policies` that has its name; the same from here and from the project. Names are tried with `-` for `_` as well.
 */
function candidates(reference: string, scenario: Scenario): string[] {
  if (reference.trim() === '') return [];
  const names = [...new Set([reference, reference.replaceAll('_', '-'), reference.replaceAll('-', '_')])];
  const folder = folderOf(scenario);
  const found = [resolve(folder, reference)];
  // A scenario that came as a text lies in no folder.
  for (let above = folder; isAbsolute(scenario.file) && above !== dirname(above); above = dirname(above)) {
    if (names.includes(basename(above)) || packIds(above).includes(reference)) found.push(above);
    for (const name of names) found.push(resolve(above, name), resolve(above, 'policies', name));
  }
  for (const name of names) found.push(resolve(name), resolve('policies', name), join(ROOT, 'policies', name));
  return found;
}

/** The project's folder, seen from `src` or from `dist/src`. */
const ROOT = ((here) => (basename(here) === 'dist' ? dirname(here) : here))(join(__dirname, '..', '..'));

/** A YAML file, or a folder with one that holds a pack's head. */
function isPack(path: string): boolean {
  if (!existsSync(path)) return false;
  return statSync(path).isDirectory() ? packIds(path).length > 0 : /\.(ya?ml|json)$/.test(path);
}

/** The ids in the heads of packs in a folder: one, where it is a pack. */
function packIds(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => /^["']?pack["']?\s*:\s*["']?([\w-]+)/m.exec(readFileSync(join(folder, entry.name), 'utf8'))?.[1])
    .filter((id) => id !== undefined);
}

/** Load the pack a scenario names: a path, or the name of a folder under `policies`. Throws ESC_PACK_UNKNOWN, ESC_PACK_INVALID. */
export async function packOf(scenario: Scenario): Promise<LoadedPack> {
  const found = candidates(scenario.policy, scenario).find(isPack);
  if (!found)
    throw new TocsinError(
      'ESC_PACK_UNKNOWN',
      `${placeOf(scenario, ['policy'])} there is no pack "${scenario.policy}" (looked beside and above the scenario, here and under policies/)`,
      { field: 'policy' },
    );
  const loaded = await loadPack(found);
  refuseBroken(loaded);
  return loaded;
}

/** Throws ESC_PACK_INVALID with every error of a pack that cannot run. */
export function refuseBroken(loaded: LoadedPack): void {
  const errors = loaded.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0)
    throw new TocsinError(
      'ESC_PACK_INVALID',
      errors.map((one) => `${one.file}:${one.line}:${one.column} ${one.message} (${one.rule})`).join('\n'),
    );
}

/** A pack with other variants of its parameters in use, as a scenario may choose. Throws ESC_SCENARIO_INVALID. */
export function withParams(pack: CompiledPack, params: Record<string, string>): CompiledPack {
  if (Object.keys(params).length === 0) return pack;
  const chosen: JsonObject = { ...pack.params };
  for (const [name, use] of Object.entries(params)) {
    const variants = chosen[name];
    if (variants === null || typeof variants !== 'object' || Array.isArray(variants) || variants[use] === undefined) {
      throw new TocsinError('ESC_SCENARIO_INVALID', `params.${name}: the pack has no variant "${use}" of it`, {
        field: `params.${name}`,
      });
    }
    chosen[name] = { ...variants, use };
  }
  return { ...pack, params: chosen };
}

/** The classifier beside a pack, changed packs included. */
const classifierFor = ({ classifier }: LoadedPack): Triage | undefined => classifier && triageOf(classifier);

/** The plan of a scenario under its pack; `triage` answers what the script leaves open. */
export function planFor(scenario: Scenario, loaded: LoadedPack, triage?: Triage): Plan {
  const pack = withParams(loaded.pack, scenario.params);
  for (const [i, name] of scenario.schedules.entries())
    if (!pack.schedules[name])
      throw new TocsinError(
        'ESC_SCENARIO_INVALID',
        `${placeOf(scenario, ['schedules', String(i)])} the pack has no schedule "${name}"`,
        {
          field: 'schedules',
        },
      );
  return planOf(
    scenario,
    pack,
    pack === loaded.pack ? loaded.hash : hashOf(pack, loaded.templates, loaded.classifier),
    triage,
  );
}

/** Subject lines of messages, rendered as they would go out. */
export function subjectsOf(loaded: LoadedPack): SubjectOf {
  return (event: TicketEvent) => {
    const name = String(event.data['template'] ?? '');
    const source = loaded.templates[name];
    if (source?.subject === undefined) return undefined;
    try {
      return renderTemplate(
        name,
        { subject: source.subject, text: '' },
        event.data['vars'] as JsonObject,
        loaded.pack.zone,
      ).subject;
    } catch (error) {
      return `(cannot be rendered: ${error instanceof Error ? error.message : String(error)})`;
    }
  };
}

/** `file:line:column` of something in a scenario, as far as it is known. */
const placeOf = (scenario: Scenario, path: readonly string[]): string => scenario.locate?.(path) ?? `${scenario.file}:`;

/** The refusal of an opening, with its place in the scenario. */
function placed(error: unknown, scenario: Scenario): unknown {
  const field = error instanceof TocsinError ? error.details['field'] : undefined;
  if (!(error instanceof TocsinError) || typeof field !== 'string') return error;
  const name = error.details['opening'];
  const place = scenario.tickets && typeof name === 'string' && name !== ONLY ? ['tickets', name] : [ONLY];
  const path = [...place, ...field.split('.')];
  return new TocsinError(error.code, `${placeOf(scenario, path)} ${path.join('.')}: ${error.message}`, error.details);
}

/** Play a scenario. Throws when the scenario, its pack or its opening is refused. */
export async function rehearse(
  scenario: Scenario,
  loaded: LoadedPack,
  engine: Engine = rehearseOnCore,
): Promise<Rehearsal> {
  const plan = planFor(scenario, loaded, classifierFor(loaded));
  const { tickets, refusals } = await Promise.resolve()
    .then(() => engine(plan))
    .catch((error: unknown) => {
      throw placed(error, scenario);
    });
  const rows = rowsOfAll(tickets, subjectsOf(loaded), scenario.openedAt);
  const checks = checkExpectations(scenario, rows, refusals, tickets);
  return { scenario, tickets, rows, checks, refusals, ok: checks.every((check) => check.ok) };
}

/** Steps of the script that are not played, as they lie after the end. */
export function unplayed(scenario: Scenario): string[] {
  return scenario.script.flatMap((step, i) =>
    momentOf(step.at, scenario.openedAt) <= scenario.untilAt
      ? []
      : [
          `${placeOf(scenario, ['script', String(i)])} script.${i}: ${step.do} at ${step.at} is after until (${scenario.until}) and is not played`,
        ],
  );
}

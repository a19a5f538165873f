/** Rehearse a scenario: load its pack, play it on an engine, hold the timeline against what is expected. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TocsinError } from '../domain/errors';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';
import { hashOf, loadPack, type LoadedPack } from '../policies/load';
import { renderTemplate } from '../policies/templates';
import { checkExpectations, type Checked } from './expectations';
import { rehearseOnCore, type Rehearsed, type Refusal } from './core-engine';
import { planOf, type Plan } from './plan';
import { rowsOf, type SubjectOf, type TimelineRow } from './rows';
import { folderOf, type Scenario } from './scenario';

export interface Rehearsal {
  scenario: Scenario;
  rows: TimelineRow[];
  checks: Checked[];
  refusals: Refusal[];
  ok: boolean;
}

/** Plays a plan: the core loop, or a real Temporal server. */
export type Engine = (plan: Plan) => Promise<Rehearsed> | Rehearsed;

/** Folders a pack's name is looked up in, nearest first. */
function candidates(reference: string, scenario: Scenario): string[] {
  const root = join(__dirname, '..', '..', '..');
  const folder = folderOf(scenario);
  return [
    resolve(folder, reference),
    resolve(folder, '..'),
    resolve(reference),
    resolve('policies', reference),
    join(root, 'policies', reference),
    resolve('policies', reference.replaceAll('_', '-')),
    join(root, 'policies', reference.replaceAll('_', '-')),
  ];
}

const isPack = (path: string, reference: string): boolean =>
  existsSync(path) &&
  (path.endsWith('.yaml') || existsSync(join(path, 'pack.yaml'))) &&
  (path.endsWith(reference) || !path.endsWith('..'));

/** Load the pack a scenario names: a path, or the name of a folder under `policies`. Throws ESC_PACK_UNKNOWN, ESC_PACK_INVALID. */
export async function packOf(scenario: Scenario): Promise<LoadedPack> {
  const found = candidates(scenario.policy, scenario).find((path) => isPack(path, scenario.policy));
  if (!found)
    throw new TocsinError(
      'ESC_PACK_UNKNOWN',
      `${scenario.file}: there is no pack "${scenario.policy}" (looked beside the scenario and under policies/)`,
      { field: 'policy' },
    );
  const loaded = await loadPack(found);
  const errors = loaded.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0)
    throw new TocsinError(
      'ESC_PACK_INVALID',
      errors.map((one) => `${one.file}:${one.line}:${one.column} ${one.message} (${one.rule})`).join('\n'),
    );
  return loaded;
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

/** The plan of a scenario under its pack. */
export function planFor(scenario: Scenario, loaded: LoadedPack): Plan {
  const pack = withParams(loaded.pack, scenario.params);
  return planOf(scenario, pack, pack === loaded.pack ? loaded.hash : hashOf(pack, loaded.templates));
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

/** Play a scenario. Throws when the scenario, its pack or its opening is refused. */
export async function rehearse(
  scenario: Scenario,
  loaded: LoadedPack,
  engine: Engine = rehearseOnCore,
): Promise<Rehearsal> {
  const plan = planFor(scenario, loaded);
  const { events, refusals } = await engine(plan);
  const rows = rowsOf(events, plan.pack, subjectsOf(loaded));
  const checks = checkExpectations(scenario, rows, refusals);
  return { scenario, rows, checks, refusals, ok: checks.every((check) => check.ok) };
}

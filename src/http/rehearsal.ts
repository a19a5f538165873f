/** A scenario that came over HTTP: played like one on disk, but nobody there chooses our files or how long we compute. */
import { TocsinError } from '../domain/errors';
import { DAY_MS } from '../domain/time/instants';
import { packOf, rehearse } from '../rehearsal/rehearse';
import { parseScenario, type Scenario } from '../rehearsal/scenario';
import type { RehearsalResult } from './ports';

/** A name of a pack, as it stands under `policies`; a path is none. */
const PACK_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** The longest stretch of virtual time, and the longest script, of one request. */
export const MAX_REHEARSED_MS = 92 * DAY_MS;
const MAX_STEPS = 1_000;

/** Plays a scenario's text on the core. Errors: ESC_SCENARIO_INVALID, ESC_PACK_UNKNOWN, ESC_PACK_INVALID, the refusals of an opening. */
export async function rehearseText(text: string): Promise<RehearsalResult> {
  const scenario = readScenario(text);
  const { rows, checks, ok } = await rehearse(scenario, await packOf(scenario));
  return { rows, checks, ok };
}

function readScenario(text: string): Scenario {
  let scenario: Scenario;
  try {
    scenario = parseScenario(text, 'scenario');
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === 'string') throw error;
    // The YAML reader's own limit: aliases that grow out of all proportion.
    throw new TocsinError(
      'ESC_SCENARIO_INVALID',
      `scenario: ${error instanceof Error ? error.message : 'cannot be read'}`,
    );
  }
  if (!PACK_NAME.test(scenario.policy)) {
    throw new TocsinError(
      'ESC_PACK_UNKNOWN',
      `"${scenario.policy}" is no name of a pack; over HTTP a path is not taken`,
      { field: 'policy' },
    );
  }
  if (scenario.untilAt - scenario.openedAt > MAX_REHEARSED_MS) {
    throw new TocsinError(
      'ESC_SCENARIO_INVALID',
      `until ${scenario.until}: over HTTP at most ${MAX_REHEARSED_MS / DAY_MS} days are rehearsed; use the command line for more`,
      { field: 'until' },
    );
  }
  if (scenario.script.length > MAX_STEPS) {
    throw new TocsinError('ESC_SCENARIO_INVALID', `script: over HTTP at most ${MAX_STEPS} steps`, { field: 'script' });
  }
  return scenario;
}

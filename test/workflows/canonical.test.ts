/** The canonical dozen of the SecureAI pack, on the core and on a real Temporal server in virtual time: event by event. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { planFor } from '../../src/rehearsal/rehearse';
import { readScenario } from '../../src/rehearsal/scenario';
import { rehearseOnTemporal } from '../../src/rehearsal/temporal-engine';
import { rehearsalBench } from '../support/rehearsal-server';
import { firstDifference } from '../support/timeline';

const PACK = resolve(__dirname, '../../policies/secureai');
const CANONICAL = [
  'p1/resolved-before-four-hours',
  'p1/security-incident-papers',
  'p1/checklist-answered-in-time',
  'p2/four-hours-unresolved',
  'p3/a-day-missed',
  'p4/nothing-happens',
  'training/1-checks-passed',
  'training/2-system-wide',
  'training/3-approval-first',
  'tiers/hand-over',
  'lifecycle/reopened',
  'incident/lead-speaks-for-its-members',
];

describe('a canonical scenario on both engines', () => {
  const bench = rehearsalBench();
  let loaded: LoadedPack;
  beforeAll(async () => {
    loaded = await loadPack(PACK);
  });

  // Side by side: each workflow has its own virtual clock, and a skip costs waiting rather than work.
  test('has the same timeline of every ticket, a dozen at once', async () => {
    const plans = await Promise.all(
      CANONICAL.map(async (name) => planFor(await readScenario(join(PACK, 'scenarios', `${name}.yaml`)), loaded)),
    );
    for (const plan of plans) writeFileSync(join(bench.packs, `${plan.packHash}.json`), JSON.stringify(plan.pack));
    const differences = await Promise.all(
      plans.map(async (plan, i) => {
        const [core, real] = [rehearseOnCore(plan), await rehearseOnTemporal(plan, bench.server)];
        expect(real.tickets.map((ticket) => ticket.id)).toEqual(core.tickets.map((ticket) => ticket.id));
        return core.tickets.map((ticket, k) =>
          firstDifference(ticket.events, real.tickets[k]?.events ?? [], `${CANONICAL[i] ?? ''} ${ticket.name}`),
        );
      }),
    );
    expect(differences.flat().filter((one) => one !== undefined)).toEqual([]);
    expect(plans).toHaveLength(12);
  }, 600_000);
});

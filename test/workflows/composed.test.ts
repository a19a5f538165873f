/** Composed packs on the core and on a real Temporal server in virtual time: event by event. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadPack } from '../../src/policies/load';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { planFor } from '../../src/rehearsal/rehearse';
import { readScenario } from '../../src/rehearsal/scenario';
import { rehearseOnTemporal } from '../../src/rehearsal/temporal-engine';
import { rehearsalBench } from '../support/rehearsal-server';
import { firstDifference } from '../support/timeline';

const POLICIES = resolve(__dirname, '../../policies');
const SCENARIOS = [
  ['support-desk', 'breach-several'], // three ladders at once, and a level that is changed afterwards
  ['support-desk', 'human-while-gathering'],
  ['secureai-risk', 'outage'],
] as const;

describe('a composed pack on both engines', () => {
  const bench = rehearsalBench();

  test('has the same timeline of every ticket', async () => {
    const differences = await Promise.all(
      SCENARIOS.map(async ([pack, name]) => {
        const loaded = await loadPack(join(POLICIES, pack));
        const plan = planFor(await readScenario(join(POLICIES, pack, 'scenarios', `${name}.yaml`)), loaded);
        writeFileSync(join(bench.packs, `${plan.packHash}.json`), JSON.stringify(plan.pack));
        const [core, real] = [rehearseOnCore(plan), await rehearseOnTemporal(plan, bench.server)];
        expect(core.tickets[0]?.events.length).toBeGreaterThan(20);
        expect(real.tickets.map((ticket) => ticket.id)).toEqual(core.tickets.map((ticket) => ticket.id));
        return core.tickets.map((ticket, k) => firstDifference(ticket.events, real.tickets[k]?.events ?? [], name));
      }),
    );
    expect(differences.flat().filter((one) => one !== undefined)).toEqual([]);
  }, 300_000);
});

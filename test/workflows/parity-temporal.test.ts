import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rehearseOnCore } from '../../src/rehearsal/core-engine';
import { rehearseOnTemporal } from '../../src/rehearsal/temporal-engine';
import { hashOf } from '../../src/policies/load';
import { compilePackText, repositoryPack } from '../support/pack';
import { randomPlan, smallPacks } from '../support/random-scenario';
import { rehearsalBench } from '../support/rehearsal-server';
import { firstDifference } from '../support/timeline';
import { incidentPlan } from '../support/incident';

describe('the timeline of a ticket', () => {
  const bench = rehearsalBench();

  test('is the same on the real server as in the core, for a dozen random scripts at once', async () => {
    const packs = [...smallPacks(), await repositoryPack('secureai')];
    for (const { pack, hash } of packs) writeFileSync(join(bench.packs, `${hash}.json`), JSON.stringify(pack));
    const plans = packs.flatMap((pack, i) => [1, 2, 3].map((n) => randomPlan(1_000 + 10 * i + n, pack, 5)));
    expect(plans).toHaveLength(12);
    const differences = await Promise.all(
      plans.map(async (plan) => {
        const [core, real] = [rehearseOnCore(plan), await rehearseOnTemporal(plan, bench.server)];
        expect(real.refusals.map((one) => [one.at, one.command, one.rejection.code])).toEqual(
          core.refusals.map((one) => [one.at, one.command, one.rejection.code]),
        );
        return firstDifference(
          core.events,
          real.events,
          `${plan.pack.id}, ${plan.scenario.file}, on ${cpus().length} cores`,
        );
      }),
    );
    expect(differences.filter((one) => one !== undefined)).toEqual([]);
  });

  test('of several tickets is the same: what they tell each other, facts over them, those that rules open', async () => {
    const plan = incidentPlan();
    writeFileSync(join(bench.packs, `${plan.packHash}.json`), JSON.stringify(plan.pack));
    const [core, real] = [rehearseOnCore(plan), await rehearseOnTemporal(plan, bench.server)];
    expect(real.tickets.map(({ id, name, kind }) => [id, name, kind])).toEqual(
      core.tickets.map(({ id, name, kind }) => [id, name, kind]),
    );
    expect(core.tickets).toHaveLength(5);
    for (const [i, ticket] of core.tickets.entries())
      expect(firstDifference(ticket.events, real.tickets[i]?.events ?? [], ticket.name)).toBeUndefined();
    expect(real.refusals).toEqual(core.refusals);
  });

  test('has every delivery of one instant, though a live ticket would send only the newest', async () => {
    const pack = compilePackText(
      `
      rules:
        a: { on: opened, do: [{ status_page: { state: investigating, template: one } }, { status_page: { state: identified, template: two } }] }
        b: { on: opened, do: [{ status_page: { state: monitoring, template: one } }] }
      `,
      { one: { audience: 'public' }, two: { audience: 'public' } },
    );
    const hash = hashOf(pack, {});
    writeFileSync(join(bench.packs, `${hash}.json`), JSON.stringify(pack));
    const plan = randomPlan(1, { pack, hash }, 1);
    const core = rehearseOnCore(plan);
    expect(core.events.filter((event) => event.type === 'delivery')).toHaveLength(3);
    expect(
      firstDifference(core.events, (await rehearseOnTemporal(plan, bench.server)).events, 'three states'),
    ).toBeUndefined();
  });
});

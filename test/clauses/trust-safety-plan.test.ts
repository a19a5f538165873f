/** The plan of the rollout as check lists: weeks 5 to 10, and the sign-off of phase 1. */
import { join } from 'node:path';
import { checkList, scenariosOf, type CheckEvidence, type CheckedList } from '../../src/domain/policy/checklists';
import type { CompiledPack } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { playNamed } from '../../src/rehearsal/named-scenarios';

const loading = loadPack(join(__dirname, '../../policies/trust-safety'));
let evidence: CheckEvidence;

beforeAll(async () => {
  const loaded = await loading;
  const lists = ['weeks_5_6', 'week_7'].flatMap((name) => loaded.pack.checklists?.[name] ?? []);
  evidence = { scenarios: await playNamed(loaded, scenariosOf(lists)), seen: {}, ticks: {} };
});

async function checked(
  name: string,
  more: CheckEvidence = {},
  change: (pack: CompiledPack) => CompiledPack = (pack) => pack,
): Promise<CheckedList> {
  const { pack } = await loading;
  const list = pack.checklists?.[name];
  if (!list) throw new Error(`there is no checklist ${name}`);
  return checkList(change(pack), list, { ...evidence, ...more });
}

const open = (list: CheckedList): string[] =>
  list.items.filter(({ state }) => state !== 'done').map(({ name }) => name);
const tick = (by: string, at: string) => ({ done: true, by, at });
const SEEN = { ticket: 'TICK-20261201-001', at: '2026-12-01T10:00:00Z' };

it('weeks 5 and 6 have five items: four proved by the pack, the tone ticked by the lead [TS-304]', async () => {
  expect((await checked('weeks_5_6')).items.map(({ title }) => title)).toEqual([
    'Create the Information Gathering Bot (the most complex)',
    'Build all 4 objectives',
    'Add custom scenarios',
    'Test the conversational flow',
    'Refine the tone of the persona',
  ]);
  expect(open(await checked('weeks_5_6'))).toEqual(['persona']);
  const ticks = { 'weeks_5_6.persona': tick('Dana', '2026-12-01T09:00:00Z') };
  expect(open(await checked('weeks_5_6', { ticks }))).toEqual([]);
  const noHuman = (pack: CompiledPack): CompiledPack => {
    const broken = JSON.parse(JSON.stringify(pack)) as CompiledPack;
    const gather = broken.flows['triage']?.states['gather'];
    if (gather) gather.interrupts = gather.interrupts.filter((one) => one.name !== 'wants_human');
    return broken;
  };
  expect(open(await checked('weeks_5_6', {}, noHuman))).toEqual(['scenarios', 'persona']);
});

it('week 7 has four items; Slack counts as set up once an alert has arrived [TS-305]', async () => {
  expect((await checked('week_7')).items.map(({ name }) => name)).toEqual([
    'sequence',
    'education',
    'slack',
    'end_to_end',
  ]);
  expect(open(await checked('week_7'))).toEqual(['slack']);
  expect(open(await checked('week_7', { seen: { 'delivered(ts_alert)': SEEN } }))).toEqual([]);
  const scenarios = { ...evidence.scenarios, 'cases/4-active-breach': { ok: false, why: 'it fails' } };
  expect(open(await checked('week_7', { scenarios }))).toEqual(['slack', 'end_to_end']);
});

it('phase 1 has two sign-offs, each with name and date [TS-311]', async () => {
  const before = await checked('phase_1');
  expect(before.items.map(({ title, kind, role, tick }) => [title, kind, role, tick])).toEqual([
    ['No major complaints of customers', 'human', 'ts_lead', null],
    ['The agents understand the system', 'human', 'ts_lead', null],
  ]);
  expect(open(before)).toEqual(['complaints', 'understood']);
  const signed = { 'phase_1.complaints': tick('Dana', '2026-12-18T15:00:00Z') };
  const half = await checked('phase_1', { ticks: signed });
  expect([half.done, half.items[0]?.tick, half.items[0]?.because]).toEqual([
    1,
    signed['phase_1.complaints'],
    ['ticked by Dana, 2026-12-18T15:00:00Z'],
  ]);
  expect(open(half)).toEqual(['understood']);
});

it('weeks 8 to 10 follow the rollout: something was withheld, the steps and what gates them stand [TS-306] [TS-307]', async () => {
  const LATER = ['compare', 'feedback', 'refine'];
  expect(open(await checked('week_8'))).toEqual(['beside', ...LATER]);
  expect(open(await checked('week_8', { seen: { withheld: SEEN } }))).toEqual(LATER);
  const week = await checked('weeks_9_10');
  expect([week.items[0]?.state, open(week)]).toEqual(['done', ['quarter', 'monitored', 'half', 'all']]);
  const free = await checked('weeks_9_10', {}, ({ rollouts: _none, ...pack }) => pack);
  expect(open(free)).toContain('steps');
});

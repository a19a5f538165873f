/** The decision map of Trust & Safety, drawn from its flow. */
import { join } from 'node:path';
import { flowMap, type FlowMap } from '../../src/domain/policy/flow-map';
import { loadPack } from '../../src/policies/load';
import { flowMapSvg, flowMapText } from '../../src/rehearsal/render/flow-map';
import { rehearse } from '../../src/rehearsal/rehearse';
import { readScenario } from '../../src/rehearsal/scenario';

const PACK = join(__dirname, '../../policies/trust-safety');
const loading = loadPack(PACK);

async function mapOf(scenario?: string): Promise<FlowMap> {
  const loaded = await loading;
  const rows = scenario
    ? (await rehearse(await readScenario(join(PACK, 'scenarios', `${scenario}.yaml`)), loaded)).rows
    : [];
  const map = flowMap(loaded.pack, 'triage', rows);
  if (!map) throw new Error('there is no map');
  return map;
}
const taken = (map: FlowMap): string[] =>
  map.states.flatMap(({ title, ways }) =>
    ways.filter((one) => one.taken).map((one) => `${title}: ${one.label} → ${one.title}`),
  );

describe('the decision map', () => {
  it('has every node and every way of the document [TS-216]', async () => {
    const text = flowMapText(await mapOf());
    for (const way of [
      'Keywords?',
      'NO → Standard support',
      'YES → Intent Classifier',
      'SECURITY_QUESTION → Product support',
      'FEATURE_REQUEST → Product support',
      'INCIDENT_REPORT → Evidence Assessor',
      'CLEAR_EVIDENCE (high confidence) → Info Gathering',
      'CLEAR_EVIDENCE (low confidence) → Low confidence',
      'otherwise → Human triage',
      'LIKELY_SOCIAL_SCRAPING → Education Bot',
      'INSUFFICIENT_INFO → Info Gathering',
      'Info Gathering (T&S Information Gatherer, 4 to collect)',
      'Active Breach → Urgent escalation',
      'Human Request → Human handoff',
      'Aggression → Calm transfer',
      'CONFIRMED_BREACH → Auto-Escalation',
      'SOCIAL_SCRAPING → Education Bot',
      'STILL_UNCLEAR → Human review',
    ])
      expect(text).toContain(way);
    expect(taken(await mapOf())).toEqual([]);
  });

  it.each([
    [
      'triage/escalated',
      [
        'Keywords?: YES → Intent Classifier',
        'Intent Classifier: INCIDENT_REPORT → Evidence Assessor',
        'Evidence Assessor: CLEAR_EVIDENCE (high confidence) → Info Gathering',
        'Info Gathering: 4 objectives done or given up → Reassess Evidence',
        'Reassess Evidence: CONFIRMED_BREACH → Auto-Escalation',
        'Auto-Escalation: then → Escalated',
      ],
    ],
    [
      'triage/human-requested',
      [
        'Keywords?: YES → Intent Classifier',
        'Intent Classifier: INCIDENT_REPORT → Evidence Assessor',
        'Evidence Assessor: CLEAR_EVIDENCE (high confidence) → Info Gathering',
        'Info Gathering: Human Request → Human handoff',
      ],
    ],
  ])('marks the way of a ticket: %s [TS-216]', async (scenario, way) => {
    const map = await mapOf(scenario);
    expect(taken(map)).toEqual(way);
    const svg = flowMapSvg(map, 'Triage');
    expect(svg.match(/font-weight="600">(?:→ )?[^<]*</g)?.length).toBeGreaterThan(way.length);
    for (const { title } of map.states) expect(svg).toContain(title.replace('&', '&amp;'));
  });
});

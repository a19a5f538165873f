/** Tickets of the Trust & Safety pack as its own flow plays them, kept as histories: what its figures are tried on. */
import { join } from 'node:path';
import { historyOf, type History } from '../../src/domain/metrics/history';
import type { MetricResult } from '../../src/domain/metrics/answers';
import type { Evidence } from '../../src/domain/metrics/items';
import type { Period } from '../../src/domain/metrics/periods';
import { valueText, verdictText } from '../../src/domain/metrics/words';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { rehearse } from '../../src/rehearsal/rehearse';
import type { ReportContent } from '../../src/reports/content';
import { parseScenario } from '../../src/rehearsal/scenario';
import { ask as askOf } from './histories';
import { reportOf } from './report-parts';

export const PACK = join(__dirname, '../../policies/trust-safety');
const loaded = loadPack(PACK);
let pack: CompiledPack | undefined;
/** Reads the pack; before all tests of a file. */
export async function readTriagePack(): Promise<void> {
  ({ pack } = await loaded);
}
/** The pack as {@link readTriagePack} has read it. */
export function triagePack(): CompiledPack {
  if (!pack) throw new Error('the pack was not read');
  return pack;
}

export interface Answer {
  fact: string;
  at: string;
  value?: unknown;
  score?: number;
  usage?: JsonObject;
}

export interface Played {
  body?: string;
  channel?: string;
  opened?: string;
  answers?: Answer[];
  script?: JsonObject[];
  until?: string;
  rollout?: number;
}

/** Answers of one instant. */
export const said = (at: string, values: Record<string, Partial<Answer>>): Answer[] =>
  Object.entries(values).map(([fact, answer]) => ({ fact, at, ...answer }));

/** One round of the information gathering: what was found, and how strongly the scenarios are met. */
export const round = (
  at: string,
  found: object,
  scores: { active?: number; human?: number; angry?: number } = {},
): Answer[] =>
  said(at, {
    active_breach: { score: scores.active ?? 0 },
    wants_human: { score: scores.human ?? 0 },
    aggression: { score: scores.angry ?? 0 },
    extract: { value: found },
  });

export const ALL = {
  affected_names: ['John Smith'],
  incident_timeline: 'since Sunday',
  suspicious_behaviors: 'mails were changed',
  pc_systems_accessed: 'yes',
};

/** The customer does not know when it began. */
export const PARTLY = { ...ALL, incident_timeline: { value: null, unknown: true } };

const incident = said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9 } });
const evidence = (value: string, score = 8): Answer[] => said('PT2S', { evidence: { value, score } });
const conclude = (at: string, ts_conclusion: string): JsonObject => ({ at, do: 'set', by: 'ts_team', ts_conclusion });

let numbers = 0;
/** Under an id that no other has. */
function renamed(one: History): History {
  const id = `P-${++numbers}`;
  return { ...one, id, state: { ...one.state, id, ticket: { ...one.state.ticket, id } } };
}

/** Plays one conversation; answers in `usage` are what a model took. */
export async function play({
  body = 'We were hacked',
  channel = 'email',
  opened = '2026-03-02T10:00:00Z',
  answers = [],
  script = [],
  until = 'P5D',
  rollout,
}: Played): Promise<History> {
  const source = {
    policy: 'trust_safety',
    opened,
    ticket: {
      subject: 'A message',
      body,
      channel,
      customer: { name: 'Ann Lee', email: 'ann@grace.example', plan: 'professional' },
    },
    answers,
    script,
    until,
    ...(rollout === undefined ? {} : { rollout }),
    expect: [],
    never: [],
  };
  const { tickets } = await rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), await loaded);
  const [ticket] = tickets;
  if (!ticket) throw new Error('nothing was played');
  const history = historyOf(ticket.id, ticket.events);
  const { id, version } = (await loaded).pack;
  const ran = { id, version: String(version['id']), hash: 'h' };
  return renamed({ ...history, state: { ...history.state, pack: ran } });
}

/** The ways a conversation can go, each with what a person may do afterwards. */
export const ways = {
  standard: (script: JsonObject[] = []) => play({ body: 'How do I add a song?', script }),
  question: (script: JsonObject[] = []) =>
    play({ answers: said('PT1S', { intent: { value: 'SECURITY_QUESTION', score: 9 } }), script }),
  feature: (script: JsonObject[] = []) =>
    play({ answers: said('PT1S', { intent: { value: 'FEATURE_REQUEST', score: 9 } }), script }),
  unclear: () => play({ answers: said('PT1S', { intent: { value: 'OTHER' } }) }),
  failed: () => play({ answers: [...incident, ...evidence('MAYBE')] }),
  uncertain: () =>
    play({
      answers: [...incident, ...evidence('CLEAR_EVIDENCE', 5), ...said('PT3S', { active_breach: { score: 0 } })],
    }),
  escalated: (script: JsonObject[] = [], found: object = ALL, more: Answer[] = []) =>
    play({
      answers: [
        ...incident,
        ...evidence('CLEAR_EVIDENCE'),
        ...round('PT3S', found),
        ...more,
        ...said('PT4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
      ],
      script,
    }),
  insufficient: () =>
    play({
      answers: [
        ...incident,
        ...evidence('INSUFFICIENT_INFO'),
        ...round('PT3S', ALL),
        ...said('PT4S', { reassess: { value: 'STILL_UNCLEAR', score: 9 } }),
      ],
    }),
  interrupted: (scores: { active?: number; human?: number; angry?: number }, script: JsonObject[] = []) =>
    play({ answers: [...incident, ...evidence('CLEAR_EVIDENCE'), ...round('PT3S', {}, scores)], script }),
  educated: (script: JsonObject[] = [], answers: Answer[] = []) =>
    play({ answers: [...incident, ...evidence('LIKELY_SOCIAL_SCRAPING'), ...answers], script }),
  conclude,
};

/** The same ticket so many times, each with an id of its own. */
export const copies = (n: number, one: History): History[] => Array.from({ length: n }, () => renamed(one));

/** The Monday that everything is played on, its week, month and quarter; UTC. */
export const DAY = { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 3) };
export const WEEK = { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 9) };
export const MONTH = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };

/** Ask a figure of the pack, over that Monday. */
export const ask = (metric: string, histories: readonly History[], more: Parameters<typeof askOf>[3] = {}) =>
  askOf(triagePack(), metric, histories, { period: DAY, ...more });
/** Its value as reports write it. */
export const text = (result: MetricResult): string => valueText(result.total, result.unit, result.shown);
/** `met`, `not met`, `no data`. */
export const verdict = (result: MetricResult): string => verdictText(result.total);
/** Its groups by what they are called. */
export const groups = (result: MetricResult): Record<string, number | null> =>
  Object.fromEntries(result.groups.map((one) => [one.label, one.value]));
/** A step of a script: an answer to a task. */
export const after = (at: string, task: string, fields: JsonObject, by = 'ts_team'): JsonObject => ({
  at,
  do: 'answer',
  by,
  task,
  ...fields,
});

/** A report of the pack over a period. */
export function report(
  name: string,
  histories: readonly History[],
  period: Period = DAY,
  points: Evidence['series'] = {},
): ReportContent {
  return reportOf(triagePack(), name, histories, period, points);
}
export { part } from './report-parts';

/** A case of Trust & Safety played on the core, and the words of what was written. */
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { renderTemplate } from '../../src/policies/templates';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';

export const PACK = join(__dirname, '../../policies/trust-safety');
export const pack = loadPack(PACK);

export interface Answer {
  fact: string;
  at: string;
  value?: unknown;
  score?: number;
}
export interface Play {
  body?: string;
  customer?: JsonObject;
  fields?: JsonObject;
  answers: Answer[];
  script?: JsonObject[];
  until?: string;
}

export const ANN = {
  name: 'Ann Lee',
  email: 'ann@gracechurch.example',
  plan: 'professional',
  organization: 'Grace Church',
  subscription_tier: 'Pro',
  ts_ticket_count: 2,
};

/** Every text of a rehearsal by its template, in order; notes and deliveries. */
export async function texts({
  body = 'Unauthorized changes',
  customer = ANN,
  fields = {},
  answers,
  script = [],
  until = 'P5D',
}: Play) {
  const source = {
    policy: 'trust_safety',
    opened: '2026-03-02T10:00:00Z',
    ticket: { subject: 'A message', body, customer, fields },
    answers,
    script,
    until,
    expect: [],
    never: [],
  };
  const loaded = await pack;
  const { tickets } = await rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), loaded);
  const written = (tickets[0]?.events ?? []).filter((one) => one.type === 'noted' || one.type === 'delivery');
  return (name: string): string => {
    const event = written.find((one) => one.data['template'] === name);
    const template = loaded.templates[name];
    if (!event || !template) throw new Error(`nothing was written with ${name}`);
    return renderTemplate(name, template, event.data['vars'] as JsonObject, loaded.pack.zone).text;
  };
}

export const said = (at: string, values: Record<string, Partial<Answer>>): Answer[] =>
  Object.entries(values).map(([fact, answer]) => ({ fact, at, ...answer }));
export const incident = said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9 } });
export const clear = [...incident, ...said('PT2S', { evidence: { value: 'CLEAR_EVIDENCE', score: 8 } })];
export const scraping = [...incident, ...said('PT2S', { evidence: { value: 'LIKELY_SOCIAL_SCRAPING', score: 8 } })];
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
export const NAMES = { affected_names: ['John Smith', 'Mary Johnson'] };
export const ALL = {
  ...NAMES,
  incident_timeline: 'since Sunday',
  suspicious_behaviors: 'emails of two profiles were changed',
  pc_systems_accessed: 'yes',
};
export const breach = said('PT4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } });
export const HISTORY = 'https://accounts.planningcenter.com/security-history';

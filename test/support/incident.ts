/** An incident of several tickets under a small pack, for both engines. */
import type { CompiledPack } from '../../src/domain/policy/types';
import { planOf, type Plan } from '../../src/rehearsal/plan';
import { parseScenario } from '../../src/rehearsal/scenario';
import { hashOf } from '../../src/policies/load';
import { compilePackText } from './pack';

/** Three customers with the same issue make one incident; its lead tells the members when it is over. */
export const INCIDENT_PACK = `
  people: { boss: { email: boss@example.com, page: Boss }, agent: { email: agent@example.com } }
  fields: { cause: { text: optional }, level: { number: points } }
  kinds:
    cluster: { title: Clusters }
    entry: { title: Register, fields: [level, cause], opened_when: "ticket.level >= 3" }
  conditions: { member: has(ticket.lead), p1: "ticket.priority == 'P1'" }
  facts:
    same: { tickets: other.issue_key == ticket.issue_key && !other.closed, count: distinct customer.email, window: PT2H, watch: true }
  commitments:
    reply: { from: opened, due: PT1H, met: agent_reply, marks: ["50%"] }
    solve: { kind: cluster, from: opened, due: PT4H, met: resolved }
    look: { kind: [cluster, entry], from: opened, cadence: [{ every: PT1H }], while: "ticket.status != 'closed'" }
  rules:
    several: { on: fact(same), when: fact.same.value >= 2 && !is.member, do: [{ open_ticket: { kind: cluster, key: =ticket.issue_key, subject: "='Cluster ' + ticket.issue_key", fields: { issue_key: =ticket.issue_key }, link: lead } }] }
    page: { kind: cluster, on: opened, do: [{ page: { to: boss, template: t } }] }
    joined: { kind: cluster, on: linked(member), do: [{ notify: { to: boss, template: t } }] }
    solved: { kind: cluster, on: resolved, do: [{ tell: { to: =ticket.members, event: solved, with: { cause: =ticket.cause } } }] }
    thanks: { on: told(solved), do: [{ note: =event.cause }, { tell: { to: =event.from, event: thanks } }] }
    heard: { kind: cluster, on: told(thanks), do: [{ tag: thanked }] }
  tasks: { resolve_too: { opens: told(solved), for: agent, choices: ["yes", "no"], due: PT30M, while: "ticket.status != 'resolved'" } }
`;

const customer = (name: string): string =>
  `{ name: ${name}, email: ${name.toLowerCase()}@example.com, plan: enterprise }`;

/** Two tickets of one issue, a third of another, and what people do. */
export const INCIDENT = `
policy: test
opened: 2026-03-02T10:00:00Z
until: PT8H
tickets:
  a: { subject: Nobody can log in, customer: ${customer('Ann')}, fields: { level: 1 } }
  b: { subject: Login fails, opened: PT10M, customer: ${customer('Bob')} }
  c: { subject: Mail is slow, opened: PT10M, customer: ${customer('Cem')}, fields: { level: 3 } }
script:
  - { at: PT2M, do: set, issue_key: login }
  - { at: PT12M, ticket: b, do: set, issue_key: login }
  - { at: PT20M, ticket: b, do: reply, text: We are on it }
  - { at: PT30M, ticket: c, do: set, cause: a full disk }
  - { at: PT40M, ticket: cluster, do: set, cause: an expired certificate }
  - { at: PT50M, ticket: "cluster:login", do: resolve, resolution: renewed }
  - { at: PT55M, ticket: b, do: answer, task: resolve_too, choice: "yes" }
  - { at: PT56M, ticket: b, do: resolve, resolution: renewed }
  - { at: PT70M, ticket: a, do: merge, into: b }
deliveries:
  - { match: { channel: ticket, verb: tell, template: solved }, after: PT1M }
`;

export function incidentPlan(text = INCIDENT, pack: CompiledPack = compilePackText(INCIDENT_PACK)): Plan {
  return planOf(parseScenario(text, 'incident.yaml'), pack, hashOf(pack, {}));
}

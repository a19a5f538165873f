/** What the core cannot compute, scripted: every driver reads it through this port (design.md, decision 10). */
import type { Triage } from '../domain/classify/classifier';
import { embeddedAnswer } from '../domain/classify/fact-answer';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import type { Delivery, FactAnswer, Input, Receipt, TicketEvent } from '../domain/ticket/types';
import { parseDuration } from '../domain/time/instants';
import { momentOf, type Scenario, type ScriptedOutcome } from './scenario';

export interface World {
  /** What becomes of a delivery, and when that is known. */
  receipt(delivery: Delivery, ticket?: string): Receipt;
  /** The scripted answers, with the name of the ticket each is for. */
  answers: { ticket?: string; answer: FactAnswer }[];
}

function fits(rule: ScriptedOutcome, delivery: Delivery, openedAt: number, ticket: string | undefined): boolean {
  const match = rule.match as Record<string, unknown>;
  const record: Record<string, unknown> = { ...delivery, ticket };
  if (rule.from !== undefined && delivery.at < momentOf(rule.from, openedAt)) return false;
  if (rule.until !== undefined && delivery.at >= momentOf(rule.until, openedAt)) return false;
  return Object.entries(match).every(([name, value]) => value === undefined || record[name] === value);
}

/** The world of a scenario. What it does not mention is delivered at once. */
export function worldOf(scenario: Pick<Scenario, 'deliveries' | 'answers' | 'roster' | 'openedAt'>): World {
  const { openedAt } = scenario;
  return {
    receipt(delivery, ticket) {
      const rule = scenario.deliveries.find((one) => fits(one, delivery, openedAt, ticket));
      const person =
        rule?.person ??
        (typeof scenario.roster[delivery.role] === 'string' ? String(scenario.roster[delivery.role]) : undefined);
      const at = delivery.at + (rule ? (parseDuration(rule.after) ?? 0) : 0);
      return {
        key: delivery.key,
        outcome: rule?.outcome ?? 'delivered',
        at,
        handedOverAt: at,
        to: delivery.to,
        provider: 'recorded',
        ...(person === undefined ? {} : { person }),
      };
    },
    answers: scenario.answers.map((answer) => ({
      ...(answer.ticket === undefined ? {} : { ticket: answer.ticket }),
      answer: {
        fact: answer.fact,
        at: momentOf(answer.at, openedAt),
        ...(answer.value === undefined ? {} : { value: answer.value }),
        ...(answer.score === undefined ? {} : { score: answer.score }),
        ...(answer.reasons === undefined ? {} : { reasons: answer.reasons }),
        ...(answer.usage === undefined ? {} : { usage: answer.usage }),
      },
    })),
  };
}

/** The embedded classifier's answers to the questions in events, each at the instant at which it was asked. */
export function embeddedInputs(
  triage: Triage,
  pack: CompiledPack,
  events: readonly TicketEvent[],
  scripted: (fact: string) => boolean,
): Input[] {
  return events.flatMap((event): Input[] => {
    const fact = event.type === 'asked' ? pack.facts[event.subject ?? ''] : undefined;
    if (!fact || scripted(fact.name)) return [];
    const answer = embeddedAnswer(triage, pack, fact, event.data['inputs'] as JsonObject);
    return answer
      ? [{ kind: 'fact', answer: { fact: fact.name, at: event.at, key: String(event.data['key']), ...answer } }]
      : [];
  });
}

/** A scenario as both engines play it: inputs at instants, in one order. */
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import type { Triage } from '../domain/classify/classifier';
import type { Actor, Command, Input, Opening, TicketEvent } from '../domain/ticket/types';
import { WHOLE } from '../domain/policy/rollout-types';
import type { Shares } from '../domain/ticket/rollout';
import { dueSchedules } from '../domain/policy/due-schedules';
import { commandName } from '../domain/ticket/commands';
import {
  commandFields,
  momentOf,
  ONLY,
  ticketsOf,
  type Scenario,
  type ScenarioTicket,
  type ScriptStep,
} from './scenario';
import { dayOf, idOf } from './ticket-ids';
import { embeddedInputs, worldOf, type World } from './world';

/** A ticket that the scenario itself opens. */
export interface PlannedTicket extends ScenarioTicket {
  id: string;
  opening: ScenarioTicket['opening'] & Opening;
}

/** Something that comes from outside, with the name of the ticket it is for. */
export interface PlannedInput {
  at: number;
  input: Input;
  ticket: string;
  step?: ScriptStep;
}

export interface Plan {
  scenario: Scenario;
  pack: CompiledPack;
  packHash: string;
  /** Shares of the pack's rollouts, by name. */
  shares?: Shares;
  /** In the order of their openings. */
  tickets: PlannedTicket[];
  /** When which schedule of the pack opens tickets. */
  calendar: { at: number; name: string }[];
  world: World;
  /** Whether the script answers a fact of a ticket itself. */
  scripted(fact: string, ticket: string): boolean;
  /** What the pack's classifier answers, at once, to what events of a ticket ask and the script leaves open. */
  answersTo(ticket: string, events: readonly TicketEvent[]): Input[];
  /** Commands and answers by instant; at one instant commands come in the order of the script, then answers. */
  inputs: PlannedInput[];
}

const actorOf = (by: ScriptStep['by']): Actor =>
  typeof by === 'string'
    ? { name: by, kind: by === 'customer' ? 'customer' : 'person' }
    : { name: by.name, kind: by.kind ?? 'person', ...(by.role === undefined ? {} : { role: by.role }) };

/** Make the plan of a scenario under a compiled pack. */
export function planOf(scenario: Scenario, pack: CompiledPack, packHash: string, triage?: Triage): Plan {
  const world = worldOf(scenario);
  const tickets = withIds(ticketsOf(scenario, scenario.openedAt));
  const first = tickets[0]?.name ?? ONLY;
  const ids = new Map(tickets.map((ticket) => [ticket.name, ticket.id]));
  const commands = scenario.script.map((step, i) => {
    const at = momentOf(step.at, scenario.openedAt);
    const name = commandName(step.do) ?? step.do;
    const command: Command = {
      id: `script-${i + 1}`,
      name,
      at,
      by: actorOf(step.by),
      fields: name === 'link' || name === 'merge' ? withIdsOf(commandFields(step), ids) : commandFields(step),
    };
    const input: Input = { kind: 'command', command };
    return { at, input, step, ticket: step.ticket ?? first };
  });
  const answers = world.answers.map(({ ticket = first, answer }): PlannedInput => {
    return { at: answer.at, input: { kind: 'fact', answer }, ticket };
  });
  const inputs = [...commands, ...answers].filter((one) => one.at <= scenario.untilAt);
  // Array.prototype.sort is stable: the script's order holds at one instant.
  inputs.sort((a, b) => a.at - b.at);
  const scripted = (fact: string, ticket: string): boolean =>
    world.answers.some((one) => one.answer.fact === fact && (one.ticket ?? first) === ticket);
  const calendar = dueSchedules(pack, scenario.openedAt, scenario.untilAt).filter((one) =>
    (scenario.schedules ?? []).includes(one.name),
  );
  const answersTo = (ticket: string, events: readonly TicketEvent[]): Input[] =>
    triage ? embeddedInputs(triage, pack, events, (fact) => scripted(fact, ticket)) : [];
  const shares = sharesOf(scenario);
  return {
    scenario,
    pack,
    packHash,
    ...(shares ? { shares } : {}),
    tickets,
    calendar,
    world,
    scripted,
    inputs,
    answersTo,
  };
}

/** The shares that a scenario sets: one number is that of the whole pack. */
function sharesOf({ rollout }: Scenario): Shares | undefined {
  return typeof rollout === 'number' ? { [WHOLE]: rollout } : rollout;
}

/** Ids as the store would give them: the UTC day of the opening, and that day's running number. */
function withIds(tickets: readonly ScenarioTicket[]): PlannedTicket[] {
  const days = new Map<string, number>();
  return tickets.map((ticket) => {
    const day = dayOf(ticket.openedAt);
    const n = (days.get(day) ?? 0) + 1;
    days.set(day, n);
    return { ...ticket, id: idOf(day, n), opening: ticket.opening as PlannedTicket['opening'] };
  });
}

/** Links and merges name other tickets as the scenario does. */
function withIdsOf(fields: JsonObject, ids: ReadonlyMap<string, string>): JsonObject {
  const named = Object.entries(fields).map(([name, value]) => {
    const id = REFERENCES.has(name) && typeof value === 'string' ? ids.get(value) : undefined;
    return [name, id ?? value] as const;
  });
  return Object.fromEntries(named);
}
const REFERENCES = new Set(['to', 'into', 'ticket']);

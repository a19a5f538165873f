/** A scenario as both engines play it: inputs at instants, in one order. */
import type { CompiledPack } from '../domain/policy/types';
import type { Actor, Command, Input } from '../domain/ticket/types';
import { commandName } from '../domain/ticket/commands';
import { commandFields, momentOf, type Scenario, type ScriptStep } from './scenario';
import { worldOf, type World } from './world';

export interface Plan {
  scenario: Scenario;
  pack: CompiledPack;
  packHash: string;
  ticketId: string;
  world: World;
  /** Commands and answers by instant; at one instant commands come in the order of the script, then answers. */
  inputs: { at: number; input: Input; step?: ScriptStep }[];
}

const actorOf = (by: ScriptStep['by']): Actor =>
  typeof by === 'string'
    ? { name: by, kind: by === 'customer' ? 'customer' : 'person' }
    : { name: by.name, kind: 'person', ...(by.role === undefined ? {} : { role: by.role }) };

/** Make the plan of a scenario under a compiled pack. */
export function planOf(scenario: Scenario, pack: CompiledPack, packHash: string): Plan {
  const world = worldOf(scenario);
  const commands = scenario.script.map((step, i) => {
    const at = momentOf(step.at, scenario.openedAt);
    const command: Command = {
      id: `script-${i + 1}`,
      name: commandName(step.do) ?? step.do,
      at,
      by: actorOf(step.by),
      fields: commandFields(step),
    };
    const input: Input = { kind: 'command', command };
    return { at, input, step };
  });
  const answers = world.answers.map((answer): { at: number; input: Input } => ({
    at: answer.at,
    input: { kind: 'fact', answer },
  }));
  const inputs = [...commands, ...answers].filter((one) => one.at <= scenario.untilAt);
  // Array.prototype.sort is stable: the script's order holds at one instant.
  inputs.sort((a, b) => a.at - b.at);
  const day = new Date(scenario.openedAt).toISOString().slice(0, 10).replaceAll('-', '');
  return { scenario, pack, packHash, ticketId: `TICK-${day}-001`, world, inputs };
}

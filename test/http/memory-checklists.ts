/** Checklists in memory, for the tests of `test/http`: one item that the system checks, one that a person ticks. */
import { checkList, type Tick } from '../../src/domain/policy/checklists';
import type { ChecklistDef } from '../../src/domain/policy/checklist-types';
import type { CompiledPack } from '../../src/domain/policy/types';
import { formatInstant } from '../../src/domain/time/instants';
import { tickable, type ChecklistPort } from '../../src/http/checklist-port';

const SETUP: ChecklistDef = {
  ...{ name: 'setup', title: 'Set-up', clauses: [] },
  items: [
    { name: 'voice', title: 'A <b>voice</b>', pack: [{ at: 'voices.x' }], scenarios: [], seen: [], clauses: [] },
    { name: 'known', title: 'Agents know it', by: 'lead', pack: [], scenarios: [], seen: [], clauses: [] },
  ],
};
const PACK = { id: 'trust_safety', checklists: { setup: SETUP } } as unknown as CompiledPack;

/** The port over what was ticked. */
export function checklistsOf(world: { ticks: Record<string, Tick>; tickedBy: string[] }): ChecklistPort {
  return {
    read: async () => ({
      pack: PACK.id,
      checklists: [checkList(PACK, SETUP, { ticks: world.ticks, seen: {}, scenarios: {} })],
    }),
    tick: async ({ checklist, item, done, by, note, keyName }, now) => {
      tickable(PACK, { checklist, item });
      world.tickedBy.push(keyName);
      const at = formatInstant(now);
      world.ticks[`${checklist}.${item}`] = { done, by, at, ...(note === undefined ? {} : { note }) };
    },
  };
}

/** Checklists over the published pack, its scenarios, the store, and what people have ticked. */
import { checkList, patternsOf, scenariosOf, type CheckedList } from '../domain/policy/checklists';
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { readTicks, recordTick, seenEvents, type TickEntry } from '../store/checklists';
import type { Database } from '../store/database';
import type { ScenarioResults } from './scenarios-thread';

/** A word of a person on an item; of the default pack where none is named. */
export type TickOrder = Omit<TickEntry, 'packId'> & { pack?: string };

/** The checklists of a pack. */
export interface PackChecklists {
  pack: string;
  checklists: CheckedList[];
}

/** Checklists. Errors: ESC_PACK_UNKNOWN, ESC_STORE_UNAVAILABLE. */
export interface ChecklistPort {
  read(pack?: string): Promise<PackChecklists>;
  /** Errors: ESC_NOT_FOUND where there is no such item; ESC_FIELD_INVALID where the system checks it. */
  tick(order: TickOrder, now: EpochMs): Promise<void>;
}

/** What checklists are held against, beside the store. */
export interface ChecklistParts {
  active: (pack?: string) => Promise<{ hash: string; pack: CompiledPack }>;
  /** Undefined where the scenarios of that version are not on this machine. */
  scenarios: (order: { pack: string; hash: string; names: string[] }) => Promise<ScenarioResults | undefined>;
}

/** The item's place in the pack, once it is sure that a person ticks it. */
export function tickable(pack: CompiledPack, order: Pick<TickOrder, 'checklist' | 'item'>): void {
  const list = Object.hasOwn(pack.checklists ?? {}, order.checklist) ? pack.checklists?.[order.checklist] : undefined;
  const item = list?.items.find(({ name }) => name === order.item);
  if (!item)
    throw new TocsinError(
      'ESC_NOT_FOUND',
      `${pack.id} has no item "${order.item}" on a checklist "${order.checklist}"`,
    );
  if (item.by === undefined)
    throw new TocsinError('ESC_FIELD_INVALID', `"${item.title}" is checked by the system: nobody ticks it`, {
      field: 'item',
    });
}

/** The port over the store. */
export function checklistPort(pool: Database, { active, scenarios }: ChecklistParts): ChecklistPort {
  return {
    async read(named) {
      const { hash, pack } = await active(named);
      const lists = Object.values(pack.checklists ?? {});
      const names = scenariosOf(lists);
      const [played, seen, ticks] = await Promise.all([
        names.length === 0 ? {} : scenarios({ pack: pack.id, hash, names }),
        seenEvents(pool, pack.id, patternsOf(lists)),
        readTicks(pool, pack.id),
      ]);
      const evidence = { seen, ticks, ...(played ? { scenarios: played } : {}) };
      return { pack: pack.id, checklists: lists.map((list) => checkList(pack, list, evidence)) };
    },
    async tick({ pack: named, ...order }, now) {
      const { pack } = await active(named);
      tickable(pack, order);
      await recordTick(pool, { ...order, packId: pack.id }, now);
    },
  };
}

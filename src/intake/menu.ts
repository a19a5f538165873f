/** The telephone menu of a pack, as data for whoever plays it. */
import type { JsonObject } from '../domain/policy/types';
import { waysOf, type Pack } from './ways';

export interface MenuOption {
  way: string;
  /** The key; absent for whoever presses nothing. */
  press?: string;
  does: string;
  queue?: string;
  to?: string;
  clauses: string[];
}

export interface Menu {
  /** What is said, sentence by sentence, in order. */
  script: string[];
  options: MenuOption[];
}

/** The script and the options, in the pack's order. */
export function menuOf(pack: Pack): Menu {
  const ways = waysOf(pack, 'phone');
  return {
    script: ways.flatMap((way) => way.says),
    options: ways
      .filter((way) => way.press !== undefined || way.waits === true)
      .map((way) => ({
        way: way.name,
        ...(way.press === undefined ? {} : { press: way.press }),
        does: way.does,
        ...(way.queue === undefined ? {} : { queue: way.queue }),
        ...(way.to === undefined ? {} : { to: way.to }),
        clauses: way.clauses,
      })),
  };
}

/** The menu as an answer of intake. */
export const menuAnswer = (pack: Pack): JsonObject => ({ action: 'menu', script: menuOf(pack).script });

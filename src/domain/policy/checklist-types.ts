/** Checklists as the core reads them. */
import type { Json, Pattern } from './types';

/** Something of the pack that an item names: it is there, or it is what the item says. */
export interface PackProof {
  /** Dotted, in the words of the language: `voices.gatherer`, `flows.triage.states.gather.interrupts.wants_human`. */
  at: string;
  is?: Json;
  /** Of a list: it holds this. Of a text: this stands in it. */
  has?: Json;
}

export interface CheckItemDef {
  name: string;
  title: string;
  /** The role of whoever ticks it; absent: the system checks it. */
  by?: string;
  pack: PackProof[];
  /** Scenarios of the pack that hold, by name. */
  scenarios: string[];
  /** Events that tickets of the pack have had on the running stack, each of them. */
  seen: Pattern[];
  clauses: string[];
}

export interface ChecklistDef {
  name: string;
  /** The part of a composed pack that it is about: what its items name is named in the part's own words. */
  part?: string;
  title: string;
  items: CheckItemDef[];
  clauses: string[];
}

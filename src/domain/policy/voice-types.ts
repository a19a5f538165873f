/** Voices as the core reads them. */
import type { DurationMs } from '../time/instants';

/** How readily generated chat is broken into several messages. */
export type Breakup = 'none' | 'low' | 'medium' | 'high';

/** A bot of a procedure: who speaks, how, and what a model that works for it is told. */
export interface VoiceDef {
  name: string;
  title: string;
  /** The name it speaks under. */
  speaksAs: string;
  /** Whether it writes to customers. */
  customers: boolean;
  /** The least and the most time from the decision to the message, both included. */
  delay: { from: DurationMs; to: DurationMs };
  /** Percent of words; for generated chat alone. */
  typos: number;
  breakup: Breakup;
  /** Whether typos and breakup touch generated chat; off unless the pack says otherwise. */
  styled: boolean;
  manner?: string;
  about?: string;
  /** The template of its context. */
  context?: string;
  /** What none of its messages to customers contains. */
  avoids: string[];
  clauses: string[];
}

/** What the routes of intake need beside the tickets. */
import type { IntakeBot, IntakeCustomers, IntakeMemory } from '../intake/ports';

/** One adapter as `GET /v1/adapters` shows it. */
export interface AdapterHealth {
  name: string;
  kind: string;
  direction: 'in' | 'out';
  state: 'ready' | 'recorded' | 'down';
  detail: string;
}

export interface IntakePort {
  memory: IntakeMemory;
  customers: IntakeCustomers;
  /** In the place of the pack's assistant. */
  bot?: IntakeBot;
  /** The secrets that webhooks are signed with, by source. */
  secrets: ReadonlyMap<string, string>;
  /** What is connected, and how it does. */
  adapters(): Promise<AdapterHealth[]>;
  /** The ticket of an id or a public number, and whether it is closed. */
  find(idOrNumber: string): Promise<{ id: string; closed: boolean } | undefined>;
}

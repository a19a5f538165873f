/** The port `agents`: who is there and has the fewest open tickets. */
import type { FactPort } from '../activities/fact-port';
import type { EpochMs } from '../domain/time/instants';
import { agentsOnline } from '../store/agents';
import type { Database } from '../store/database';

/** A word that somebody came is good for this long. */
const FRESH_MS = 12 * 3_600_000;

/** Makes the adapter. Where the fact reads `ticket.queue`, somebody who takes another queue's tickets is left out. */
export function agentsPort(pool: Database, now: () => EpochMs): FactPort {
  return {
    async answer({ inputs }) {
      const queue = inputs['ticket.queue'];
      const online = (await agentsOnline(pool, now(), FRESH_MS)).filter(
        (one) => one.queue === undefined || typeof queue !== 'string' || one.queue === queue,
      );
      const [first] = online;
      if (!first) return { reasons: ['nobody is there'] };
      return {
        value: first.agent,
        score: first.open,
        reasons: [`${first.agent} has ${first.open} open, the fewest of ${online.length} who are there`],
      };
    },
  };
}

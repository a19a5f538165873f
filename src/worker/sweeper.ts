/** Starts what an opening left unstarted: a crash between the commit and the start leaves a row (design.md, decision 12). */
import type { TicketClient } from '../client/tickets';
import type { Database } from '../store/database';
import { markStarted, startOf, unstarted } from '../store/ticket';

/** Rows this young are being started by whoever opened them. */
const YOUNG_MS = 3_000;

/** One round. Returns how many tickets it started. */
export async function sweep(pool: Database, client: TicketClient, olderThanMs = YOUNG_MS): Promise<number> {
  const rows = await unstarted(pool, olderThanMs);
  for (const row of rows) {
    await client.start(row.packHash, {
      id: row.id,
      number: row.number,
      opening: startOf(row),
    });
    await markStarted(pool, row.id);
  }
  return rows.length;
}

/** Sweep every few seconds until stopped. A failed round is tried again by the next. */
export function startSweeper(
  pool: Database,
  client: TicketClient,
  warn: (text: string) => void,
  everyMs = 5_000,
): { stop(): void } {
  let running = false;
  const round = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      await sweep(pool, client);
    } catch (error) {
      warn(`sweeper: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void round(), everyMs);
  return { stop: () => clearInterval(timer) };
}

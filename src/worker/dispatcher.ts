/** Takes what tickets have to be told of each other from the store to their workflows, until each was told (decision 11). */
import type { TicketClient } from '../client/tickets';
import type { Database } from '../store/database';
import { tellTicket, ticketsWithMessages, type Telling, type WaitingMessage } from '../store/ticket-messages';
import { findTicket } from '../store/ticket';

/** How often the store is asked without being woken: for what another process wrote and could not tell. */
const EVERY_MS = 1_000;
/** Tickets told beside each other, and looked up at a time. */
const BESIDE = 8;
const ROUND = 64;

export interface Dispatcher {
  /** Something was written: look at once. */
  wake(): void;
  stop(): Promise<void>;
}

/** A workflow to tell, as far as this needs one. Errors: ESC_TICKET_ARCHIVED for one that is not running. */
export type Tellable = Pick<TicketClient, 'fact' | 'told'>;

/**
 * Runs until stopped. A message is told at least once: a process that dies between the signal and the mark leaves it
 * waiting for the next one, and receivers know a repeat by its key. What fails is tried again for ever.
 */
export function startDispatcher(
  pool: Database,
  tickets: Tellable,
  warn: (text: string) => void,
  everyMs = EVERY_MS,
): Dispatcher {
  let stopped = false;
  let woken = false;
  let wakeUp: () => void = () => undefined;
  let failing = false;

  const round = async (): Promise<number> => {
    const waiting = await ticketsWithMessages(pool, ROUND);
    let settled = 0;
    const serve = async (): Promise<void> => {
      for (let ticket = waiting.shift(); ticket !== undefined && !stopped; ticket = waiting.shift())
        settled += await tellTicket(pool, ticket, (message) => tell(pool, tickets, message));
    };
    await Promise.all(Array.from({ length: Math.min(BESIDE, waiting.length) }, serve));
    return settled;
  };

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      let settled = 0;
      try {
        settled = await round();
        failing = false;
      } catch (error) {
        if (!failing) warn(`messages between tickets: ${said(error)}`);
        failing = true;
      }
      if (!woken && settled === 0) await rest();
    }
  };
  const ended = run();
  return {
    wake() {
      woken = true;
      wakeUp();
    },
    async stop() {
      stopped = true;
      wakeUp();
      await ended;
    },
  };
}

async function tell(pool: Database, tickets: Tellable, message: WaitingMessage): Promise<Telling> {
  try {
    if (message.kind === 'fact') await tickets.fact(message.ticket, message.body);
    else await tickets.told(message.ticket, message.body);
    return 'sent';
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ESC_TICKET_ARCHIVED') return { failed: said(error) };
    // No run: it has ended, or it has not begun yet.
    const row = await findTicket(pool, message.ticket);
    return row?.startedAt === null ? { failed: 'the ticket is not started yet' } : 'dropped';
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

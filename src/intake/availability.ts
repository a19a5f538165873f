/** What a customer of a plan finds on a channel at an instant, and when it opens next. Pure. */
import { TocsinError } from '../domain/errors';
import type { ChannelDef, ChannelState, CompiledPack } from '../domain/policy/types';
import { calendarOf } from '../domain/ticket/calendars';
import { isOpen, nextOpening } from '../domain/time/calendar';
import type { EpochMs } from '../domain/time/instants';

type Pack = Pick<CompiledPack, 'channels' | 'calendars'>;

export interface Availability {
  channel: string;
  title: string;
  plan: string;
  at: EpochMs;
  /** `live`, `chatbot`, `closed`, …: the pack's own word. `open` where it says nothing. */
  state: string;
  then: ChannelState['then'];
  queue?: string;
  rank: number;
  opens: ChannelState['opens'];
  note?: string;
  /** When the best state (the first row's) is there again; absent while it is, and where it never is. */
  nextOpening?: EpochMs;
  response?: string;
  clauses: string[];
}

const ALWAYS_OPEN: ChannelState = { is: 'open', then: 'open', rank: 0, opens: {}, clauses: [] };

/** The rows for a plan, best first. */
function rowsOf(channel: ChannelDef, plan: string): readonly ChannelState[] {
  const rows = channel.plans[plan] ?? channel.states;
  return rows.length > 0 ? rows : [ALWAYS_OPEN];
}

function rowAt(pack: Pack, rows: readonly ChannelState[], at: EpochMs): ChannelState {
  const found = rows.find((row) => row.during === undefined || isOpen(calendar(pack, row.during), at));
  return found ?? { ...ALWAYS_OPEN, is: 'closed', then: 'message' };
}

const calendar = (pack: Pack, name: string) => calendarOf(pack as CompiledPack, name);

/** Tries at the next opening: a row may open while one above it, such as a holiday's, still holds. */
const TRIES = 60;

function openingAfter(pack: Pack, rows: readonly ChannelState[], at: EpochMs): EpochMs | undefined {
  const best = rows[0]?.is;
  const calendars = rows.flatMap((row) => (row.is === best && row.during !== undefined ? [row.during] : []));
  let from = at;
  for (let tried = 0; tried < TRIES; tried++) {
    const openings = calendars.map((name) => nextOpening(calendar(pack, name), from));
    const next = Math.min(...openings);
    if (!Number.isFinite(next)) return undefined;
    if (rowAt(pack, rows, next).is === best) return next;
    from = next + 1_800_000;
  }
  return undefined;
}

/** The answer for one channel. Errors: ESC_NOT_FOUND for a channel that the pack does not have. */
export function availability(pack: Pack, name: string, plan: string, at: EpochMs): Availability {
  const channel = pack.channels[name];
  if (!channel)
    throw new TocsinError(
      'ESC_NOT_FOUND',
      `there is no channel "${name}"; the pack has ${Object.keys(pack.channels).join(', ') || 'none'}`,
      { channel: name },
    );
  const rows = rowsOf(channel, plan);
  const row = rowAt(pack, rows, at);
  const next = row.is === rows[0]?.is ? undefined : openingAfter(pack, rows, at);
  return {
    channel: name,
    title: channel.title,
    plan,
    at,
    state: row.is,
    then: row.then,
    ...(row.queue === undefined ? {} : { queue: row.queue }),
    rank: row.rank,
    opens: row.opens,
    ...(row.note === undefined ? {} : { note: row.note }),
    ...(next === undefined ? {} : { nextOpening: next }),
    ...(channel.response === undefined ? {} : { response: channel.response }),
    clauses: [...new Set([...channel.clauses, ...row.clauses])],
  };
}

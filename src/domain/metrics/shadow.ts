/** What a pack in shadow came to, beside what people came to, ticket by ticket. Pure: over histories of the archive. */
import { isUnknown } from '../policy/expr';
import type { RolloutDef } from '../policy/rollout-types';
import type { Cel, CompiledPack, Json } from '../policy/types';
import { makeEnv, valueIn } from '../ticket/env';
import type { EpochMs } from '../time/instants';
import type { History } from './history';

/**
 * `agree`, `disagree`; `left`: the pack would have left the ticket to people; `open`: the people have not concluded;
 * `undecided`: the pack has not.
 */
export type Verdict = 'agree' | 'disagree' | 'left' | 'open' | 'undecided';

/** One ticket in shadow: both conclusions, and how much the pack's is worth. */
export interface ComparedTicket {
  ticket: string;
  number: string;
  openedAt: EpochMs;
  bot: Json;
  person: Json;
  verdict: Verdict;
  /** Questions that the pack would have put to the customer and could not: what it came to rests on what was written unasked. */
  unasked: number;
  /** It came to its end because nobody answered questions that nobody was asked. */
  silent: boolean;
  /** Actions withheld. */
  withheld: number;
  /** Decisions that a reviewer overruled. */
  overruled: number;
}

interface Tally {
  compared: number;
  agree: number;
  /** From 0 to 1; null where nothing was compared. */
  share: number | null;
}

/** All tickets of a period, and how often both came to the same. */
export interface Comparison {
  rollout: string;
  tickets: ComparedTicket[];
  counts: Record<Verdict, number>;
  all: Tally;
  /** Decided without a question, and with questions that were never put. */
  asked: Tally;
  unasked: Tally;
  /** How often the people said what, by what the pack came to. */
  matrix: { bot: string; person: string; n: number }[];
}

/** Tickets in shadow of one rollout, opened within a period. A rollout without `compare` compares nothing. */
export function compareShadow(
  pack: CompiledPack,
  def: RolloutDef,
  histories: readonly History[],
  period: { from: EpochMs; to: EpochMs },
): Comparison {
  const tickets = histories
    .filter(({ state }) => state.rollout?.[def.name]?.side === 'shadow')
    .map((history) => compared(pack, def, history))
    .filter(({ openedAt }) => openedAt >= period.from && openedAt < period.to)
    .sort((a, b) => a.openedAt - b.openedAt || (a.ticket < b.ticket ? -1 : 1));
  const counts: Record<Verdict, number> = { agree: 0, disagree: 0, left: 0, open: 0, undecided: 0 };
  for (const { verdict } of tickets) counts[verdict]++;
  const matrix = new Map<string, { bot: string; person: string; n: number }>();
  for (const { bot, person } of tickets) {
    if (bot === null || person === null) continue;
    const key = JSON.stringify([bot, person]);
    const cell = matrix.get(key) ?? { bot: String(bot), person: String(person), n: 0 };
    matrix.set(key, { ...cell, n: cell.n + 1 });
  }
  return {
    rollout: def.name,
    tickets,
    counts,
    all: tally(tickets),
    asked: tally(tickets.filter((one) => one.unasked === 0)),
    unasked: tally(tickets.filter((one) => one.unasked > 0)),
    matrix: [...matrix.values()].sort((a, b) => b.n - a.n || (a.bot + a.person < b.bot + b.person ? -1 : 1)),
  };
}

function compared(pack: CompiledPack, def: RolloutDef, history: History): ComparedTicket {
  const { state, events } = history;
  const count = (type: string): number => state.seen[type]?.n ?? 0;
  const read = (cel: Cel | undefined): Json => {
    if (!cel) return null;
    const event = { type: '', at: state.at, by: { name: 'tocsin', kind: 'engine' as const }, data: {} };
    const value = valueIn(makeEnv({ pack, state, event }), { cel });
    return isUnknown(value) ? null : value;
  };
  const bot = read(def.compare?.bot);
  const person = read(def.compare?.person);
  const unasked = events.filter((event) => event.type === 'question' && event.data['unasked'] === true).length;
  return {
    ticket: history.id,
    number: String(state.ticket['number'] ?? history.id),
    openedAt: Number(state.ticket['opened_at'] ?? events[0]?.at ?? 0),
    bot,
    person,
    verdict: verdictOf(def.compare?.same ?? {}, bot, person),
    unasked,
    silent: unasked > 0 && count('silent') > 0,
    withheld: count('withheld'),
    overruled: count('reclassified'),
  };
}

/** What a flow ends as when people end its ticket before it has come to anything. */
const BY_PEOPLE: ReadonlySet<string> = new Set(['resolved', 'closed', 'merged']);

function verdictOf(same: Readonly<Record<string, Json[]>>, bot: Json, person: Json): Verdict {
  const means = Object.hasOwn(same, String(bot)) ? same[String(bot)] : undefined;
  if (bot === null || (!means && BY_PEOPLE.has(String(bot)))) return 'undecided';
  if (!means) return 'left';
  if (person === null) return 'open';
  return means.some((one) => one === person) ? 'agree' : 'disagree';
}

function tally(tickets: readonly ComparedTicket[]): Tally {
  const agree = tickets.filter((one) => one.verdict === 'agree').length;
  const all = agree + tickets.filter((one) => one.verdict === 'disagree').length;
  return { compared: all, agree, share: all === 0 ? null : agree / all };
}

/** Conversations of the tickets that a metric counts, for people to read and for `tocsin triage` to decide on again. */
import { itemsOf, type Evidence } from '../domain/metrics/items';
import type { History } from '../domain/metrics/history';
import type { Period } from '../domain/metrics/periods';
import type { JsonObject } from '../domain/policy/types';
import type { TemplateSource } from '../policies/templates';
import { formatInstant, type EpochMs } from '../domain/time/instants';

/** Events that conversations are made of, beside what the dialogue itself has kept. */
export const TRANSCRIPT_EVENTS: readonly string[] = ['message', 'agent_reply'];

interface Turn {
  at: EpochMs;
  from: 'customer' | 'agent';
  text: string;
  /** Who of the agents it was: a person, or the bot. */
  by?: string;
}

function turnsOf({ state, events }: History): Turn[] {
  const turns = (state.said ?? []).map((one): Turn => ({
    at: one.at,
    from: one.from === 'customer' ? 'customer' : 'agent',
    text: one.text,
    ...(one.from === 'bot' ? { by: 'bot' } : {}),
  }));
  const known = new Set(turns.map((one) => `${one.at} ${one.from} ${one.text}`));
  for (const event of events) {
    const { text } = event.data;
    if (!TRANSCRIPT_EVENTS.includes(event.type) || typeof text !== 'string') continue;
    const from = event.type === 'message' && event.subject === 'customer' ? 'customer' : 'agent';
    if (known.has(`${event.at} ${from} ${text}`)) continue;
    turns.push({ at: event.at, from, text, ...(from === 'agent' ? { by: event.by.name } : {}) });
  }
  // Of one instant in the order in which it was written down.
  return turns.sort((a, b) => a.at - b.at);
}

/** One object a conversation, each ticket once, in order of the tickets. Tickets without a word are left out. */
export function transcriptsOf(
  evidence: Evidence,
  metric: string,
  period: Period,
  readable: (ticket: JsonObject) => boolean = () => true,
): JsonObject[] {
  const def = evidence.pack.metrics[metric];
  if (!def) return [];
  const found = new Map<string, JsonObject>();
  for (const item of itemsOf(evidence, def)) {
    const { history } = item;
    if (!history || item.at < period.from || item.at >= period.to || found.has(history.id)) continue;
    if (!readable(history.state.ticket)) continue;
    const turns = turnsOf(history);
    if (turns.length === 0) continue;
    const outcome = item.event.data['outcome'];
    found.set(history.id, {
      id: history.id,
      at: formatInstant(item.at),
      ...(typeof outcome === 'string' ? { outcome } : {}),
      policy: { version: history.state.pack.version, hash: history.state.pack.hash },
      turns: turns.map(({ at, ...turn }) => ({ at: formatInstant(at), ...turn })),
    });
  }
  return [...found.values()];
}

/** Templates of a published version, by name. */
export type Templates = Readonly<Record<string, TemplateSource>>;

/**
 * A conversation in which the bots' turns say what was written (`text`) and by which template (`template`). Where a text
 * reads values of the ticket they stand as placeholders; a template that is not known leaves its name.
 */
export function wordsOf(row: JsonObject, templates: Templates): JsonObject {
  const turns = (row['turns'] as JsonObject[]).map((turn): JsonObject => {
    const template = String(turn['text']);
    const source = turn['by'] === 'bot' && Object.hasOwn(templates, template) ? templates[template] : undefined;
    return source ? { ...turn, text: source.text.trim(), template } : turn;
  });
  return { ...row, turns };
}

/** NDJSON: one conversation a line. */
export const ndjsonOf = (rows: readonly JsonObject[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/**
 * The manner of generated chat: broken into several messages, with a slip of the pen here and there. What must not change
 * never does: addresses, names, ids, numbers, anything in code or braces. Drawn from a key, so that the same text is styled
 * the same again. Messages made from templates do not pass through here.
 */
import { drawOf } from '../policy/draw';
import type { Breakup, VoiceDef } from '../policy/voice-types';

/** How likely a message ends at the end of a sentence. */
const BREAKS: Record<Breakup, number> = { none: 0, low: 0.2, medium: 0.4, high: 0.7 };
/** Messages of one answer, at most. */
const MOST_MESSAGES = 4;
/** Shorter words have no slip: they would become others. */
const LEAST_LETTERS = 4;

/** Addresses of pages and mail, paths, code, placeholders, and everything with a digit in it. */
const FIXED = /`[^`]*`|\{[^}]*\}|<[^>]*>|\S*(?:[/\\@#_\d]|\.\S)\S*/gu;
const WORD = /(?<![\p{L}\p{N}'’-])\p{Ll}+(?![\p{L}\p{N}'’-])/gu;

interface Span {
  from: number;
  to: number;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ from: index, to: index + found.length }));
}

/** The stretches of a text that stay as they are: fixed forms, and every name and id that is given, in any case. */
function kept(text: string, names: readonly string[]): Span[] {
  const given = names
    .filter((name) => name.trim() !== '')
    .map((name) => spansOf(text, new RegExp(escaped(name), 'giu')));
  return [...spansOf(text, FIXED), ...given.flat()];
}

const inside = (spans: readonly Span[], from: number, to: number): boolean =>
  spans.some((span) => from < span.to && span.from < to);

/** Two neighbouring letters within the word, not its first and not its last, change places. */
function slip(word: string, draw: number): string {
  const places = [...Array(word.length - 3).keys()].map((i) => i + 1).filter((i) => word[i] !== word[i + 1]);
  const i = places[Math.floor(draw * places.length)];
  return i === undefined ? word : `${word.slice(0, i)}${word[i + 1] ?? ''}${word[i] ?? ''}${word.slice(i + 2)}`;
}

function withSlips(text: string, percent: number, key: string, names: readonly string[]): string {
  const spans = kept(text, names);
  return text.replace(WORD, (word: string, at: number) => {
    const may = word.length >= LEAST_LETTERS && !inside(spans, at, at + word.length);
    return may && drawOf(`${key}|word ${at}`) * 100 < percent ? slip(word, drawOf(`${key}|slip ${at}`)) : word;
  });
}

/** Where sentences end: after their mark, before the space, outside of what is kept. */
function sentenceEnds(text: string, names: readonly string[]): number[] {
  const spans = kept(text, names);
  return spansOf(text, /[.?!…]+(?=\s+\S)/gu)
    .map(({ to }) => to)
    .filter((end) => !inside(spans, end, end + 1) && !spans.some((span) => span.from < end && end < span.to));
}

/**
 * The messages that a voice makes of a generated text: the text alone where the voice's style is off. `names` are the names
 * and ids of the ticket. Put together again the messages hold every word of the text, in order.
 */
export function chatOf(
  text: string,
  voice: Pick<VoiceDef, 'typos' | 'breakup' | 'styled'>,
  key: string,
  names: readonly string[] = [],
): string[] {
  if (!voice.styled) return [text];
  const messages: string[] = [];
  let from = 0;
  for (const end of sentenceEnds(text, names)) {
    if (messages.length + 1 >= MOST_MESSAGES) break;
    if (drawOf(`${key}|break ${end}`) >= BREAKS[voice.breakup]) continue;
    messages.push(text.slice(from, end));
    from = end;
  }
  messages.push(text.slice(from));
  return messages.map((one, i) => withSlips(one.trim(), voice.typos, `${key}|${i}`, names));
}

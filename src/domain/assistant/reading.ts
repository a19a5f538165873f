/** Reading a customer's message: numbers with units, patterns, choices. */
import type { Json } from '../policy/types';
import { fold, hitWords } from '../policy/words';
import type { OptionDef, ReadDef } from './types';

const NUMBER = /(\d+(?:[.,]\d+)?)\s*([a-z%]*)/i;

/** The value of a message for a field, or undefined where it has none. */
export function readField(read: ReadDef, text: string): Json | undefined {
  const said = text.trim();
  if (read.pattern !== undefined) {
    const found = new RegExp(read.pattern, 'iu').exec(said);
    return found ? (found[1] ?? found[0]) : undefined;
  }
  if (read.as === 'text') return said === '' ? undefined : said;
  const found = NUMBER.exec(said);
  if (!found) return undefined;
  const unit = (found[2] ?? '').toLowerCase();
  const factor = Object.hasOwn(read.units, unit) ? (read.units[unit] ?? 1) : 1;
  return Number((found[1] ?? '').replace(',', '.')) * factor;
}

/** The choice that a message makes: its key alone, or one of its words. */
export function chosen(options: readonly OptionDef[], text: string): OptionDef | undefined {
  const said = fold(text, ['case', 'apostrophe', 'space'])
    .trim()
    .replace(/^(option|answer)\s+/, '')
    .replace(/[.)!]+$/, '');
  const byKey = options.find((one) => one.key.toLowerCase() === said);
  if (byKey) return byKey;
  const words = (list: string[]) => ({
    list,
    match: 'word' as const,
    fold: ['case', 'apostrophe', 'space'],
    clauses: [],
  });
  return options.find((one) => one.words.length > 0 && hitWords(words(one.words), text).length > 0);
}

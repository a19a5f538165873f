/**
 * Fields of a dialogue filled by a model: what it is to answer, and what of its answer counts. Only what the customer wrote
 * counts: a name or a statement that does not stand in the texts is dropped, so that nothing a model makes up is recorded.
 */
import { z } from 'zod';
import { clean } from '../domain/classify/text';
import type { ItemSpec } from '../domain/classify/types';
import type { JsonObject } from '../domain/policy/types';

/** What a model may say of one field. */
const said = z
  .object({
    value: z.union([z.string(), z.array(z.string())]).nullable(),
    score: z.number().min(0).max(100),
    unknown: z.boolean(),
  })
  .nullable();

const MOST_CHARACTERS = 2_000;
const MOST_NAMES = 50;

const HOW: Record<ItemSpec['extract'], string> = {
  names: 'full names and user names, each copied as the customer wrote it',
  times: "when it was, copied in the customer's own words",
  statements: "what happened, copied in the customer's own words, one passage without changes",
  whether: 'yes or no, by what the customer says',
};

const valueOf = (how: ItemSpec['extract']): object =>
  how === 'names'
    ? { type: ['array', 'null'], items: { type: 'string' } }
    : how === 'whether'
      ? { type: ['string', 'null'], enum: ['yes', 'no', null] }
      : { type: ['string', 'null'] };

/** The form of a model's answer, in strict JSON Schema. */
export function extractionSchema(items: readonly ItemSpec[]): Record<string, unknown> {
  const properties = Object.fromEntries(
    items.map(({ field, extract, ask }) => [
      field,
      {
        type: ['object', 'null'],
        description: `The answer to: ${ask} (${HOW[extract]}). null where nothing is said of it.`,
        additionalProperties: false,
        required: ['value', 'score', 'unknown'],
        properties: {
          value: valueOf(extract),
          score: { type: 'number', description: 'From 0 to 100: how much of an answer it is.' },
          unknown: { type: 'boolean', description: 'true: the customer says that it cannot be known' },
        },
      },
    ]),
  );
  return { type: 'object', additionalProperties: false, required: items.map((one) => one.field), properties };
}

/** One spelling for what is the same text to a reader. */
const folded = (text: string): string => clean(text).toLowerCase().replace(/\s+/g, ' ').trim();

function counted(item: ItemSpec, value: string | string[] | null, texts: string): string | string[] | undefined {
  const stands = (one: string): boolean => one.trim() !== '' && texts.includes(folded(one));
  if (item.extract === 'whether') return value === 'yes' || value === 'no' ? value : undefined;
  if (item.extract === 'names') {
    const names = [value ?? []].flat().filter(stands).slice(0, MOST_NAMES);
    return names.length > 0 ? names.map((name) => name.trim()) : undefined;
  }
  const passage = typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : '';
  return stands(passage) ? passage.trim() : undefined;
}

/**
 * Fields with value and score, from 0 to 100, or `{ unknown: true }`; undefined where the answer has not the declared form.
 * Fields that are not declared are left out.
 */
export function readExtraction(
  items: readonly ItemSpec[],
  content: string,
  texts: readonly string[],
): JsonObject | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return undefined;
  }
  const record = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!record.success) return undefined;
  const written = folded(texts.join('\n'));
  const found: JsonObject = {};
  for (const item of items) {
    const one = said.safeParse(record.data[item.field] ?? null);
    if (!one.success) return undefined;
    if (one.data === null) continue;
    const value = counted(item, one.data.value, written);
    if (value !== undefined) found[item.field] = { value, score: one.data.score };
    else if (one.data.unknown) found[item.field] = { unknown: true };
  }
  return found;
}

import { z } from 'zod';
import { languageReference, languageSchema } from '../../src/policies/language-docs';
import { languageFields, metaOf } from '../../src/policies/language-fields';
import { action, actionShapes } from '../../src/policies/schema/actions';
import { ITEM_CONSTRUCTS, pack, templateHead } from '../../src/policies/schema/pack';

const head = { pack: 'x', version: { id: '1', from: '2026-12-01' } };
const first = (schema: z.ZodType): unknown => metaOf(schema).examples?.[0];

describe('the language explains itself', () => {
  test.each(languageFields().map((field) => [field.path, field] as const))(
    '%s has a description and an example',
    (_path, field) => {
      expect(field.description).toMatch(/\S{2}.*[.?]$/);
      expect(field.example).toBeDefined();
    },
  );

  test.each([...ITEM_CONSTRUCTS])('the example of %s is in the language', (construct) => {
    const schema = pack.shape[construct];
    expect(pack.safeParse({ ...head, [construct]: first(schema) }).error).toBeUndefined();
  });

  test.each(Object.keys(actionShapes))('the example of the action %s is in the language', (verb) => {
    const example = first(actionShapes[verb as keyof typeof actionShapes]);
    expect(action.safeParse({ [verb]: example }).error).toBeUndefined();
  });

  test('the example of every field is a value the field takes', () => {
    const wrong: string[] = [];
    const visit = (schema: z.ZodType, path: string, depth: number): void => {
      const example = first(schema);
      if (example !== undefined && !schema.safeParse(example).success) wrong.push(path);
      const inner = 'unwrap' in schema ? (schema as z.ZodOptional<z.ZodType>).unwrap() : schema;
      if (inner instanceof z.ZodObject && depth < 8)
        for (const [key, field] of Object.entries(inner.shape)) visit(field, `${path}.${key}`, depth + 1);
      if (inner instanceof z.ZodRecord) visit(inner.valueType as z.ZodType, `${path}.*`, depth + 1);
      if (inner instanceof z.ZodArray) visit(inner.element as z.ZodType, `${path}[]`, depth + 1);
    };
    for (const [key, schema] of Object.entries(pack.shape))
      if (!(ITEM_CONSTRUCTS as readonly string[]).includes(key)) visit(schema, key, 0);
    for (const construct of ITEM_CONSTRUCTS)
      visit((pack.shape[construct].unwrap() as z.ZodRecord).valueType as z.ZodType, construct, 0);
    visit(templateHead, 'templates', 0);
    expect(wrong).toEqual([]);
  });

  test('the JSON Schema says what an author may write, and of each thing what it means', () => {
    const schema = languageSchema() as {
      required: string[];
      properties: Record<string, { description?: string }>;
      additionalProperties: boolean;
    };
    expect(schema.required).toEqual(['pack', 'version']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties['zone']?.description).toBe('The time zone in which messages show times.');
    expect(JSON.stringify(schema)).toContain('How long before a tick an event counts for it.');
  });

  test('the reference has a section a construct, with its example', () => {
    const text = languageReference();
    for (const construct of ITEM_CONSTRUCTS) expect(text).toContain(`\n## ${construct}\n`);
    expect(text).toContain('| `due` | When it must be met, after the anchor');
    expect(text).toContain('```yaml\ncommitments:\n  example:\n    from: opened\n');
    expect(text).not.toContain('undefined');
  });
});

describe('what the schema refuses', () => {
  const of = (construct: string, item: unknown): string[] => {
    const parsed = pack.safeParse({ ...head, [construct]: { x: item } });
    return parsed.error?.issues.map((issue) => issue.message) ?? [];
  };
  test.each<[string, string, unknown, string]>([
    [
      'a commitment with due and cadence',
      'commitments',
      { from: 'opened', due: 'PT1H', cadence: [{ every: 'PT1H' }], met: 'resolved' },
      'must have either due or cadence',
    ],
    [
      'a commitment with neither',
      'commitments',
      { from: 'opened', met: 'resolved' },
      'must have either due or cadence',
    ],
    [
      'a promise that nothing can keep',
      'commitments',
      { from: 'opened', due: 'PT1H' },
      'must say what fulfils it: met',
    ],
    [
      'a task with due and after',
      'tasks',
      { opens: 'opened', for: 'a', due: 'PT1H', after: 'PT1H' },
      'must have only one of due and after',
    ],
    [
      'a while without a clock',
      'rules',
      { on: 'opened', while: 'is.p1', do: [{ tag: 'a' }] },
      'has no clock: while, pause and calendar belong to a rule with "after"',
    ],
    [
      'marks of a rule',
      'rules',
      { on: 'opened', after: 'PT1H', marks: ['75%'], do: [{ tag: 'a' }] },
      'cannot have marks: a rule warns of nothing',
    ],
    ['a guard that refuses nothing', 'guards', { command: 'close', say: 'no' }, 'must have needs or refuse'],
    [
      'a field without a type',
      'fields',
      { visible: 'all' },
      'must have exactly one type of text, number, bool, enum, set, list, date, person, money, any',
    ],
    [
      'a field of two types',
      'fields',
      { text: 'required', number: 'percent' },
      'must have exactly one type of text, number, bool, enum, set, list, date, person, money, any',
    ],
    ['a fact nobody answers', 'facts', { values: ['a'] }, 'must have exactly one of model, tickets, port'],
    ['a holder that is not computed', 'people', { from: 'ticket.commander' }, 'must be computed (=…)'],
    [
      'a phase of no length',
      'commitments',
      { from: 'opened', cadence: [{ every: 'PT0S' }] },
      'must be longer than nothing',
    ],
    ['a level that waits for nothing', 'paths', { levels: [{ to: 'a', ack: 'PT0S' }] }, 'must be longer than nothing'],
    [
      'a pattern that is none',
      'rules',
      { on: 'breached first', do: [{ tag: 'a' }] },
      'must be an event pattern: name or name(subject)',
    ],
    [
      'a metric without a comparison',
      'metrics',
      { share: 'true', target: '90%' },
      'must be a comparison, such as "> 90%"',
    ],
  ])('%s', (_what, construct, item, message) => expect(of(construct, item)).toContain(message));
});

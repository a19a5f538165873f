/** The reference of the policy language: JSON Schema and a page of Markdown, both generated from the zod schemas. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { actionShapes } from './schema/actions';
import { ITEM_CONSTRUCTS, pack, templateHead } from './schema/pack';

/** JSON Schema (2020-12) of a pack's YAML, for editors: what an author writes, with a description a field. */
export function languageSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(pack, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Tocsin policy pack' };
}

/** A field of the language, found in its schemas. */
export interface LanguageField {
  /** Dotted, with `*` for a name and `[]` for an entry: `commitments.*.due`, `paths.*.levels[].ack`. */
  path: string;
  description?: string;
  example?: unknown;
  required: boolean;
}

type Def = {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  options?: z.ZodType[];
};
const defOf = (schema: z.ZodType): Def => schema._zod.def as unknown as Def;

/** What a schema is about, below optional, default and the like. */
function bare(schema: z.ZodType): z.ZodType {
  const def = defOf(schema);
  const inner = ['optional', 'default', 'nullable', 'prefault', 'readonly'].includes(def.type)
    ? def.innerType
    : def.type === 'pipe'
      ? def.in
      : undefined;
  return inner ? bare(inner) : schema;
}

const metaOf = (schema: z.ZodType): { description?: string; examples?: unknown[] } => {
  for (let at: z.ZodType | undefined = schema; at; at = defOf(at).innerType) {
    const meta = z.globalRegistry.get(at);
    if (meta) return meta as { description?: string; examples?: unknown[] };
  }
  return {};
};

function* fieldsIn(schema: z.ZodType, path: string, depth: number): Generator<LanguageField> {
  const inner = bare(schema);
  const def = defOf(inner);
  if (depth > 12) return;
  if (inner instanceof z.ZodObject) {
    for (const [key, field] of Object.entries(inner.shape as Record<string, z.ZodType>)) {
      const at = path === '' ? key : `${path}.${key}`;
      const { description, examples } = metaOf(field);
      const required = !['optional', 'default'].includes(defOf(field).type);
      yield {
        path: at,
        required,
        ...(description === undefined ? {} : { description }),
        ...(examples?.[0] === undefined ? {} : { example: examples[0] }),
      };
      yield* fieldsIn(field, at, depth + 1);
    }
  } else if (def.type === 'array' && def.element) yield* fieldsIn(def.element, `${path}[]`, depth + 1);
  else if (def.type === 'record' && def.valueType) yield* fieldsIn(def.valueType, `${path}.*`, depth + 1);
  else if (def.type === 'union') for (const option of def.options ?? []) yield* fieldsIn(option, path, depth + 1);
}

/**
 * Every field of the language, of template heads too (`templates.*.…`). Actions are listed once, below `action`,
 * and not again wherever a list of them stands.
 */
export function languageFields(): LanguageField[] {
  const found = new Map<string, LanguageField>();
  const add = (field: LanguageField): void => {
    if (!found.has(field.path)) found.set(field.path, field);
  };
  for (const field of fieldsIn(pack, '', 0)) if (!/\bdo\[\]\./.test(field.path)) add(field);
  for (const field of fieldsIn(z.strictObject(actionShapes), 'action', 0)) add(field);
  for (const field of fieldsIn(templateHead, 'templates.*', 0)) add(field);
  return [...found.values()];
}

const fence = (value: unknown): string => `\`\`\`yaml\n${stringify(value, { lineWidth: 110 }).trimEnd()}\n\`\`\``;
const inline = (value: unknown): string =>
  value === undefined
    ? ''
    : `\`${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim().replace(/\|/g, '\\|')}\``;

function tableOf(fields: readonly LanguageField[], prefix: string): string {
  const rows = fields.map(({ path, description = '', example, required }) => {
    const name = path.slice(prefix.length);
    return `| \`${name}\`${required ? ' *' : ''} | ${description.replace(/\|/g, '\\|')} | ${inline(example)} |`;
  });
  return rows.length === 0 ? '' : ['| field | meaning | example |', '| --- | --- | --- |', ...rows].join('\n');
}

function section(
  name: string,
  fields: readonly LanguageField[],
  itemPrefix: string,
  about: { description?: string; examples?: unknown[] },
  wrap: (example: unknown) => unknown,
): string {
  const own = fields.filter((field) => field.path.startsWith(itemPrefix));
  const parts = [`## ${name}`, about.description ?? ''];
  if (about.examples?.[0] !== undefined) parts.push(fence(wrap(about.examples[0])));
  const rows = tableOf(own, itemPrefix);
  return [...parts, rows].filter((part) => part !== '').join('\n\n');
}

/** `docs/policy-language.md`: each construct with its fields, their meaning, and an example. */
export function languageReference(): string {
  const fields = languageFields();
  const shape = pack.shape as Record<string, z.ZodType>;
  const constructs = ITEM_CONSTRUCTS.map((name) => {
    const schema = shape[name] as z.ZodType;
    const item = defOf(bare(schema)).valueType;
    const own = metaOf(schema);
    const about = own.description === undefined && item ? metaOf(item) : own;
    const wrap = (example: unknown): unknown => ({ [name]: about === own ? example : { example } });
    return section(name, fields, `${name}.*.`, about, wrap);
  });
  const head = fields.filter(
    (field) =>
      !field.path.includes('.') &&
      !(ITEM_CONSTRUCTS as readonly string[]).includes(field.path) &&
      field.path !== 'action',
  );
  const nested = fields.filter((field) => /^(version|rollout)\./.test(field.path));
  const actions = fields.filter((field) => field.path.startsWith('action.'));
  return `${[
    '<!-- Generated by `tocsin policy docs --write` from src/policies/schema. Do not edit. -->',
    '# The policy language',
    'A pack is a folder of YAML 1.2 files. Each file holds any of the constructs below; several files make one pack, and a name is defined once. `templates/*.liquid` are its messages, `scenarios/` its tests. A field marked * must be given.',
    'A value that begins with `=` is CEL and is computed when it is needed. `when`, `while`, `pause`, `refuse`, `where`, `share`, `tickets` and the conditions always are. What is missing makes a condition unknown: an unknown one fires no rule and no row, holds no `while` and no `pause`, and refuses in `refuse` and `needs`.',
    '## The head',
    tableOf([...head, ...nested], ''),
    ...constructs,
    section(
      'Actions',
      actions,
      'action.',
      { description: 'Entries of `do`: a map with one of these keys; `when` and `clauses` may stand beside it.' },
      (example) => example,
    ),
    section('templates', fields, 'templates.*.', metaOf(templateHead), (example) => example),
  ].join('\n\n')}\n`;
}

/** Walks the schemas of the language: every field an author may write, with its meaning and an example. */
import { z } from 'zod';
import { action, actionShapes } from './schema/actions';
import { pack, templateHead } from './schema/pack';

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
/** What the language says of a field. */
export interface Meta {
  description?: string;
  examples?: unknown[];
}

/** The definition behind a schema. */
export const defOf = (schema: z.ZodType): Def => schema._zod.def;

/** What a schema is about, below optional, default and the like. */
export function bare(schema: z.ZodType): z.ZodType {
  const def = defOf(schema);
  const inner = ['optional', 'default', 'nullable', 'prefault', 'readonly'].includes(def.type)
    ? def.innerType
    : def.type === 'pipe'
      ? def.in
      : undefined;
  return inner ? bare(inner) : schema;
}

/** The description and the examples of a schema, wherever below optional and default they were given. */
export const metaOf = (schema: z.ZodType): Meta => {
  let inner = schema;
  for (let at: z.ZodType | undefined = schema; at; at = defOf(at).innerType) {
    const meta = z.globalRegistry.get(at);
    if (meta?.description !== undefined) return meta as Meta;
    inner = at;
  }
  // A map of items is about what its items are about.
  const item = defOf(inner).type === 'record' ? defOf(inner).valueType : undefined;
  const { description, examples } = item ? metaOf(item) : {};
  return description === undefined
    ? {}
    : { description, ...(examples ? { examples: [{ example: examples[0] }] } : {}) };
};

function* fieldsIn(schema: z.ZodType, path: string, depth: number): Generator<LanguageField> {
  const inner = bare(schema);
  const def = defOf(inner);
  if (depth > 12) return;
  if (inner instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = inner.shape;
    for (const [key, field] of Object.entries(shape)) {
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
  for (const field of fieldsIn(z.strictObject(actionShapes), 'action', 0)) {
    const isVerb = field.path.split('.').length === 2;
    add(isVerb ? { ...field, required: false } : field);
  }
  const { when, clauses, reason } = action.shape;
  for (const field of fieldsIn(z.strictObject({ when, clauses, reason }), 'action', 0)) add(field);
  for (const field of fieldsIn(templateHead, 'templates.*', 0)) add(field);
  return [...found.values()];
}

/** The form of a classifier's data (`triage/*.yaml` of a pack). */
import { z } from 'zod';

const strings = z.array(z.string()).default([]);
/** Words as YAML gives them: `2` is a word too. */
const phrases = z.array(z.union([z.string(), z.number().transform(String)]));

const route = z
  .strictObject({
    value: z.string().nullable().default(null),
    at_least: z.number().nullable().default(null),
    go: z.enum(['evidence', 'gather', 'educate']).nullable().default(null),
    outcome: z.string().nullable().default(null),
    action: z.string(),
    clauses: strings,
  })
  .refine((one) => one.go !== null || one.outcome !== null, 'a route must go somewhere or end with an outcome');

const sign = z.strictObject({ sign: z.string(), all: z.array(z.string()).min(1), not: strings });

const weight = z
  .strictObject({
    facts: strings,
    not: strings,
    says: strings,
    never: strings,
    give: z.record(z.string(), z.number()),
    why: z.string().min(1),
    clauses: strings,
  })
  .refine((one) => one.facts.length + one.says.length > 0, 'a rule must read something');

const question = z.strictObject({
  values: strings,
  score: z.tuple([z.number(), z.number()]),
  rules: z.array(weight),
  decide: z
    .array(
      z.strictObject({
        value: z.string(),
        at_least: z.number(),
        over: z.string().nullable().default(null),
        score: z.number().nullable().default(null),
      }),
    )
    .default([]),
  threshold: z.number().nullable().default(null),
  below: z.string().nullable().default(null),
  learned_from: z.number().default(0),
  clauses: strings,
});

/** Written by `tocsin triage learn`: for each value a weight, by the name of a feature. */
const learned = z.strictObject({
  values: z.array(z.string().nullable()).min(2),
  bias: z.array(z.number()),
  weights: z.record(z.string(), z.array(z.number())),
});

const likely = { question: z.string(), value: z.string(), at_least: z.number() };

const item = z.strictObject({
  field: z.string(),
  extract: z.enum(['names', 'times', 'statements', 'whether']),
  signs: z.record(z.string(), z.number()).default({}),
  yes: strings,
  no: strings,
  asked: strings,
  attempts: z.number().int().positive(),
  sufficient: z.number().min(0).max(100),
  ask: z.string(),
  clauses: strings,
});

const interrupt = z.strictObject({
  name: z.string(),
  question: z.string(),
  at_least: z.number(),
  outcome: z.string(),
  action: z.string(),
  clauses: strings,
});

/** What a model is told before it answers a question. */
const prompt = z.strictObject({
  /** What is to be found out, and what the answers mean. Who asks and why comes from the voice that asks (`voices`). */
  system: z.string().min(1),
  clauses: strings,
});

/** A share that an evaluation is held against. */
const target = z.strictObject({
  measure: z.enum(['recall', 'precision', 'accuracy', 'false_share']),
  of: z.string(),
  value: z.string().optional(),
  /** `true`: the share must exceed (or stay below) the bound, not only reach it. */
  strict: z.boolean().default(false),
  bound: z.number().min(0).max(1),
  clauses: strings,
});
export type Target = z.infer<typeof target>;

export const classifierSource = z.strictObject({
  languages: z.record(z.string(), z.strictObject({ common: phrases, not: phrases, if: phrases })),
  concepts: z.record(z.string(), phrases),
  hide: strings,
  addressed: strings,
  addressed_on: strings,
  supposing: strings,
  speakers: strings,
  off: strings,
  sentence: z.array(sign),
  message: z.array(sign),
  questions: z.record(z.string(), question),
  learnable: strings,
  learned: z.record(z.string(), learned).default({}),
  heard: z.array(z.strictObject({ ...likely, sign: z.string() })).default([]),
  prefilter: z.strictObject({
    keyword: strings,
    supplementary: strings,
    signs: strings,
    likely: z.array(z.strictObject(likely)).default([]),
    miss: route,
  }),
  intent: z.array(route),
  evidence: z.array(route),
  gather: z.strictObject({ items: z.array(item), interrupts: z.array(interrupt), unknown: strings }),
  reassess: z.array(route),
  names: z.strictObject({ first: phrases, never: phrases, titles: phrases, places: phrases }),
  prompts: z.record(z.string(), prompt).default({}),
  targets: z.array(target).default([]),
});
export type ClassifierSource = z.infer<typeof classifierSource>;

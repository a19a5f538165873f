/** A pack's classifier: the files under `triage/`, checked, with the word lists of the pack they name. Part of what is published. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { POINTS } from '../domain/classify/questions';
import { TocsinError } from '../domain/errors';
import type { ClassifierSpec, CompiledWords } from '../domain/classify/types';
import type { CompiledPack } from '../domain/policy/types';
import { canonical } from './canonical';
import { classifierSource, type ClassifierSource } from './schema/classifier';

/** The folder of a pack that holds its classifier. */
export const CLASSIFIER_FOLDER = 'triage';

/** What answers a pack's questions to a model, as it is published beside the pack. */
export interface Classifier {
  spec: ClassifierSpec;
  /** What a model is told before it answers a question; the embedded classifier reads none of it. */
  prompts: ClassifierSource['prompts'];
}

/** Something wrong with the data, with its file. */
interface ClassifierProblem {
  file: string;
  line: number;
  column: number;
  message: string;
}

/** The classifier beside a pack; nothing of it where the pack has none. */
export interface LoadedClassifier {
  classifier?: Classifier;
  /** The shares that an evaluation is held against: what is measured, which no ticket reads. */
  targets: ClassifierSource['targets'];
  problems: ClassifierProblem[];
}

/** Whether a pack asks questions that only a classifier answers. */
export const asksModels = (pack: Pick<CompiledPack, 'facts'>): boolean =>
  Object.values(pack.facts).some((fact) => fact.model !== undefined);

/** Reads the classifier in a pack's folder; `words` are the word lists of the pack. What is wrong with it is in `problems`. */
export async function readClassifier(
  dir: string,
  words: Readonly<Record<string, Omit<CompiledWords, 'name'>>>,
): Promise<LoadedClassifier> {
  const folder = join(dir, CLASSIFIER_FOLDER);
  const names = (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort();
  if (names.length === 0) return { targets: [], problems: [] };
  const problems: ClassifierProblem[] = [];
  const bad = (file: string, message: string, at = { line: 1, col: 1 }): number =>
    problems.push({ file, message, line: at.line, column: at.col });
  const merged: Record<string, unknown> = {};
  for (const name of names) {
    const file = join(folder, name);
    const content = contentOf(name, await readFile(file, 'utf8'));
    if (content.broken !== undefined) {
      bad(file, content.broken, content.at);
      continue;
    }
    for (const [key, value] of Object.entries(content.read)) {
      if (Object.hasOwn(merged, key)) bad(file, `"${key}" is defined twice`);
      merged[key] = value;
    }
  }
  if (problems.length > 0) return { targets: [], problems };
  const parsed = classifierSource.safeParse(merged);
  if (!parsed.success) {
    bad(folder, z.prettifyError(parsed.error));
    return { targets: [], problems };
  }
  const lists = Object.fromEntries(
    Object.entries(words).map(([name, { list, match, fold }]) => [name, { name, list, match, fold }]),
  );
  try {
    const spec = compileClassifier(parsed.data, lists);
    for (const fault of faultsOf(spec)) bad(folder, fault);
    return { classifier: { spec, prompts: parsed.data.prompts }, targets: parsed.data.targets, problems };
  } catch (error) {
    bad(folder, (error as Error).message);
    return { targets: [], problems };
  }
}

/** A file of the classifier, read. JSON, which a tool wrote, is read as such: there is a lot of it. */
function contentOf(
  name: string,
  text: string,
): { read: Record<string, unknown>; broken?: undefined } | { broken: string; at?: { line: number; col: number } } {
  if (name.endsWith('.json'))
    try {
      return { read: JSON.parse(text) as Record<string, unknown> };
    } catch (error) {
      return { broken: (error as Error).message };
    }
  const document = parseDocument(text, { version: '1.2', prettyErrors: true });
  const [broken] = document.errors;
  if (!broken) return { read: (document.toJS() ?? {}) as Record<string, unknown> };
  const at = broken.linePos?.[0];
  return { broken: broken.message, ...(at ? { at } : {}) };
}

/** Source and word lists as one specification with its content hash. Throws ESC_PACK_INVALID where a list is not there. */
function compileClassifier(source: ClassifierSource, words: Readonly<Record<string, CompiledWords>>): ClassifierSpec {
  const list = (name: string): CompiledWords => {
    const found = words[name];
    if (!found) throw new TocsinError('ESC_PACK_INVALID', `the pack has no word list "${name}"`, { list: name });
    return found;
  };
  const { prompts: _prompts, targets: _targets, ...rest } = source;
  const body = {
    ...rest,
    prefilter: {
      keyword: source.prefilter.keyword.map(list),
      supplementary: source.prefilter.supplementary.map(list),
      signs: source.prefilter.signs,
      likely: source.prefilter.likely,
      miss: source.prefilter.miss,
    },
  };
  return { ...body, version: createHash('sha256').update(canonical(body)).digest('hex') };
}

/** Names in rules and routes that nothing defines: each would be a rule that never speaks. */
export function faultsOf(spec: ClassifierSpec): string[] {
  const known = new Set([...Object.keys(spec.concepts), 'asks', 'brief', 'wordy']);
  for (const name of Object.keys(spec.concepts)) known.add(`no_${name}`).add(`if_${name}`);
  const faults: string[] = [];
  const check = (where: string, names: readonly string[]): void => {
    for (const name of names.flatMap((one) => one.split('|')))
      if (!known.has(name.trim().replace(/\?(asked|replied)$/, '')))
        faults.push(`${where} reads "${name}", which no concept or rule above it gives`);
  };
  for (const rule of spec.sentence) known.add(rule.sign);
  for (const rule of spec.sentence) check(`the sign ${rule.sign}`, [...rule.all, ...rule.not]);
  for (const rule of spec.message) known.add(rule.sign);
  for (const rule of spec.message) check(`the sign ${rule.sign}`, [...rule.all, ...rule.not]);
  for (const one of spec.heard) known.add(one.sign);
  const { items, interrupts } = spec.gather;
  for (const item of items) {
    check(item.field, [...Object.keys(item.signs), ...item.asked, ...item.yes, ...item.no]);
    if (item.extract === 'whether') known.add(`${item.field}_yes`).add(`${item.field}_no`);
  }
  for (const [name, question] of Object.entries(spec.questions)) {
    for (const rule of question.rules) {
      check(`the question ${name}`, [...rule.facts, ...rule.not, ...rule.says, ...rule.never]);
      for (const value of Object.keys(rule.give))
        if (question.values.length > 0 && !question.values.includes(value))
          faults.push(`the question ${name} gives points to "${value}", which is none of its values`);
    }
    for (const row of question.decide)
      if (!question.values.includes(row.value))
        faults.push(`the question ${name} decides on "${row.value}", which is none of its values`);
  }
  for (const [name, { values, bias, weights }] of Object.entries(spec.learned)) {
    const own = spec.questions[name]?.values ?? [];
    const given = own.length === 0 ? [POINTS] : own;
    for (const value of values)
      if (value !== null && !given.includes(value))
        faults.push(`what was learned of ${name} knows "${value}", which is none of its values`);
    if (bias.length !== values.length || Object.values(weights).some((row) => row.length !== values.length))
      faults.push(`what was learned of ${name} needs ${values.length} numbers a line: run tocsin triage learn again`);
  }
  for (const { question, value } of [...spec.prefilter.likely, ...spec.heard])
    if (!spec.questions[question]?.values.includes(value))
      faults.push(`"${value}" is waited for as an answer to ${question}, which does not give it`);
  for (const name of [
    ...spec.learnable,
    ...Object.keys(spec.learned),
    'intent',
    'evidence',
    'reassess',
    ...interrupts.map((one) => one.question),
  ])
    if (!Object.hasOwn(spec.questions, name)) faults.push(`there is no question "${name}"`);
  check('the lists', [
    ...spec.prefilter.signs,
    ...spec.hide,
    ...spec.addressed,
    ...spec.addressed_on,
    ...spec.supposing,
    ...spec.off,
  ]);
  for (const [name, routes] of Object.entries({
    intent: spec.intent,
    evidence: spec.evidence,
    reassess: spec.reassess,
  })) {
    const last = routes.at(-1);
    if (!last || last.value !== null || last.at_least !== null)
      faults.push(`the last route of ${name} must take every answer`);
    for (const { value } of routes)
      if (value !== null && !spec.questions[name]?.values.includes(value))
        faults.push(`a route of ${name} waits for "${value}", which the question does not give`);
  }
  return faults;
}

/** Reads a pack's classifier: the files under `triage/`, checked, with the word lists of the pack they name. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { Triage } from '../domain/classify/classifier';
import type { ClassifierSpec, CompiledWords } from '../domain/classify/types';
import { canonical, loadPack, type LoadedPack } from '../policies/load';
import { classifierSource, type ClassifierSource } from './schema';

/** The folder of a pack that holds its classifier. */
export const FOLDER = 'triage';

/** A pack with its classifier. */
export interface LoadedTriage {
  loaded: LoadedPack;
  spec: ClassifierSpec;
  source: ClassifierSource;
  triage: Triage;
}

async function sources(dir: string): Promise<Record<string, unknown>> {
  const folder = join(dir, FOLDER);
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0)
    throw new TocsinError('ESC_PACK_INVALID', `the pack at ${dir} has no classifier: there is no ${FOLDER}/*.yaml`, {
      pack: dir,
    });
  const merged: Record<string, unknown> = {};
  for (const name of names) {
    const file = join(folder, name);
    const document = parseDocument(await readFile(file, 'utf8'), { version: '1.2', prettyErrors: true });
    const [broken] = document.errors;
    if (broken) throw invalid(file, broken.message);
    const content = (document.toJS() ?? {}) as Record<string, unknown>;
    for (const [key, value] of Object.entries(content)) {
      if (Object.hasOwn(merged, key)) throw invalid(file, `"${key}" is defined twice`);
      merged[key] = value;
    }
  }
  return merged;
}

const invalid = (file: string, why: string): TocsinError =>
  new TocsinError('ESC_PACK_INVALID', `${file}: ${why}`, { file });

/**
 * The classifier beside a pack that was read already; undefined where it has none. Throws ESC_PACK_INVALID where it cannot be read.
 */
export async function classifierBeside(loaded: LoadedPack): Promise<Triage | undefined> {
  const names = await readdir(join(loaded.dir, FOLDER)).catch(() => [] as string[]);
  return names.some((name) => /\.ya?ml$/.test(name)) ? (await classifierOf(loaded)).triage : undefined;
}

/**
 * The classifier of a pack. Throws ESC_PACK_UNKNOWN where there is no pack, ESC_PACK_INVALID where it or its classifier
 * cannot be read or names something that it does not define.
 */
export async function loadTriage(target: string): Promise<LoadedTriage> {
  const loaded = await loadPack(target);
  const [problem] = loaded.problems.filter((one) => one.severity === 'error');
  if (problem)
    throw new TocsinError('ESC_PACK_INVALID', `${problem.file}:${problem.line}: ${problem.message}`, { pack: target });
  return classifierOf(loaded);
}

async function classifierOf(loaded: LoadedPack): Promise<LoadedTriage> {
  const parsed = classifierSource.safeParse(await sources(loaded.dir));
  if (!parsed.success) throw invalid(join(loaded.dir, FOLDER), z.prettifyError(parsed.error));
  const spec = compileClassifier(parsed.data, wordLists(loaded));
  const [fault] = faultsOf(spec);
  if (fault !== undefined) throw invalid(join(loaded.dir, FOLDER), fault);
  return { loaded, spec, source: parsed.data, triage: new Triage(spec) };
}

function wordLists(loaded: LoadedPack): Record<string, CompiledWords> {
  return Object.fromEntries(
    Object.entries(loaded.source.words).map(([name, words]) => [
      name,
      { name, list: words.list, match: words.match, fold: words.fold },
    ]),
  );
}

/** Source and word lists as one specification with its content hash. Throws ESC_PACK_INVALID where a list is not there. */
export function compileClassifier(
  source: ClassifierSource,
  words: Readonly<Record<string, CompiledWords>>,
): ClassifierSpec {
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
      if (!known.has(name.trim().replace(/\?asked$/, '')))
        faults.push(`${where} reads "${name}", which no concept or rule above it gives`);
  };
  for (const rule of spec.sentence) known.add(rule.sign);
  for (const rule of spec.sentence) check(`the sign ${rule.sign}`, [...rule.all, ...rule.not]);
  for (const rule of spec.message) known.add(rule.sign);
  for (const rule of spec.message) check(`the sign ${rule.sign}`, [...rule.all, ...rule.not]);
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
  for (const name of ['intent', 'evidence', 'reassess', ...interrupts.map((one) => one.question)])
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

/** Publishing: a compiled pack becomes an immutable file named by its content hash. */
import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import { asksModels, type Classifier } from './classifier';
import type { LoadedPack } from './load';
import type { TemplateSource } from './templates';

export interface Published {
  hash: string;
  path: string;
}

async function writeOnce(path: string, text: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return;
  // Written aside and moved, so that a reader never meets half a pack; several may publish the same at once.
  const part = `${path}.${randomUUID()}.part`;
  await writeFile(part, text);
  await rename(part, path);
}

/** Write a pack without errors to `folder`. Publishing the same content again changes nothing. Throws ESC_PACK_INVALID. */
export async function publishPack(loaded: LoadedPack, folder: string): Promise<Published> {
  const errors = loaded.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    throw new TocsinError(
      'ESC_PACK_INVALID',
      errors.map((one) => `${one.file}:${one.line}:${one.column} ${one.message} (${one.rule})`).join('\n'),
    );
  }
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${loaded.hash}.json`);
  await writeOnce(join(folder, `${loaded.hash}.templates.json`), JSON.stringify(loaded.templates));
  if (loaded.classifier)
    await writeOnce(join(folder, `${loaded.hash}.classifier.json`), JSON.stringify(loaded.classifier));
  await writeOnce(path, JSON.stringify(loaded.pack));
  return { hash: loaded.hash, path };
}

/** A published pack's body. Throws ESC_PACK_UNKNOWN while it has not arrived in `folder`. */
export async function readPublished(folder: string, hash: string): Promise<CompiledPack> {
  return JSON.parse(await readPart(folder, hash, 'json')) as CompiledPack;
}

/** A published pack's templates. */
export async function readTemplatesOf(folder: string, hash: string): Promise<Record<string, TemplateSource>> {
  return JSON.parse(await readPart(folder, hash, 'templates.json')) as Record<string, TemplateSource>;
}

/** What answers a published pack's questions to a model. Throws ESC_PACK_UNKNOWN while it has not arrived in `folder`. */
export async function readClassifierOf(folder: string, hash: string): Promise<Classifier> {
  return JSON.parse(await readPart(folder, hash, 'classifier.json')) as Classifier;
}

/** Published packs in `folder` that ask a model and lack their classifier, by hash: their questions get no answer. */
export async function lackingClassifier(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const hashes = names.flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []);
  const lacking: string[] = [];
  for (const hash of hashes)
    if (!names.includes(`${hash}.classifier.json`) && asksModels(await readPublished(folder, hash))) lacking.push(hash);
  return lacking.sort();
}

async function readPart(folder: string, hash: string, ending: string): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new TocsinError('ESC_PACK_UNKNOWN', 'a pack is named by its SHA-256 hash', { hash });
  return readFile(join(folder, `${hash}.${ending}`), 'utf8').catch(() => {
    const what = ending === 'json' ? `pack ${hash}` : `the ${ending.replace('.json', '')} of pack ${hash}`;
    throw new TocsinError('ESC_PACK_UNKNOWN', `${what} is not published in ${folder}`, { hash });
  });
}

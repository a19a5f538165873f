/** Packs written to a folder of their own, because positions and templates are about files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPack, type LoadedPack } from '../../../src/policies/load';

const made: string[] = [];

/** The head that every pack needs, in one line, so that the rest of a file begins on line 2. */
export const HEAD = 'pack: test\nversion: { id: "1", from: 2026-12-01 }\n';

/** Write files (by path within the pack) to a new folder. A text alone is `pack.yaml` below the head. */
export function packFolder(files: string | Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-pack-'));
  made.push(folder);
  const all = typeof files === 'string' ? { 'pack.yaml': HEAD + files } : files;
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Write and load a pack. */
export const loadFiles = (files: string | Record<string, string>): Promise<LoadedPack> => loadPack(packFolder(files));

/** Problems as `file:line:column severity message (rule)`, without the folder. */
export function lines(loaded: LoadedPack): string[] {
  return loaded.problems.map(
    (one) =>
      `${one.file.replace(`${loaded.dir}/`, '')}:${one.line}:${one.column} ${one.severity} ${one.message} (${one.rule})`,
  );
}

/** Remove what was written. */
export function removePacks(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of Tocsin's package.json, found upwards from this file (it runs from `src` and from `dist`). */
export function projectRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'tocsin') {
      return folder;
    }
    if (folder === dirname(folder)) return process.cwd();
  }
}

/** Where the stack keeps its data: `TOCSIN_DATA_DIR`, or `.tocsin` in the project. Absolute; not created here. */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.TOCSIN_DATA_DIR ? resolve(env.TOCSIN_DATA_DIR) : join(projectRoot(), '.tocsin');
}

/** Where built and downloaded programs are kept: `TOCSIN_CACHE_DIR`, or `.cache` in the project. Absolute. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.TOCSIN_CACHE_DIR ? resolve(env.TOCSIN_CACHE_DIR) : join(projectRoot(), '.cache');
}

/**
 * Makes a folder that only its owner can list. Root's may be traversed by others, because PostgreSQL refuses to run as
 * root and its own user has to reach the cluster inside; the files with secrets have mode 0600 of their own.
 */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
}

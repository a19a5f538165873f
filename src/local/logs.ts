import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const KEEP = 3;

/**
 * The path of a part's log, with the logs of earlier starts moved on to `.1`, `.2` and `.3`.
 * The folder is made when missing.
 */
export function freshLog(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  rmSync(`${file}.${KEEP}`, { force: true });
  for (let age = KEEP - 1; age >= 0; age--) {
    const from = age === 0 ? file : `${file}.${age}`;
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`);
  }
  return file;
}

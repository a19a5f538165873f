import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLock, tryLock, withLock } from '../../src/local/lock';
import { identify } from '../../src/local/processes';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
afterAll(folder.remove);

let count = 0;
const lockFile = () => join(folder.path, `${count++}.lock`);

describe('a lock file', () => {
  it('is taken once and names its holder', () => {
    const path = lockFile();
    const first = tryLock(path);
    expect(first.taken).toBe(true);
    const second = tryLock(path);
    expect(second).toMatchObject({ taken: false, holder: { pid: process.pid } });
  });

  it('can be taken again after its release, and leaves no draft behind', () => {
    const path = lockFile();
    const first = tryLock(path);
    if (first.taken) first.release();
    expect(existsSync(path)).toBe(false);
    expect(tryLock(path).taken).toBe(true);
    expect(readdirSync(folder.path).filter((name) => name.includes('.lock.'))).toEqual([]);
  });

  it('is taken over from a process that is gone', async () => {
    const path = lockFile();
    const gone = spawn('true');
    const identity = { ...identify(gone.pid ?? -1), nonce: 'old' };
    await once(gone, 'exit');
    writeFileSync(path, JSON.stringify(identity));
    expect(tryLock(path).taken).toBe(true);
    expect(readLock(path)?.pid).toBe(process.pid);
  });

  it('is taken over when the number belongs to another process by now', () => {
    const path = lockFile();
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: '1', nonce: 'old' }));
    expect(tryLock(path).taken).toBe(true);
  });

  it('is taken over when its content cannot be read', () => {
    const path = lockFile();
    writeFileSync(path, '');
    expect(tryLock(path).taken).toBe(true);
  });

  it('lets one work at a time', async () => {
    const path = lockFile();
    const seen: string[] = [];
    const work = (name: string) =>
      withLock(path, async () => {
        seen.push(`${name} in`);
        await new Promise(setImmediate);
        seen.push(`${name} out`);
      });
    await Promise.all([work('a'), work('b')]);
    expect(seen.slice(0, 2).map((step) => step.at(-1))).toEqual(['n', 't']);
    expect(seen[0]?.[0]).toBe(seen[1]?.[0]);
  });
});

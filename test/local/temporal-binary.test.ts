import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildTemporal } from '../../src/local/temporal-build';
import {
  cachedTemporalPath,
  findTemporal,
  isAtLeast,
  parseTemporalVersion,
  type TemporalSearch,
} from '../../src/local/temporal-binary';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
afterAll(folder.remove);

let count = 0;
const emptyFolder = () => {
  const path = join(folder.path, `f${count++}`);
  mkdirSync(path);
  return path;
};

/** A stand-in for a program: a shell script. */
function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const temporal = (path: string, server: string) =>
  program(path, `echo "temporal version 1.9.0 (Server ${server}, UI 2.50.1)"`);

/** An environment that sees only what a test put there. */
const environment = (path: string, more: NodeJS.ProcessEnv = {}) => ({
  PATH: path,
  TOCSIN_CACHE_DIR: emptyFolder(),
  ...more,
});

const sourceOf = ({ choice }: TemporalSearch) => choice?.source;

describe('the search for a Temporal server', () => {
  it('takes TEMPORAL_ADDRESS before anything else', async () => {
    const path = emptyFolder();
    temporal(join(path, 'temporal'), '1.40.0');
    const { choice } = await findTemporal(environment(path, { TEMPORAL_ADDRESS: 'temporal.example:7233' }));
    expect(choice).toEqual({ source: 'external', address: 'temporal.example:7233' });
  });

  it('takes a temporal on PATH that is new enough before the cache', async () => {
    const path = emptyFolder();
    const program = temporal(join(path, 'temporal'), '1.32.0');
    const env = environment(path);
    temporal(cachedTemporalPath(env), '1.32.1');
    expect((await findTemporal(env)).choice).toEqual({ source: 'path', path: program, serverVersion: '1.32.0' });
  });

  it('passes over a temporal on PATH that is too old, says so, and takes the cache', async () => {
    const path = emptyFolder();
    temporal(join(path, 'temporal'), '1.31.2');
    const env = environment(path);
    temporal(cachedTemporalPath(env), '1.32.1');
    const search = await findTemporal(env);
    expect(sourceOf(search)).toBe('cache');
    expect(search.passedOver).toEqual([`${join(path, 'temporal')} has server 1.31.2, older than 1.32.0`]);
  });

  it('takes an earlier download of the SDK last', async () => {
    const env = environment(emptyFolder());
    const { version } = require('@temporalio/testing/package.json') as { version: string };
    temporal(join(env.TOCSIN_CACHE_DIR, `temporal-download-${version}`, 'temporal-sdk-typescript'), '1.33.0');
    expect(sourceOf(await findTemporal(env))).toBe('download');
  });

  it('passes over a program that is no Temporal', async () => {
    const path = emptyFolder();
    program(join(path, 'temporal'), 'echo hello; exit 1');
    const search = await findTemporal(environment(path));
    expect(search.choice).toBeUndefined();
    expect(search.passedOver).toHaveLength(3);
    expect(search.passedOver[0]).toContain('tells no server version');
  });

  it('finds nothing where there is nothing, and says where it looked', async () => {
    const search = await findTemporal(environment(emptyFolder()));
    expect(search).toEqual({
      choice: undefined,
      passedOver: ['no temporal on PATH', 'not built yet (cache is empty)', "the SDK's download is not there"],
    });
  });

  it('keeps a build under a name that changes with the pinned versions', () => {
    expect(cachedTemporalPath({ TOCSIN_CACHE_DIR: '/cache' })).toMatch(/^\/cache\/temporal-[0-9a-f]{16}\/temporal$/);
  });
});

describe('versions', () => {
  it.each([
    ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', { cli: '1.8.2', server: '1.31.2' }],
    ['temporal version 0.0.0-DEV (Server 1.32.1, UI 2.50.1)', { cli: '0.0.0-DEV', server: '1.32.1' }],
    ['temporal version v1.9.0 (Server 1.33.0-rc.1, UI 2.50.1)', { cli: 'v1.9.0'.slice(1), server: '1.33.0' }],
    ['tctl version 1.18', undefined],
  ])('%p is read as %p', (output, version) => {
    expect(parseTemporalVersion(output)).toEqual(version);
  });

  it.each([
    ['1.32.0', true],
    ['1.32.1', true],
    ['1.100.0', true],
    ['2.0.0', true],
    ['1.31.9', false],
    ['1.9.0', false],
    ['', false],
  ])('%p is at least 1.32.0: %p', (version, expected) => {
    expect(isAtLeast(version, '1.32.0')).toBe(expected);
  });
});

describe('the build with Go', () => {
  const withShell = (path: string) => ({ PATH: `${path}:/usr/bin:/bin` });
  /** A stand-in for Go that counts its runs, "compiles" two packages and writes what `-o` names. */
  const fakeGo = (path: string, script: string) => program(join(path, 'go'), script);
  const WRITES = `
    echo run >> "$COUNT"
    while [ "$1" != "-o" ]; do shift; done
    echo "example.org/a" >&2; echo "example.org/b" >&2
    sleep 0.5
    echo built > "$2"`;

  it('leaves the program at its place, and nothing else', async () => {
    const path = emptyFolder();
    fakeGo(path, WRITES);
    const target = join(emptyFolder(), 'x', 'temporal');
    await buildTemporal({ target, env: { ...withShell(path), COUNT: join(path, 'count') } });
    expect(readFileSync(target, 'utf8')).toBe('built\n');
    expect(readdirSync(dirname(target))).toEqual(['temporal']);
  });

  it('runs once when two ask at the same time', async () => {
    const path = emptyFolder();
    fakeGo(path, WRITES);
    const target = join(emptyFolder(), 'temporal');
    const env = { ...withShell(path), COUNT: join(path, 'count') };
    await Promise.all([buildTemporal({ target, env }), buildTemporal({ target, env })]);
    expect(readFileSync(join(path, 'count'), 'utf8')).toBe('run\n');
  });

  it('says what Go said when it fails, and leaves nothing behind', async () => {
    const path = emptyFolder();
    fakeGo(path, 'echo "example.org/a/b.go:3: cannot find module" >&2; exit 1');
    const target = join(emptyFolder(), 'temporal');
    await expect(buildTemporal({ target, env: withShell(path) })).rejects.toThrow('b.go:3: cannot find module');
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  it('names every way out when Go is not installed', async () => {
    const target = join(emptyFolder(), 'temporal');
    const build = buildTemporal({ target, env: { PATH: emptyFolder() } });
    await expect(build).rejects.toThrow('Go, with which Tocsin would build one, is not installed');
    await expect(build).rejects.toThrow(/go\.dev\/dl.*PATH.*TEMPORAL_ADDRESS/s);
    expect(existsSync(`${target}.lock`)).toBe(false);
  });

  it('can be broken off', async () => {
    const path = emptyFolder();
    fakeGo(path, 'exec sleep 60');
    const target = join(emptyFolder(), 'temporal');
    const broken = new AbortController();
    const build = buildTemporal({ target, env: withShell(path), signal: broken.signal });
    setImmediate(() => broken.abort());
    await expect(build).rejects.toThrow('aborted');
    expect(readdirSync(dirname(target))).toEqual([]);
  });
});

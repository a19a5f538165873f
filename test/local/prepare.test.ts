import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/stack';
import { ROOT } from './compiled-local';

const folder = temporaryFolder();
afterAll(folder.remove);

let count = 0;
/** A small project with our bin/, one source and one asset; npm is a stand-in that writes down that it ran. */
function project() {
  const root = join(folder.path, `project-${count++}`);
  const write = (name: string, text: string) => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text, { mode: 0o755 });
  };
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
  write('package.json', JSON.stringify({ name: 'tocsin', dependencies: { typescript: '*' } }));
  write('package-lock.json', '{}');
  write(
    'tsconfig.json',
    '{ "compilerOptions": { "rootDir": ".", "outDir": "dist", "types": [], "lib": ["ES5"], "skipLibCheck": true }, "include": ["src"] }',
  );
  write('src/cli/main.ts', 'export function main(args: string[]): number { return args.length; }\n');
  write('src/store/one.sql', 'select 1;\n');
  write('path/npm', '#!/bin/sh\necho "$@" >> "$NPM_CALLS"\n');
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(join(ROOT, 'node_modules', 'typescript'), join(root, 'node_modules', 'typescript'));
  const env = {
    ...process.env,
    PATH: `${join(root, 'path')}:${process.env['PATH']}`,
    NPM_CALLS: join(root, 'npm-calls'),
  };
  const prepare = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'bin', 'prepare.js'), ...args], { encoding: 'utf8', env });
  const npmCalls = () => (existsSync(env.NPM_CALLS) ? readFileSync(env.NPM_CALLS, 'utf8').trim().split('\n') : []);
  return { root, env, write, prepare, npmCalls, built: (name: string) => existsSync(join(root, 'dist', name)) };
}

describe('bin/prepare.js', () => {
  it('compiles, copies what is not TypeScript, and talks on stderr only', () => {
    const { prepare, built, npmCalls } = project();
    const { status, stdout, stderr } = prepare();
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('compiled in');
    expect(built('src/cli/main.js') && built('src/store/one.sql')).toBe(true);
    expect(npmCalls()).toEqual([]);
  });

  it('does nothing, silently, when nothing changed, and builds again with --force', () => {
    const { prepare } = project();
    prepare();
    expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(prepare('--force').stderr).toContain('compiled in');
  });

  it('builds again when a source changed, came or went', () => {
    const { root, prepare, built, write } = project();
    prepare();
    utimesSync(join(root, 'src/cli/main.ts'), new Date(), new Date(1));
    expect(prepare().stderr).toContain('compiled in');
    write('src/cli/new.ts', 'export const n = 1;\n');
    prepare();
    expect(built('src/cli/new.js')).toBe(true);
    rmSync(join(root, 'src/cli/new.ts'));
    prepare();
    expect(built('src/cli/new.js')).toBe(false);
    expect(built('src/cli/main.js')).toBe(true);
  });

  it('removes assets whose source was renamed or is gone, and keeps the bundles', () => {
    const { root, prepare, built, write } = project();
    write('src/store/two.liquid', 'two');
    prepare();
    write('dist/src/worker/bundle-1.txt', 'of open tickets');
    renameSync(join(root, 'src/store/one.sql'), join(root, 'src/store/0001_one.sql'));
    rmSync(join(root, 'src/store/two.liquid'));
    prepare();
    expect(built('src/store/0001_one.sql')).toBe(true);
    expect(built('src/store/one.sql') || built('src/store/two.liquid')).toBe(false);
    expect(built('src/worker/bundle-1.txt') && built('src/cli/main.js')).toBe(true);
  });

  it('fails when the sources do not compile, and again the next time', () => {
    const { prepare, write } = project();
    write('src/cli/main.ts', 'export const n: number = "text";\n');
    for (let i = 0; i < 2; i++) {
      const { status, stderr, stdout } = prepare();
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('TS2322');
      expect(stderr).toContain('the sources do not compile');
    }
  });

  it('installs when a dependency is missing or the lock file changed, and not otherwise', () => {
    const { root, prepare, npmCalls, write } = project();
    write('package.json', JSON.stringify({ name: 'tocsin', dependencies: { typescript: '*', absent: '*' } }));
    prepare();
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toMatch(/^ci /);
    prepare();
    expect(npmCalls()).toHaveLength(1);
    writeFileSync(join(root, 'package-lock.json'), '{ "changed": true }');
    prepare();
    expect(npmCalls()).toHaveLength(2);
  });

  it('lets one process build while another waits', async () => {
    const { root, env } = project();
    const run = () =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [join(root, 'bin', 'prepare.js')], { env });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
        child.once('close', () => resolve(said));
      });
    const said = await Promise.all([run(), run()]);
    expect(said.filter((text) => text.includes('compiled in'))).toHaveLength(1);
  });

  it('takes over the lock of a build that was killed', () => {
    const { root, prepare } = project();
    const gone = spawnSync('true');
    mkdirSync(join(root, '.cache'));
    writeFileSync(join(root, '.cache', 'build.lock'), String(gone.pid));
    expect(prepare().stderr).toContain('compiled in');
    expect(existsSync(join(root, '.cache', 'build.lock'))).toBe(false);
  });
});

describe('bin/tocsin.js', () => {
  const tocsin = ({ root, env }: ReturnType<typeof project>, ...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'bin', 'tocsin.js'), ...args], { encoding: 'utf8', env });

  it('builds what is due and hands the arguments and the exit code on', () => {
    const { status, stdout } = tocsin(project(), 'a', 'b', 'c');
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  });

  it('says so when there is no command line to run', () => {
    const it = project();
    rmSync(join(it.root, 'src/cli/main.ts'));
    it.write('src/other.ts', 'export const n = 1;\n');
    const { status, stderr } = tocsin(it);
    expect(status).toBe(1);
    expect(stderr).toContain('main.js is missing');
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, pollUntil } from '../../src/local/processes';
import { readStackFile, type StackInfo } from '../../src/local/stack-file';
import { ensureTemporal } from '../../src/local/temporal-binary';
import { temporaryFolder } from '../support/stack';
import { compileLocal, ROOT } from './compiled-local';

/** A folder for one test file; the stack's code is compiled into it before the tests, and the server is there. */
export const folder = temporaryFolder();
let compiled: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  compiled = compileLocal(folder.path);
  await ensureTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
}, 600_000);
afterAll(folder.remove);

let count = 0;
/** An environment for a stack of its own: another data folder, free ports, nothing external. */
export function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv & { TOCSIN_DATA_DIR: string } {
  const dataDir = join(folder.path, `stack-${count++}`);
  const outside = { DATABASE_URL: '', TEMPORAL_ADDRESS: '', SMTP_URL: '' };
  return { ...process.env, ...outside, ...compiled, TOCSIN_DATA_DIR: dataDir, TOCSIN_PORT: '0', ...more };
}

/** `tocsin up` in a process of its own, with the fixture children. */
export class Up {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  said = '';

  constructor(readonly env: ReturnType<typeof environment>) {
    this.process = spawn(process.execPath, [join(__dirname, 'fixtures', 'up.js')], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.exited = new Promise((resolve) => this.process.once('exit', resolve));
  }

  info(): StackInfo {
    const info = readStackFile(this.env.TOCSIN_DATA_DIR);
    if (!info) throw new Error(`no stack.json; said: ${this.said}`);
    return info;
  }

  async untilReady(): Promise<StackInfo> {
    await this.untilSaid('Tocsin is ready');
    return this.info();
  }

  async untilSaid(text: string): Promise<void> {
    let gone = false;
    void this.exited.then(() => (gone = true));
    const heard = () => {
      if (this.said.includes(text)) return true;
      if (gone) throw new Error(`it ended without saying "${text}":\n${this.said}`);
      return false;
    };
    await pollUntil(heard, { what: `"${text}"`, deadlineMs: 30_000 });
  }

  pid(name: string): number {
    return this.info().processes.find((process) => process.name === name)?.pid ?? -1;
  }
}

const ups: Up[] = [];
/** Starts one that is stopped after the test. */
export function up(more: NodeJS.ProcessEnv = {}): Up {
  const started = new Up(environment(more));
  ups.push(started);
  return started;
}

afterEach(async () => {
  for (const started of ups.splice(0)) {
    started.process.kill('SIGTERM');
    await started.exited;
  }
});

/** Processes that have this text in their command line or environment: whatever belongs to one stack. */
export function processesOf(text: string): number[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => (read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`)).includes(text))
    .map(Number)
    .filter(isAlive);
}

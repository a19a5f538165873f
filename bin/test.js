'use strict';
/**
 * Runs the tests: builds what is due, starts one PostgreSQL and one Temporal for all of them unless only projects that
 * need neither are selected, runs jest with the arguments given, stops everything, and says how many passed.
 *
 *   node bin/test.js [jest's arguments]
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { prepare, ROOT } = require('./prepare.js');

/** Projects that use neither PostgreSQL nor Temporal. */
const WITHOUT_STACK = new Set(['domain', 'policies', 'architecture', 'rehearsal', 'cli']);

/** The projects that the arguments select, by `--selectProjects` or by path; undefined means all. */
function selectedProjects(args) {
  const names = [];
  const at = args.findIndex((arg) => /^--selectProjects(=|$)/.test(arg));
  if (at >= 0) {
    const [, first] = args[at].split('=');
    if (first) names.push(first);
    for (let i = at + 1; i < args.length && !args[i].startsWith('-'); i++) names.push(args[i]);
  } else {
    for (const arg of args) {
      const [, name] =
        /^(?:\.\/)?test\/([a-z]+)(?:\/|$)/.exec(path.isAbsolute(arg) ? path.relative(ROOT, arg) : arg) ?? [];
      if (name) names.push(name);
    }
  }
  return names.length > 0 ? names : undefined;
}

/** Starts PostgreSQL and Temporal in `folder`; `stop` ends what was started, also when one did not start. */
async function startTestStack(folder) {
  const local = (name) => require(path.join(ROOT, 'dist', 'src', 'local', `${name}.js`));
  const progress = local('progress').createProgress();
  const running = [];
  const stop = async () => {
    for (const service of running.splice(0).reverse()) await service.stop();
  };
  try {
    const choice = await local('temporal-binary').ensureTemporal({
      env: { ...process.env, TEMPORAL_ADDRESS: '' },
      progress,
    });
    const step = progress.step('Test stack');
    const ports = [await local('ports').freePort()];
    ports.push(await local('ports').freePort(new Set(ports)));
    const logs = path.join(folder, 'logs');
    fs.mkdirSync(logs, { mode: 0o700 });
    const [postgres, temporal] = await Promise.allSettled([
      local('postgres').startPostgres({
        dataDir: path.join(folder, 'postgres'),
        port: ports[0],
        logFile: path.join(logs, 'postgresql.log'),
        settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
      }),
      local('temporal-server').startTemporal({
        binary: choice.path,
        port: ports[1],
        logFile: path.join(logs, 'temporal.log'),
      }),
    ]);
    for (const result of [postgres, temporal]) if (result.status === 'fulfilled') running.push(result.value);
    for (const result of [postgres, temporal]) if (result.status === 'rejected') throw result.reason;
    step.done(`PostgreSQL and Temporal ${choice.serverVersion}`);
    return {
      env: { TOCSIN_TEST_PG_URL: postgres.value.url, TOCSIN_TEST_TEMPORAL_ADDRESS: temporal.value.address },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function runJest(args, env, onStart) {
  const workers = args.some((arg) => /^(--maxWorkers|-w|--runInBand|-i)(=|$)/.test(arg)) ? [] : ['--maxWorkers=2'];
  const command = [path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), ...workers, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: 'inherit' });
    onStart(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

async function main(args) {
  prepare();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tocsin-test-'));
  fs.chmodSync(folder, 0o711); // PostgreSQL's own user passes through when root runs the tests
  const result = path.join(folder, 'jest.json');
  let jest;
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      interrupted = true;
      jest?.kill(signal);
    });
  }
  const selected = selectedProjects(args);
  const stack = selected?.every((name) => WITHOUT_STACK.has(name)) ? undefined : await startTestStack(folder);
  try {
    if (interrupted) return 1;
    // The tests' own folders go into ours, so that what a broken-off run leaves can be told and ended.
    const env = { ...process.env, ...stack?.env, TMPDIR: folder };
    const code = await runJest([...args, '--json', `--outputFile=${result}`], env, (child) => (jest = child));
    summarize(result);
    return code;
  } finally {
    await stack?.stop();
    endLeftovers(folder);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Kills what a test left running when jest was broken off: processes whose command line or environment has our folder,
 * a name that nothing else has. Without /proc there is nothing to go by.
 */
function endLeftovers(folder) {
  if (!fs.existsSync('/proc/self/environ')) return;
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const known = ['cmdline', 'environ'].map((file) => fs.readFileSync(`/proc/${pid}/${file}`, 'latin1')).join();
      if (known.includes(folder)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Not ours to read, or gone.
    }
  }
}

/** The last line: counts of jest's own result. A file of tests that could not run counts as one failure. */
function summarize(file) {
  if (!fs.existsSync(file)) return;
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(fs.readFileSync(file, 'utf8'));
  process.stdout.write(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`tocsin: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);

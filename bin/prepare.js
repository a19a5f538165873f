'use strict';
/**
 * Brings a clone up to date: installs the dependencies when package-lock.json changed, compiles when a source did.
 * Plain Node with no dependencies; silent on stdout, and on stderr too when there is nothing to do.
 *
 *   node bin/prepare.js [--force]
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const INSTALL_STAMP = path.join(ROOT, 'node_modules', '.tocsin-stamp');
const BUILD_STAMP = path.join(ROOT, 'dist', '.stamp');
const ASSET = /\.(sql|liquid|html|css|js|svg)$/;
/** A build takes a minute at most; a lock that is older belongs to a process whose number was used again. */
const LOCK_TOO_OLD_MS = 15 * 60_000;

const say = (text) => process.stderr.write(`tocsin: ${text}\n`);

/** Installs and builds what is due. Returns whether anything was done; throws an Error with a remedy when it cannot. */
function prepare({ force = false } = {}) {
  const install = installIsDue();
  if (!install && !force && read(BUILD_STAMP) === sourceHash()) return false;
  return locked(() => {
    if (installIsDue()) installPackages();
    if (!force && read(BUILD_STAMP) === sourceHash()) return install;
    build(force);
    return true;
  });
}

function installIsDue() {
  // A linked folder is another checkout's: `npm ci` would empty it.
  if (fs.lstatSync(path.join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return false;
  const wanted = hashOf([path.join(ROOT, 'package-lock.json')]);
  const stamp = read(INSTALL_STAMP);
  if (stamp === wanted) return false;
  if (stamp === undefined && allResolve()) {
    // Installed by hand (`npm ci`): take note of it.
    fs.writeFileSync(INSTALL_STAMP, wanted);
    return false;
  }
  return true;
}

function allResolve() {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path.join(ROOT, 'package.json')));
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
    fs.existsSync(path.join(ROOT, 'node_modules', name, 'package.json')),
  );
}

function installPackages() {
  say('installing dependencies (npm ci); a minute or two the first time …');
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], 'npm ci failed');
  fs.writeFileSync(INSTALL_STAMP, hashOf([path.join(ROOT, 'package-lock.json')]));
}

function build(force) {
  const began = Date.now();
  const hash = sourceHash(); // before compiling: a file changed meanwhile makes the next build due
  say('compiling …');
  fs.rmSync(BUILD_STAMP, { force: true });
  // Compiled files and assets of sources that are gone must not be found by anybody: a migration would be run.
  if (force) fs.rmSync(path.join(ROOT, 'dist'), { recursive: true, force: true });
  else removeOrphans(path.join(ROOT, 'dist', 'src'), path.join(ROOT, 'src'));
  const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [compiler, '-p', path.join(ROOT, 'tsconfig.json')], 'the sources do not compile');
  copyAssets();
  bundleWorkflows();
  fs.mkdirSync(path.dirname(BUILD_STAMP), { recursive: true });
  fs.writeFileSync(BUILD_STAMP, hash);
  say(`compiled in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

function copyAssets() {
  for (const file of filesUnder(path.join(ROOT, 'src'))) {
    if (!ASSET.test(file)) continue;
    const target = path.join(ROOT, 'dist', path.relative(ROOT, file));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(file, target);
  }
}

/** The worker's room knows how to bundle; in a process of its own, so that `tocsin` itself loads nothing of it. */
function bundleWorkflows() {
  const module = path.join(ROOT, 'dist', 'src', 'worker', 'bundle.js');
  if (!fs.existsSync(path.join(ROOT, 'dist', 'src', 'workflows', 'index.js')) || !fs.existsSync(module)) return;
  say('bundling the workflows …');
  const script = `Promise.resolve(require(${JSON.stringify(module)}).writeBundle()).catch((error) => { console.error(error); process.exit(1); })`;
  run(process.execPath, ['-e', script], 'the workflows could not be bundled');
}

function removeOrphans(compiled, source) {
  for (const file of filesUnder(compiled)) {
    const name = path.relative(compiled, file);
    const stem = name.replace(/\.js(\.map)?$/, '');
    // Of a compiled file its source, of a copied one the file of the same name.
    const origins = [name, ...(stem === name ? [] : [`${stem}.ts`, `${stem}.js`])];
    if (!origins.some((origin) => fs.existsSync(path.join(source, origin))) && !isBundle(name)) fs.rmSync(file);
  }
  // The incremental compiler writes only what changed: it must write again what was removed or lost.
  const complete = filesUnder(source).every(
    (file) =>
      !/(?<!\.d)\.ts$/.test(file) ||
      fs.existsSync(path.join(compiled, path.relative(source, file).replace(/\.ts$/, '.js'))),
  );
  if (!complete) fs.rmSync(path.join(ROOT, 'dist', '.tsbuildinfo'), { force: true });
}

/** Bundles have no source of their own name; open tickets may still need them. */
function isBundle(name) {
  return /bundle/i.test(name);
}

function run(command, args, failure) {
  // Whatever a tool prints goes to stderr: stdout belongs to the command that asked for the build.
  const { status, signal, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new Error(`${failure} (${error ? error.message : (signal ?? `exit code ${status}`)}); see above.`);
}

/** What the build depends on: name, size and time of every source. */
function sourceHash() {
  const hash = createHash('sha256');
  const files = [...filesUnder(path.join(ROOT, 'src')), ...filesUnder(path.join(ROOT, 'bench'))];
  for (const file of [...files, path.join(ROOT, 'tsconfig.json'), path.join(ROOT, 'package-lock.json')]) {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${path.relative(ROOT, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** One build at a time: waits while another process that is alive holds the lock. */
function locked(work) {
  const file = path.join(ROOT, '.cache', 'build.lock');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  fs.writeFileSync(mine, String(process.pid));
  try {
    for (let waited = false; ; waited = true) {
      try {
        fs.linkSync(mine, file);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = read(file);
      if (holder !== undefined && isStale(file, Number(holder))) {
        fs.rmSync(file, { force: true });
        continue;
      }
      if (!waited) say(`waiting for the build of process ${holder ?? '?'} …`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
    try {
      return work();
    } finally {
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function isStale(file, pid) {
  try {
    if (Date.now() - fs.statSync(file).mtimeMs > LOCK_TOO_OLD_MS) return true;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

module.exports = { prepare, ROOT };

if (require.main === module) {
  try {
    prepare({ force: process.argv.includes('--force') });
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}

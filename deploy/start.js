'use strict';
// Starts one of Tocsin's programs in a container, with its secrets read from files: node deploy/start.js api
const fs = require('node:fs');
const path = require('node:path');

const compiled = path.resolve(__dirname, '..', 'dist', 'src');
const PROGRAMS = {
  api: () => require(path.join(compiled, 'http', 'main.js')),
  worker: () => require(path.join(compiled, 'worker', 'main.js')),
  migrate: () => {
    process.argv.splice(2, process.argv.length, 'store', 'migrate');
    require(path.resolve(__dirname, '..', 'bin', 'tocsin.js'));
  },
};

/** The content of the file that `NAME_FILE` names, without the line break at its end. */
function secret(name) {
  const file = process.env[`${name}_FILE`];
  return file ? fs.readFileSync(file, 'utf8').trimEnd() : undefined;
}

const password = secret('DATABASE_PASSWORD');
if (password && process.env.DATABASE_URL) {
  const url = new URL(process.env.DATABASE_URL);
  url.password = encodeURIComponent(password);
  process.env.DATABASE_URL = url.href;
}
const keys = secret('TOCSIN_ENCRYPTION_KEYS');
if (keys) process.env.TOCSIN_ENCRYPTION_KEYS = keys;
// Compose can only set a variable to nothing, not leave it out.
for (const [name, value] of Object.entries(process.env)) if (value === '') delete process.env[name];

const program = PROGRAMS[process.argv[2]];
if (!program) {
  process.stderr.write(`usage: node deploy/start.js ${Object.keys(PROGRAMS).join('|')}\n`);
  process.exit(2);
}
program();

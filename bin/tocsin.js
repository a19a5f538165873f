#!/usr/bin/env node
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { prepare, ROOT } = require('./prepare.js');

const main = path.join(ROOT, 'dist', 'src', 'cli', 'main.js');

function start() {
  // An installed copy or an image has no sources, only what was compiled.
  if (fs.existsSync(path.join(ROOT, 'src')) && !process.env.TOCSIN_SKIP_PREPARE) prepare();
  if (!fs.existsSync(main)) throw new Error(`${main} is missing. Build Tocsin: npm run build.`);
  return require(main).main(process.argv);
}

Promise.resolve()
  .then(start)
  .then((code) => {
    if (typeof code === 'number') process.exitCode = code;
  })
  .catch((error) => {
    process.stderr.write(`tocsin: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    process.exitCode = 1;
  });

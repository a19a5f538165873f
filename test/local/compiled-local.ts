import { transformFileSync } from '@swc/core';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The root of the checkout. */
export const ROOT = resolve(__dirname, '..', '..');

/** Compiles src/local into `folder`, for tests that need it in a process of its own. Returns the environment for it. */
export function compileLocal(folder: string): NodeJS.ProcessEnv {
  const source = join(ROOT, 'src', 'local');
  const target = join(folder, 'local');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source).filter((file) => file.endsWith('.ts'))) {
    const { code } = transformFileSync(join(source, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
      swcrc: false,
    });
    writeFileSync(join(target, name.replace(/\.ts$/, '.js')), code);
  }
  return { FIXTURE_LOCAL: target, NODE_PATH: join(ROOT, 'node_modules') };
}

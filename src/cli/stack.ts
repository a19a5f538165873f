/** `up` (what `npm start` runs) and `doctor`. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { newKeyRing } from '../client/encryption';
import { runDoctor } from '../local/doctor';
import { renderDoctor } from '../local/doctor-render';
import { dataDirectory, projectRoot } from '../local/paths';
import { runStack } from '../local/run-stack';
import type { StackInfo } from '../local/stack-file';
import { loadPack } from '../policies/load';
import { publishPack } from '../policies/publish';
import { createApiKey } from '../store/api-keys';
import { createPool } from '../store/database';
import { importKnowledge } from '../store/knowledge';
import { migrate } from '../store/migrate';
import { activePack, savePolicyVersion, setDefaultPack, type PolicyVersion } from '../store/policy-versions';
import { keyFile } from './api';
import { EXIT, type CliIo } from './io';
import { projectDefaults } from './project-defaults';

/** The pack new tickets run under: TOCSIN_POLICY, or the one that comes with the project. */
export function packFolder(env: NodeJS.ProcessEnv): string {
  return env['TOCSIN_POLICY'] ? resolve(env['TOCSIN_POLICY']) : join(projectRoot(), projectDefaults().policy);
}

function secretFile(folder: string, name: string, make: () => string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  if (!existsSync(path)) writeFileSync(path, `${make()}\n`, { mode: 0o600 });
  return path;
}

/** Bring the database up to date, publish the pack, and make the first API key. */
async function prepareDatabase(
  databaseUrl: string,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<void> {
  await migrate(databaseUrl);
  const folder = dataDirectory(env);
  const loaded = await loadPack(packFolder(env));
  const published = await publishPack(loaded, join(folder, 'packs'));
  const pool = createPool(databaseUrl, { max: 2, applicationName: 'tocsin-up' });
  try {
    const version: PolicyVersion = {
      hash: published.hash,
      packId: loaded.pack.id,
      version: String(loaded.pack.version['id']),
      body: loaded.pack,
      templates: loaded.templates,
      ...(loaded.classifier === undefined ? {} : { classifier: loaded.classifier }),
      publishedAt: Date.now(),
    };
    // A stack on somebody's own machine asks nobody, and records that; an organisation's does.
    const required = env['TOCSIN_APPROVALS'] === 'required';
    const { open } = await savePolicyVersion(pool, version, required ? {} : { waive: 'tocsin up' });
    if (open.length > 0)
      say(
        `Version ${version.version} of ${version.packId} waits for the approval of ${open.join(', ')}; until then new tickets get the version before.\n  npx tocsin policy approve ${published.hash.slice(0, 12)} --role ${open[0] ?? ''}`,
      );
    if (await activePack(pool, loaded.pack.id)) await setDefaultPack(pool, loaded.pack.id);
    const { tree, articles } = loaded.knowledge;
    if (tree) await importKnowledge(pool, loaded.pack.id, { tree, articles }, Date.now());
    if (existsSync(keyFile(folder))) return;
    const { key } = await createApiKey(pool, { name: 'local', role: 'admin' });
    writeFileSync(keyFile(folder), `${key}\n`, { mode: 0o600 });
    say(`\nAPI key of this stack (role admin, kept in ${keyFile(folder)}):\n  ${key}\n`);
  } finally {
    await pool.end();
  }
}

/** An opening that the pack of this stack can take: one of its folder `examples`. */
function exampleOf(env: NodeJS.ProcessEnv): string | undefined {
  if (!env['TOCSIN_POLICY']) return projectDefaults().example;
  const folder = join(resolve(env['TOCSIN_POLICY']), 'examples');
  const first = existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .find((name) => name.endsWith('.yaml'))
    : undefined;
  return first === undefined ? undefined : relative(process.cwd(), join(folder, first));
}

function whatNext(info: StackInfo, say: (text: string) => void): void {
  const example = exampleOf(process.env);
  say(
    [
      '',
      'Open a ticket in another terminal:',
      `  npx tocsin open ${example ?? 'FILE    (subject, body, channel, customer: see docs/cli.md)'}`,
      'then watch it:',
      '  npx tocsin board',
      '  npx tocsin timeline TICK-…',
      `The status page is ${info.url}/status.`,
      '',
    ].join('\n'),
  );
}

/** Register the commands. */
export function stackCommands(program: Command, io: CliIo): void {
  program
    .command('up')
    .description('start the local stack: PostgreSQL, Temporal, mailbox, worker, API')
    .action(async () => {
      const folder = dataDirectory();
      const env: NodeJS.ProcessEnv = { ...process.env };
      if (!env['TOCSIN_ENCRYPTION_KEYS'] && !env['TOCSIN_ENCRYPTION_KEYS_FILE'])
        env['TOCSIN_ENCRYPTION_KEYS_FILE'] = secretFile(folder, 'encryption-key', newKeyRing);
      const code = await runStack({
        env,
        afterDatabase: (url) => prepareDatabase(url, env, (text) => io.err(text)),
        afterReady: async (info) => whatNext(info, (text) => io.err(text)),
      });
      if (code !== 0) process.exitCode = EXIT.failed;
    });
  program
    .command('doctor')
    .option('--json')
    .description('what was found on this machine, and what is missing')
    .action(async (options: { json?: boolean }) => {
      const report = await runDoctor();
      io.out(options.json ? JSON.stringify(report) : renderDoctor(report));
      if (report.checks.some((check) => check.state === 'missing')) process.exitCode = EXIT.failed;
    });
}

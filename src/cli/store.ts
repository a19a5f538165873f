/** `store migrate` and `store rebuild`: upkeep of PostgreSQL, for operators with its address. */
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import { dataDirectory } from '../local/paths';
import { runningStack } from '../local/stack-file';
import { createPool } from '../store/database';
import { migrate } from '../store/migrate';
import { rebuildReadModels } from '../store/rebuild';
import type { CliIo } from './io';

/** DATABASE_URL, or the database of the stack that runs here. Errors: ESC_STORE_UNAVAILABLE with the way out. */
function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  const url = env['DATABASE_URL'] ?? runningStack(dataDirectory(env))?.databaseUrl;
  if (url) return url;
  throw new TocsinError(
    'ESC_STORE_UNAVAILABLE',
    'no database is known; set DATABASE_URL, or start a stack with `npm start`',
  );
}

/** Register the commands. */
export function storeCommands(program: Command, io: CliIo): void {
  const store = program.command('store').description('upkeep of the database');
  store
    .command('migrate')
    .option('--json')
    .description('bring the database to the current schema')
    .action(async (options: { json?: boolean }) => {
      const applied = await migrate(databaseUrl());
      io.out(options.json ? JSON.stringify({ applied }) : applied.length === 0 ? 'Nothing to do.' : applied.join('\n'));
    });
  store
    .command('rebuild')
    .option('--json')
    .description('make the read models again from the events alone')
    .action(async (options: { json?: boolean }) => {
      const pool = createPool(databaseUrl(), {
        max: 2,
        applicationName: 'tocsin-rebuild',
        statementTimeoutMs: 600_000,
      });
      try {
        const rebuilt = await rebuildReadModels(pool);
        io.out(
          options.json ? JSON.stringify(rebuilt) : `Rebuilt ${rebuilt.tickets} tickets from ${rebuilt.events} events.`,
        );
      } finally {
        await pool.end();
      }
    });
}

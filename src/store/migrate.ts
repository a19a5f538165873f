/** The schema: expand-then-contract migrations in `migrations/`, applied in order, each in a transaction of its own. */
import { join } from 'node:path';
import { guarded } from './database';

/**
 * Brings a database to the current schema; one that is current is left alone. Concurrent migrators wait for each other
 * (an advisory lock). Returns the names of what was applied. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function migrate(databaseUrl: string, log: (line: string) => void = () => undefined): Promise<string[]> {
  const { runner } = await import('node-pg-migrate');
  const applied = await guarded(() =>
    runner({
      databaseUrl: { connectionString: databaseUrl, connectionTimeoutMillis: 10_000 },
      dir: join(__dirname, 'migrations'),
      direction: 'up',
      migrationsTable: 'schema_migration',
      advisoryLockMode: 'wait',
      logger: { debug: log, info: log, warn: log, error: log },
    }),
  );
  return applied.map(({ name }) => name);
}

import { join } from 'node:path';

/** Bring a database to the current schema. Concurrent migrators wait for each other (an advisory lock). */
export async function migrate(databaseUrl: string, log: (text: string) => void = () => undefined): Promise<void> {
  const { runner } = await import('node-pg-migrate');
  await runner({
    databaseUrl,
    dir: join(__dirname, 'migrations'),
    direction: 'up',
    migrationsTable: 'schema_migration',
    count: Infinity,
    advisoryLockTimeout: 60_000,
    log,
    verbose: false,
  } as Parameters<typeof runner>[0]);
}

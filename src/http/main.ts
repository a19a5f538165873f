/** The API process. */
import pino from 'pino';
import { connectLazily } from '../client/connection';
import { TicketClient } from '../client/tickets';
import { processConfig } from '../client/process-config';
import { byUsage } from '../knowledge/assist';
import { createPool } from '../store/database';
import { modelIfAny } from '../triage/model';
import { fileAccounts } from './accounts';
import { identityPort } from './identity';
import { buildServer, listen } from './server';
import { wire } from './wire';

async function main(): Promise<void> {
  const config = processConfig();
  const log = pino({ level: config.logLevel, name: 'api' }, pino.destination(2));
  const pool = createPool(config.databaseUrl, {
    applicationName: 'tocsin-api',
    statementTimeoutMs: 5_000,
    connectTimeoutMs: 2_000,
  });
  const { client, connection } = connectLazily(config.temporal);
  const tickets = new TicketClient(client, { taskQueue: config.taskQueue });
  const assist = config.knowledgeAssist ? byUsage : undefined;
  const accounts = config.accountsFile === undefined ? undefined : fileAccounts(config.accountsFile);
  const identity = config.portal && identityPort(config.portal);
  const wiring = {
    pool,
    temporal: client,
    tickets,
    packs: config.packs,
    secrets: config.intakeSecrets,
    assist,
    model: modelIfAny(process.env),
    accounts,
    identity,
  };
  const app = await buildServer(wire(wiring), {
    log: { level: config.logLevel },
    forum: config.forum,
    links: config.accountLinks,
  });
  const url = await listen(app, config.httpPort, config.httpHost);
  log.info(`listening at ${url}`);
  const stop = async (): Promise<void> => {
    await app.close();
    await connection.close();
    await pool.end();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)));
}

main().catch((error: unknown) => {
  process.stderr.write(`api: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

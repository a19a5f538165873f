/** The worker process: tickets' workflows, and the three kinds of activities with slots of their own. */
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  makeTelemetryFilterString,
  type WorkerOptions,
} from '@temporalio/worker';
import pino from 'pino';
import { connect, dataConverter } from '../client/connection';
import { QUEUES, TicketClient } from '../client/tickets';
import type { DeliveryLog } from '../activities/ports';
import { createPool } from '../store/database';
import { createActivities } from './activities';
import { keepBundle, type KeptBundle } from './bundle';
import { processConfig } from '../client/process-config';
import { PackCodec } from './pack-codec';
import { syncCalendar } from './calendar';
import { fetchPacks } from './packs';
import { readPublished } from '../policies/publish';
import { activePacks } from '../store/policy-versions';
import { startDispatcher } from './dispatcher';
import { startSweeper } from './sweeper';
import { DEPLOYMENT, makeCurrent, olderBuilds } from './versions';

/** Slots: pages are never behind other work (design.md, decision 3). */
const SLOTS = { pages: 50, deliveries: 30, store: 10 } as const;
const PACKS_EVERY_MS = 10_000;

async function main(): Promise<void> {
  const config = processConfig();
  const log = pino({ level: config.logLevel, name: 'worker' }, pino.destination(2));
  Runtime.install({
    logger: new DefaultLogger('WARN', (entry) => log.warn({ ...entry.meta }, entry.message)),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
    },
    shutdownSignals: [],
  });
  const pool = createPool(config.databaseUrl, { applicationName: 'tocsin-worker', max: 20, statementTimeoutMs: 5_000 });
  const { client, connection } = await connect(config.temporal);
  const native = await NativeConnection.connect({ address: config.temporal.address });
  await fetchPacks(pool, config.packs).catch((error: unknown) => log.warn(`packs: ${String(error)}`));
  const tickets = new TicketClient(client, { taskQueue: config.taskQueue });
  const dispatcher = startDispatcher(pool, tickets, (text) => log.warn(text));
  const deliveryLog: DeliveryLog = {
    info: (message, attributes) => log.info(attributes ?? {}, message),
    warn: (message, attributes) => log.warn(attributes ?? {}, message),
  };
  const made = createActivities(pool, config.packs, process.env, deliveryLog, {
    tickets,
    wake: () => dispatcher.wake(),
  });

  const converter = dataConverter(config.temporal, [new PackCodec(config.packs)]);
  const common: Pick<WorkerOptions, 'connection' | 'namespace' | 'dataConverter' | 'shutdownGraceTime'> = {
    connection: native,
    namespace: config.temporal.namespace,
    // Codecs run in order at encoding and in reverse at decoding: the pack's body arrives after decryption.
    dataConverter: converter,
    shutdownGraceTime: '10s',
  };
  const bundle = keepBundle(config.bundles);
  const ticketWorker = (kept: KeptBundle): Promise<Worker> =>
    Worker.create({
      ...common,
      taskQueue: config.taskQueue,
      workflowBundle: { codePath: kept.path },
      activities: made.activities,
      enableNonLocalActivities: false,
      maxCachedWorkflows: 2_000,
      ...(config.versioning
        ? {
            workerDeploymentOptions: {
              version: { deploymentName: DEPLOYMENT, buildId: kept.buildId },
              useWorkerVersioning: true as const,
              defaultVersioningBehavior: 'PINNED' as const,
            },
          }
        : {}),
    });
  const older = config.versioning ? await olderBuilds(client, config.bundles, bundle.buildId) : [];
  const workers = await Promise.all([
    ticketWorker(bundle),
    ...older.map(ticketWorker),
    ...(['pages', 'deliveries', 'store'] as const).map((kind) =>
      Worker.create({
        ...common,
        taskQueue: QUEUES[kind],
        activities: made.activities,
        maxConcurrentActivityTaskExecutions: SLOTS[kind],
      }),
    ),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  if (config.versioning) await makeCurrent(client, bundle.buildId);
  const sweeper = startSweeper(pool, tickets, (text) => log.warn(text));
  const onCalendar = new Map<string, string>();
  const calendar = async (): Promise<void> => {
    for (const { packId, hash } of await activePacks(pool)) {
      if (onCalendar.get(packId) === hash) continue;
      try {
        const pack = await readPublished(config.packs, hash);
        await syncCalendar(client, pack, { workflow: config.taskQueue, activity: QUEUES.store });
        onCalendar.set(packId, hash);
      } catch (error) {
        log.warn(`calendar of ${packId}: ${String(error)}`);
      }
    }
  };
  // One at a time, at the start too; a failure is tried again by the next and stops nothing.
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      await fetchPacks(pool, config.packs);
      await calendar();
    } catch (error) {
      log.warn(`packs: ${String(error)}`);
    } finally {
      looking = false;
    }
  };
  void look();
  const packs = setInterval(() => void look(), PACKS_EVERY_MS);

  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  log.info({ buildId: bundle.buildId, older: older.map((one) => one.buildId) }, 'worker runs');
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  await running;
  sweeper.stop();
  await dispatcher.stop();
  clearInterval(packs);
  made.close();
  await native.close();
  await connection.close();
  await pool.end();
}

main().catch((error: unknown) => {
  process.stderr.write(`worker: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

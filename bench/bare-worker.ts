/** The worker process of the bare workflow. */
import { NativeConnection, Worker, DefaultLogger, Runtime } from '@temporalio/worker';
import { createPool } from '../src/store/database';

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const pool = createPool(process.env['DATABASE_URL'] ?? '', { max: 20 });
  await pool.query('create table if not exists bare (ticket text, level int)');
  const sink = process.env['PAGE_WEBHOOK_URL'] ?? '';
  const activities = {
    insertRow: async (ticket: string, level: number): Promise<void> =>
      void (await pool.query('insert into bare values ($1, $2)', [ticket, level])),
    post: async (ticket: string, level: number): Promise<void> => {
      const answer = await fetch(sink, {
        method: 'POST',
        body: JSON.stringify({ key: `${ticket}|${level}`, ticket, role: `level_${level}` }),
      });
      if (!answer.ok) throw new Error(`sink: ${answer.status}`);
    },
  };
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const common = { connection, namespace: 'tocsin', activities };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: 'bare',
      workflowsPath: require.resolve('./bare-workflow'),
      maxCachedWorkflows: 2_000,
      enableNonLocalActivities: false,
    }),
    Worker.create({ ...common, taskQueue: 'bare-pages', maxConcurrentActivityTaskExecutions: 50 }),
  ]);
  process.stdout.write('{"ready":true}\n');
  await Promise.all(workers.map((worker) => worker.run()));
}

void main();

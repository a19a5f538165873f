/** A Temporal server that rehearsals may use: the running stack's, or one of their own for as long as they last. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDirectory } from './paths';
import { freePort } from './ports';
import { createProgress } from './progress';
import { runningStack } from './stack-file';
import { ensureTemporal } from './temporal-binary';
import { startTemporal } from './temporal-server';

export interface RehearsalPlace {
  address: string;
  /** Where packs are published for the rehearsal's worker. */
  packs: string;
  close(): Promise<void>;
}

/** Find or start a server in virtual time. Progress goes to `say`. */
export async function openRehearsal(
  say: (text: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RehearsalPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-rehearsal-'));
  const packs = join(folder, 'packs');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const stack = runningStack(dataDirectory(env));
  const external = env['TEMPORAL_ADDRESS'] ?? (stack?.ready ? stack.temporalAddress : undefined);
  if (external) return { address: external, packs, close: remove };
  try {
    const choice = await ensureTemporal({ env, progress: createProgress() });
    const port = await freePort();
    if (!('path' in choice)) throw new Error('no Temporal server to start');
    const server = await startTemporal({ binary: choice.path, port, logFile: join(folder, 'temporal.log') });
    say(`Temporal ${choice.serverVersion} started for this rehearsal.`);
    return {
      address: server.address,
      packs,
      async close() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What a running stack says of its ways in and out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorCheck } from './doctor';
import type { StackInfo } from './stack-file';

interface Adapter {
  readonly name: string;
  readonly direction: string;
  readonly state: string;
  readonly detail: string;
}

/** Asks the stack, with the key that it keeps for this machine: only a running one knows what came and went. */
export async function checkAdapters(
  stack: StackInfo | undefined,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<DoctorCheck> {
  const name = 'Adapters';
  if (!stack) return { name, state: 'ok', detail: 'told by a running stack (npm start)' };
  const adapters = await askAdapters(stack.url, env['TOCSIN_API_KEY'] ?? keyIn(dataDir)).catch(
    (error: unknown) => (error as Error).message,
  );
  if (typeof adapters === 'string')
    return { name, state: 'warn', detail: adapters, remedy: 'Set TOCSIN_API_KEY, or see GET /v1/adapters.' };
  const detail = adapters.map((one) => `${one.name} (${one.direction}): ${one.state}, ${one.detail}`).join('. ');
  const down = adapters.filter((one) => one.state === 'down').map((one) => one.name);
  if (down.length === 0) return { name, state: 'ok', detail };
  return { name, state: 'warn', detail, remedy: `Look at ${down.join(', ')}.` };
}

/** The key that `npm start` left; none where it is away, which the stack then says. */
function keyIn(dataDir: string): string {
  const file = join(dataDir, 'api-key');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

async function askAdapters(url: string, key: string): Promise<Adapter[]> {
  const answer = await fetch(`${url}/v1/adapters`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(3_000),
  });
  if (!answer.ok) throw new Error(`the stack answers ${answer.status} to GET /v1/adapters`);
  const { adapters = [] } = (await answer.json()) as { adapters?: Adapter[] };
  return adapters;
}

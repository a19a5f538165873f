import { dataDirectory } from './paths';
import { createProgress } from './progress';
import { startStack, type Stack, type StackOptions } from './stack';
import { readStackFile } from './stack-file';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a stack until a signal asks it to end: what `tocsin up` does. A second signal kills every part at once.
 * @returns the exit code: 0 after a clean stop, 1 when the start failed
 */
export async function runStack(options: Omit<StackOptions, 'signal'> = {}): Promise<number> {
  const progress = options.progress ?? createProgress();
  const asked = new AbortController();
  let signals = 0;
  let told: () => void = () => undefined;
  const signalled = new Promise<void>((resolve) => (told = resolve));
  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals === 1) {
      progress.say(`${signal}: stopping (again: at once).`);
      asked.abort(new Error(`stopped by ${signal}`));
      told();
    } else killParts(options.env);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  let stack: Stack | undefined;
  try {
    stack = await startStack({ ...options, progress, signal: asked.signal });
    const { url, mailboxUrl, temporalUiUrl } = stack.info();
    const also = [mailboxUrl && `mail ${mailboxUrl}`, temporalUiUrl && `Temporal ${temporalUiUrl}`].filter(Boolean);
    progress.say(['', `Tocsin is ready: ${url}`, ...also, 'Ctrl-C stops it; the data stay.'].join('\n  '));
    await signalled;
    await stack.stop();
    progress.say('Stopped.');
    return 0;
  } catch (error) {
    if (signals > 0) return 0;
    progress.say(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  }
}

function killParts(env: NodeJS.ProcessEnv | undefined): void {
  for (const { pid } of readStackFile(dataDirectory(env))?.processes ?? []) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }
}

/** Rehearsals beside the API, not in it: a long one must not keep an acknowledgement waiting. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ERRORS, TocsinError, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import type { RehearsalResult } from './ports';
import { rehearseText } from './rehearsal';

interface Order {
  rehearse: string;
}
type Answer =
  { ok: true; result: RehearsalResult } | { ok: false; code?: string; message: string; details?: JsonObject };

/** What one rehearsal may take. */
const WITHIN_MS = 20_000;
const HEAP_MB = 512;
/** How many at a time; others are asked to come back. */
const AT_ONCE = 2;
let running = 0;

/** Plays a scenario's text in a thread of its own. Errors: as `rehearseText`; ESC_RATE_LIMITED when too many are under way. */
export async function rehearseBeside(text: string, file = __filename): Promise<RehearsalResult> {
  if (running >= AT_ONCE)
    throw new TocsinError('ESC_RATE_LIMITED', `${AT_ONCE} rehearsals are under way; go on in a few seconds`);
  running++;
  const thread = new Worker(file, {
    workerData: { rehearse: text } satisfies Order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const tooMuch = (what: string) =>
        reject(
          new TocsinError(
            'ESC_SCENARIO_INVALID',
            `the rehearsal takes ${what}; shorten "until", or use the command line`,
            { field: 'until' },
          ),
        );
      timer = setTimeout(() => tooMuch(`more than ${WITHIN_MS / 1_000} seconds`), WITHIN_MS);
      thread.once('message', resolve);
      thread.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch(`more than ${HEAP_MB} MB`) : reject(error),
      );
      thread.once('exit', (code) => reject(new Error(`the rehearsal's thread ended with ${code} and no answer`)));
    });
    if (answer.ok) return answer.result;
    if (answer.code !== undefined && Object.hasOwn(ERRORS, answer.code))
      throw new TocsinError(answer.code as ErrorCode, answer.message, answer.details ?? {});
    throw new Error(answer.message);
  } finally {
    running--;
    clearTimeout(timer);
    await thread.terminate();
  }
}

/** In the thread: play what was ordered, say what came of it. */
async function play({ rehearse }: Order): Promise<Answer> {
  try {
    return { ok: true, result: await rehearseText(rehearse) };
  } catch (error) {
    const { code, message, details } = error as Partial<TocsinError>;
    return {
      ok: false,
      ...(code === undefined ? {} : { code }),
      message: message ?? String(error),
      ...(details === undefined ? {} : { details }),
    };
  }
}

if (!isMainThread && parentPort && typeof (workerData as Partial<Order> | null)?.rehearse === 'string') {
  const port = parentPort;
  void play(workerData as Order).then((answer) => port.postMessage(answer));
}

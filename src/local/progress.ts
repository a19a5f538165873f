/** Where progress is written; `process.stderr` unless a test says otherwise. */
export interface ProgressSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** One step under way. Exactly one of `done`, `skip` and `fail` ends it. */
export interface ProgressStep {
  /** Says how far it is; redrawn in place on a terminal, otherwise one line each 15 s. */
  readonly update: (detail: string) => void;
  readonly done: (detail?: string) => void;
  /** It was not to be had this way; there is another. */
  readonly skip: (detail: string) => void;
  readonly fail: (detail: string) => void;
}

/** Reports what the stack is doing: a line a step with its name, state and seconds. */
export interface Progress {
  readonly step: (name: string) => ProgressStep;
  readonly say: (text: string) => void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LINE_EVERY_MS = 15_000;
const NAME_WIDTH = 16;

/** A reporter that keeps quiet. */
export const silentProgress: Progress = {
  step: () => ({ update: () => undefined, done: () => undefined, skip: () => undefined, fail: () => undefined }),
  say: () => undefined,
};

/** Progress for people: a spinner on a terminal, plain lines elsewhere. */
export function createProgress(sink: ProgressSink = process.stderr): Progress {
  return {
    step: (name) => startStep(name, sink),
    say: (text) => void sink.write(`  ${text}\n`),
  };
}

function startStep(name: string, sink: ProgressSink): ProgressStep {
  const began = Date.now();
  let detail = '';
  let frame = 0;
  let written = began;
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  const line = (mark: string, state: string) =>
    [`  ${mark} ${name.padEnd(NAME_WIDTH)}`, state, seconds(), detail].filter(Boolean).join('  ');
  const clear = () => (sink.isTTY ? '\r\u001b[2K' : '');
  const timer = setInterval(
    () => {
      if (sink.isTTY) sink.write(`${clear()}${line(FRAMES[frame++ % FRAMES.length] ?? '', 'starting')}`);
      else if (Date.now() - written >= LINE_EVERY_MS) {
        written = Date.now();
        sink.write(`${line('…', 'starting')}\n`);
      }
    },
    sink.isTTY ? 100 : 1_000,
  );
  timer.unref();
  const end = (mark: string, state: string, text: string | undefined) => {
    clearInterval(timer);
    if (text !== undefined) detail = text;
    sink.write(`${clear()}${line(mark, state)}\n`);
  };
  return {
    update: (text) => void (detail = text),
    done: (text) => end('✓', 'ready', text),
    skip: (text) => end('–', 'skipped', text),
    fail: (text) => end('✗', 'failed', text),
  };
}

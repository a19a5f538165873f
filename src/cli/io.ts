/** Data on stdout, talk on stderr; both replaceable, so that commands can be tested without a process. */
export interface CliIo {
  stdin: NodeJS.ReadableStream;
  out(text: string): void;
  err(text: string): void;
}

// Whoever reads may have enough (`tocsin timeline ID | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** The process's own streams. */
export const processIo: CliIo = {
  stdin: process.stdin,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** Exit codes: 0 fine, 1 what was asked about failed, 2 wrong usage. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Everything of a stream as text. */
export async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

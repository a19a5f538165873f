/** Runs the command line in this process and keeps what it writes. */
import { Readable } from 'node:stream';
import { main } from '../../src/cli/main';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Run a command. `input` is its standard input. */
export async function tocsin(args: readonly string[], input = ''): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const before = process.exitCode;
  const code = await main(['node', 'tocsin', ...args], {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
  });
  process.exitCode = before;
  return { code, out: out.join('\n'), err: err.join('\n') };
}

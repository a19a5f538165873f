/** `chat`: talks to an assistant, through the API or from a file. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { JsonObject } from '../domain/policy/types';
import { loadPack } from '../policies/load';
import { playConversation, readConversation } from '../rehearsal/conversation';
import { refuseBroken } from '../rehearsal/rehearse';
import { Api, apiSettings } from './api';
import { EXIT, type CliIo } from './io';
import { resolvePackDir } from './policy';
import { packFolder } from './stack';

interface ChatOptions {
  script?: string;
  policy?: string;
  name?: string;
  email?: string;
  plan?: string;
  json?: boolean;
}

/** Register the command. */
export function chatCommand(program: Command, io: CliIo): void {
  program
    .command('chat')
    .argument('[assistant]', 'its name in the pack', 'helper')
    .option('--script <file>', 'play a conversation from a file, without an API')
    .option('--policy <pack>', 'the pack of the script; left out, the one new tickets run under')
    .option('--name <name>', 'who writes')
    .option('--email <address>', 'their address; without one a visitor whom nobody knows')
    .option('--plan <plan>')
    .option('--json')
    .description('talk to an assistant')
    .action(async (assistant: string, options: ChatOptions) => {
      if (options.script !== undefined) await fromFile(io, options.script, options);
      else await interactive(io, assistant, options);
    });
}

async function fromFile(io: CliIo, file: string, options: ChatOptions): Promise<void> {
  const loaded = await loadPack(
    options.policy === undefined ? packFolder(process.env) : resolvePackDir(options.policy),
  );
  refuseBroken(loaded);
  const played = playConversation(loaded, await readConversation(file));
  if (options.json) io.out(JSON.stringify(played));
  else {
    io.out(`Assistant: ${played.greeting}`);
    for (const { said, reply } of played.turns) io.out(`\nCustomer: ${said}\n\nAssistant: ${reply || '(nothing)'}`);
  }
  for (const fault of [...played.faults, ...played.turns.flatMap((turn) => turn.faults)]) io.err(fault);
  if (!played.ok) process.exitCode = EXIT.failed;
}

async function interactive(io: CliIo, assistant: string, options: ChatOptions): Promise<void> {
  const api = new Api(apiSettings(), (line) => io.err(line));
  const customer =
    options.email === undefined
      ? undefined
      : { name: options.name ?? options.email, email: options.email, plan: options.plan ?? 'starter' };
  const path = `/v1/assistants/${encodeURIComponent(assistant)}/messages`;
  const ask = (body: JsonObject) => api.post<JsonObject>(path, { ...body, ...(customer ? { customer } : {}) });
  let answer = await ask({});
  const print = (): void => {
    const replies = (answer['replies'] ?? []) as string[];
    io.out(options.json ? JSON.stringify(answer) : replies.map((text) => `Assistant: ${text}`).join('\n\n'));
  };
  print();
  const lines = createInterface({ input: io.stdin });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    answer = await ask({ conversation: String(answer['conversation']), text: line });
    print();
    if (answer['status'] === 'handed_off') break;
  }
  lines.close();
}

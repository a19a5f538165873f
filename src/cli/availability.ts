/** `availability`: what a customer of a plan finds on a channel at an instant. From the API, or from a pack on disk. */
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { formatInstant, parseInstant } from '../domain/time/instants';
import { availability } from '../intake/availability';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { packFromDisk } from './pack-source';
import { keyValues } from './tables';

interface Options {
  plan: string;
  at?: string;
  policy?: string;
  json?: boolean;
}

/** Register the command. */
export function availabilityCommand(program: Command, io: CliIo): void {
  program
    .command('availability')
    .argument('<channel>', 'email, chat, phone, … of the pack')
    .option('--plan <plan>', "the customer's plan", '')
    .option('--at <instant>', 'with an offset; now when left out')
    .option('--policy <pack>', 'a folder, or a pack under policies/, in place of what the API runs')
    .option('--json')
    .description('what a customer finds on a channel: live, chatbot, closed, …')
    .action(async (channel: string, options: Options) => {
      const found = options.policy === undefined ? await asked(io, channel, options) : await computed(channel, options);
      io.out(
        options.json
          ? JSON.stringify(found)
          : keyValues([
              ['Channel', text(found['title'])],
              ['State', [text(found['state']), text(found['note'])].filter((one) => one !== '').join(', ')],
              ['Queue', found['queue'] === undefined ? undefined : text(found['queue'])],
              ['Opens', found['nextOpening'] === null ? undefined : text(found['nextOpening'])],
            ]),
      );
    });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function asked(io: CliIo, channel: string, { plan, at }: Options): Promise<JsonObject> {
  const query = new URLSearchParams({ channel, plan, ...(at === undefined ? {} : { at }) });
  return new Api(apiSettings(), (line) => io.err(line)).get(`/v1/availability?${query.toString()}`);
}

async function computed(channel: string, options: Options): Promise<JsonObject> {
  const at = options.at === undefined ? Date.now() : parseInstant(options.at);
  if (at === undefined)
    throw new TocsinError('ESC_INSTANT_INVALID', `--at must be an instant with an offset, not "${options.at ?? ''}"`);
  const pack = await packFromDisk(options.policy ?? '');
  const { nextOpening, opens: _fields, ...found } = availability(pack, channel, options.plan, at);
  return {
    ...found,
    at: formatInstant(found.at),
    nextOpening: nextOpening === undefined ? null : formatInstant(nextOpening),
  };
}

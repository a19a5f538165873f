/** `keys …` and `erase`: API keys, and a person's data. For administrators, over the HTTP API. */
import { Argument, Option, type Command } from 'commander';
import type { JsonObject } from '../domain/policy/types';
import { API_ROLES } from '../store/api-keys';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { table } from './tables';

interface Common {
  json?: boolean;
}

const words = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : value === null || value === undefined ? '' : String(value);

/** Register the commands. */
export function adminCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  const print = (options: Common, data: unknown, render: () => string): void =>
    io.out(options.json ? JSON.stringify(data) : render());

  const keys = program.command('keys').description('API keys');
  keys
    .command('list')
    .option('--json')
    .description('every key, never the key itself')
    .action(async (options: Common) => {
      const found = await api().get<JsonObject[]>('/v1/keys');
      print(options, found, () =>
        table(
          ['Id', 'Name', 'Role', 'Groups', 'Begins', 'Last used', ''],
          found.map((key) => [
            ...['id', 'name', 'role', 'groups', 'prefix', 'lastUsedAt'].map((name) => words(key[name])),
            key['revokedAt'] === null ? '' : 'revoked',
          ]),
        ),
      );
    });
  keys
    .command('create')
    .argument('<name>', 'who holds it')
    .addOption(new Option('--role <role>', 'what it may do').choices([...API_ROLES]).makeOptionMandatory())
    .option('--group <group...>', 'roles and groups of the procedure its holder belongs to')
    .option('--json')
    .description('make a key; it is shown this once')
    .action(async (name: string, options: Common & { role: string; group?: string[] }) => {
      const made = await api().post('/v1/keys', { name, role: options.role, groups: options.group ?? [] });
      print(options, made, () => words(made['key']));
    });
  keys
    .command('revoke')
    .addArgument(new Argument('<id>', 'as `keys list` shows it'))
    .option('--json')
    .description('take a key back')
    .action(async (id: string, options: Common) => {
      const done = await api().post(`/v1/keys/${encodeURIComponent(id)}/revoke`, {});
      print(options, done, () => `Key ${id} is taken back.`);
    });

  program
    .command('erase')
    .argument('<party>', 'an e-mail address, or the number of a party')
    .option('--json')
    .description('blank a person in every ticket of theirs; their tickets must be closed')
    .action(async (party: string, options: Common) => {
      const erased = await api().post('/v1/erasures', { party });
      print(
        options,
        erased,
        () =>
          `Erased party ${words(erased['party'])}: ${words(erased['tickets'])} tickets, ${words(erased['messages'])} messages, ${words(erased['events'])} events.`,
      );
    });
}

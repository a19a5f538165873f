/** `tocsin checklist`: what of a pack's checklists is in place; ticks for what a person answers for. */
import type { Command } from 'commander';
import { checkList, scenariosOf, type CheckedItem, type CheckedList } from '../domain/policy/checklists';
import { TocsinError } from '../domain/errors';
import { loadPack } from '../policies/load';
import { refuseBroken } from '../rehearsal/rehearse';
import { playNamed } from '../rehearsal/named-scenarios';
import { Api, apiSettings } from './api';
import { EXIT, type CliIo } from './io';
import { resolvePackDir } from './policy';

interface Options {
  offline?: boolean;
  tick?: string;
  untick?: string;
  by?: string;
  note?: string;
  json?: boolean;
}

interface Answer {
  pack: string;
  checklists: CheckedList[];
}

/** The pack on disk by itself: what a running stack has seen and who ticked what is not known. */
async function offline(reference: string): Promise<Answer> {
  const loaded = await loadPack(resolvePackDir(reference));
  refuseBroken(loaded);
  const lists = Object.values(loaded.pack.checklists ?? {});
  const scenarios = await playNamed(loaded, scenariosOf(lists));
  return { pack: loaded.pack.id, checklists: lists.map((list) => checkList(loaded.pack, list, { scenarios })) };
}

const idOf = async (reference: string): Promise<string> => (await loadPack(resolvePackDir(reference))).pack.id;

async function live(reference: string, name: string | undefined, options: Options, api: Api): Promise<Answer> {
  const pack = await idOf(reference);
  const item = options.tick ?? options.untick;
  if (item === undefined) return api.get<Answer>(`/v1/checklists?pack=${encodeURIComponent(pack)}`);
  if (name === undefined || options.by === undefined)
    throw new TocsinError('ESC_FIELD_REQUIRED', 'name the checklist, and with --by who ticks', { field: 'by' });
  return api.post<Answer>(`/v1/checklists/${encodeURIComponent(name)}/items/${encodeURIComponent(item)}`, {
    pack,
    done: options.tick !== undefined,
    by: options.by,
    ...(options.note === undefined ? {} : { note: options.note }),
  });
}

const MARKS = { done: '[x]', open: '[ ]', unknown: '[?]' } as const;

const lineOf = (item: CheckedItem): string =>
  [`  ${MARKS[item.state]} ${item.name}: ${item.title}`, ...item.because.map((one) => `        ${one}`)].join('\n');

const render = (list: CheckedList): string =>
  [`${list.title} (${list.name}): ${list.done} of ${list.items.length} done`, ...list.items.map(lineOf)].join('\n');

/** Whether a stack runs here or is named. */
function apiOf(io: CliIo): Api | undefined {
  try {
    return new Api(apiSettings(), (line) => io.err(line));
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'ESC_ENGINE_UNAVAILABLE') return undefined;
    throw error;
  }
}

/** Register the command. */
export function checklistCommand(program: Command, io: CliIo): void {
  program
    .command('checklist')
    .argument('<pack>', 'a folder, or the name of a pack under policies/')
    .argument('[name]', 'one of its checklists')
    .option('--tick <item>', 'tick an item that a person answers for')
    .option('--untick <item>', 'take a tick back')
    .option('--by <who>', 'who ticks')
    .option('--note <text>', 'what is said with it')
    .option('--offline', 'the pack on disk alone, though a stack runs')
    .option('--json')
    .description('what of a pack’s checklists is in place, and by what it is proved')
    .action(async (pack: string, name: string | undefined, options: Options) => {
      const api = options.offline ? undefined : apiOf(io);
      const ticks = options.tick ?? options.untick;
      if (!api && ticks !== undefined) apiSettings();
      const answer = api ? await live(pack, name, options, api) : await offline(pack);
      const lists = answer.checklists.filter((list) => name === undefined || list.name === name);
      if (name !== undefined && lists.length === 0) {
        const known = answer.checklists.map((list) => list.name).join(', ') || 'none';
        throw new TocsinError('ESC_NOT_FOUND', `${answer.pack} has no checklist "${name}"; it has ${known}`);
      }
      io.out(options.json ? JSON.stringify({ ...answer, checklists: lists }, null, 2) : lists.map(render).join('\n\n'));
      if (lists.length === 0) io.err(`${answer.pack} has no checklists.`);
      else if (!api) io.err('No stack was asked: what tickets have shown and who ticked what is not known.');
      if (lists.some((list) => list.items.some((item) => item.state === 'open'))) process.exitCode = EXIT.failed;
    });
}

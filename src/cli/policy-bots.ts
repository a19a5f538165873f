/** `tocsin policy bots`: the bots of a pack, what a model that works for them is told, and how they would say a generated text. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { chatOf } from '../domain/assistant/chat-style';
import { botsOf, contextsOf, type Bot } from '../domain/policy/bots';
import { loadPack, type LoadedPack } from '../policies/load';
import { previewTemplate, type PreviewOf } from '../policies/preview';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { resolvePackDir } from './policy';
import { subjectOf } from './preview-subject';
import { keyValues } from './tables';

interface Options {
  ticket?: string;
  say?: string;
  json?: boolean;
}

/** A bot with what it would make of a text, where one is given. */
type Shown = Bot & { said?: string[] };

async function shownBots(reference: string, options: Options): Promise<Shown[]> {
  const { ticket, say } = options;
  const loaded = await loadPack(resolvePackDir(reference));
  const live = ticket !== undefined && !existsSync(ticket);
  const bots = live
    ? (await new Api(apiSettings()).get<{ bots: Bot[] }>(`/v1/policy/bots?ticket=${encodeURIComponent(ticket)}`)).bots
    : botsOf(loaded.pack, contexts(loaded, ticket === undefined ? {} : await subjectOf(loaded, ticket)));
  return bots.map((bot) => (say === undefined ? bot : { ...bot, said: said(loaded, bot, say) }));
}

function contexts(loaded: LoadedPack, of: PreviewOf): Record<string, { text: string; madeUp: string[] }> {
  return Object.fromEntries(
    contextsOf(loaded.pack).flatMap((name) => {
      const preview = previewTemplate(loaded, name, of);
      return preview ? [[name, preview] as const] : [];
    }),
  );
}

/** What the style would make of a text, the switch on: nothing is sent. */
function said(loaded: LoadedPack, bot: Bot, text: string): string[] {
  const voice = loaded.pack.voices?.[bot.name];
  return voice ? chatOf(text, { ...voice, styled: true }, `preview|${bot.name}`) : [text];
}

const range = ({ from, to }: Bot['delay']): string => (from === to ? from : `${from} to ${to}`);

function linesOf(bot: Shown): string {
  const context = bot.context;
  return keyValues([
    ['Bot', bot.title],
    ['Speaks as', `${bot.speaksAs}, ${bot.customers ? 'to customers' : 'to no customer'}`],
    ['Delay', range(bot.delay)],
    ['Chat style', `typos ${bot.typos}%, breakup ${bot.breakup}, ${bot.styled ? 'on' : 'off'}`],
    ['Manner', bot.manner ?? undefined],
    ['About', bot.about ?? undefined],
    ['Avoids', bot.avoids.length === 0 ? undefined : bot.avoids.join(' ')],
    ['In states', bot.states.join(', ') || undefined],
    ['Asks', bot.asks.join(', ') || undefined],
    ['Context', context ? `${context.template}\n${context.text}` : undefined],
    ['Would say', bot.said?.join('\n')],
  ]);
}

/** Registers `policy bots`. */
export function policyBotsCommand(policy: Command, io: CliIo): void {
  policy
    .command('bots')
    .description('print the bots of a pack, and what a model that works for them is told')
    .argument('<pack>', 'a folder, or the name of a pack under policies/')
    .option('--ticket <file|id>', 'the contexts for this: a scenario, an opening (YAML or JSON), or a ticket that runs')
    .option('--say <text>', "what each voice's style would make of a generated text, were it switched on")
    .option('--json', 'print JSON')
    .action(async (pack: string, options: Options) => {
      const bots = await shownBots(pack, options);
      io.out(options.json ? JSON.stringify(bots, null, 2) : bots.map(linesOf).join('\n\n'));
      if (bots.length === 0) io.err(`${pack} has no bots.`);
    });
}

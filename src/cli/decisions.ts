/** `decisions`: what was decided on a ticket; `reviews`: what people found. Both speak to the HTTP API. */
import type { Command } from 'commander';
import type { Json, JsonObject } from '../domain/policy/types';
import { answerWords } from '../domain/ticket/fact-words';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { table } from './tables';

interface Common {
  json?: boolean;
}
interface ReviewOptions extends Common {
  pack?: string;
  kind?: string;
  verdict?: string;
  over?: boolean;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const clock = (at: Json | undefined): string =>
  typeof at === 'string' ? at.replace('T', ' ').replace(/\.\d+Z$|Z$/, ' UTC') : '';
const object = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** Register the commands. */
export function decisionCommands(program: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  program
    .command('decisions')
    .argument('<id>')
    .option('--json')
    .description('what was decided on a ticket: by whom, why, at what cost, and what a reviewer made of it')
    .action(async (id: string, options: Common) => {
      const found = await api().get<JsonObject[]>(`/v1/tickets/${encodeURIComponent(id)}/decisions`);
      io.out(options.json ? JSON.stringify(found) : decisionText(found));
    });
  program
    .command('reviews')
    .option('--pack <pack>', 'a pack beside the default one')
    .option('--kind <kind>', 'reviews of this kind only')
    .option('--verdict <verdict>', 'only those in which this was chosen')
    .option('--over', 'resolved and closed ones as well')
    .option('--json')
    .description('reviews that the schedules of a pack open, with what was found')
    .action(async (options: ReviewOptions) => {
      const query = new URLSearchParams({ over: String(options.over === true) });
      for (const name of ['pack', 'kind', 'verdict'] as const) if (options[name]) query.set(name, options[name]);
      const reviews = await everyReview(api(), query);
      io.out(options.json ? JSON.stringify(reviews) : reviewTable(reviews));
    });
}

async function everyReview(api: Api, query: URLSearchParams): Promise<JsonObject[]> {
  const reviews: JsonObject[] = [];
  for (;;) {
    const page = await api.get<JsonObject>(`/v1/reviews?${query.toString()}`);
    reviews.push(...(list(page['reviews']) as JsonObject[]));
    if (typeof page['nextCursor'] !== 'string') return reviews;
    query.set('cursor', page['nextCursor']);
  }
}

/** What became of a decision, in a word or two. */
function fateOf(one: JsonObject): string {
  if (one['late'] === true) return 'too late';
  if (one['overrules'] !== undefined) return `in place of ${text(object(one['overrules'])['from']) || 'none'}`;
  return one['overruledBy'] === undefined ? '' : `overruled (#${text(one['overruledBy'])})`;
}

function costOf(one: JsonObject): string {
  const usage = object(one['usage']);
  const { cost } = usage;
  if (Number(usage['fallbacks'] ?? 0) > 0) return 'fallback';
  return typeof cost === 'number' ? `$${cost.toFixed(4)}` : '';
}

/** A decision a paragraph: what was answered, then why. */
const decisionText = (decisions: readonly JsonObject[]): string =>
  decisions
    .map((one) => {
      const answer = answerWords(one['value'], one['score']) ?? 'none';
      // A question of "how much" has no value: its score is the answer.
      const score = typeof one['score'] === 'number' && text(one['value']) !== '' ? ` (${one['score']})` : '';
      const more = [`by ${text(object(one['by'])['name'])}`, costOf(one), fateOf(one)].filter((part) => part !== '');
      const why = [...list(one['reasons']).map(text), text(object(one['overrules'])['reason'])];
      return [
        `#${text(one['seq'])}  ${clock(one['at'])}  ${text(one['fact'])}: ${answer}${score}  ${more.join(', ')}`,
        ...why.filter((line) => line !== '').map((line) => `      ${line}`),
      ].join('\n');
    })
    .join('\n');

const reviewTable = (reviews: readonly JsonObject[]): string =>
  table(
    ['Ticket', 'Review', 'Status', 'Opened', 'Found'],
    reviews.map((one) => [
      text(one['id']),
      [text(one['title']), text(one['subject'])].filter((part) => part !== '').join(': '),
      text(one['status']),
      clock(one['openedAt']),
      (list(one['findings']) as JsonObject[])
        .map(({ task, choice, by }) => `${text(task)}: ${text(choice) || 'done'} (${text(by)})`)
        .join('; '),
    ]),
    { width: process.stdout.columns ?? 100 },
  );

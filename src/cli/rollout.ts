/** `tocsin policy rollout`: the share of new tickets that a pack is live for, and what it decided in shadow. */
import { Option, type Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { keyValues, table } from './tables';

interface Options {
  json?: boolean;
  reason?: string;
  force?: boolean;
  by?: string;
  rollout?: string;
  compare?: boolean;
  from?: string;
  to?: string;
}

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);
const day = (value: Json | undefined): string => text(value).slice(0, 16).replace('T', ' ');

/** A rollout for people: what is in force, what follows, everything that was set. */
export function renderRollout(view: JsonObject): string {
  const unmet = (Array.isArray(view['unmet']) ? view['unmet'] : []).map(text);
  const next = view['next'];
  const history = list(view['history']);
  return [
    keyValues([
      ['Rollout', view['rollout'] === 'all' ? 'the whole pack' : text(view['rollout'])],
      [
        'Share',
        `${text(view['share'])} %${view['since'] === null ? ', as the pack says' : ` since ${day(view['since'])}`}`,
      ],
      [
        'The rest',
        view['rest'] === 'off' ? 'the pack does nothing' : 'in shadow: decided and recorded, nothing is done',
      ],
      ['Steps', (Array.isArray(view['steps']) ? view['steps'] : []).map((step) => `${text(step)} %`).join(', ')],
      ['Next', next === null || next === undefined ? 'none' : `${text(next)} %`],
      ...unmet.map((one, i): [string, string] => [i === 0 ? 'Against it' : '', one]),
    ]),
    ...(history.length === 0
      ? []
      : [
          table(
            ['Set', 'Share', 'By', 'Reason'],
            history.map((one) => [
              day(one['at']),
              `${text(one['share'])} %`,
              text(one['by']),
              `${text(one['reason'])}${list(one['unmet']).length === 0 ? '' : ` (although ${(one['unmet'] as Json[]).map(text).join('; ')})`}`,
            ]),
          ),
        ]),
  ].join('\n\n');
}

const VERDICTS: Record<string, string> = {
  agree: 'agree',
  disagree: 'disagree',
  left: 'left to people',
  open: 'people have not concluded',
  undecided: 'not decided',
};

function agreement(value: Json | undefined): string {
  const { compared, agree, share } = (value ?? {}) as JsonObject;
  return typeof share === 'number'
    ? `${text(agree)} of ${text(compared)} (${(share * 100).toFixed(0)} %)`
    : 'nothing to compare';
}

/** The comparison for people: agreement first, then ticket by ticket. */
export function renderComparison(found: JsonObject): string {
  const counts = (found['counts'] ?? {}) as JsonObject;
  const tickets = list(found['tickets']);
  const head = keyValues([
    ['Opened', `${day(found['from'])} to ${day(found['to'])}`],
    ['Tickets in shadow', `${tickets.length}`],
    ['Same conclusion', agreement(found['all'])],
    ['  without a question', agreement(found['asked'])],
    ['  questions not put', agreement(found['unasked'])],
    ...Object.entries(VERDICTS)
      .slice(2)
      .map(([name, words]): [string, string] => [words, text(counts[name])]),
  ]);
  if (tickets.length === 0) return head;
  return [
    head,
    table(
      ['Ticket', 'Pack', 'People', '', 'Not asked', 'Overruled'],
      tickets.map((one) => [
        text(one['ticket']),
        text(one['bot']) || '-',
        text(one['person']) || '-',
        VERDICTS[text(one['verdict'])] ?? text(one['verdict']),
        `${one['unasked'] === 0 ? '' : text(one['unasked'])}${one['silent'] === true ? ', silence' : ''}`,
        one['overruled'] === 0 ? '' : text(one['overruled']),
      ]),
    ),
  ].join('\n\n');
}

/** Registers the command under `policy`. */
export function rolloutCommand(policy: Command, io: CliIo): void {
  policy
    .command('rollout')
    .argument('<pack>', 'the name of a published pack')
    .argument('[share]', 'in percent, or next: the next step; 0 is shadow for all. Without it: how it stands')
    .option('--reason <text>', 'why; needed with a share')
    .option('--force', 'set it whatever speaks against it, which is recorded')
    .option('--by <who>', 'who sets it; the holder of the key when left out')
    .option('--rollout <name>', 'which, where a pack has several')
    .option('--compare', 'what the pack decided in shadow, beside what people concluded')
    .addOption(new Option('--from <instant>', 'of --compare: tickets opened from then on; 30 days back when left out'))
    .addOption(new Option('--to <instant>', 'of --compare: tickets opened before then'))
    .option('--json')
    .description('the share of new tickets that a pack is live for')
    .action(async (pack: string, share: string | undefined, options: Options) => {
      const api = new Api(apiSettings(), (line) => io.err(line));
      const path = `/v1/rollouts/${encodeURIComponent(pack)}`;
      const print = (data: JsonObject, words: () => string): void =>
        io.out(options.json ? JSON.stringify(data) : words());
      if (options.compare) {
        const query = new URLSearchParams();
        for (const name of ['rollout', 'from', 'to'] as const) if (options[name]) query.set(name, options[name]);
        const found = await api.get(`${path}/comparison${query.size === 0 ? '' : `?${query.toString()}`}`);
        print(found, () => renderComparison(found));
        return;
      }
      if (share === undefined) {
        const found = await api.get(path);
        const views = list(found['rollouts']).filter((one) => !options.rollout || one['rollout'] === options.rollout);
        print(found, () => (views.length === 0 ? 'Every ticket is live.' : views.map(renderRollout).join('\n\n')));
        return;
      }
      const { reason, force = false, by, rollout } = options;
      if (reason === undefined)
        throw new TocsinError('ESC_FIELD_REQUIRED', 'a share is set for a reason: --reason TEXT', { field: 'reason' });
      const percent = Number(share.replace(/\s*%$/, ''));
      if (share !== 'next' && (share.trim() === '' || !(percent >= 0 && percent <= 100)))
        throw new TocsinError('ESC_FIELD_INVALID', `"${share}" is no share: a number from 0 to 100, or next`, {
          field: 'share',
        });
      const set = await api.post(path, {
        share: share === 'next' ? share : percent,
        reason,
        force,
        ...(by === undefined ? {} : { by }),
        ...(rollout === undefined ? {} : { rollout }),
      });
      print(set, () => renderRollout(set));
    });
}

/** `tocsin policy preview`: the words of a template, for a scenario, an opening, a live ticket, or made-up values. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { rejection, TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { open } from '../domain/ticket/engine';
import type { Opening } from '../domain/ticket/types';
import { parseInstant } from '../domain/time/instants';
import { loadPack, type LoadedPack } from '../policies/load';
import { previewTemplate, type Preview } from '../policies/preview';
import { renderTemplate } from '../policies/templates';
import { readScenario } from '../rehearsal/scenario';
import { rehearseOnCore } from '../rehearsal/core-engine';
import { planFor, rehearse } from '../rehearsal/rehearse';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { resolvePackDir } from './policy';
import { projectDefaults } from './project-defaults';

interface PreviewOptions {
  ticket?: string;
  html?: boolean;
  json?: boolean;
}

const OPENED = parseInstant('2026-01-27T15:30:00Z') ?? 0;

/** The last message of this template that a scenario sends, or the template for the ticket as the scenario leaves it. */
async function ofScenario(loaded: LoadedPack, template: string, file: string): Promise<Preview | undefined> {
  const scenario = await readScenario(file);
  const { rows } = await rehearse(scenario, loaded);
  const sent = rows.filter((row) => row.type === 'delivery' && row.data['template'] === template).at(-1);
  const source = loaded.templates[template];
  if (sent && source)
    return { ...renderTemplate(template, source, sent.data['vars'] as JsonObject, loaded.pack.zone), madeUp: [] };
  return previewTemplate(loaded, template, { state: rehearseOnCore(planFor(scenario, loaded)).state });
}

/** The template for a ticket that has just been opened so. */
function ofOpening(loaded: LoadedPack, template: string, opening: Opening): Preview | undefined {
  const whole: Opening = { ...opening, channel: opening.channel ?? 'email', body: opening.body ?? '' };
  const id = 'TICK-20260127-001';
  const outcome = open(loaded.pack, whole, {
    id,
    number: '10001',
    at: OPENED,
    recordedAt: OPENED,
    packHash: loaded.hash,
  });
  if (!outcome.ok) {
    const { code, message, details } = outcome.rejection;
    throw new TocsinError(code as TocsinError['code'], message, details);
  }
  return previewTemplate(loaded, template, { opening: whole, state: outcome.state });
}

async function previewOf(
  reference: string | undefined,
  template: string,
  ticket?: string,
): Promise<Preview | undefined> {
  if (ticket !== undefined && !existsSync(ticket)) {
    if (/[./\\]/.test(ticket))
      throw new TocsinError('ESC_FIELD_INVALID', `there is no file "${ticket}", and it is no ticket's id`, {
        field: 'ticket',
      });
    const path = `/v1/tickets/${encodeURIComponent(ticket)}/messages/${encodeURIComponent(template)}`;
    return new Api(apiSettings()).get<Preview>(path);
  }
  const loaded = await loadPack(resolvePackDir(reference ?? projectDefaults().policy));
  if (ticket === undefined) return unknownTemplate(loaded, template) ?? previewTemplate(loaded, template);
  unknownTemplate(loaded, template);
  const content = parse(await readFile(ticket, 'utf8')) as JsonObject;
  return 'opened' in content
    ? ofScenario(loaded, template, ticket)
    : ofOpening(loaded, template, content as unknown as Opening);
}

/** Errors: ESC_FIELD_INVALID with the templates there are. */
function unknownTemplate(loaded: LoadedPack, template: string): undefined {
  if (loaded.templates[template]) return undefined;
  const known = Object.keys(loaded.templates).join(', ') || 'none';
  const { code, message, details } = rejection(
    'ESC_FIELD_INVALID',
    `the pack has no template "${template}"; it has ${known}`,
    { template },
  );
  throw new TocsinError(code as TocsinError['code'], message, details);
}

/** Registers `policy preview`. */
export function previewCommand(policy: Command, io: CliIo): void {
  policy
    .command('preview')
    .description('render a message for a ticket, or with sample values')
    .argument('<pack>', "the pack; left out, the project's own")
    .argument('[template]', "the template's name")
    .option('--ticket <file|id>', 'a scenario, an opening (YAML or JSON), or a ticket that runs')
    .option('--html', 'print the HTML part')
    .option('--json', 'print JSON')
    .action(async (first: string, second: string | undefined, options: PreviewOptions) => {
      const message = await previewOf(second === undefined ? undefined : first, second ?? first, options.ticket);
      if (!message) return;
      if (options.json) io.out(JSON.stringify(message, null, 2));
      else if (options.html) io.out(message.html.trimEnd());
      else io.out(`${message.subject === '' ? '' : `Subject: ${message.subject}\n\n`}${message.text.trimEnd()}`);
      if (message.madeUp.length > 0) io.err(`Made up: ${message.madeUp.join(', ')}`);
    });
}

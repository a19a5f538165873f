/** `tocsin policy preview`: the words of a template, for a scenario, an opening, a live ticket, or made-up values. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { rejection, TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { loadPack, type LoadedPack } from '../policies/load';
import { previewTemplate, type Preview } from '../policies/preview';
import { renderTemplate } from '../policies/templates';
import { readScenario } from '../rehearsal/scenario';
import { rehearse } from '../rehearsal/rehearse';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { resolvePackDir } from './policy';
import { isScenario, readSubject, subjectOf } from './preview-subject';
import { projectDefaults } from './project-defaults';

interface PreviewOptions {
  ticket?: string;
  html?: boolean;
  json?: boolean;
}

/** The last message of this template that a scenario sends, or the template for the ticket as the scenario leaves it. */
async function ofScenario(loaded: LoadedPack, template: string, file: string): Promise<Preview | undefined> {
  const scenario = await readScenario(file);
  const { rows } = await rehearse(scenario, loaded);
  const sent = rows.filter((row) => row.type === 'delivery' && row.data['template'] === template).at(-1);
  const source = loaded.templates[template];
  if (sent && source)
    return { ...renderTemplate(template, source, sent.data['vars'] as JsonObject, loaded.pack.zone), madeUp: [] };
  return previewTemplate(loaded, template, await subjectOf(loaded, file));
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
  return isScenario(await readSubject(ticket))
    ? ofScenario(loaded, template, ticket)
    : previewTemplate(loaded, template, await subjectOf(loaded, ticket));
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

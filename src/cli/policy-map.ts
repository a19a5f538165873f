/** `tocsin policy map`: a flow as a map, with the way that a ticket went. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import { flowMap, wordsOf, type FlowMap } from '../domain/policy/flow-map';
import type { JsonObject } from '../domain/policy/types';
import { loadPack, type LoadedPack } from '../policies/load';
import { rehearse, refuseBroken } from '../rehearsal/rehearse';
import { flowMapSvg, flowMapText } from '../rehearsal/render/flow-map';
import { readScenario } from '../rehearsal/scenario';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { resolvePackDir } from './policy';

interface Options {
  flow?: string;
  ticket?: string;
  svg?: string;
  json?: boolean;
}

interface Happened {
  type: string;
  data: JsonObject;
}

/** The map of a ticket that runs, from the API: in the ticket's own version of the pack. */
const ofTicket = (ticket: string, flow: string | undefined): Promise<FlowMap> =>
  new Api(apiSettings()).get<FlowMap>(
    `/v1/tickets/${encodeURIComponent(ticket)}/map${flow === undefined ? '' : `?flow=${encodeURIComponent(flow)}`}`,
  );

async function eventsOf(loaded: LoadedPack, file: string | undefined): Promise<Happened[]> {
  if (file === undefined) return [];
  const { rows } = await rehearse(await readScenario(file), loaded);
  return rows.map(({ type, data }) => ({ type, data }));
}

async function mapOf(reference: string, options: Options): Promise<{ map: FlowMap; of: string }> {
  const { ticket } = options;
  const of = ticket ?? '';
  if (ticket !== undefined && !existsSync(ticket)) return { map: await ofTicket(ticket, options.flow), of };
  const loaded = await loadPack(resolvePackDir(reference));
  refuseBroken(loaded);
  const names = Object.keys(loaded.pack.flows);
  const map = flowMap(loaded.pack, options.flow ?? names[0] ?? '', await eventsOf(loaded, ticket));
  if (map) return { map, of };
  const wanted = options.flow === undefined ? '' : ` "${options.flow}"`;
  const known = names.length === 0 ? '' : `; it has ${names.join(', ')}`;
  throw new TocsinError('ESC_NOT_FOUND', `${loaded.pack.id} has no flow${wanted}${known}`);
}

/** The name of a pack, also as the end of a path, and its flow, in words. */
const titleOf = (pack: string, map: FlowMap): string =>
  `${wordsOf(basename(pack).replaceAll('-', '_'))}: ${wordsOf(map.flow)}`;

/** Registers `policy map`. */
export function policyMapCommand(policy: Command, io: CliIo): void {
  policy
    .command('map')
    .description('draw a flow as a map, with the way that a ticket went')
    .argument('<pack>', 'a folder, or the name of a pack under policies/')
    .option('--flow <name>', 'which flow; the first when left out')
    .option('--ticket <file|id>', 'a scenario, or a ticket that runs: its way is marked')
    .option('--svg <file>', 'write the picture there')
    .option('--json', 'print JSON')
    .action(async (pack: string, options: Options) => {
      const { map, of } = await mapOf(pack, options);
      if (options.svg !== undefined)
        await writeFile(
          options.svg,
          flowMapSvg(map, titleOf(pack, map), of === '' ? '' : `The way of ${basename(of, '.yaml')}`),
        );
      if (options.json) io.out(JSON.stringify(map, null, 2));
      else io.out(options.svg ?? flowMapText(map));
    });
}

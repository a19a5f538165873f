import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { LoadedPack } from '../policies/load';
import type { Plan } from '../rehearsal/plan';
import type { Engine, Rehearsal } from '../rehearsal/rehearse';
import { EXIT, type CliIo } from './io';

interface RehearseOptions {
  engine: string;
  svg?: string;
  json?: boolean;
  all?: boolean;
  clauses?: boolean;
}

/** A Temporal server for rehearsals: a running stack's, or one started for this command and stopped after it. */
async function withTemporal<T>(
  io: CliIo,
  run: (engine: Engine, publish: (loaded: LoadedPack, plan: Plan) => Promise<void>) => Promise<T>,
): Promise<T> {
  const { openRehearsal } = await import('../local/rehearsal-server.js');
  const { openRehearsalServer, rehearseOnTemporal } = await import('../rehearsal/temporal-engine.js');
  const { publishPlan } = await import('../rehearsal/publish-plan.js');
  const place = await openRehearsal((text) => io.err(text));
  try {
    const server = await openRehearsalServer(place.address, place.packs);
    try {
      return await run(
        (plan) => rehearseOnTemporal(plan, server),
        (loaded, plan) => publishPlan(loaded, plan, place.packs),
      );
    } finally {
      await server.close();
    }
  } finally {
    await place.close();
  }
}

async function play(file: string, engine: string, io: CliIo): Promise<Rehearsal> {
  const { readScenario } = await import('../rehearsal/scenario.js');
  const { packOf, planFor, rehearse } = await import('../rehearsal/rehearse.js');
  const scenario = await readScenario(file);
  const loaded = await packOf(scenario);
  if (engine === 'core') return rehearse(scenario, loaded);
  return withTemporal(io, async (onTemporal, publish) => {
    await publish(loaded, planFor(scenario, loaded));
    return rehearse(scenario, loaded, onTemporal);
  });
}

async function print(rehearsal: Rehearsal, options: RehearseOptions, io: CliIo): Promise<void> {
  const { renderTimeline } = await import('../rehearsal/render/text.js');
  const { mayColor, wrap } = await import('./tables.js');
  if (options.json) io.out(JSON.stringify(rehearsal.rows));
  else {
    const width = Math.max(80, Math.min(process.stdout.columns ?? 80, 120));
    io.out(
      renderTimeline(rehearsal.rows, {
        width,
        color: mayColor(),
        all: options.all === true,
        clauses: options.clauses === true,
      }),
    );
  }
  const failed = rehearsal.checks.filter((check) => !check.ok);
  for (const check of failed) io.err(wrap(`FAILED  ${check.text}: ${check.found ?? ''}`, 100).join('\n        '));
  io.err(`${rehearsal.checks.length - failed.length} of ${rehearsal.checks.length} expectations hold.`);
}

/** `tocsin rehearse SCENARIO.yaml`. */
export function rehearseCommand(program: Command, io: CliIo): void {
  program
    .command('rehearse')
    .argument('<scenario>', 'a scenario file')
    .description('run a scenario in virtual time and print its timeline')
    .option('--engine <engine>', 'core (the pure loop) or temporal (a real server in virtual time)', 'core')
    .option('--svg <file>', 'draw the timeline as a picture')
    .option('--all', 'show the bookkeeping of clocks as well')
    .option('--clauses', 'show the clauses behind each row')
    .option('--json', 'print the rows as one JSON array')
    .action(async (file: string, options: RehearseOptions) => {
      if (!['core', 'temporal'].includes(options.engine)) {
        io.err(`--engine must be core or temporal, not "${options.engine}"`);
        process.exitCode = EXIT.usage;
        return;
      }
      const { unplayed } = await import('../rehearsal/rehearse.js');
      const began = performance.now();
      const rehearsal = await play(file, options.engine, io);
      for (const note of unplayed(rehearsal.scenario)) io.err(note);
      await print(rehearsal, options, io);
      if (options.svg) {
        const { renderSvg } = await import('../rehearsal/render/svg.js');
        const { scenario } = rehearsal;
        const svg = renderSvg(rehearsal.rows, {
          title: scenario.name ?? basename(file),
          ...(scenario.about ? { subtitle: scenario.about.trim() } : {}),
        });
        await writeFile(options.svg, svg).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          throw new TocsinError('ESC_FIELD_INVALID', `--svg: ${options.svg} cannot be written: ${why}`, {
            field: 'svg',
          });
        });
        io.err(`Picture: ${options.svg}`);
      }
      io.err(`Rehearsed on ${options.engine} in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
      if (!rehearsal.ok) process.exitCode = EXIT.failed;
    });
}

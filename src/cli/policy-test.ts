import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { projectRoot } from '../local/paths';
import { EXIT, type CliIo } from './io';
import { table } from './tables';

/** Every conversation and scenario of a pack: YAML and JSON files under `conversations` and `scenarios`, sorted. */
export async function scenarioFiles(pack: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const name of (await readdir(folder).catch(() => [] as string[])).sort()) {
      const path = join(folder, name);
      if ((await stat(path)).isDirectory()) await walk(path);
      else if (/\.(ya?ml|json)$/.test(name)) found.push(path);
    }
  };
  for (const folder of ['conversations', 'scenarios']) await walk(join(pack, folder));
  return found;
}

/** `tocsin policy prove PACK`: which scenario fails when a clause's rule is taken away. */
export function policyProveCommand(
  policy: Command,
  io: CliIo,
  resolvePackDir: (reference: string) => string | Promise<string>,
): void {
  policy
    .command('prove')
    .argument('<pack>')
    .argument('[clause...]', 'these only')
    .option('--json')
    .option('--all', 'also what was proved')
    .description(
      'take away what carries each clause, one at a time, and see whether a scenario that names the clause fails',
    )
    .action(async (reference: string, only: string[], options: { json?: boolean; all?: boolean }) => {
      const { proveClauses, unproved } = await import('../rehearsal/prove.js');
      const { refuseBroken } = await import('../rehearsal/rehearse.js');
      const { loadPack } = await import('../policies/load.js');
      const { readScenarioClauses, readTestTitles } = await import('../policies/clauses.js');
      const loaded = await loadPack(await resolvePackDir(reference));
      refuseBroken(loaded);
      const files = await readScenarioClauses(loaded.dir, loaded.source.clause_prefix);
      const proofs = await proveClauses(
        loaded,
        files.map((one) => ({ ...one, file: join(loaded.dir, one.file) })),
        {
          ...(only.length > 0 ? { only } : {}),
          progress: (done, all, clause) => {
            if (process.stderr.isTTY)
              process.stderr.write(`\r${done} of ${all} ${clause}   ${done === all ? '\n' : ''}`);
          },
        },
      );
      const bad = unproved(proofs, await readTestTitles(join(projectRoot(), 'test')));
      if (options.json) io.out(JSON.stringify(proofs));
      else
        io.out(
          table(
            ['Clause', 'Noticed when gone', 'Not noticed when gone'],
            (options.all || only.length > 0 ? proofs : bad).map((one) => [
              one.clause,
              one.noticed.join('\n'),
              one.unnoticed.join('\n'),
            ]),
          ),
        );
      io.err(`${proofs.length} clauses with scenarios: ${bad.length} of them would not be missed.`);
      if (bad.length > 0) process.exitCode = EXIT.failed;
    });
}

/** `tocsin policy test PACK`: every scenario on the core engine. */
export function policyTestCommand(
  policy: Command,
  io: CliIo,
  resolvePackDir: (reference: string) => string | Promise<string>,
): void {
  policy
    .command('test')
    .argument('<pack>')
    .option('--json')
    .description('run the scenarios that lie beside the pack')
    .action(async (reference: string, options: { json?: boolean }) => {
      const { isConversation, playConversation, readConversation } = await import('../rehearsal/conversation.js');
      const { readScenario } = await import('../rehearsal/scenario.js');
      const { refuseBroken, rehearse } = await import('../rehearsal/rehearse.js');
      const { loadPack } = await import('../policies/load.js');
      const loaded = await loadPack(await resolvePackDir(reference));
      const { dir } = loaded;
      // Never another pack of the same name: these scenarios are to hold for this one.
      refuseBroken(loaded);
      const results: { scenario: string; ok: boolean; checks: number; failed: string[] }[] = [];
      for (const file of await scenarioFiles(dir)) {
        try {
          if (isConversation(file)) {
            const played = playConversation(loaded, await readConversation(file));
            const failed = [...played.faults, ...played.turns.flatMap((turn) => turn.faults)];
            results.push({ scenario: file, ok: played.ok, checks: played.turns.length, failed });
            continue;
          }
          const rehearsal = await rehearse(await readScenario(file), loaded);
          const failed = rehearsal.checks
            .filter((check) => !check.ok)
            .map((check) => `${check.text}: ${check.found ?? ''}`);
          results.push({ scenario: file, ok: rehearsal.ok, checks: rehearsal.checks.length, failed });
        } catch (error) {
          results.push({
            scenario: file,
            ok: false,
            checks: 0,
            failed: [error instanceof Error ? error.message : String(error)],
          });
        }
      }
      if (options.json) io.out(JSON.stringify(results));
      else
        io.out(
          table(
            ['Scenario', 'Holds'],
            results.map((one) => [
              one.scenario.replace(`${dir}/`, '').replace(/^scenarios\//, ''),
              one.ok ? `${one.checks} of ${one.checks}` : one.failed.join('\n'),
            ]),
          ),
        );
      const bad = results.filter((one) => !one.ok).length;
      if (results.length === 0) io.err(`There is no scenario in ${join(dir, 'scenarios')}.`);
      io.err(`${results.length - bad} of ${results.length} scenarios hold.`);
      if (bad > 0 || results.length === 0) process.exitCode = EXIT.failed;
    });
}

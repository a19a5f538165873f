/** The command line. Data on stdout, talk on stderr; 0 fine, 1 what was asked about failed, 2 wrong usage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { TocsinError } from '../domain/errors';
import { projectRoot } from '../local/paths';
import { EXIT, processIo, type CliIo } from './io';

/** Wrong usage rather than a failure of what was asked about. */
const USAGE_CODES = new Set([
  'ESC_SCENARIO_INVALID',
  'ESC_FIELD_INVALID',
  'ESC_FIELD_REQUIRED',
  'ESC_FIELD_UNKNOWN',
  'ESC_PACK_UNKNOWN',
  'ESC_COMMAND_UNKNOWN',
  'ESC_INSTANT_INVALID',
  'ESC_CALENDAR_INVALID',
  'ESC_REQUEST_INVALID',
]);

async function register(program: Command, io: CliIo, wanted: string | undefined): Promise<void> {
  // Only what is asked for is loaded: `calendar due --batch` starts in a fraction of a second.
  const needs = (...names: string[]): boolean =>
    wanted === undefined || wanted === 'help' || names.includes(wanted) || !KNOWN.has(wanted);
  if (needs('up', 'doctor')) (await import('./stack.js')).stackCommands(program, io);
  if (needs('open', 'show', 'agenda', 'timeline', 'explain', 'deliveries', 'board', 'register', 'do'))
    (await import('./live.js')).liveCommands(program, io);
  if (needs('decisions', 'reviews')) (await import('./decisions.js')).decisionCommands(program, io);
  if (needs('people', 'oncall')) (await import('./people.js')).peopleCommands(program, io);
  if (needs('chat')) (await import('./chat.js')).chatCommand(program, io);
  if (needs('knowledge')) (await import('./knowledge.js')).knowledgeCommands(program, io);
  if (needs('keys', 'erase')) (await import('./admin.js')).adminCommands(program, io);
  if (needs('report', 'series')) (await import('./report.js')).reportCommands(program, io);
  if (needs('availability')) (await import('./availability.js')).availabilityCommand(program, io);
  if (needs('checklist')) (await import('./checklist.js')).checklistCommand(program, io);
  if (needs('store')) (await import('./store.js')).storeCommands(program, io);
  if (needs('rehearse')) (await import('./rehearse.js')).rehearseCommand(program, io);
  if (needs('calendar')) {
    const { calendarCommand } = await import('./calendar.js');
    calendarCommand(program, { ...io, out: (text) => io.out(text), resolvePackCalendar: packCalendar });
  }
  if (needs('triage')) {
    const { triageCommand } = await import('./triage.js');
    const { resolvePackDir } = await import('./policy.js');
    triageCommand(program, io, resolvePackDir);
  }
  if (needs('policy')) {
    const { policyCommand, resolvePackDir } = await import('./policy.js');
    const { policyProveCommand, policyTestCommand } = await import('./policy-test.js');
    const policy = policyCommand(program, io);
    policyTestCommand(policy, io, resolvePackDir);
    policyProveCommand(policy, io, resolvePackDir);
    (await import('./preview.js')).previewCommand(policy, io);
    (await import('./policy-bots.js')).policyBotsCommand(policy, io);
    (await import('./policy-map.js')).policyMapCommand(policy, io);
    (await import('./rollout.js')).rolloutCommand(policy, io);
    (await import('./approvals.js')).approvalCommands(policy, io);
  }
}

const KNOWN = new Set([
  'up',
  'doctor',
  'open',
  'show',
  'agenda',
  'timeline',
  'explain',
  'deliveries',
  'board',
  'register',
  'decisions',
  'reviews',
  'do',
  'keys',
  'erase',
  'report',
  'series',
  'rehearse',
  'knowledge',
  'chat',
  'store',
  'people',
  'oncall',
  'availability',
  'calendar',
  'checklist',
  'triage',
  'policy',
]);

/** The calendar `PACK#NAME`, compiled. */
async function packCalendar(reference: string): Promise<unknown> {
  const { resolvePackDir } = await import('./policy.js');
  const { loadPack } = await import('../policies/load.js');
  const [pack = '', name = ''] = reference.split('#');
  const loaded = await loadPack(resolvePackDir(pack));
  const calendar = loaded.pack.calendars[name];
  if (!calendar)
    throw new Error(
      `the pack ${pack} has no calendar "${name}"; it has ${Object.keys(loaded.pack.calendars).join(', ') || 'none'}`,
    );
  return calendar;
}

const projectVersion = (): string =>
  (JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string }).version;

/** Run the command line. Returns the exit code. */
export async function main(argv: readonly string[], io: CliIo = processIo): Promise<number> {
  const program = new Command('tocsin')
    .description('Makes a written escalation procedure executable.')
    .version(projectVersion(), '--version', 'print the version')
    .showHelpAfterError('(tocsin --help lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });
  process.exitCode = EXIT.ok;
  const wanted = argv[2];
  await register(program, io, wanted?.startsWith('-') ? undefined : wanted);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof TocsinError) {
      io.err(`${error.code}: ${error.message}`);
      return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
    }
    io.err(error instanceof Error ? error.message : String(error));
    return EXIT.failed;
  }
}

/** `tocsin triage`: decides on a file of messages; `triage evaluate`: how good it is on labelled ones; `triage learn`: learns from such. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { TriageDecision } from '../domain/classify/types';
import { driverOf, type Decide } from '../triage/driver';
import { evaluate, type Evaluation, type Labelled } from '../triage/evaluate';
import { learnAll, learnedFile } from '../triage/learn';
import { loadTriage } from '../triage/load';
import { CLASSIFIER_FOLDER } from '../policies/classifier';
import { readLabelled, readMessage } from '../triage/messages';
import { EXIT, type CliIo } from './io';
import { table } from './tables';

/** Where a pack keeps what it learned. */
const LEARNED_FILE = join(CLASSIFIER_FOLDER, 'learned.json');

interface Options {
  policy?: string;
  prefilter: boolean;
  classifier: string;
  json?: boolean;
}

/** Registers `triage`, `triage evaluate` and `triage learn`. `resolvePackDir` finds a pack as every other command does. */
export function triageCommand(program: Command, io: CliIo, resolvePackDir: (reference: string) => string): void {
  const triage = program
    .command('triage')
    .description('decide on messages: NDJSON on stdin, a line each on stdout')
    .option('--policy <pack>', 'the pack whose classifier decides')
    .option('--no-prefilter', 'classify whatever the keywords say')
    .option(
      '--classifier <which>',
      'embedded, or model (TOCSIN_MODEL_URL) with the embedded one as its fallback',
      'embedded',
    )
    .option('--json', 'a JSON object a line, which is what it writes anyway')
    .action(async (options: Options) => {
      const { decide } = await open(io, options, resolvePackDir);
      await eachLine(io.stdin, async (line) => io.out(JSON.stringify(await answer(line, decide, options))));
    });
  triage
    .command('evaluate')
    .argument('<labelled>', 'NDJSON: messages with intent, evidence, action and, of conversations, outcome and turn')
    .description('precision, recall and confusion matrices against the targets of the procedure; 1 where one is missed')
    .action(async (file: string, _own: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { decide, targets } = await open(io, options, resolvePackDir);
      const labelled = await labelledOf(file, io);
      // What is measured is the classifier: a keyword that is missing is reported apart.
      const decisions: TriageDecision[] = [];
      for (const one of labelled) decisions.push(await decide(one.turns, { prefilter: false }));
      const evaluation = evaluate(labelled, decisions, targets);
      io.out(options.json === true ? JSON.stringify(evaluation, null, 2) : render(evaluation));
      if (!evaluation.ok) process.exitCode = EXIT.failed;
    });
  learnCommand(triage, io, resolvePackDir);
}

/** Registers `triage learn`. */
function learnCommand(triage: Command, io: CliIo, resolvePackDir: (reference: string) => string): void {
  triage
    .command('learn')
    .argument('<labelled...>', 'NDJSON: messages with intent and evidence, of which the pack is to learn')
    .option('--write', `write the weights into the pack (${LEARNED_FILE}) instead of printing them`)
    .description(
      'learn the weights of the embedded classifier from labelled messages; the same messages, the same weights',
    )
    .action(async (files: string[], own: { write?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const loaded = await loadTriage(packOf(options, resolvePackDir));
      const messages = (await Promise.all(files.map(async (file) => labelledOf(file, io)))).flat();
      const learned = learnAll(loaded.triage, messages);
      const features = Object.entries(learned).map(([name, one]) => `${name}: ${Object.keys(one.weights).length}`);
      io.err(`${messages.length} messages; features that tell something: ${features.join(', ')}`);
      if (own.write !== true) return io.out(learnedFile(learned).trimEnd());
      await writeFile(join(loaded.loaded.dir, LEARNED_FILE), learnedFile(learned));
      io.err(`written to ${join(loaded.loaded.dir, LEARNED_FILE)}`);
    });
}

function packOf(options: Options, resolvePackDir: (reference: string) => string): string {
  if (options.policy === undefined) throw new TocsinError('ESC_REQUEST_INVALID', 'name the pack: --policy PACK', {});
  return resolvePackDir(options.policy);
}

async function open(io: CliIo, options: Options, resolvePackDir: (reference: string) => string) {
  const pack = packOf(options, resolvePackDir);
  if (options.classifier !== 'embedded' && options.classifier !== 'model')
    throw new TocsinError(
      'ESC_REQUEST_INVALID',
      `--classifier must be embedded or model, not "${options.classifier}"`,
      {},
    );
  const loaded = await loadTriage(pack);
  const decide = await driverOf(
    loaded.triage,
    loaded,
    options.classifier === 'model' ? process.env : undefined,
    (said) => io.err(said),
  );
  return { decide, targets: loaded.targets };
}

/** One line's answer. A bad line is answered too, and the rest go on. */
async function answer(line: string, decide: Decide, options: Options): Promise<Record<string, unknown>> {
  try {
    const { id, turns } = readMessage(line);
    const { version, interrupt, gathered, reassessment, keywords, ...decision } = await decide(turns, {
      prefilter: options.prefilter,
    });
    return { id, ...decision, keywords, interrupt, gathered, reassessment, version };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => Promise<void>): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const piece of stream) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) await take(line);
  }
  if (rest !== '') await take(rest);
}

async function labelledOf(file: string, io: CliIo): Promise<Labelled[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TocsinError('ESC_REQUEST_INVALID', `${file} cannot be read (${error.code})`, { file });
  });
  const found: Labelled[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    try {
      found.push(readLabelled(line));
    } catch (error) {
      io.err(`${file}:${i + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  if (found.length === 0) throw new TocsinError('ESC_REQUEST_INVALID', `${file} holds no labelled message`, { file });
  return found;
}

const percent = (value: number | null): string => (value === null ? 'no data' : `${(value * 100).toFixed(1)}%`);

/** The evaluation as tables. */
export function render(evaluation: Evaluation): string {
  const parts: string[] = [`${evaluation.messages} messages, classifier ${evaluation.version.slice(0, 12)}`];
  for (const matrix of evaluation.matrices.filter((one) => one.total > 0)) {
    parts.push(
      `\n${matrix.of}: ${matrix.right} of ${matrix.total} right, ${percent(matrix.accuracy)}`,
      table(
        ['right \\ predicted', ...matrix.labels],
        matrix.labels.map((right) => [
          right,
          ...matrix.labels.map((label) => String(matrix.counts[right]?.[label] ?? 0)),
        ]),
      ),
      table(
        ['label', 'messages', 'precision', 'recall'],
        matrix.scores.map((one) => [one.label, String(one.support), percent(one.precision), percent(one.recall)]),
      ),
    );
  }
  const { prefilter } = evaluation;
  parts.push(
    `\npre-filter: of ${prefilter.incidents} incidents ${prefilter.keyword} have a keyword of the document, ${prefilter.supplementary} only an added one, ${prefilter.missed.length} none`,
    `human review: ${evaluation.humanReview} of ${evaluation.messages}`,
    '\nat a confidence of at least … clear evidence goes on, and so does what is none',
    table(
      ['confidence', 'clear', 'others'],
      evaluation.thresholds.map((one) => [String(one.at), percent(one.clear), percent(one.others)]),
    ),
    table(
      ['target', 'measured', 'met', 'clauses'],
      evaluation.targets.map((one) => [
        one.what,
        percent(one.share),
        one.met === null ? 'no data' : one.met ? 'yes' : 'NO',
        one.clauses.join(', '),
      ]),
    ),
  );
  if (evaluation.wrong.length > 0)
    parts.push(
      '\nwrong',
      table(
        ['id', 'what', 'right', 'predicted'],
        evaluation.wrong.map((one) => [String(one.id), one.of, one.expected, one.got]),
      ),
    );
  return parts.join('\n');
}

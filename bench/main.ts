/** `npm run bench [-- --n 200] [--write]`: every figure beside something measured in the same run. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { peerOfBare, peerOfTocsin, type PeerResult } from './peer';
import { pure } from './pure';
import { markdown, median, ms, percentile, ratio } from './statistics';

/** GoAlert on the machine of the design, same protocol, N = 1,000, its rate limit lifted (design.md). */
const GOALERT = { p50: [2_800, 4_100, 8_400], cpu: 5.6 };

function argument(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? Number(process.argv[at + 1]) : fallback;
}

function rehearsalOnTemporal(): number {
  const began = performance.now();
  execFileSync(
    process.execPath,
    [
      join(__dirname, '..', '..', 'bin', 'tocsin.js'),
      'rehearse',
      'policies/secureai/scenarios/p1-unresolved-48h.yaml',
      '--engine',
      'temporal',
      '--json',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], maxBuffer: 1 << 28 },
  );
  return (performance.now() - began) / 1000;
}

function peerTable(ours: PeerResult, floor: PeerResult): string {
  const rows = ours.lateness.map((values, i) => {
    const bare = floor.lateness[i] ?? [];
    return [
      `level ${i + 1}`,
      ms(median(values)),
      ms(percentile(values, 0.99)),
      ms(median(bare)),
      ms(percentile(bare, 0.99)),
      ratio(median(values), median(bare)),
      `${((GOALERT.p50[i] ?? 0) / 1000).toFixed(1)} s`,
    ];
  });
  return markdown(['lateness', 'p50', 'p99', 'bare p50', 'bare p99', 'p50 : bare', 'GoAlert p50 (design.md)'], rows);
}

async function main(): Promise<void> {
  const n = argument('n', 200);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const parts: string[] = [];
  say('Pure parts …');
  const p = await pure();
  const onTemporal = rehearsalOnTemporal();
  parts.push(
    '## Without a server',
    markdown(
      ['what', 'figure', 'beside', 'ratio'],
      [
        [
          'rehearsals of two days on the core',
          `${p.rehearsals.toFixed(1)}/s (${p.events} events each)`,
          `the same on a real server: ${onTemporal.toFixed(1)} s, its start included`,
          ratio(onTemporal, 1 / p.rehearsals),
        ],
        [
          '`calendar due`, 4 working hours',
          `${Math.round(p.due).toLocaleString('en')}/s`,
          `luxon, a day at a time: ${Math.round(p.luxon).toLocaleString('en')}/s`,
          ratio(p.due, p.luxon),
        ],
        [
          '`calendar due`, a working year',
          `${Math.round(p.dueYear).toLocaleString('en')}/s`,
          '4 working hours',
          ratio(p.dueYear, p.due),
        ],
        [
          'messages triaged, the embedded classifier',
          `${Math.round(p.triage).toLocaleString('en')}/s`,
          `with the pre-filter: ${Math.round(p.triageFiltered).toLocaleString('en')}/s`,
          ratio(p.triage, p.triageFiltered),
        ],
      ],
    ),
  );
  say(`Peer protocol, N = ${n}: a bare workflow …`);
  const floor = await peerOfBare(n, say);
  say(`Peer protocol, N = ${n}: Tocsin …`);
  const ours = await peerOfTocsin(n, say);
  const cpu = (one: PeerResult): number => one.cpu.server + one.cpu.worker;
  parts.push(
    `## The peer protocol, N = ${n}`,
    `Tickets opened evenly over 30 s, three levels a minute apart, nobody acknowledges, each level one signed webhook. Arrived: ours ${ours.arrived} of ${ours.expected}, bare ${floor.arrived} of ${floor.expected}.`,
    peerTable(ours, floor),
    markdown(
      ['what', 'ours', 'bare workflow', 'ratio'],
      [
        [
          'history events a ticket',
          ours.historyEvents,
          floor.historyEvents,
          ratio(ours.historyEvents, floor.historyEvents),
        ],
        ['history bytes a ticket', ours.historyBytes, floor.historyBytes, ratio(ours.historyBytes, floor.historyBytes)],
        [
          'CPU a notification (server + worker)',
          `${cpu(ours).toFixed(0)} ms (${ours.cpu.server.toFixed(0)} + ${ours.cpu.worker.toFixed(0)})`,
          `${cpu(floor).toFixed(0)} ms (${floor.cpu.server.toFixed(0)} + ${floor.cpu.worker.toFixed(0)})`,
          `${ratio(cpu(ours), cpu(floor))}; GoAlert ${GOALERT.cpu} ms`,
        ],
        [
          'tickets a second to the first page, all at once',
          ours.burstPerSecond.toFixed(0),
          floor.burstPerSecond.toFixed(0),
          ratio(ours.burstPerSecond, floor.burstPerSecond),
        ],
      ],
    ),
  );
  const text = `# Benchmarks\n\nMade by \`npm run bench -- --n ${n} --write\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, everything on one machine. Ratios within one run, never timed tests. GoAlert's figures are from design.md (another run).\n\n${parts.join('\n\n')}\n`;
  process.stdout.write(text);
  if (process.argv.includes('--write')) writeFileSync(join(__dirname, '..', '..', 'docs', 'benchmarks.md'), text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

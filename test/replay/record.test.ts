/** Records the histories anew: `TOCSIN_RECORD=1 node bin/test.js test/replay`. Without it, nothing is done. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { temporal } from '@temporalio/proto';
import { Recorder, eventually, workflowBench } from '../support/worker';
import { SCENARIOS, type Canonical } from './scenarios';

const FOLDER = join(__dirname, 'histories');
const recording = process.env['TOCSIN_RECORD'] === '1';

(recording ? describe : describe.skip)('the histories', () => {
  const bench = workflowBench();

  async function play(one: Canonical): Promise<string> {
    const recorder = new Recorder();
    let down = one.fails ?? [];
    recorder.onPage = async () => {
      if (down.includes('page')) throw new Error('away');
    };
    recorder.onMessage = async () => {
      if (down.includes('message')) throw new Error('away');
    };
    recorder.onArchive = async () => {
      if (down.includes('archive')) throw new Error('away');
    };
    const worker = await bench.work(recorder);
    const { name: _name, pack, opening = {}, steps, late = 0, renewAfterEvents } = one;
    const ticket = await bench.open(pack, opening, {
      at: Date.now() - late * 60_000,
      ...(renewAfterEvents ? { renewAfterEvents } : {}),
    });
    for (const step of steps) {
      if (step.after) await bench.skip(ticket, step.after * 60_000);
      if (step.name) await bench.give(ticket, step.name, step.fields);
    }
    down = [];
    await eventually(
      'a complete archive',
      async () => {
        const { status } = await bench.client.workflow.getHandle(ticket).describe();
        return status.name !== 'RUNNING' || recorder.archived.size >= (await bench.tickets.view(ticket)).seq;
      },
      30_000,
    );
    const first = (await bench.history(ticket))[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    const events = await bench.history(ticket, first ?? undefined);
    await worker.stop();
    return historyToJSON(temporal.api.history.v1.History.create({ events }));
  }

  test.each(SCENARIOS.map((one) => [one.name, one] as const))('of %s is recorded', async (name, one) => {
    mkdirSync(FOLDER, { recursive: true });
    rmSync(join(FOLDER, `${name}.json`), { force: true });
    const text = `${JSON.stringify(JSON.parse(await play(one)), null, 1)}\n`;
    expect(text.length).toBeLessThan(400_000);
    writeFileSync(join(FOLDER, `${name}.json`), text);
  });
});

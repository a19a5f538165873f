import { Recorder, eventually, workflowBench } from '../support/worker';
import { CADENCE, PAUSING } from './packs';

const MINUTE = 60_000;
const DAY = 86_400_000;

describe('time', () => {
  const bench = workflowBench();

  test('passes for thirty days over a paused ticket with fewer than 50 history events, and nothing happens', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PAUSING, { priority: 'P3' });
    await bench.give(ticket, 'pause');
    const before = await bench.length(ticket);
    const seq = (await bench.tickets.view(ticket)).seq;
    await bench.skip(ticket, 30 * DAY);
    expect((await bench.length(ticket)) - before).toBeLessThan(50);
    expect((await bench.tickets.view(ticket)).seq).toBe(seq);
    expect(recorder.pages).toEqual([]);
    // What was left of the target is left after it, to the second.
    const resumed = await bench.give(ticket, 'resume');
    expect((resumed.nextDue ?? 0) - resumed.at).toBeGreaterThan(4 * 60 * MINUTE - 60_000);
    await bench.skip(ticket, 9 * 60 * MINUTE);
    await eventually('both pages', () => recorder.pages.length === 2);
    await worker.stop();
  });

  test('that no worker is there for delays, and loses nothing: ten minutes late, each event has its own instant', async () => {
    const recorder = new Recorder();
    const at = Date.now() - 10 * MINUTE - 5_000;
    const idle = await bench.work(new Recorder());
    await idle.stop();
    const ticket = await bench.open(CADENCE, {}, { at });
    const worker = await bench.work(recorder, { again: true });
    await eventually('the pages', () => recorder.pages.length >= 2);
    const events = await eventually('the events', async () => {
      const found = await bench.tickets.timeline(ticket);
      return found.some((event) => event.type === 'dropped') && found;
    });
    const breached = events.filter((event) => event.type === 'breached');
    expect(breached.map((event) => event.at - at)).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) * MINUTE));
    expect(breached.every((event) => event.recordedAt >= at + 10 * MINUTE)).toBe(true);
    // One reminder for the newest missed instant, the others are events; the page of the rule is not dropped.
    expect(recorder.pages.filter((one) => one.template === 'missed').map((one) => one.at - at)).toEqual([10 * MINUTE]);
    expect(recorder.pages.filter((one) => one.template === 'third').map((one) => one.at - at)).toEqual([3 * MINUTE]);
    await worker.stop();
  });

  test('goes on where a stopped worker left a ticket in the middle of its life', async () => {
    const recorder = new Recorder();
    const first = await bench.work(recorder);
    const at = Date.now() - 57_000;
    const ticket = await bench.open(CADENCE, {}, { at });
    await bench.give(ticket, 'note', { text: 'x' });
    await first.stop();
    await eventually('the instant to be missed', () => Date.now() > at + MINUTE + 2_000);
    const second = await bench.work(recorder, { again: true });
    await eventually('the reminder', () => recorder.pages.length === 1);
    const breached = (await bench.tickets.timeline(ticket)).find((event) => event.type === 'breached');
    expect((breached?.at ?? 0) - at).toBe(MINUTE);
    expect((breached?.recordedAt ?? 0) - at).toBeGreaterThan(MINUTE + 1_000);
    expect((await bench.tickets.view(ticket)).nextDue).toBe(at + 2 * MINUTE);
    await second.stop();
  });
});

import { Recorder, eventually, hang, workflowBench } from '../support/worker';
import { PAGING } from './packs';

describe('renewal', () => {
  const bench = workflowBench();
  const runOf = async (ticket: string): Promise<string> =>
    (await bench.client.workflow.getHandle(ticket).describe()).runId;

  test('knows the commands of earlier runs, keeps its numbers dense and loses nothing', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PAGING, {}, { renewAfterEvents: 60 });
    const first = await runOf(ticket);
    const { seq } = await bench.give(ticket, 'progress', { text: 'once' }, 'the-same');
    for (let i = 0; i < 12; i++) await bench.give(ticket, 'note', { text: `note ${i}` });
    await eventually('a new run', async () => (await runOf(ticket)) !== first);
    const before = (await bench.tickets.view(ticket)).seq;
    expect(before).toBeGreaterThan(seq);
    await bench.give(ticket, 'progress', { text: 'once' }, 'the-same');
    expect((await bench.tickets.view(ticket)).seq).toBe(before);
    await eventually('the archive', () => recorder.archived.size >= before);
    expect(recorder.events.filter((event) => event.type === 'progress')).toHaveLength(1);
    expect(recorder.events.filter((event) => event.type === 'noted').map((event) => event.data['text'])).toEqual(
      Array.from({ length: 12 }, (_, i) => `note ${i}`),
    );
    await worker.stop();
  });

  test('carries what is not sent and not archived, and pages go on while it waits for a quiet moment', async () => {
    const recorder = new Recorder();
    recorder.onArchive = hang;
    recorder.onMessage = hang;
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PAGING, {}, { renewAfterEvents: 40 });
    const first = await runOf(ticket);
    for (let i = 0; i < 6; i++) {
      await bench.give(ticket, 'progress', { text: `p${i}` });
      await bench.give(ticket, 'tag', { tag: `t${i}` });
      await eventually('the page of a tag', () => recorder.pages.length >= i + 2, 5_000);
    }
    expect((await bench.history(ticket)).length).toBeGreaterThan(40);
    expect(await runOf(ticket)).toBe(first);
    // Nothing but the clock ends the wait for an outage that does not end.
    await eventually('a new run in spite of the outage', async () => (await runOf(ticket)) !== first, 90_000);
    recorder.onMessage = async () => undefined;
    recorder.onArchive = async () => undefined;
    const sent = (): unknown[] => [...new Set(recorder.messages.map((one) => one.key))];
    await eventually('all seven mails', () => sent().length === 7, 30_000);
    const receipts = (): unknown[] =>
      recorder.events.filter((event) => event.type === 'delivered' && event.data['channel'] === 'email');
    // A mail is sent before its receipt is taken and archived.
    await eventually('the receipts of all seven mails', () => receipts().length >= 7, 30_000);
    const seq = (await bench.tickets.view(ticket)).seq;
    await eventually('the archive', () => recorder.archived.size >= seq, 30_000);
    expect(recorder.events.map((event) => event.seq)).toEqual(recorder.events.map((_, i) => i + 1));
    expect(receipts()).toHaveLength(7);
    expect((await bench.give(ticket, 'claim')).status).toBe('in_progress');
    await worker.stop();
  });
});

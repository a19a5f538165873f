import type { Delivery } from '../../src/domain/ticket/types';
import { supersedes } from '../../src/workflows/outbox';
import { Recorder, eventually, hang, typeOf, workflowBench } from '../support/worker';
import { FAULTY, PAGING, PUBLIC } from './packs';

const delivery = (fields: Partial<Delivery>): Delivery => ({
  key: 'k',
  ticket: 'T',
  at: 0,
  channel: 'page',
  verb: 'page',
  role: 'r',
  to: 't',
  template: 'a',
  vars: {},
  clauses: [],
  priority: 'P1',
  ifLate: 'send',
  ...fields,
});

describe('an unsent delivery', () => {
  const resolve = { vars: { action: 'resolve' } };
  test.each<[string, Partial<Delivery>, Partial<Delivery>, boolean]>([
    [
      'a status page by its newer state',
      { channel: 'status_page', state: 'resolved' },
      { channel: 'status_page', state: 'investigating' },
      true,
    ],
    ['a page by its resolve', resolve, {}, true],
    ['a webhook by its resolve', { channel: 'webhook', ...resolve }, { channel: 'webhook' }, true],
    ['a reminder by its newer one', { ifLate: 'latest-only' }, {}, true],
    ['a reminder not by one of another text', { ifLate: 'latest-only', template: 'b' }, {}, false],
    ['a page not by another page', {}, {}, false],
    ['a mail not by a later one', { channel: 'email' }, { channel: 'email' }, false],
    ['a mail not by a resolve', { channel: 'email', ...resolve }, { channel: 'email' }, false],
  ])('is superseded: %s', (_name, later, earlier, expected) => {
    expect(supersedes(delivery(later), delivery(earlier))).toBe(expected);
  });
});

describe('lanes', () => {
  const bench = workflowBench();

  test('keep their order in one lane and run beside each other', async () => {
    const recorder = new Recorder();
    let release = (): void => undefined;
    const gate = new Promise<void>((open) => (release = open));
    recorder.onMessage = () => gate;
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PAGING);
    for (const text of ['one', 'two', 'three']) await bench.give(ticket, 'progress', { text });
    await bench.give(ticket, 'tag', { tag: 'x' });
    await eventually('both pages, while the first mail is not sent', () => recorder.pages.length === 2);
    expect(recorder.messages).toHaveLength(1);
    release();
    await eventually('all mails', () => recorder.messages.length === 4);
    expect(recorder.messages.map((one) => one.at)).toEqual(
      recorder.messages.map((one) => one.at).sort((a, b) => a - b),
    );
    await worker.stop();
  });

  test('send a status page only its latest state, and the archive stays dense', async () => {
    const recorder = new Recorder();
    let release = (): void => undefined;
    const gate = new Promise<void>((open) => (release = open));
    recorder.onMessage = () => gate;
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PUBLIC);
    await eventually('the first state', () => recorder.messages.length === 1);
    await bench.give(ticket, 'progress', { text: 'one' });
    await bench.give(ticket, 'progress', { text: 'two' });
    await bench.give(ticket, 'resolve', { resolution: 'x' });
    release();
    await eventually('the last state', () => recorder.messages.length === 2);
    expect(recorder.messages.map((one) => one.state)).toEqual(['investigating', 'resolved']);
    const last = (
      await eventually('the last receipt', async () => {
        const events = await bench.tickets.timeline(ticket);
        return events.filter((event) => event.type === 'delivered').length === 2 && events;
      })
    ).length;
    await eventually('the archive', () => recorder.events.length === last);
    expect(recorder.events.map((event) => event.seq)).toEqual(recorder.events.map((_, i) => i + 1));
    expect(recorder.events.filter((event) => event.type === 'dropped').map((event) => event.data['detail'])).toEqual([
      'superseded',
      'superseded',
    ]);
    await worker.stop();
  });

  test('go on when an activity fails for ever, and later escalations come', async () => {
    const recorder = new Recorder();
    recorder.onPage = (one) =>
      one.to === 'Engineers' ? Promise.reject(new Error('provider is down')) : Promise.resolve();
    recorder.onMessage = () => Promise.reject(new Error('mail is down'));
    const worker = await bench.work(recorder);
    // Opened long enough ago that the second level is due soon after the page's timeout.
    const ticket = await bench.open(PAGING, {}, { at: Date.now() - 118_000 });
    await eventually('the second level', () => recorder.pages.some((one) => one.to === 'Seconds'));
    expect((await bench.give(ticket, 'claim')).status).toBe('in_progress');
    expect((await bench.client.workflow.getHandle(ticket).describe()).status.name).toBe('RUNNING');
    await worker.stop();
  });

  test('never let a page share a workflow task with a local activity, however late the ticket opens', async () => {
    const recorder = new Recorder();
    recorder.onArchive = hang;
    const worker = await bench.work(recorder);
    const at = Date.now();
    // The opening tells nobody; the page is due a minute later, which is long ago.
    const ticket = await bench.open(FAULTY, {}, { at: at - 150_000 });
    await eventually('both pages', () => recorder.pages.length === 2);
    await bench.give(ticket, 'note', { text: 'x' });
    const history = await bench.history(ticket);
    const taskOf = (event: {
      activityTaskScheduledEventAttributes?: unknown;
      markerRecordedEventAttributes?: unknown;
    }): string =>
      String(
        (
          event as {
            activityTaskScheduledEventAttributes?: { workflowTaskCompletedEventId?: unknown };
            markerRecordedEventAttributes?: { workflowTaskCompletedEventId?: unknown };
          }
        ).activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId ??
          (event as { markerRecordedEventAttributes?: { workflowTaskCompletedEventId?: unknown } })
            .markerRecordedEventAttributes?.workflowTaskCompletedEventId,
      );
    const pages = history
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'deliverPage')
      .map(taskOf);
    const markers = history.filter((event) => typeOf(event) === 'MARKER_RECORDED').map(taskOf);
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((task) => markers.includes(task))).toEqual([]);
    expect(Math.min(...recorder.pagedAt) - at).toBeLessThan(5_000);
    await worker.stop();
  });

  test('never wait for the archive: pages arrive and commands are answered while it hangs, and then it is complete', async () => {
    const recorder = new Recorder();
    recorder.onArchive = hang;
    // A frozen attempt is given up after 20 s; here the store comes back before that.
    const worker = await bench.work(recorder);
    const began = Date.now();
    const ticket = await bench.open(PAGING);
    await eventually('the first page', () => recorder.pages.length === 1);
    const answers: number[] = [];
    for (let i = 0; i < 5; i++) {
      const asked = Date.now();
      await bench.give(ticket, 'tag', { tag: `t${i}` });
      await eventually('the page of a tag', () => recorder.pages.length === i + 2, 5_000);
      answers.push(Date.now() - asked);
    }
    expect(recorder.archived.size).toBe(0);
    expect(answers.filter((ms) => ms > 3_000)).toEqual([]);
    expect(Date.now() - began).toBeLessThan(19_000);
    recorder.onArchive = async () => undefined;
    const seq = (await bench.tickets.view(ticket)).seq;
    await eventually('the archive', () => recorder.archived.size >= seq, 40_000);
    expect(recorder.events.map((event) => event.seq)).toEqual(recorder.events.map((_, i) => i + 1));
    await worker.stop();
  });

  test('keep what a fault of the engine sets aside from stopping the rest', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    const ticket = await bench.open(FAULTY, {}, { at: Date.now() - 118_000 });
    await eventually('the page after the fault', () => recorder.pages.some((one) => one.template === 'later'));
    const events = await bench.tickets.timeline(ticket);
    expect(events.filter((event) => event.type === 'engine_fault')).toHaveLength(1);
    expect(recorder.pages.filter((one) => one.to === 'Bosses')).toHaveLength(1);
    expect((await bench.give(ticket, 'claim')).status).toBe('in_progress');
    await worker.stop();
  });
});

/** The lane of questions on the real server: put once, answered as an input, carried over, and never in a rehearsal. */
import { compilePackText } from '../support/pack';
import { eventually, hang, rawText, Recorder, workflowBench } from '../support/worker';
import { PAGING } from './packs';

const ASKING = (deadline: string) =>
  compilePackText(`
  catch_all: boss
  people: { boss: { email: b@example.com, page: Bosses } }
  facts:
    mood: { model: mood, values: [CALM, CROSS], score: [0, 10], deadline: ${deadline}, reads: [message.body] }
    rate: { port: rates, deadline: ${deadline} }
  rules:
    heard: { on: [opened, message(customer)], do: [{ ask: [mood] }] }
    cross: { on: fact(mood), when: fact.mood.value == 'CROSS', do: [{ tag: cross }, { ask: [rate] }] }
    rated: { on: fact(rate), do: [{ tag: rated }] }
    silent: { on: fact(mood), when: "!known(fact.mood)", do: [{ tag: nobody-knows }] }
  `);
const PATIENT = ASKING('PT2M');

describe('questions to the outside', () => {
  const bench = workflowBench({ encryptionKeys: `1:${Buffer.alloc(32, 7).toString('base64')}` });
  const tagsOf = async (ticket: string): Promise<unknown> => (await bench.tickets.view(ticket)).ticket['tags'];
  const say = (ticket: string, text: string) => bench.give(ticket, 'message', { from: 'customer', text });

  test('go to an activity with their inputs; the answer is a fact with reasons, version and cost', async () => {
    const recorder = new Recorder();
    const usage = { calls: 1, inputTokens: 10, outputTokens: 2, cost: 0.5, fallbacks: 0 };
    recorder.onQuestion = async ({ fact }) =>
      fact === 'mood' ? { value: 'CROSS', score: 8, reasons: ['shouts'], version: 'v1', usage } : { value: 2 };
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PATIENT, { body: 'WHERE-IS-MY-ORDER' });
    await eventually('both answers', () => recorder.events.filter((one) => one.type === 'fact').length === 2);
    expect(await tagsOf(ticket)).toEqual(['cross', 'rated']);
    expect(recorder.questions).toMatchObject([
      { ticket, fact: 'mood', inputs: { 'message.body': 'WHERE-IS-MY-ORDER' }, due: expect.any(Number) },
      { ticket, fact: 'rate', inputs: {} },
    ]);
    const [mood] = recorder.events.filter((one) => one.type === 'fact');
    expect(mood?.data).toMatchObject({ value: 'CROSS', score: 8, reasons: ['shouts'], version: 'v1', usage });
    expect(mood?.at).toBeLessThanOrEqual(mood?.recordedAt ?? 0);
    // What customers write, and what is said of it, is in no history.
    const raw = rawText(await bench.history(ticket));
    expect(raw).not.toContain('WHERE-IS-MY-ORDER');
    expect(raw).not.toContain('shouts');
    await worker.stop();
  });

  test('are answered once: a repeat, and what comes after the deadline, is recorded and read by nobody', async () => {
    const recorder = new Recorder();
    recorder.onQuestion = hang;
    const worker = await bench.work(recorder);
    const ticket = await bench.open(ASKING('PT1S'));
    await eventually('the deadline', async () => String(await tagsOf(ticket)) === 'nobody-knows');
    const [question] = recorder.questions;
    await bench.tickets.fact(ticket, { fact: 'mood', at: Date.now(), key: question?.key ?? '', value: 'CROSS' });
    await eventually('the late answer', () => recorder.events.some((one) => one.type === 'fact_late'));
    expect(await tagsOf(ticket)).toEqual(['nobody-knows']);
    expect(recorder.events.filter((one) => one.type === 'fact')).toHaveLength(1);
    await worker.stop();
  });

  test('a worker that dies with one takes nothing along: another puts it again, with the same key', async () => {
    const recorder = new Recorder();
    recorder.onQuestion = hang;
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PATIENT);
    await eventually('the question', () => recorder.questions.length === 1);
    await worker.stop();
    recorder.onQuestion = async () => ({ value: 'CALM', score: 3 });
    const next = await bench.work(recorder, { again: true });
    await eventually('the answer', () => recorder.events.some((one) => one.type === 'fact'), 30_000);
    expect(new Set(recorder.questions.map((one) => one.key)).size).toBe(1);
    expect(recorder.questions.length).toBeGreaterThan(1);
    expect((await bench.tickets.state(ticket)).facts['mood']).toMatchObject({ value: 'CALM', known: true });
    await next.stop();
  });

  test('a renewal carries an open one over, and the newer of two stands', async () => {
    const recorder = new Recorder();
    const answers: (() => void)[] = [];
    recorder.onQuestion = ({ fact }) =>
      fact === 'mood' ? new Promise((answer) => answers.push(() => answer({ value: 'CROSS' }))) : Promise.resolve();
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PATIENT, {}, { renewAfterEvents: 30 });
    const runOf = async (): Promise<string> => (await bench.client.workflow.getHandle(ticket).describe()).runId;
    const first = await runOf();
    await eventually('the first question', () => recorder.questions.length === 1);
    await say(ticket, 'Hello?');
    await eventually('the second', () => recorder.questions.length === 2);
    for (let i = 0; i < 8; i++) await bench.give(ticket, 'note', { text: `n${i}` });
    // The question is under way for as long as nobody answers: the wait for a quiet moment ends by the clock.
    await eventually('a new run', async () => (await runOf()) !== first, 60_000);
    await eventually('the second again', () => recorder.questions.length >= 3);
    const [old, newer] = recorder.questions.map((one) => one.key);
    expect(newer).not.toBe(old);
    expect(recorder.questions.at(-1)?.key).toBe(newer);
    // An attempt that was lost on a busy machine is made again.
    recorder.onQuestion = async ({ fact }) => (fact === 'mood' ? { value: 'CROSS' } : {});
    for (const answer of answers) answer();
    await eventually('the answer', async () => String(await tagsOf(ticket)).startsWith('cross'), 40_000);
    await worker.stop();
  });

  test('a pack that asks nothing puts none', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    await bench.open(PAGING);
    await eventually('its page', () => recorder.pages.length === 1);
    expect(recorder.questions).toEqual([]);
    await worker.stop();
  });
});

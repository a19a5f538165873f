import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src/client/connection';
import { TicketClient } from '../../src/client/tickets';
import { hashOf } from '../../src/policies/load';
import { Recorder, eventually, rawText, typeOf, workflowBench } from '../support/worker';
import { PAGING } from './packs';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

describe('a pack', () => {
  const bench = workflowBench();

  test('that has not arrived fails the task visibly, and the ticket goes on when it does', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    const pack = { ...PAGING, title: 'late' };
    const ticket = await bench.open(hashOf(pack, {}));
    const failed = await eventually('a failed task', async () =>
      (await bench.history(ticket)).find((event) => typeOf(event) === 'WORKFLOW_TASK_FAILED'),
    );
    expect(JSON.stringify(failed)).toContain('is not published on this worker');
    expect((await bench.client.workflow.getHandle(ticket).describe()).status.name).toBe('RUNNING');
    writeFileSync(join(bench.packs, `${hashOf(pack, {})}.json`), JSON.stringify(pack));
    await eventually('the page', () => recorder.pages.length === 1, 40_000);
    await worker.stop();
  });

  test('is in the history by its hash only', async () => {
    const recorder = new Recorder();
    const worker = await bench.work(recorder);
    const ticket = await bench.open(PAGING);
    await bench.give(ticket, 'claim');
    await eventually('the page', () => recorder.pages.length === 1);
    const text = rawText(await bench.history(ticket));
    expect(text).toContain(hashOf(PAGING, {}));
    expect(JSON.stringify(PAGING)).toContain('A resolution text is needed');
    expect(text).not.toContain('A resolution text is needed');
    expect(text).toContain('jane@example.com');
    await worker.stop();
  });
});

describe('a history under keys', () => {
  const [old, young] = [key('old'), key('young')];
  const bench = workflowBench({ encryptionKeys: old });

  test('holds nothing of the customer, failures included, and is read on under a new key', async () => {
    const recorder = new Recorder();
    recorder.onMessage = (one) =>
      recorder.messages.length === 1
        ? Promise.reject(new Error(`550 jane@example.com of ${one.to} is unknown`))
        : Promise.resolve();
    const first = await bench.work(recorder);
    const ticket = await bench.open(PAGING);
    await bench.give(ticket, 'claim', { note: 'jane@example.com called' });
    await eventually('the second try of the mail', () => recorder.messages.length === 2);
    await eventually(
      'its receipt',
      async () => (await bench.tickets.timeline(ticket)).filter((event) => event.type === 'delivered').length === 2,
    );
    const text = rawText(await bench.history(ticket));
    expect(
      ['jane@example.com', 'Jane Smith', 'Nothing loads', 'm@example.com'].filter((word) => text.includes(word)),
    ).toEqual([]);
    expect(text).toContain(hashOf(PAGING, {}));
    await first.stop();

    // The key is rotated: what was written under the old one can be read as long as that is kept.
    const second = await bench.work(recorder, { again: true, encryptionKeys: `${young},${old}` });
    await bench.tickets.receipt(ticket, { key: 'none', outcome: 'delivered', at: 0 });
    await eventually(
      'a task done by the second worker',
      async () =>
        (await bench.history(ticket)).filter((event) => typeOf(event) === 'WORKFLOW_TASK_COMPLETED').at(-1)?.eventId,
    );
    const [address] = [process.env['TOCSIN_TEST_TEMPORAL_ADDRESS'] ?? ''];
    const { client, connection } = await connect({ address, namespace: 'tocsin', encryptionKeys: `${young},${old}` });
    const tickets = new TicketClient(client);
    const command = {
      id: 'rotated',
      name: 'note',
      at: Date.now(),
      by: { name: 'agent', kind: 'person' as const },
      fields: { text: 'x' },
    };
    expect((await tickets.command(ticket, command)).ticket).toMatchObject({
      owner: 'agent',
      customer: { email: 'jane@example.com' },
    });
    const after = await bench.history(ticket);
    expect(rawText(after)).toContain('young');
    expect(after.some((event) => typeOf(event) === 'WORKFLOW_TASK_FAILED')).toBe(false);
    await connection.close();
    await second.stop();
  });

  test('says in plain words which pack is missing', async () => {
    const worker = await bench.work(new Recorder());
    const ticket = await bench.open('0'.repeat(64));
    const failed = await eventually('a failed task', async () =>
      (await bench.history(ticket)).find((event) => typeOf(event) === 'WORKFLOW_TASK_FAILED'),
    );
    expect(JSON.stringify(failed)).toContain('is not published on this worker');
    await worker.stop();
  });
});

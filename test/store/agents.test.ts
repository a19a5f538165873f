import { agentsPort } from '../../src/worker/agents-port';
import { agentsOnline, AGENT_SERIES } from '../../src/store/agents';
import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { addPoints } from '../../src/store/series';
import { HOUR, MINUTE, opened, openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();

async function says(agent: string, value: 0 | 1, minutes: number, queue?: string): Promise<void> {
  const labels = { agent, ...(queue === undefined ? {} : { queue }) };
  const at = T0 + minutes * MINUTE;
  await addPoints(store.pool, [{ name: AGENT_SERIES, at, value, labels, recordedAt: at }]);
}
async function owns(owner: string, status: string): Promise<void> {
  const { id } = await openTicket(store.pool, openRequest());
  await appendEvents(store.pool, id, [opened({ owner, status })], []);
}

describe('the agents who are there', () => {
  beforeAll(async () => {
    for (const agent of ['dana', 'eve', 'finn', 'gus']) await says(agent, 1, 0);
    await says('gus', 0, 5);
    await says('hal', 1, 0, 'billing');
    await says('ida', 1, -13 * 60);
    for (const [owner, status] of [
      ['dana', 'assigned'],
      ['dana', 'in_progress'],
      ['eve', 'assigned'],
      ['eve', 'resolved'],
      ['finn', 'assigned'],
    ] as const)
      await owns(owner, status);
  });

  test('come with their open tickets, the fewest first; who has gone, or was not heard of for long, is left out [SEC-HD-193]', async () => {
    expect(await agentsOnline(store.pool, T0 + 10 * MINUTE, 12 * HOUR)).toEqual([
      { agent: 'hal', queue: 'billing', open: 0 },
      { agent: 'eve', open: 1 },
      { agent: 'finn', open: 1 },
      { agent: 'dana', open: 2 },
    ]);
    expect((await agentsOnline(store.pool, T0 + 4 * MINUTE, 12 * HOUR)).map((one) => one.agent)).toContain('gus');
  });

  test.each([
    ['technical', 'eve'],
    ['billing', 'hal'],
  ])('answer the question for the queue %s', async (queue, agent) => {
    const port = agentsPort(store.pool, () => T0 + 10 * MINUTE);
    const question = { ticket: 'T', fact: {} as never, inputs: { 'ticket.queue': queue } };
    const said = await port.answer({ ...question, signal: new AbortController().signal });
    expect(said).toMatchObject({ value: agent, reasons: [expect.stringContaining(agent)] });
  });

  test('nobody there is an answer without a value', async () => {
    const port = agentsPort(store.pool, () => T0 + 48 * HOUR);
    const signal = new AbortController().signal;
    expect(await port.answer({ ticket: 'T', fact: {} as never, inputs: {}, signal })).toEqual({
      reasons: ['nobody is there'],
    });
  });
});

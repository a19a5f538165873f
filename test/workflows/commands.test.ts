import { OPENING, Recorder, eventually, hang, typeOf, workflowBench } from '../support/worker';
import { PAGING } from './packs';

describe('a ticket', () => {
  const recorder = new Recorder();
  const bench = workflowBench();
  beforeAll(() => bench.work(recorder));
  const mine = (ticket: string) => ({
    pages: () => recorder.pages.filter((one) => one.ticket === ticket),
    messages: () => recorder.messages.filter((one) => one.ticket === ticket),
  });

  test('that opens pages, tells and archives', async () => {
    const ticket = await bench.open(PAGING);
    await eventually(
      'the page and the message',
      () => mine(ticket).pages().length === 1 && mine(ticket).messages().length === 1,
    );
    expect(mine(ticket).pages()[0]).toMatchObject({
      channel: 'page',
      to: 'Engineers',
      role: 'engineer',
      template: 'down',
    });
    expect(mine(ticket).messages()[0]).toMatchObject({ channel: 'email', to: 'm@example.com' });
    await eventually(
      'the receipts',
      async () => (await bench.tickets.timeline(ticket)).filter((event) => event.type === 'delivered').length === 2,
    );
    expect((await bench.tickets.view(ticket)).paths).toMatchObject({ on_call: { level: 1, acknowledged: false } });
  });

  test('answers a command with what it has become', async () => {
    const ticket = await bench.open(PAGING);
    const view = await bench.give(ticket, 'claim');
    expect(view).toMatchObject({ id: ticket, status: 'in_progress', ticket: { owner: 'agent' } });
    expect((await bench.tickets.view(ticket)).seq).toBeGreaterThanOrEqual(view.seq);
  });

  test('refuses a command with code and details, and nothing of it is in the history', async () => {
    const ticket = await bench.open(PAGING);
    await eventually(
      'quiet',
      async () => (await bench.tickets.timeline(ticket)).filter((event) => event.type === 'delivered').length === 2,
    );
    const quiet = await eventually('an unchanging history', async () => {
      const before = await bench.length(ticket);
      await bench.tickets.view(ticket);
      return before === (await bench.length(ticket)) && before;
    });
    const seq = (await bench.tickets.view(ticket)).seq;
    await expect(bench.give(ticket, 'resume')).rejects.toMatchObject({
      code: 'ESC_STATUS_FORBIDS',
      details: { status: 'created', command: 'resume' },
    });
    await expect(bench.give(ticket, 'resolve')).rejects.toMatchObject({
      code: expect.stringMatching(/^ESC_/),
      details: expect.any(Object),
    });
    await expect(bench.give(ticket, 'fly')).rejects.toMatchObject({
      code: 'ESC_COMMAND_UNKNOWN',
      details: { command: 'fly' },
    });
    expect(await bench.length(ticket)).toBe(quiet);
    expect((await bench.tickets.view(ticket)).seq).toBe(seq);
  });

  test('takes a command of the same id once', async () => {
    const ticket = await bench.open(PAGING);
    const both = await Promise.all([
      bench.give(ticket, 'progress', { text: 'x' }, 'same'),
      bench.give(ticket, 'progress', { text: 'x' }, 'same'),
    ]);
    await bench.give(ticket, 'progress', { text: 'x' }, 'same');
    expect(both[0].seq).toBe(both[1].seq);
    expect((await bench.tickets.timeline(ticket)).filter((event) => event.type === 'progress')).toHaveLength(1);
  });

  test('does not let a command be given in the future', async () => {
    const ticket = await bench.open(PAGING);
    await bench.give(ticket, 'note', { text: 'x' });
    const noted = (await bench.tickets.timeline(ticket)).find((event) => event.type === 'noted');
    expect(Math.abs((noted?.at ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(mine(ticket).pages()).toHaveLength(1);
  });

  test('answers a query that it does not know with an error, and lives', async () => {
    const ticket = await bench.open(PAGING);
    await expect(bench.client.workflow.getHandle(ticket).query('nonsense')).rejects.toThrow(/nonsense/);
    expect((await bench.tickets.view(ticket)).status).toBe('created');
  });

  test('is started once, however often that is asked', async () => {
    const ticket = await bench.open(PAGING);
    const { seq } = await bench.give(ticket, 'claim');
    await bench.tickets.start(bench.publish(PAGING), {
      id: ticket,
      number: '10001',
      opening: { opening: OPENING, at: Date.now() },
    });
    expect((await bench.tickets.view(ticket)).seq).toBeGreaterThanOrEqual(seq);
  });

  test('has no horizon while it is live, and says so without a trace', async () => {
    const ticket = await bench.open(PAGING);
    await bench.give(ticket, 'claim');
    const handle = bench.client.workflow.getHandle(ticket);
    await expect(handle.executeUpdate('horizon', { args: [Date.now() + 1e9] })).rejects.toMatchObject({
      cause: { type: 'ESC_REQUEST_INVALID' },
    });
    const accepted = (await bench.history(ticket)).filter(
      (event) => typeOf(event) === 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
    );
    expect(accepted).toHaveLength(1);
  });

  test('takes a receipt by signal before its activity comes back, and only once', async () => {
    recorder.onPage = (delivery) => (delivery.template === 'down' ? hang() : Promise.resolve());
    const ticket = await bench.open(PAGING);
    const [page] = await eventually('the page', () => mine(ticket).pages().length > 0 && mine(ticket).pages());
    recorder.onPage = async () => undefined;
    for (let i = 0; i < 2; i++)
      await bench.tickets.receipt(ticket, {
        key: page?.key ?? '',
        outcome: 'delivered',
        at: Date.now() + 86_400_000,
        person: 'Ada',
      });
    const delivered = await eventually('the receipt', async () =>
      (await bench.tickets.timeline(ticket)).filter((event) => event.cause === `receipt:${page?.key}`),
    );
    expect(delivered.map((event) => [event.type, event.data['person']])).toEqual([['delivered', 'Ada']]);
    // The provider's clock is a day ahead: nothing becomes due before its time.
    expect(delivered[0]?.at).toBeLessThan(Date.now() + 10_000);
    expect((await bench.tickets.view(ticket)).paths).toMatchObject({ on_call: { level: 1 } });
  });

  test('ends when it is closed and nothing is due; commands are then told that it is archived', async () => {
    const ticket = await bench.open(PAGING);
    await bench.give(ticket, 'acknowledge', { path: 'on_call' });
    await bench.give(ticket, 'resolve', { resolution: 'done' });
    await bench.give(ticket, 'close');
    await bench.client.workflow.getHandle(ticket).result();
    await expect(bench.give(ticket, 'note', { text: 'x' })).rejects.toMatchObject({ code: 'ESC_TICKET_ARCHIVED' });
  });
});

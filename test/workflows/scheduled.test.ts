import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledPack } from '../../src/domain/policy/types';
import { parseInstant } from '../../src/domain/time/instants';
import { savePolicyVersion, setDefaultPack } from '../../src/store/policy-versions';
import { findReport } from '../../src/store/reports';
import { markStarted } from '../../src/store/ticket';
import { openTicket } from '../../src/store/opening';
import { createActivities } from '../../src/worker/activities';
import { syncCalendar } from '../../src/worker/calendar';
import { startMailServer, type MailServer } from '../contract/support/mail-server';
import { storeDatabase } from '../store/postgres';
import { compilePackText } from '../support/pack';
import { eventually, OPENING, workflowBench } from '../support/worker';

const REPORT = (time: string): string => `
  monthly: { title: "Support in {{ period.key }}", period: month, at: { month: 1, time: "${time}" }, to: boss, sections: [{ title: Tickets, lines: ["Total: {{ metric.total.text }}"], chart: total }] }`;
const packOf = (reports: string): CompiledPack =>
  compilePackText(`
pack: calendar_test
catch_all: boss
people: { boss: { email: boss@example.com } }
kinds: { check: { title: Checks } }
metrics: { total: { title: Total tickets, of: tickets, by: channel } }
reports: ${reports}
schedules:
  weekly: { at: { day: mon, time: "09:00" }, opens: { kind: check, key: "='week/' + period.key", subject: "Check of {{ period.key }}" } }
`);
const WHOLE = packOf(REPORT('09:00'));
const QUIET = { info: () => undefined, warn: () => undefined };
const idOf = (name: string): string => `tocsin/calendar_test/${name}`;
const FIRST = '2025-02-01T09:00:00Z';
const MONDAY = '2025-02-03T09:00:00Z';

describe('the calendar on the real server', () => {
  // Before those of the bench and the store, which close what this needs.
  afterAll(async () => {
    await syncCalendar(bench.client, packWithout, queues());
    await bench.client.schedule
      .getHandle(idOf('schedule/weekly'))
      .delete()
      .catch(() => undefined);
    await worker.stop();
    made.close();
    await mail.close();
  });
  const store = storeDatabase({ apart: true });
  const bench = workflowBench();
  let mail: MailServer;
  let made: ReturnType<typeof createActivities>;
  let worker: { stop(): Promise<void> };
  let hash = '';

  beforeAll(async () => {
    mail = await startMailServer();
    hash = bench.publish(WHOLE);
    writeFileSync(join(bench.packs, `${hash}.templates.json`), '{}');
    const version = { hash, packId: WHOLE.id, version: '1', body: WHOLE, templates: {}, publishedAt: Date.now() };
    await savePolicyVersion(store.pool, version);
    await setDefaultPack(store.pool, WHOLE.id);
    const tickets = { start: (...args: Parameters<typeof bench.tickets.start>) => bench.tickets.start(...args) };
    const env = { SMTP_URL: mail.url, TOCSIN_MAIL_FROM: 'Tocsin <tocsin@support.example>' };
    made = createActivities(store.pool, bench.packs, env, QUIET, { tickets, wake: () => undefined });
    worker = await bench.work({ activities: () => made.activities } as never);
  });

  const packWithout = packOf('{}');
  const queues = () => ({ workflow: bench.taskQueue, activity: bench.taskQueue });
  const sync = (pack: CompiledPack): Promise<number> => syncCalendar(bench.client, pack, queues());
  const listed = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { scheduleId } of bench.client.schedule.list())
      if (scheduleId.startsWith(idOf(''))) names.push(scheduleId.slice(idOf('').length));
    return names.sort();
  };
  const hourOf = async (name: string): Promise<number | undefined> => {
    const { spec } = await bench.client.schedule.getHandle(idOf(name)).describe();
    return spec.calendars?.[0]?.hour[0]?.start;
  };
  /** Runs an entry as of an instant, whatever the time is now, and waits for the run. */
  const fire = async (name: string, instant: string): Promise<void> => {
    const at = parseInstant(instant) ?? 0;
    const run = bench.client.workflow.getHandle(`${idOf(name)}-${instant}`);
    const runOf = () =>
      run.describe().then(
        (one) => one.runId,
        () => undefined,
      );
    const before = await runOf();
    await bench.client.schedule.getHandle(idOf(name)).backfill({
      start: new Date(at - 60_000),
      end: new Date(at + 60_000),
      overlap: 'ALLOW_ALL',
    });
    await eventually(`a run of ${name}`, async () => {
      const found = await runOf();
      return found !== undefined && found !== before;
    });
    await run.result();
  };

  test('Schedules follow the pack: made, left alone, changed, removed', async () => {
    expect(await sync(WHOLE)).toBe(2);
    await eventually('both are listed', async () => (await listed()).join() === 'report/monthly,schedule/weekly');
    expect(await sync(WHOLE)).toBe(0);
    expect(await hourOf('report/monthly')).toBe(9);
    expect(await sync(packOf(REPORT('10:30')))).toBe(1);
    expect(await hourOf('report/monthly')).toBe(10);
    expect(await hourOf('schedule/weekly')).toBe(9);
    expect(await sync(packWithout)).toBe(1);
    await eventually('one is gone', async () => (await listed()).join() === 'schedule/weekly');
    expect(await sync(WHOLE)).toBe(1);
  });

  test('a report is kept under its intended instant and mailed once, with a chart and a text [SEC-ESC-177]', async () => {
    await sync(WHOLE);
    const at = parseInstant('2025-01-14T10:00:00Z') ?? 0;
    const opened = { opening: OPENING, packId: WHOLE.id, packHash: hash, receivedAt: at, now: at };
    const { row } = await openTicket(store.pool, opened);
    await bench.tickets.start(hash, { id: row.id, number: row.number, opening: { opening: row.opening, at } });
    await markStarted(store.pool, row.id);
    await eventually('the archive', async () => {
      const { rows } = await store.pool.query('select from ticket_event where ticket_id = $1', [row.id]);
      return rows.length > 0;
    });

    await fire('report/monthly', FIRST);
    const kept = await findReport(store.pool, WHOLE.id, 'monthly', '2025-01');
    expect(kept).toMatchObject({ title: 'Support in 2025-01', dueAt: parseInstant(FIRST), packHash: hash });
    expect(kept?.text).toContain('Total: 1');
    expect(mail.taken).toHaveLength(1);
    const [taken] = mail.taken;
    expect(taken?.to).toEqual(['boss@example.com']);
    expect(taken?.parsed).toMatchObject({
      subject: 'Support in 2025-01',
      text: expect.stringContaining('Total: 1') as string,
      html: expect.stringContaining('<img src="cid:monthly-2025-01-0@tocsin"') as string,
    });
    expect(taken?.parsed.attachments).toMatchObject([
      { mimeType: 'image/png', contentId: '<monthly-2025-01-0@tocsin>', disposition: 'inline' },
    ]);

    await fire('report/monthly', FIRST);
    expect(mail.taken).toHaveLength(1);
    expect((await findReport(store.pool, WHOLE.id, 'monthly', '2025-01'))?.madeAt).toBe(kept?.madeAt);
    await bench.client.workflow.getHandle(row.id).terminate('test over');
  });

  test('a schedule opens one ticket of its kind for each key and instant', async () => {
    await sync(WHOLE);
    await fire('schedule/weekly', MONDAY);
    await fire('schedule/weekly', MONDAY);
    const { rows } = await store.pool.query<{ opening: object; received_at: Date }>(
      `select opening, received_at from ticket where opening ->> 'kind' = 'check'`,
    );
    expect(rows).toMatchObject([{ opening: { kind: 'check', key: 'week/2025-W05' } }]);
    expect(rows[0]?.received_at.toISOString()).toBe('2025-02-03T09:00:00.000Z');
    await fire('schedule/weekly', '2025-02-10T09:00:00Z');
    const { rows: both } = await store.pool.query(`select from ticket where opening ->> 'kind' = 'check'`);
    expect(both).toHaveLength(2);
  });

  test('by hand it is run as of now', async () => {
    await sync(WHOLE);
    await bench.client.schedule.getHandle(idOf('report/monthly')).trigger();
    const { rows } = await eventually('the report of the month before', async () => {
      const found = await store.pool.query<{ period: string }>(`select period from report where name = 'monthly'`);
      return found.rows.length === 2 && found;
    });
    expect(rows.map((one) => one.period)).toContain('2025-01');
  });
});

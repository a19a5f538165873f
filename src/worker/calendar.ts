/** Temporal Schedules of a pack's reports and schedules: one an entry, brought in line with the active version. */
import { createHash } from 'node:crypto';
import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import type { CompiledPack } from '../domain/policy/types';
import { calendarOf, type CalendarEntry } from '../reports/run';
import type { ScheduledOrder } from '../workflows/scheduled';

/** What was missed while nothing ran is made up for this long. */
const CATCH_UP = '7 days';
const DAYS = {
  mon: 'MONDAY',
  tue: 'TUESDAY',
  wed: 'WEDNESDAY',
  thu: 'THURSDAY',
  fri: 'FRIDAY',
  sat: 'SATURDAY',
  sun: 'SUNDAY',
} as const;

type Calendar = NonNullable<ScheduleOptions['spec']['calendars']>[number];

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];

/**
 * A point of the calendar as Temporal takes it, or one instant, in UTC. The zone goes beside it, so that DST is the
 * server's arithmetic.
 */
export function calendarSpec(at: CalendarEntry['at']): Calendar {
  if ('instant' in at) {
    const date = new Date(at.instant);
    return {
      year: date.getUTCFullYear(),
      month: MONTHS[date.getUTCMonth()] ?? 'JANUARY',
      dayOfMonth: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    };
  }
  const [hour = 0, minute = 0] = at.time.split(':').map(Number);
  const time = { hour, minute, second: 0 };
  if (at.day !== undefined) return { ...time, dayOfWeek: DAYS[at.day] };
  if (at.month !== undefined) return { ...time, dayOfMonth: at.month };
  if (at.quarter !== undefined)
    return { ...time, dayOfMonth: at.quarter, month: ['JANUARY', 'APRIL', 'JULY', 'OCTOBER'] };
  return time;
}

export interface CalendarQueues {
  /** Where the workflow runs. */
  workflow: string;
  /** Where its activity runs. */
  activity: string;
}

const idOf = (pack: string, entry: CalendarEntry): string => `tocsin/${pack}/${entry.kind}/${entry.name}`;

function optionsOf(pack: string, entry: CalendarEntry, queues: CalendarQueues): ScheduleOptions & { digest: string } {
  const order: ScheduledOrder = { kind: entry.kind, name: entry.name, pack, queue: queues.activity };
  const scheduleId = idOf(pack, entry);
  const digest = createHash('sha256')
    .update(JSON.stringify([entry.at, order, queues]))
    .digest('hex')
    .slice(0, 16);
  return {
    digest,
    scheduleId,
    spec: { calendars: [calendarSpec(entry.at)], timezone: 'instant' in entry.at ? 'UTC' : entry.at.zone },
    policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: CATCH_UP },
    state: { note: digest },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduled',
      workflowId: scheduleId,
      taskQueue: queues.workflow,
      args: [order],
    },
  };
}

/**
 * Creates what is missing, updates what changed, deletes what the pack no longer has. Harmless to repeat; a Schedule
 * that stays keeps what it has yet to make up for. Returns how many it touched.
 */
export async function syncCalendar(client: Client, pack: CompiledPack, queues: CalendarQueues): Promise<number> {
  const wanted = new Map(calendarOf(pack).map((entry) => [idOf(pack.id, entry), optionsOf(pack.id, entry, queues)]));
  let touched = 0;
  for await (const { scheduleId } of client.schedule.list()) {
    if (!scheduleId.startsWith(`tocsin/${pack.id}/`) || wanted.has(scheduleId)) continue;
    await client.schedule.getHandle(scheduleId).delete();
    touched++;
  }
  for (const [id, { digest, ...options }] of wanted) {
    const handle = client.schedule.getHandle(id);
    try {
      if ((await handle.describe()).state.note === digest) continue;
      await handle.update((before) => ({
        spec: options.spec,
        action: options.action,
        policies: options.policies ?? before.policies,
        state: { ...before.state, note: digest },
      }));
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      await client.schedule.create(options).catch((failed: Error) => {
        // Another worker was first.
        if (failed.name !== 'ScheduleAlreadyRunning') throw failed;
      });
    }
    touched++;
  }
  return touched;
}

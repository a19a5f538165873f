import type { CompiledCalendar } from '../../../src/domain/time/calendar';
import type { CompiledPack } from '../../../src/domain/policy/types';
import { nextDue } from '../../../src/domain/ticket/engine';
import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(`
  catch_all: boss
  calendars: { broken: { zone: UTC, hours: { mon-sun: [["00:00", "24:00"]] } } }
  people: { boss: { page: Bosses }, manager: { email: m@example.com } }
  commitments:
    bad: { from: progress, due: PT1H, calendar: broken, met: agent_reply, marks: ["50%"], again: "100%" }
    worse: { from: progress, cadence: [{ every: PT1H }], calendar: broken, met: update_sent }
    good: { from: progress, due: PT1H, met: agent_reply }
  tasks: { look: { opens: progress, for: manager, due: PT1H, calendar: broken } }
  rules:
    slow: { on: progress, after: PT1H, calendar: broken, do: [{ tag: slow }] }
    told: { on: progress, do: [{ notify: { to: manager } }] }
    warned: { on: mark(bad), do: [{ tag: warned }] }
`);
const BROKEN = Object.defineProperty({}, 'always', {
  enumerable: true,
  get: () => {
    throw new Error('no table');
  },
}) as CompiledCalendar;
/** The pack with a calendar that throws whenever it is asked. */
const broken = (pack: CompiledPack): CompiledPack => ({ ...pack, calendars: { broken: BROKEN } });

describe('a fault of the engine', () => {
  test('in starting a clock costs that clock only, and pages the catch-all once', () => {
    const drive = new Drive(broken(PACK))
      .give('PT1M', 'progress', { text: 'x' })
      .give('PT2M', 'progress', { text: 'x' })
      .until('P1D');
    expect(drive.of('engine_fault').map((event) => event.data['error'])).toContain('no table');
    expect(drive.told({ channel: 'page' })).toEqual(['PT1M page boss']);
    expect(drive.log('breached')).toEqual(['PT1H2M breached(good)']);
    expect(drive.told({ role: 'manager' })).toEqual(['PT1M email manager', 'PT2M email manager']);
  });

  test('in an item of the agenda sets it aside, pages the catch-all once, and the rest goes on', () => {
    const drive = new Drive(PACK).give('PT1M', 'progress', { text: 'x' });
    const wedged = Object.assign(Object.create(Drive.prototype) as Drive, drive, { pack: broken(PACK) }).until('P1D');
    expect(wedged.log('breached', 'fired')).toEqual([
      'PT1H1M breached(good)',
      'PT1H1M breached(look)',
      'PT1H1M fired(slow)',
    ]);
    expect(
      wedged
        .of('engine_fault')
        .map((event) => event.subject)
        .sort(),
    ).toEqual(['bad', 'worse']);
    expect(wedged.told({ channel: 'page' })).toHaveLength(1);
    expect(nextDue(wedged.pack, wedged.state)).toBeUndefined();
    wedged.give('P2D', 'resolve', { resolution: 'x' });
    expect(wedged.state.ticket.status).toBe('resolved');
  });

  test('in what follows from a warning does not swallow the breach after it', () => {
    const pack = compilePackText(`
      catch_all: boss
      people: { boss: { page: Bosses } }
      commitments: { reply: { from: opened, due: PT1H, met: agent_reply, marks: ["50%", "100%", "200%"], again: "100%" }, ticks: { from: opened, cadence: [{ every: PT1H }] } }
      rules: { circle: { on: [mark, noted], do: [{ note: x }] }, more: { on: due(ticks), do: [{ note: x }] } }
    `);
    const drive = new Drive(pack).until('PT3H30M');
    expect(drive.log('breached', 'again')).toEqual(['PT1H breached(reply)', 'PT2H again(reply)', 'PT3H again(reply)']);
    expect(drive.log('engine_fault')).toEqual([
      'PT30M engine_fault(reply)',
      'PT1H engine_fault(reply)',
      'PT1H engine_fault(ticks)',
      'PT2H engine_fault(reply)',
      'PT2H engine_fault(ticks)',
      'PT3H engine_fault(ticks)',
    ]);
  });
});

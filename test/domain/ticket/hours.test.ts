import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

/** Tickets of these tests are opened on Monday 2026-03-02 at 10:00 UTC: an hour before the office of `desk` opens. */
const PACK = compilePackText(
  `
  calendars: { office: { zone: UTC, hours: { mon-fri: [["11:00", "17:00"]] } } }
  people:
    desk: { email: desk@example.com, page: Desk, hours: office, out_of_hours: { at_once: "ticket.priority == 'P1'", also: duty } }
    lead: { fallback: desk }
    plain: { email: plain@example.com, hours: office }
    duty: { email: duty@example.com, page: Duty }
  rules:
    tell: { on: noted, do: [{ notify: { to: desk, template: told, name: notice, by: PT30M } }] }
    tell_lead: { on: tagged, do: [{ notify: { to: lead, template: told } }] }
    tell_plain: { on: progress, do: [{ notify: { to: plain, template: told } }] }
    wake: { on: claimed, do: [{ page: { to: desk, template: told } }] }
`,
  { told: { text: 'x' } },
);
const note = (drive: Drive, at: string) => drive.give(at, 'note', { text: 'x' });

describe('a message to a role outside its hours', () => {
  test('waits for the next opening, is on the agenda until then, and goes out once', () => {
    const drive = note(new Drive(PACK, { priority: 'P3' }), 'PT10M');
    expect(drive.log('delivery')).toEqual([]);
    expect(drive.log('held')).toEqual(['PT10M held(notice)']);
    expect(drive.agenda().filter((item) => item.kind === 'held')).toMatchObject([
      { name: 'notice', data: { to: 'desk@example.com', hours: 'office' } },
    ]);
    drive.until('PT59M59S');
    expect(drive.log('delivery')).toEqual([]);
    drive.until('PT1H');
    expect(drive.log('delivery')).toEqual(['PT1H delivery(notice)']);
    drive.until('PT100H');
    expect(drive.log('delivery')).toHaveLength(1);
  });

  test('has its deadlines counted from the opening, not from when it was decided', () => {
    const drive = note(new Drive(PACK, { priority: 'P3' }), 'PT10M').until('PT89M');
    expect(drive.log('undelivered')).toEqual([]);
    drive.until('PT90M');
    expect(drive.log('undelivered')).toEqual(['PT1H30M undelivered(notice)']);
  });

  test('goes out at once where the role says so, and to whoever is there in the meantime', () => {
    const drive = note(new Drive(PACK, { priority: 'P1' }), 'PT10M');
    expect(drive.of('delivery').map(({ data }) => data['to'])).toEqual(['desk@example.com', 'duty@example.com']);
    expect(drive.log('held')).toEqual([]);
  });

  test('waits whatever its priority where the role names no exception', () => {
    const drive = new Drive(PACK, { priority: 'P1' }).give('PT10M', 'progress', { text: 'x' });
    expect(drive.log('held')).toHaveLength(1);
  });

  test('waits for the hours of the fallback whose address it takes', () => {
    const drive = new Drive(PACK, { priority: 'P3' }).give('PT10M', 'tag', { tag: 'x' });
    expect(drive.log('held')).toHaveLength(1);
  });

  test('is a page: it does not wait', () => {
    const drive = new Drive(PACK, { priority: 'P3' }).give('PT10M', 'claim');
    expect(drive.of('delivery').map(({ data }) => data['to'])).toEqual(['Desk']);
  });

  test('of which there is a newer one with the same words gives way to it', () => {
    const drive = note(note(new Drive(PACK, { priority: 'P3' }), 'PT10M'), 'PT20M');
    const keys = drive.of('held').map(({ data }) => data['key']);
    expect(drive.of('held')[1]?.data['replaces']).toEqual([keys[0]]);
    expect(
      drive
        .until('PT2H')
        .of('delivery')
        .map(({ data }) => data['key']),
    ).toEqual([keys[1]]);
  });

  test('still goes out when the ticket is resolved, and not when it is closed', () => {
    const open = (): Drive =>
      note(new Drive(PACK, { priority: 'P3' }), 'PT10M').give('PT20M', 'resolve', { resolution: 'x' });
    expect(open().until('PT2H').log('delivery')).toEqual(['PT1H delivery(notice)']);
    expect(open().give('PT30M', 'close').until('PT2H').log('delivery')).toEqual([]);
  });
});

test('within its hours a message goes out at once', () => {
  expect(note(new Drive(PACK, { priority: 'P3' }), 'PT1H').log('delivery')).toEqual(['PT1H delivery(notice)']);
});

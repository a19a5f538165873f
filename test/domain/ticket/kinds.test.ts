import { open } from '../../../src/domain/ticket/engine';
import { compilePackText } from '../../support/pack';
import { Drive, OPENING } from './drive';

const PACK = `
  people: { boss: { email: boss@example.com } }
  fields: { level: { number: points }, note: { text: optional } }
  kinds: { entry: { title: Register, statuses: [new, watched, done] } }
  tables:
    level: { sets: note, rows: [{ when: "ticket.level >= 3", then: high }, { then: low }] }
    entries: { sets: note, kind: entry, rows: [{ then: an entry }] }
  conditions: { high: "ticket.level >= 3", any: "ticket.level >= 1", p1: "ticket.priority == 'P1'" }
  commitments:
    reply: { from: opened, due: PT1H, met: agent_reply }
    look: { kind: entry, from: opened, due: P7D, met: progress }
    both: { kind: [support, entry], from: opened, due: P9D, met: progress }
  tasks: { check: { opens: opened, for: boss }, review: { kind: entry, opens: began(high), for: boss } }
  rules:
    tell: { on: opened, do: [{ tag: support }] }
    file: { kind: entry, on: opened, when: is.any, do: [{ tag: filed }] }
  guards: { text: { command: resolve, needs: [ticket.resolution] }, note: { kind: entry, command: resolve, refuse: "false" } }
`;

describe('a ticket of another kind', () => {
  const pack = compilePackText(PACK);
  const support = new Drive(pack, { fields: { level: 3 } });
  const entry = new Drive(pack, { kind: 'entry', key: 'r-1', customer: undefined as never, fields: { level: 3 } });

  test('runs what is written for its kind, and nothing else', () => {
    expect(support.log('started', 'tagged', 'task_opened')).toEqual([
      'PT0S started(reply)',
      'PT0S started(both)',
      'PT0S task_opened(check)',
      'PT0S started(check)',
      'PT0S tagged(support)',
    ]);
    expect(entry.log('started', 'tagged', 'task_opened')).toEqual([
      'PT0S started(look)',
      'PT0S started(both)',
      'PT0S tagged(filed)',
      'PT0S task_opened(review)',
      'PT0S started(review)',
    ]);
    expect([support.state.ticket['note'], entry.state.ticket['note']]).toEqual(['high', 'an entry']);
  });

  test('has the key, the first status and no customer, and no priority by itself', () => {
    expect(entry.state.ticket).toMatchObject({ kind: 'entry', key: 'r-1', status: 'new', customer: {} });
    expect(entry.state.ticket).not.toHaveProperty('priority');
    expect(support.state.ticket).toMatchObject({ kind: 'support', status: 'created', priority: 'P3' });
  });

  test('has only the conditions that something of its kind reads or waits for', () => {
    expect(entry.log('began')).toEqual(['PT0S began(high)', 'PT0S began(any)']);
    expect(entry.state.unknown).toEqual([]);
  });

  test('is held to the guards of its kind', () => {
    expect(support.refused('PT1M', 'resolve').code).toBe('ESC_GUARD_REFUSED');
    entry.give('PT1M', 'resolve');
  });

  test.each([
    [{ kind: 'nothing' }, 'the field "kind" must be one of support, entry'],
    [{ customer: undefined as never }, 'the field "customer.email" must be an e-mail address'],
    [{ kind: 'support', customer: undefined as never }, 'the field "customer.email" must be an e-mail address'],
  ])('%j is refused where the pack has no such kind, or nobody asks', (over, message) => {
    const options = { id: 'T', at: 0, recordedAt: 0, packHash: '' };
    expect(open(pack, { ...OPENING, ...over }, options)).toMatchObject({ ok: false, rejection: { message } });
  });
});

describe('what another ticket says', () => {
  const pack = compilePackText(`
    rules: { heard: { on: told(news), do: [{ note: "=event.from + ': ' + event.text" }] } }
  `);
  const told = (seq: number, name = 'news', from = 'L') => ({ seq, name, from, data: { text: `n${seq}` } });

  test('is the event told, once, however often it comes; of one sender only what is newer', () => {
    const drive = new Drive(pack)
      .hear('PT1M', told(4))
      .hear('PT2M', told(4))
      .hear('PT3M', told(3))
      .hear('PT4M', told(7));
    drive.hear('PT5M', told(2, 'news', 'K')).hear('PT6M', told(9, 'other'));
    expect(drive.log('told')).toEqual(['PT1M told(news)', 'PT4M told(news)', 'PT5M told(news)', 'PT6M told(other)']);
    expect(drive.of('noted').map((event) => event.data['text'])).toEqual(['L: n4', 'L: n7', 'K: n2']);
    expect(drive.state.told).toEqual({ L: 9, K: 2 });
  });

  test('is ignored by a ticket that is closed, and that is recorded', () => {
    const drive = new Drive(pack).give('PT1M', 'resolve').give('PT2M', 'close').hear('PT3M', told(1));
    expect(drive.log('told', 'ignored', 'noted')).toEqual(['PT3M ignored(news)']);
  });
});

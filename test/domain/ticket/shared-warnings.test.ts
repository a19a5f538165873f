import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

describe('commitments of a group', () => {
  const pack = compilePackText(`
    fields: { slow: { bool: optional } }
    commitments:
      b_short: { group: reply, from: opened, due: PT2H, met: progress, marks: ["50%", "-PT10M"] }
      a_long: { group: reply, from: opened, due: PT4H, met: agent_reply, marks: ["25%", "-PT10M"] }
      alone: { from: opened, due: PT4H, met: agent_reply, marks: ["50%"] }
      updates: { group: news, from: opened, cadence: [{ every: PT3H }], met: update_sent, marks: ["-PT30M"] }
      daily: { group: news, from: opened, cadence: [{ every: PT6H }], met: update_sent, marks: ["-PT30M"] }
    rules: { warn: { on: mark(commitment), do: [{ note: =event.subject }] } }
  `);

  test('share warnings: the one that is due first warns', () => {
    const drive = new Drive(pack).until('PT2H');
    expect(drive.log('mark(b_short)', 'mark(a_long)', 'mark(alone)')).toEqual([
      'PT1H mark(b_short) 50%',
      'PT1H50M mark(b_short) -PT10M',
      'PT2H mark(alone) 50%',
    ]);
    expect(
      drive.of('mark_shared').map((event) => [drive.offset(event.at), event.subject, event.data['warns']]),
    ).toEqual([['PT1H', 'a_long', 'b_short']]);
  });

  test('warn each for itself once the other is met or missed', () => {
    const missed = new Drive(pack).until('PT4H');
    expect(missed.log('mark(a_long)')).toEqual(['PT3H50M mark(a_long) -PT10M']);
    const met = new Drive(pack).give('PT30M', 'progress', { text: 'x' }).until('PT4H');
    expect(met.log('mark(a_long)')).toEqual(['PT1H mark(a_long) 25%', 'PT3H50M mark(a_long) -PT10M']);
  });

  test('are kept and missed apart', () => {
    const drive = new Drive(pack).until('PT3H').give('PT3H', 'reply', { text: 'x' }).until('PT5H');
    expect(drive.log('met', 'breached').filter((line) => /short|long/.test(line))).toEqual([
      'PT2H breached(b_short)',
      'PT3H met(a_long)',
    ]);
  });

  test('that are cadences warn for the next tick, the first by name where both fall together', () => {
    const drive = new Drive(pack).give('PT3H', 'send_update', { text: 'x' }).until('PT6H');
    expect(drive.log('mark(updates)', 'mark(daily)')).toEqual([
      'PT2H30M mark(updates) -PT30M',
      'PT5H30M mark(daily) -PT30M',
    ]);
  });
});

describe('what is offered and prepared', () => {
  const pack = compilePackText(
    `
    people: { boss: { email: boss@example.com } }
    guards:
      patience: { command: escalate, refuse: "event.reason == 'impatience'", say: Manage expectations instead, offer: draft(expectations) }
      words: { command: resolve, needs: [ticket.resolution], say: A text, offer: Write what was done }
    tasks:
      paper: { opens: tagged(paper), for: boss, draft: rca, ask: { text: text } }
      csat: { opens: closed, for: customer, choices: [1, 2, 3], due: P7D, ask: { why: optional } }
    paths: { up: { levels: [{ to: boss }] } }
  `,
    {
      expectations: { text: 'Dear {{ ticket.customer.name }}, {{ ticket.subject }}' },
      rca: { text: 'Why: {{ ticket.subject }}, {{ ticket.priority }}' },
    },
  );

  test('a refusal offers a draft with what it reads, or words', () => {
    const drive = new Drive(pack);
    expect(drive.refused('PT1M', 'escalate', { reason: 'impatience' }).details).toMatchObject({
      guards: [
        {
          guard: 'patience',
          offer: {
            draft: 'expectations',
            vars: { ticket: { customer: { name: 'Jane Smith' }, subject: 'Nothing loads' } },
          },
        },
      ],
    });
    expect(drive.refused('PT1M', 'resolve').details).toMatchObject({
      guards: [{ offer: { text: 'Write what was done' } }],
    });
  });

  test('a task’s form begins with its draft, as things stood when it was opened', () => {
    const drive = new Drive(pack)
      .give('PT1M', 'set', { priority: 'P2' })
      .give('PT2M', 'tag', { tag: 'paper' })
      .give('PT3M', 'set', { priority: 'P1' });
    expect(drive.state.tasks['paper#1']?.draft).toEqual({
      template: 'rca',
      vars: { ticket: { subject: 'Nothing loads', priority: 'P2' } },
    });
  });

  test('a survey is a task for the customer: nothing is sent by itself, and the customer answers', () => {
    const drive = new Drive(pack).give('PT1M', 'resolve', { resolution: 'x' }).give('PT2M', 'close').until('P6D');
    expect(drive.told()).toEqual([]);
    expect(drive.refused('P6D', 'answer', { task: 'csat', choice: 9 }, 'customer').code).toBe('ESC_FIELD_INVALID');
    drive.give('P6D', 'answer', { task: 'csat', choice: 3, why: 'quick' }, 'customer').until('P9D');
    expect(
      drive.of('task_done').map((event) => [event.subject, event.by.kind, event.data['choice'], event.data['why']]),
    ).toEqual([['csat', 'customer', 3, 'quick']]);
    expect(drive.log('breached')).toEqual([]);
  });
});

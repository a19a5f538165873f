/** What Trust & Safety records: ids of messages, the whole conversation, what is complete. */
import { pack, texts, said, clear, round, NAMES, breach } from '../support/trust-safety-play';

describe('the records', () => {
  test('[TS-026] the id of the message: of the one that opened the conversation, or of a later one', async () => {
    const opened = await texts({ body: 'scam', fields: { message_id: 'msg_77' }, answers: [] });
    expect(opened('log_keywords')).toContain('- Message ID: msg_77\n');
    const later = await texts({
      body: 'Hello',
      answers: said('PT0S', { second_look: { value: 'NONE', score: 0 } }),
      script: [{ at: 'PT1H', do: 'message', by: 'customer', id: 'msg_78', text: 'a scam' }],
    });
    expect(later('log_keywords')).toContain('- Message ID: msg_78\n');
  });

  test('[TS-180] the conversation, every message of the customer and of the bot with its time, in order', async () => {
    const hour = (n: number, found: object) => round(`PT${n}H`, found);
    const note = (
      await texts({
        answers: [
          ...clear,
          ...round('PT3S', {}),
          ...hour(1, NAMES),
          ...hour(2, { incident_timeline: 'since Sunday' }),
          ...hour(3, { suspicious_behaviors: 'changed emails' }),
          ...hour(4, { pc_systems_accessed: 'yes' }),
          ...said('PT4H', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
        ],
        script: [1, 2, 3, 4].map((n) => ({ at: `PT${n}H`, do: 'message', by: 'customer', text: `Answer ${n}` })),
      })
    )('handoff');
    const log = /=== CONVERSATION LOG ===\n([\s\S]*?)\n=== /.exec(note)?.[1]?.trim().split('\n') ?? [];
    expect(log.map((line) => / (customer|bot): /.exec(line)?.[1])).toEqual([
      ...['customer', 'bot', 'customer', 'bot', 'customer', 'bot', 'customer', 'bot', 'customer'],
    ]);
    const times = log.map((line) => /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC/.exec(line)?.[0] ?? '');
    expect(times).toEqual([...times].sort());
    const { templates } = await pack;
    expect(log[1]).toContain(`bot: ${templates['ask_names']?.text.trim()}`);
    for (const name of [
      'ask_names',
      'ask_timeline',
      'ask_behaviors',
      'ask_systems',
      'gather_follow_up',
      'no_bad_actor',
      'offer_follow_up',
    ])
      expect(templates['handoff']?.text).toContain(`{% when "${name}" %}${templates[name]?.text.trim()}`);
  });

  test('[TS-189] which objectives are complete, by name', async () => {
    const partly = {
      ...NAMES,
      incident_timeline: 'since Sunday',
      suspicious_behaviors: { value: null, unknown: true },
      pc_systems_accessed: 'yes',
    };
    const log = (await texts({ answers: [...clear, ...round('PT3S', partly), ...breach] }))('log_escalated');
    expect(log).toContain('Information Completeness: 3/4 (Affected Names; Timeline; no Behaviors; PC Access)');
    expect(log.match(/^- /gm)).toHaveLength(14);
  });
});

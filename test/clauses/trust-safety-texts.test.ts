/** What the flow of the Trust & Safety pack writes: notes for people, alerts, messages to the customer, as they go out. */
import {
  pack,
  texts,
  said,
  incident,
  clear,
  scraping,
  round,
  NAMES,
  ALL,
  breach,
  HISTORY,
  type Play,
} from '../support/trust-safety-play';

describe('notes of the routing', () => {
  test('[TS-054] [TS-065] [TS-253] [TS-254] a question', async () => {
    const body = 'How do I enable two-step verification for my admin team?';
    const written = await texts({ body, answers: said('PT1S', { intent: { value: 'SECURITY_QUESTION', score: 9 } }) });
    expect(written('intent_question').trim()).toBe(
      `Auto-classified as security feature question. Routing to Product support. Customer asked: ${body}`,
    );
    expect(written('log_intent')).toContain(
      `- Intent: SECURITY_QUESTION\n- Confidence: 9\n- Message body: ${body}\n- Routing decision: Product\n- Processing time: completed 2026-03-02 10:00:01 UTC, after 1 second`,
    );
  });

  test('[TS-026] the keywords that were found, with the next step', async () => {
    const written = await texts({ body: 'a scam, and it wasn’t me', answers: [] });
    expect(written('log_keywords')).toMatch(
      /Matched keywords: scam, wasn't me[\s\S]*Next step: Intent Classification Bot/,
    );
  });

  test('[TS-057] [TS-060] [TS-063] a wish, a report, and what is neither', async () => {
    const feature = await texts({
      body: 'No breach; I wish we had session timeout',
      answers: said('PT1S', { intent: { value: 'FEATURE_REQUEST' } }),
    });
    expect(feature('intent_feature')).toContain('Customer requested: No breach; I wish we had session timeout');
    expect((await texts({ answers: clear }))('intent_incident')).toContain('Intent classified as incident report.');
    const other = await texts({ answers: said('PT1S', { intent: { value: 'OTHER' } }) });
    expect(other('intent_unclear').trim()).toBe('Could not clearly classify intent. Sending to human triage.');
  });

  test('[TS-069] [TS-094] [TS-108] clear evidence, with score, words of the customer and what was asked of the model', async () => {
    const written = await texts({ answers: clear });
    expect(written('evidence_clear')).toMatch(
      /CLEAR EVIDENCE of PC breach[\s\S]*8\/10[\s\S]*Details: Unauthorized changes/,
    );
    expect(written('log_evidence')).toMatch(
      /Evidence Level: CLEAR_EVIDENCE[\s\S]*8\/10[\s\S]*Routing decision: Information Gathering[\s\S]*after 1 second/,
    );
    const { pack: compiled } = await pack;
    expect(compiled.facts['evidence']?.reads).toEqual(expect.arrayContaining(['message.body', 'ticket.customer']));
  });

  test('[TS-097] [TS-100] [TS-103] [TS-106] the other ways the evidence can go', async () => {
    const of = (value: string, score: number) =>
      texts({ answers: [...incident, ...said('PT2S', { evidence: { value, score } })] });
    expect((await of('CLEAR_EVIDENCE', 5))('evidence_uncertain')).toContain('confidence is low');
    expect((await of('LIKELY_SOCIAL_SCRAPING', 5))('evidence_scraping')).toContain('No PC breach detected');
    expect((await of('INSUFFICIENT_INFO', 5))('evidence_insufficient')).toContain('Insufficient information');
    expect((await of('MAYBE', 5))('evidence_failed')).toContain('did not return expected value');
  });
});

describe('the investigation', () => {
  test('[TS-113] [TS-117] [TS-121] [TS-123] [TS-126] [TS-128] [TS-129] [TS-131] one kind sentence, one question, nothing exclaimed', async () => {
    const { templates } = await pack;
    const questions = ['ask_names', 'ask_timeline', 'ask_behaviors', 'ask_systems'].map(
      (name) => templates[name]?.text ?? '',
    );
    for (const text of questions) {
      expect(text).not.toContain('!');
      expect(text.match(/\?/g)).toHaveLength(1);
    }
    expect(questions[0]).toContain('can you share the names of the people whose profiles were affected');
    expect(questions[1]).toContain('When did you first notice this activity?');
    expect(questions[2]).toContain('describe what suspicious activity you observed');
    expect(questions[3]).toMatch(/inside Planning Center.*group messages.*Security History.*outside only/);
  });

  test('[TS-116] nothing in the pack changes an account: it only asks, tells and hands over', async () => {
    const { pack: compiled } = await pack;
    const done = JSON.stringify(compiled.flows).match(/"do":"(\w+)"/g) ?? [];
    expect([...new Set(done)].sort()).toEqual(
      ['assign', 'command', 'deliver', 'note', 'set', 'tag', 'untag'].map((name) => `"do":"${name}"`),
    );
  });

  test('[TS-140] still unclear: what is known, and what is not', async () => {
    const written = await texts({
      answers: [
        ...clear,
        ...round('PT3S', {
          ...NAMES,
          incident_timeline: 'then',
          suspicious_behaviors: 'odd',
          pc_systems_accessed: 'unsure',
        }),
        ...said('PT4S', { reassess: { value: 'STILL_UNCLEAR', score: 8 } }),
      ],
    });
    expect(written('still_unclear')).toMatch(
      /Names: John Smith, Mary Johnson\nTimeline: then\nBehaviors: odd\nPC Access: unsure\nHuman agent needed to make final determination/,
    );
    expect(written('slack_unclear')).toMatch(/^Unclear T&S case needs review - Ticket \S+/);
  });

  test('[TS-147] [TS-148] [TS-258] an active breach: the alert and what to do meanwhile', async () => {
    const written = await texts({ answers: [...clear, ...round('PT3S', NAMES, { active: 4 })] });
    expect(written('slack_active')).toMatch(
      /^ACTIVE BREACH in progress\nOrganization: Grace Church\nCustomer: Ann Lee\nTicket: \S+\n[\s\S]*Names: John Smith, Mary Johnson\n- Timeline: not yet provided\n- Behaviors: not yet provided\s*$/,
    );
    const message = written('active_breach');
    expect(message).toContain('within 1 hour');
    expect(message).toMatch(/1\. Change passwords.*\n2\. Enable two-step.*\n3\. Review Security History: (\S+)/);
    expect(message).toContain(HISTORY);
  });

  test('[TS-153] [TS-154] [TS-155] [TS-160] [TS-161] [TS-162] a person asked for, and aggression', async () => {
    const human = await texts({
      answers: [...clear, ...round('PT3S', { ...NAMES, incident_timeline: 'then' }, { human: 4 })],
    });
    expect(human('interrupted')).toMatch(
      /requested human[\s\S]*Names: John[\s\S]*Timeline: then[\s\S]*Behaviors: not provided[\s\S]*PC Access: not provided/,
    );
    expect(human('human_requested')).toContain('respond within 4 hours during business hours');
    expect(human('slack_human')).toMatch(/^Human agent requested - T&S ticket \S+/);
    const angry = await texts({ answers: [...clear, ...round('PT3S', NAMES, { angry: 5 })] });
    expect(angry('interrupted')).toMatch(
      /^Aggression detected[\s\S]*Names: John[\s\S]*Timeline: not provided[\s\S]*Behaviors: not provided/,
    );
    expect(angry('aggression')).toMatch(/stressful situation[\s\S]*respond within 4 hours\./);
    expect(angry('slack_aggression')).toMatch(/^Aggression detected in T&S investigation\nTicket \S+ - Grace Church/);
  });

  test('[TS-165] the record of the gathering', async () => {
    const written = await texts({ answers: [...clear, ...round('PT3S', NAMES, { angry: 5 })] });
    const log = written('log_gathering');
    expect(log).toContain('Objectives Completed: 1/4 (incomplete: Timeline; Behaviors; PC Access;)');
    expect(log).toContain('Interruptions: Aggression');
    expect(log).toContain('Conversation Turns: 1');
    const whole = await texts({ answers: [...clear, ...round('PT3S', ALL), ...breach] });
    expect(log).toContain('Final Assessment: UNCLEAR\n- Next Step: Human Review\n- Interruptions: Aggression');
    expect(whole('log_gathering')).toMatch(
      /Objectives Completed: 4\/4\n[\s\S]*Timeline: since Sunday \(2026-03-01\)\n[\s\S]*Final Assessment: CONFIRMED_BREACH\n- Next Step: Escalation\n- Interruptions: None/,
    );
    const fields = whole('log_gathering').match(/^- /gm);
    expect(fields).toHaveLength(10);
    for (const [value, score, expected] of [
      ['SOCIAL_SCRAPING', 9, 'SOCIAL_SCRAPING\n- Next Step: Education'],
      ['STILL_UNCLEAR', 3, 'UNCLEAR\n- Next Step: Human Review'],
      ['OTHER', 9, 'UNCLEAR\n- Next Step: Human Review'],
    ] as const) {
      const other = await texts({
        answers: [...clear, ...round('PT3S', ALL), ...said('PT4S', { reassess: { value, score } })],
      });
      expect(other('log_gathering')).toContain(`Final Assessment: ${expected}\n- Interruptions: None`);
    }
  });
});

describe('escalation', () => {
  const play = (more: Partial<Play> = {}) => texts({ answers: [...clear, ...round('PT3S', ALL), ...breach], ...more });

  test('[TS-171] [TS-172] [TS-173] [TS-174] [TS-180] [TS-181] [TS-235] [TS-244] the handoff package, section by section', async () => {
    const note = (await play())('handoff');
    expect(note.match(/=== .* ===/g)).toEqual([
      '=== INVESTIGATION SUMMARY ===',
      '=== CUSTOMER DETAILS ===',
      '=== NEXT STEPS FOR HUMAN AGENT ===',
      '=== CONVERSATION LOG ===',
      '=== AUTO-ESCALATION METADATA ===',
    ]);
    expect(note).toMatch(/^T&S AUTO-ESCALATION - PROFILE TAKEOVER CONFIRMED/);
    expect(note).toContain(
      'Affected Individuals: John Smith, Mary Johnson\nTimeline: since Sunday (2026-03-01)\nSuspicious Behaviors: emails of two profiles were changed\nPC Systems Accessed: yes',
    );
    expect(note).toMatch(
      /Initial Evidence Level: CLEAR_EVIDENCE\n- Initial Confidence: 8\/10\n- Post-Investigation Assessment: CONFIRMED BREACH/,
    );
    expect(note).toContain(
      'Organization: Grace Church\nContact: Ann Lee\nEmail: ann@gracechurch.example\nSubscription Tier: Pro\nPrevious T&S Tickets: 2',
    );
    expect(note).toContain('2026-03-02 10:00:00 UTC customer: Unauthorized changes');
    expect(note).toMatch(
      /Escalated at: 2026-03-02 10:00:04 UTC\n.*Evidence confirmed after information gathering\nBot confidence: HIGH[\s\S]*Within 4 hours\nSeverity: CONFIRMED_BREACH\nRisk level: 5 \(Critical\)/,
    );
  });

  test('[TS-176] [TS-177] [TS-178] the next steps are in the package and on the checklists', async () => {
    const note = (await play())('handoff');
    expect(note).toContain('Profiles created/updated in timeframe: since Sunday');
    expect(note).toContain("'Trust and Safety > Populate Profile Takeover (PTO) Database'");
    const { pack: compiled } = await pack;
    expect(Object.keys(compiled.tasks['security_history']?.ask ?? {})).toEqual(
      expect.arrayContaining(['ip_addresses', 'timestamps']),
    );
    expect(compiled.tasks['pto_database']?.title).toContain(
      'Trust and Safety > Populate Profile Takeover (PTO) Database',
    );
  });

  test('[TS-182] the alert', async () => {
    const alert = (await play())('slack_escalated');
    expect(alert).toMatch(
      /^🚨 AUTO-ESCALATED: Profile Takeover Confirmed\nOrganization: Grace Church\nCustomer: Ann Lee\nTicket: /,
    );
    for (const line of [
      'Affected: John Smith, Mary Johnson',
      'When: since Sunday',
      'What: emails of two profiles were changed',
      'EVIDENCE: Confirmed PC system access',
      'CONFIDENCE: HIGH',
      'REQUIRED RESPONSE: Within 4 hours',
      'View ticket: https://',
      'Investigation steps in internal notes',
      'Use People Lists to identify suspicious profiles',
    ])
      expect(alert).toContain(line);
  });

  test('[TS-183] [TS-184] [TS-185] [TS-234] [TS-243] [TS-245] the message to the customer, with and without names', async () => {
    const message = (await play())('admin_follow_up');
    expect(message).toContain('signs of unauthorized activity that require investigation');
    expect(message).toMatch(
      /1\. Change passwords for any compromised profiles: John Smith, Mary Johnson\n2\. Enable two-step.*Org Admins\n3\. Review who has Directory access.*\n4\. Check Groups/,
    );
    expect(message.match(/^- /gm)).toHaveLength(3);
    expect(message).toContain(HISTORY);
    expect(message).toContain('within 4 hours');
    const rounds = [3, 3603, 7203, 10803].flatMap((at) => {
      const { affected_names: _names, ...rest } = ALL;
      return round(`PT${at}S`, rest);
    });
    const nameless = await texts({
      answers: [...clear, ...rounds, ...said('PT3H4S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } })],
      script: [1, 2, 3].map((hour) => ({ at: `PT${hour}H`, do: 'message', by: 'customer', text: 'hm' })),
    });
    expect(nameless('admin_follow_up')).toContain('1. Change passwords for any compromised profiles\n2.');
  });

  test('[TS-188] [TS-189] the reminder and the record', async () => {
    const written = await play();
    expect(written('reminder')).toContain(
      'Follow up on auto-escalated profile takeover - ensure investigation complete and customer contacted',
    );
    const log = written('log_escalated');
    expect(log.match(/^- /gm)).toHaveLength(14);
    expect(log).toMatch(
      /Information Completeness: 4\/4[\s\S]*Customer Notified: YES[\s\S]*Human Team Notified: YES[\s\S]*Total Processing Time: 4 seconds/,
    );
  });
});

describe('education', () => {
  const play = (answer: object, text = 'yes, how does that work?') =>
    texts({
      answers: [
        ...scraping,
        ...said('PT9M', { monitoring: { value: answer }, new_evidence: { value: 'INSUFFICIENT_INFO', score: 1 } }),
      ],
      script: [{ at: 'PT8M59S', do: 'message', by: 'customer', text }],
      body: 'Members got scam texts',
    });

  test('[TS-192] [TS-194] [TS-198] [TS-199] [TS-249] the explanation', async () => {
    const text = (await play({}))('no_bad_actor');
    expect(text).toMatch(/^Thank you for reaching out about this concern/);
    expect(text).not.toContain('!');
    expect(text.match(/^\d\. /gm)).toHaveLength(4);
    expect(text).toContain('https://support.planningcenteronline.com/hc/en-us/articles/6984288823579');
    for (const source of ['Facebook, Instagram', 'public website directory', 'Other publicly available sources'])
      expect(text).toContain(source);
    expect(text).toMatch(/Would you like me to show you how to monitor[^?]*\?\s*$/);
  });

  test('[TS-203] [TS-204] [TS-205] the guide', async () => {
    const guide = (await play({ wants_monitoring_info: 'yes' }))('monitoring_guide');
    expect(guide).toMatch(
      /'Recently Updated Profiles'[\s\S]*People > Lists > Create List[\s\S]*'Profiles created or updated in the last week'[\s\S]*'AND has Directory access'/,
    );
    expect(guide).toMatch(
      /'Suspicious Group Activity'[\s\S]*'Profiles created or updated recently'[\s\S]*'AND requested to join a Group with any Status in the last month'/,
    );
    expect(guide).toMatch(/weekly[\s\S]*IP addresses, and locations[\s\S]*reach back out/);
    expect(guide).toContain(HISTORY);
  });

  test('[TS-206] [TS-207] [TS-208] [TS-209] [TS-210] [TS-211] the note, with the guide and without', async () => {
    const yes = (await play({ wants_monitoring_info: 'yes' }))('no_breach_found');
    expect(yes).toMatch(/^T&S INVESTIGATION - NO BREACH FOUND/);
    expect(yes.match(/=== .* ===/g)).toEqual(
      ['INVESTIGATION SUMMARY', 'FINDINGS', 'EDUCATION PROVIDED', 'CUSTOMER OUTCOME', 'BOT PERFORMANCE'].map(
        (name) => `=== ${name} ===`,
      ),
    );
    expect(yes).toContain('Initial Concern: Members got scam texts');
    expect(yes.match(/not collected/g)).toHaveLength(4);
    expect(yes.match(/✅/g)).toHaveLength(5);
    expect(yes).toContain('Customer questions answered: yes, how does that work?');
    const no = (await play({ wants_monitoring_info: 'no' }, 'no thanks'))('no_breach_found');
    expect(no.match(/✅/g)).toHaveLength(4);
    expect(no).toContain('Monitoring guidance provided: no');
    expect(no).toContain('Customer questions answered: none');
  });

  test('[TS-214] [TS-215] the record: ten fields, five things taught, satisfaction only where words tell it', async () => {
    const log = (await play({ wants_monitoring_info: 'yes' }))('log_educated');
    expect(log.match(/^- /gm)).toHaveLength(10);
    expect(log.match(/^ {2}\* /gm)).toHaveLength(5);
    expect(log).toContain('Customer Satisfaction: no data');
    const pleased = (await play({}, "that's really helpful, thanks"))('log_educated');
    expect(pleased).toContain('Customer Satisfaction: 5/5 (inferred)');
    expect(log).toMatch(
      /Determination: No Planning Center breach[\s\S]*Monitoring Guidance Requested: yes[\s\S]*Total Resolution Time: 9 minutes/,
    );
  });
});

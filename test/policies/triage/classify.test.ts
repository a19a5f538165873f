import fc from 'fast-check';
import { routeOf } from '../../../src/domain/classify/run';
import { theTriage } from './support';

const intent = async (text: string): Promise<string | null> => (await theTriage).triage.ask('intent', text).value;
const evidence = async (text: string): Promise<string | null> => (await theTriage).triage.ask('evidence', text).value;

test.each([
  'My profile got hacked on Friday',
  'Someone hacked our account',
  'We’re getting scam texts from fake pastor',
  'Unauthorized person joined our group',
  'I see logins I didn’t make',
  'Suspicious profiles were created',
  'My profile was changed and I didn’t do it',
  'A profile was taken over yesterday. How do I turn on 2-step verification?',
])('%j reports an incident [TS-034, TS-035, TS-036, TS-037, TS-038, TS-039, TS-040, TS-051]', async (text) =>
  expect(await intent(text)).toBe('INCIDENT_REPORT'),
);

test.each([
  'how do admins turn on 2SV for everybody, worried about scam emails',
  'How do I enable 2-step verification?',
  'What are best practices for passwords?',
  'Can I see who logged into my account?',
  'How do I check Security History?',
  'What permissions should I give?',
])('%j asks about security [TS-041, TS-042, TS-043, TS-044, TS-045, TS-046]', async (text) =>
  expect(await intent(text)).toBe('SECURITY_QUESTION'),
);

test.each([
  'please let us force logout after 15 minutes',
  'Can you add a way to log out all devices?',
  'I wish we had session timeout',
  'Can you build IP address restrictions?',
])('%j asks for a feature [TS-047, TS-048, TS-049, TS-050]', async (text) =>
  expect(await intent(text)).toBe('FEATURE_REQUEST'),
);

test.each([
  'The profiles of Tom Ray and Lia Fox in Planning Center were compromised',
  'There were unauthorized changes to our small group settings',
  'Security History shows an unauthorized login from Lagos',
  'Someone had unauthorized access to Giving reports',
  'A scam message was sent through our Groups chat',
  'A directory export ran that I didn’t make',
  'There was a profile takeover of our treasurer in People',
  'An unknown man joined our group without leave',
])(
  '%j is clear evidence of which one is sure enough to go on [TS-071, TS-074, TS-075, TS-076, TS-077, TS-078, TS-079, TS-080]',
  async (text) => {
    const answer = (await theTriage).triage.ask('evidence', text);
    expect(answer.value).toBe('CLEAR_EVIDENCE');
    expect(answer.score).toBeGreaterThanOrEqual(6);
  },
);

test.each([
  'Members got scam texts',
  'A scammer used names from our Facebook page',
  'Scam mail to all addresses on our website staff page',
  'We got a scammy email about a locked mailbox',
  'We are a bit worried, there is so much suspicious activity and fraud aimed at churches in our town lately',
])('%j is likely social scraping [TS-072, TS-081, TS-082, TS-083, TS-084, TS-085]', async (text) =>
  expect(await evidence(text)).toBe('LIKELY_SOCIAL_SCRAPING'),
);

test.each([
  'suspicious activity!!',
  'We got hacked.',
  'Something of ours was compromised',
  'I think there was a breach, who do I talk to?',
])('%j says too little [TS-086, TS-087, TS-088, TS-089]', async (text) =>
  expect(await evidence(text)).toBe('INSUFFICIENT_INFO'),
);

test('answers are one declared value with a whole score in the declared range, whatever the text [TS-033, TS-073, TS-090]', async () => {
  const { triage } = await theTriage;
  const words = fc.constantFrom(
    'hacked',
    'our',
    'profile',
    'Planning Center',
    'scam',
    'text',
    'not',
    'if',
    'how do I',
    '?',
    '. ',
    '{"a":',
    '👋',
    '\u202e',
    'right now',
    'idiot',
    'Passwort',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const decision = triage.message(text, { prefilter: false });
      expect(['INCIDENT_REPORT', 'SECURITY_QUESTION', 'FEATURE_REQUEST', 'UNCLEAR']).toContain(decision.intent);
      expect(['CLEAR_EVIDENCE', 'LIKELY_SOCIAL_SCRAPING', 'INSUFFICIENT_INFO', null]).toContain(decision.evidence);
      expect(decision.evidence === null).toBe(decision.intent !== 'INCIDENT_REPORT');
      expect(Number.isInteger(decision.confidence) && decision.confidence >= 0 && decision.confidence <= 10).toBe(true);
      expect(triage.message(text, { prefilter: false })).toEqual(decision);
    }),
    { numRuns: 300 },
  );
});

test('clear evidence goes on from a confidence of 6, below it a person looks at it [TS-092, TS-095, TS-098]', async () => {
  const { spec } = await theTriage;
  const at = (value: string | null, score: number) => routeOf(spec.evidence, { value, score, reasons: [] });
  expect(at('CLEAR_EVIDENCE', 5)).toMatchObject({ go: null, outcome: 'human_triage' });
  expect(at('CLEAR_EVIDENCE', 6).go).toBe('gather');
  expect(at('CLEAR_EVIDENCE', 10).go).toBe('gather');
  expect(at('LIKELY_SOCIAL_SCRAPING', 0).go).toBe('educate');
  expect(at('INSUFFICIENT_INFO', 0).go).toBe('gather');
  expect(at(null, 0)).toMatchObject({ go: null, outcome: 'human_triage' });
});

test('scraping is explained and clear evidence is not [TS-005, TS-101]', async () => {
  const { triage } = await theTriage;
  expect(triage.message('Members got scam texts')).toMatchObject({
    action: 'educate',
    outcome: 'education_resolved',
    turn: 1,
  });
  expect(triage.message('There were unauthorized changes to our small group settings')).toMatchObject({
    action: 'gather_information',
    outcome: null,
  });
});

test('every contribution is a reason that quotes nothing of the message', async () => {
  const text = 'Zanzibar Quux hacked our account and changed profiles nobody here knows';
  const decision = (await theTriage).triage.message(text);
  expect(decision.reasons.length).toBeGreaterThan(3);
  expect(decision.reasons.join('\n')).not.toMatch(/Zanzibar|Quux/);
  expect(decision.reasons.join('\n')).toMatch(/intent: INCIDENT_REPORT \+\d+: .*\[TS-/);
});

test('reads typing errors, shouting, other languages, very long and empty texts', async () => {
  const { triage } = await theTriage;
  const long = `${'Grace and peace to you all. '.repeat(5_000)} Someone changed the emails of our members in Planning Center and nobody here did it.`;
  for (const text of [
    'we were hakced',
    'WE WERE HACKED',
    'nuestra cuenta fue hackeada',
    'notre compte a été piraté',
    'wir wurden gehackt',
    'fomos hackeados',
    long,
  ])
    expect([text.slice(0, 40), triage.message(text, { prefilter: false }).intent]).toEqual([
      text.slice(0, 40),
      'INCIDENT_REPORT',
    ]);
  for (const text of ['', ' \n ', '👍', '…'])
    expect(triage.message(text, { prefilter: false })).toMatchObject({
      intent: 'UNCLEAR',
      evidence: null,
      confidence: 0,
    });
});

import { theTriage } from './support';

const hits = async (text: string): Promise<{ keyword: string[]; supplementary: string[] }> =>
  (await theTriage).triage.keywords(text);

test.each([
  ['Our account was hacked last night', 'hacked'], // TS-007
  ['I think a profile is compromised', 'compromised'],
  ['Is this a data breach?', 'breach'],
  ['There was unauthorized access to People', 'unauthorized access'],
  ['I noticed suspicious activity on Sunday', 'suspicious activity'],
  ['People got scam texts', 'scam'],
  ['This looks scammy', 'scammy'],
  ['A bad actor joined', 'bad actor'],
  ['Looks like a profile takeover', 'profile takeover'],
  ['An unauthorized login is listed', 'unauthorized login'],
  ['Three suspicious profiles showed up', 'suspicious profiles'],
  ['We saw a suspicious group request', 'suspicious group'],
  ['There were unauthorized changes to my email', 'unauthorized changes'],
  ['It looks like someone else signed in as me', 'someone else'],
  ['I see a change I didn’t make', "didn't make"],
  ['That login wasn´t me', "wasn't me"],
])(
  "%j holds %j of the document's list [TS-007, TS-008, TS-009, TS-010, TS-011, TS-012, TS-013, TS-014, TS-015, TS-016, TS-017, TS-018, TS-019, TS-020, TS-021, TS-022]",
  async (text, phrase) => expect((await hits(text)).keyword).toContain(phrase),
);

test("the list is the document's sixteen phrases and no other [TS-006]", async () => {
  const { spec } = await theTriage;
  expect(spec.prefilter.keyword.flatMap((list) => list.list)).toHaveLength(16);
});

test('matches anywhere in the body, whatever the case, apostrophe and line breaks [TS-006]', async () => {
  expect((await hits('I WAS HACKED')).keyword).toEqual(['hacked']);
  expect((await hits("unauthorized\n  access, breached, wasn't me")).keyword).toEqual([
    'breach',
    'unauthorized access',
    "wasn't me",
  ]);
  expect((await hits('hello')).keyword).toEqual([]);
});

test('without a keyword nothing is classified and standard support has it [TS-003, TS-025]', async () => {
  const decision = (await theTriage).triage.message('Where do I change the service time?');
  expect(decision).toMatchObject({
    keywordHit: false,
    supplementaryHit: false,
    intent: 'UNCLEAR',
    evidence: null,
    action: 'normal_handling',
    outcome: 'standard_support',
    turn: 1,
  });
  expect(decision.reasons).toEqual(['no keyword of any list: nothing was classified']);
});

test.each([
  'Unauthorized person joined our group',
  'My profile was changed and I didn’t do it',
  'Our members are getting text messages from someone pretending to be Pastor Mike asking for iTunes gift cards. This is scary!',
  'How do I enable two-step verification for my admin team?',
  'URGENT! Someone is logged into our account right now changing things.',
  'Unser Konto wurde gehackt',
  'Sin nuestro permiso exportaron el directorio, sin autorización',
])(
  '%j has no phrase of the document and one of the added lists [TS-037, TS-040, TS-246, TS-252, TS-255]',
  async (text) => {
    const { keyword, supplementary } = await hits(text);
    expect(keyword).toEqual([]);
    expect(supplementary.length).toBeGreaterThan(0);
  },
);

test('signs count only where no list has a phrase', async () => {
  expect(await hits('Someone hacked our account')).toEqual({ keyword: ['hacked'], supplementary: [] });
  expect((await hits('They keep altering our member records and none of our staff does that')).supplementary).toContain(
    'none of our',
  );
  expect(await hits('The phone numbers of ten profiles were altered and the office denies it')).toEqual({
    keyword: [],
    supplementary: ['(system)'],
  });
});

test('the message that starts the flow need not be the first one', async () => {
  const { triage } = await theTriage;
  const decision = triage.conversation([
    { from: 'customer', text: 'Good morning, who can help me?' },
    { from: 'agent', text: 'I can. What is it about?' },
    { from: 'customer', text: 'Our account was hacked' },
  ]);
  expect(decision).toMatchObject({
    keywordHit: true,
    intent: 'INCIDENT_REPORT',
    evidence: 'INSUFFICIENT_INFO',
    outcome: null,
  });
});

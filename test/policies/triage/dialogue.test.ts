import type { TurnText } from '../../../src/domain/classify/types';
import { labelledIn, theTriage } from './support';

const turns = (...lines: string[]): TurnText[] =>
  lines.map((line) => ({ from: line.startsWith('A: ') ? 'agent' : 'customer', text: line.slice(3) }));
const decide = async (...lines: string[]) => (await theTriage).triage.conversation(turns(...lines));
const item = (decision: Awaited<ReturnType<typeof decide>>, field: string) =>
  decision.gathered.find((one) => one.field === field);

const NAMES = 'A: Can you share the names of the people whose profiles were affected?';
const WHEN = 'A: When did you first notice this activity?';
const WHAT = 'A: Can you describe what suspicious activity you observed?';
const WHERE = 'A: Did this happen inside Planning Center, or were these external texts only?';

test.each(labelledIn('document').filter((one) => one.outcome !== undefined))(
  "the document's cases end as it says: $id [TS-239, TS-240, TS-241, TS-246, TS-252, TS-255, TS-261, TS-262, TS-263]",
  async ({ turns: said, intent, evidence, action, outcome, turn }) =>
    expect((await theTriage).triage.conversation(said)).toMatchObject({ intent, evidence, action, outcome, turn }),
);

test('what the first message tells is not asked for again [TS-120]', async () => {
  const [first] = labelledIn('document');
  const gathered = (await theTriage).triage.conversation(first?.turns ?? []).gathered;
  expect(gathered.map(({ field, state, asks }) => [field, state, asks])).toEqual([
    ['affected_names', 'complete', 0],
    ['incident_timeline', 'complete', 0],
    ['suspicious_behaviors', 'complete', 0],
    ['pc_systems_accessed', 'open', 0],
  ]);
  expect(gathered[0]?.value).toEqual(['John Smith', 'Mary Johnson']);
  expect(gathered[1]?.value).toEqual(['yesterday']);
});

test('takes names and user names from an answer [TS-119]', async () => {
  const decision = await decide('C: We got hacked.', NAMES, 'C: John Smith, Mary Johnson and a user jx99');
  expect(item(decision, 'affected_names')?.value).toEqual(['John Smith', 'Mary Johnson', 'jx99']);
});

test('a verb before a name is no part of it, in Spanish neither', async () => {
  const decision = await decide('C: We got hacked.', NAMES, 'C: Somos Lucia Perez y Carlos Ruiz');
  expect(item(decision, 'affected_names')?.value).toEqual(['Lucia Perez', 'Carlos Ruiz']);
});

test('an ordinary word that is also a first name names nobody', async () => {
  const decision = await decide('C: We got hacked.', NAMES, 'C: will look');
  expect(item(decision, 'affected_names')).toMatchObject({ state: 'open', value: [] });
});

test('keeps what answers another question, and the one that was asked costs an attempt [TS-133]', async () => {
  const decision = await decide('C: We got hacked.', NAMES, 'C: it began last Tuesday');
  expect(item(decision, 'incident_timeline')).toMatchObject({ state: 'complete', asks: 0, value: ['last Tuesday'] });
  expect(item(decision, 'affected_names')).toMatchObject({ state: 'open', asks: 1 });
});

test.each([
  'last Tuesday',
  'about a week ago',
  'this morning',
  'hace una semana',
  'vor zwei Tagen',
  '2026-03-02 at 10:30',
])('accepts %j as a time [TS-124]', async (when) => {
  const decision = await decide('C: We got hacked.', WHEN, `C: ${when}`);
  expect(item(decision, 'incident_timeline')?.state).toBe('complete');
});

test('asks three times for names, times and behaviours, twice for the systems, then decides on what there is [TS-118, TS-122, TS-127, TS-130]', async () => {
  const lines = ['C: We got hacked.'];
  for (const ask of [NAMES, NAMES, NAMES, WHEN, WHEN, WHEN, WHAT, WHAT, WHAT, WHERE]) lines.push(ask, 'C: hmm');
  expect(await decide(...lines)).toMatchObject({ outcome: null });
  const decision = await decide(...lines, WHERE, 'C: hmm');
  expect(decision).toMatchObject({ outcome: 'human_review', turn: 12 });
  expect(decision.gathered.map(({ state, asks }) => [state, asks])).toEqual([
    ['incomplete', 3],
    ['incomplete', 3],
    ['incomplete', 3],
    ['incomplete', 2],
  ]);
});

test('only texts from outside are scraping, access to the system is a breach [TS-131, TS-132, TS-136]', async () => {
  const start = [
    'C: We got hacked.',
    NAMES,
    'C: Rosa Lind',
    WHEN,
    'C: yesterday',
    WHAT,
    'C: texts from a fake pastor who wants gift cards',
    WHERE,
  ];
  const outside = await decide(...start, 'C: only WhatsApp messages, nothing in Security History');
  expect(outside).toMatchObject({ outcome: 'education_resolved', turn: 5, reassessment: { value: 'SOCIAL_SCRAPING' } });
  expect(item(outside, 'pc_systems_accessed')?.value).toEqual(['no']);
  const inside = await decide(...start, 'C: inside Planning Center, the profiles were changed by nobody of us');
  expect(inside).toMatchObject({ outcome: 'escalated', turn: 5, reassessment: { value: 'CONFIRMED_BREACH' } });
});

test('a single sign in the product suffices for a breach [TS-135]', async () => {
  const { triage } = await theTriage;
  expect(triage.ask('reassess', 'Security History shows logins from Ghana').value).toBe('CONFIRMED_BREACH');
});

test('a decision below a score of 6 is still unclear [TS-134]', async () => {
  const { spec } = await theTriage;
  expect(spec.questions['reassess']).toMatchObject({ threshold: 6, below: 'STILL_UNCLEAR' });
  const decision = await decide(
    'C: We got hacked.',
    NAMES,
    'C: Rosa Lind',
    WHEN,
    'C: yesterday',
    WHAT,
    'C: the page looked different from the week before to me',
    WHERE,
    'C: no idea',
  );
  expect(decision).toMatchObject({ outcome: 'human_review', reassessment: { value: 'STILL_UNCLEAR' } });
});

test.each([
  ['it is still going on as we speak', 'active_breach', 'urgent_escalation'],
  ['I cannot get into my account any more', 'active_breach', 'urgent_escalation'],
  ['can I just talk to a real person', 'wants_human', 'human_handoff'],
  ['¿puedo hablar con una persona?', 'wants_human', 'human_handoff'],
  ['you stupid idiots, I am sick of this garbage', 'aggression', 'calm_transfer'],
])('%j interrupts the gathering [TS-125, TS-145, TS-151, TS-158]', async (text, interrupt, outcome) =>
  expect(await decide('C: We got hacked.', NAMES, `C: ${text}`)).toMatchObject({
    interrupt,
    outcome,
    turn: 2,
    reassessment: null,
  }),
);

test.each([
  'Jim Carter',
  'last week, not now',
  'I was locked in a meeting',
  'my boss is a difficult person',
  'what a day',
])('%j does not [TS-145, TS-151, TS-158]', async (text) =>
  expect(await decide('C: We got hacked.', NAMES, `C: ${text}`)).toMatchObject({ interrupt: null, outcome: null }),
);

test('an active breach comes before the wish for a person, and that before aggression [TS-145, TS-151, TS-158]', async () => {
  const { spec } = await theTriage;
  expect(spec.gather.interrupts.map(({ question, at_least }) => [question, at_least])).toEqual([
    ['active_breach', 4],
    ['wants_human', 4],
    ['aggression', 5],
  ]);
  expect(
    await decide('C: We got hacked.', NAMES, 'C: It is happening right now, you idiots, get me a real person'),
  ).toMatchObject({
    outcome: 'urgent_escalation',
  });
});

test('new evidence after the explanation opens the matter again, once', async () => {
  const decision = await decide(
    'C: Members got scam texts about gift cards',
    'A: I see no evidence of a breach.',
    'C: Wait, there were unauthorized changes to our group settings too',
    NAMES,
    'C: Rosa Lind',
  );
  expect(decision).toMatchObject({ evidence: 'LIKELY_SOCIAL_SCRAPING', outcome: null });
  expect(decision.reasons).toContain('new evidence after the explanation');
});

test('thanks after the explanation leave it as it is', async () =>
  expect(await decide('C: Members got scam texts', 'A: It is no breach.', 'C: thanks, that helps')).toMatchObject({
    outcome: 'education_resolved',
    turn: 1,
  }));

test("a conversation without an agent's lines counts the questions that would be asked", async () => {
  const decision = await decide('C: We got hacked.', 'C: hm', 'C: hm', 'C: hm');
  expect(item(decision, 'affected_names')).toMatchObject({ state: 'incomplete', asks: 3 });
});

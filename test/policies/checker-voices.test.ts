import { checkFiles, expectOne, placeOf, type Case } from './support/tiny-pack';

const flow = (state: string): string =>
  `flows:\n  chat: { starts: { on: opened }, first: a, states: { a: { ${state}, go: [{ to: end }] } } }\n`;
const quiet = 'voices:\n  quiet: { title: Quiet, speaks_as: Nobody }\n';
const loud = (more = ''): string => `voices:\n  loud: { title: Loud, speaks_as: Somebody, customers: true${more} }\n`;

test.each<Case>([
  ['a voice', 'unknown-name', `${quiet}${flow('voice: »quite')}`],
  [
    'the voice of a dialogue',
    'unknown-name',
    `${quiet}${flow('collect: { model: same, voice: »quite, items: [{ field: impact, attempts: 1, sufficient: 50 }] }')}`,
  ],
  [
    'a dialogue in another voice than its state',
    'voice-twice',
    `${quiet}${loud()}${flow('voice: quiet, collect: { model: same, voice: »loud, items: [{ field: impact, attempts: 1, sufficient: 50 }] }')}`.replace(
      '\nvoices:\n  loud',
      '\n  loud',
    ),
  ],
  ['the context of a voice', 'unknown-name', loud(', context: »tolled')],
  ['a delay whose end is before its beginning', 'voice-delay', loud(', »delay: { from: PT3S, to: PT2S }')],
])('%s is refused', async (...one) => expectOne(one));

const mail = '---\n{ audience: customer, subject: Hello }\n---\nPlease {{ ticket.id }} hurry!\n';
const sends = (template: string): string => `voice: VOICE, do: [{ send: { to: customer, template: »${template} } }]`;

test('a voice that is not for customers sends nothing to them [TS-029, TS-068]', async () => {
  const yaml = `${quiet}${flow(sends('mail').replace('VOICE', 'quiet'))}`;
  const problems = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': mail });
  expect(problems.find((one) => one.rule === 'internal-voice')).toMatchObject({ severity: 'error', ...placeOf(yaml) });
});

test('a message that says what its voice avoids is refused, where it stands [TS-113]', async () => {
  const yaml = `${loud(', avoids: ["!"]')}${flow(sends('mail').replace('VOICE', 'loud'))}`;
  const problems = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': mail });
  expect(problems.find((one) => one.rule === 'avoided-words')).toMatchObject({ severity: 'error', ...placeOf(yaml) });
  const calm = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': mail.replace('!', '.') });
  expect(calm.filter((one) => one.rule === 'avoided-words')).toEqual([]);
});

test('Liquid in a message is not what it says: != is no exclamation', async () => {
  const yaml = `${loud(', avoids: ["!"]')}${flow(sends('mail').replace('VOICE', 'loud'))}`;
  const text = '---\n{ audience: customer, subject: Hello }\n---\n{% if ticket.id != "x" %}Yes{% endif %}\n';
  const problems = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': text });
  expect(problems.filter((one) => one.rule === 'avoided-words')).toEqual([]);
});

test('a context is for staff: its reader is a model', async () => {
  const yaml = loud(', context: »mail');
  const problems = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': mail });
  expect(problems.find((one) => one.rule === 'wrong-audience')).toMatchObject({ severity: 'error', ...placeOf(yaml) });
});

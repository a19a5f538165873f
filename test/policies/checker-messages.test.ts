import { checkFiles, placeOf } from './support/tiny-pack';

const rules = (body: string): string => `rules:\n  bad: ${body}\n`;

describe('the checker reads messages:', () => {
  const sent = rules('{ on: began(p1), do: [{ send: { template: mail } }] }');
  const mail = (text: string, head = 'audience: customer'): string => `---\n{ ${head} }\n---\n${text}\n`;
  test.each<[string, string, string, string, string]>([
    ['a field that customers may not see', 'not-for-customers', 'error', sent, mail('Why: {{ »ticket.secret }}')],
    [
      'a built-in name that customers may not see',
      'not-for-customers',
      'error',
      sent,
      mail('Owner {{ »ticket.owner }}'),
    ],
    [
      'a field of the customer that is ours',
      'not-for-customers',
      'error',
      sent,
      mail('{{ »ticket.customer.account_manager }}'),
    ],
    ['a variable that nothing sets', 'template-variable', 'error', sent, mail('Hello {{ »ticket.nmae }}')],
    ['a root that nothing sets', 'template-variable', 'error', sent, mail('Hello {{ »tickets.name }}')],
    [
      'a commitment that the pack does not have',
      'template-variable',
      'error',
      sent,
      mail('{{ »commitment.replay.next }}'),
    ],
    ['what its event does not carry', 'template-variable', 'error', sent, mail('{{ »event.text }}')],
    [
      'what its event may not carry',
      'template-variable',
      'warning',
      rules('{ on: resolved, do: [{ send: { template: mail } }] }'),
      mail('{{ »event.resolution }}'),
    ],
    [
      'a field that may be empty',
      'template-variable',
      'warning',
      `fields:\n  why: { text: optional, visible: all }\n${sent}`,
      mail('{{ »ticket.why }}'),
    ],
  ])('the checker finds %s', async (_title, rule, severity, yaml, text) => {
    const problems = await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': text });
    const file = expect.stringMatching(/templates\/mail\.liquid$/);
    expect(problems).toEqual([expect.objectContaining({ rule, severity, file, ...placeOf(text) })]);
  });

  test.each([
    [
      'asked for first',
      `fields:\n  why: { text: optional, visible: all }\n${sent}`,
      mail('{% if ticket.why %}{{ ticket.why }}{% endif %}'),
    ],
    [
      'listed under needs',
      `fields:\n  why: { text: optional, visible: all }\n${sent}`,
      mail('{{ ticket.why }}', 'audience: customer, needs: [ticket.why]'),
    ],
    [
      'carried by its event',
      rules('{ on: task_done(papers), do: [{ notify: { to: boss, template: mail } }] }'),
      mail('{{ event.link }} {{ event.choice }}', 'audience: staff'),
    ],
    [
      'carried by the move of a path',
      'paths:\n  more: { levels: [{ to: boss }], template: mail }\n',
      mail('{{ event.reason }} {{ event.level }}', 'audience: staff'),
    ],
  ])('what is %s may be read', async (_title, yaml, text) => {
    expect(await checkFiles({ 'b.yaml': yaml, 'templates/mail.liquid': text })).toEqual([]);
  });
});

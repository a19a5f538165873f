/** Clauses of SecureAI's P1 protocol that are about data, words and what the policy check says. */
import { resolve } from 'node:path';
import type { JsonObject } from '../../src/domain/policy/types';
import { checkPack } from '../../src/policies/checker';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { renderTemplate, type RenderedMessage } from '../../src/policies/templates';
import { rehearse } from '../../src/rehearsal/rehearse';
import type { TimelineRow } from '../../src/rehearsal/rows';
import { parseScenario } from '../../src/rehearsal/scenario';

const DIR = resolve(__dirname, '../../policies/secureai');
let loaded: LoadedPack;
beforeAll(async () => {
  loaded = await loadPack(DIR);
});

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const render = (name: string, vars: JsonObject): RenderedMessage => {
  const source = loaded.templates[name];
  if (!source) throw new Error(`there is no template ${name}`);
  return renderTemplate(name, source, vars, 'UTC');
};

/** Rehearse a few lines of YAML under the pack and give the rows. */
async function play(yaml: string): Promise<TimelineRow[]> {
  const scenario = parseScenario(
    `policy: secureai\nopened: 2025-01-27T10:00:00Z\n${yaml}`,
    `${DIR}/scenarios/test.yaml`,
  );
  return (await rehearse(scenario, loaded)).rows;
}
const sent = (rows: TimelineRow[], template: string): RenderedMessage[] =>
  rows
    .filter((row) => row.type === 'delivery' && row.data['template'] === template && row.data['verb'] !== 'draft')
    .map((row) => render(template, row.data['vars'] as JsonObject));

const CUSTOMER = 'customer: { name: Jane Smith, email: jane@example.com, plan: starter }';
const P1 = `ticket: { subject: Records vanished, channel: portal, ${CUSTOMER}, fields: { flags: [data_loss], summary: Records vanished, impact: Uploads are missing } }`;

describe('the notice of a P1', () => {
  const notice = async (params = ''): Promise<RenderedMessage> => {
    const [one] = sent(await play(`${params}${P1}\nuntil: PT8M`), 'p1_notice');
    if (!one) throw new Error('no notice was sent');
    return one;
  };

  it('has the subject, the greeting and the opening sentence of the document [SEC-ESC-062]', async () => {
    const { subject, text } = await notice();
    expect(subject).toBe('[CRITICAL] System Issue Affecting SecureAI Services');
    expect(lines(text).slice(0, 2)).toEqual([
      'Dear SecureAI Customer,',
      'We are currently experiencing a critical service issue affecting the SecureAI platform.',
    ]);
  });

  it('has every field of the document, and no bracket in place of a value [SEC-ESC-063]', async () => {
    const { text } = await notice();
    expect(text).toContain('ISSUE SUMMARY: Records vanished');
    expect(text).toContain('IMPACT: Uploads are missing');
    expect(text).toMatch(/CURRENT STATUS: \S/);
    expect(text).toContain('- Issue detected: Mon 27 Jan 2025, 10:00 UTC');
    expect(text).toContain('- Team activated: Mon 27 Jan 2025, 10:00 UTC');
    expect(text).toContain('- Estimated resolution: under investigation');
    expect(text).not.toMatch(/[[\]]/);
  });

  it('tells many customers nothing of what one of them wrote [SEC-ESC-063]', async () => {
    const outage = P1.replace('[data_loss], summary: Records vanished, impact: Uploads are missing', '[system_outage]');
    const [one] = sent(
      await play(`${outage.replace('Records vanished', 'Everything is down at Acme')}\nuntil: PT8M`),
      'p1_notice',
    );
    expect(one?.text).toContain('ISSUE SUMMARY: SecureAI does not work for its customers');
    expect(one?.text).not.toContain('Acme');
  });

  it('is not made without its impact or a time [SEC-ESC-063]', () => {
    const whole: JsonObject = {
      ticket: { summary: 's', impact: 'i', current_status: 'c', opened_at: 0, estimated_resolution: 'e' },
      commitment: { p1_updates: { interval: 1_800_000, next: 1_800_000 } },
      event: { at: 0 },
    };
    expect(() => render('p1_notice', whole)).not.toThrow();
    for (const field of ['impact', 'summary', 'opened_at']) {
      const ticket = Object.fromEntries(
        Object.entries(whole['ticket'] as JsonObject).filter(([name]) => name !== field),
      );
      expect(() => render('p1_notice', { ...whole, ticket })).toThrow(/cannot be rendered/);
    }
    expect(() => render('p1_notice', { ...whole, event: {} })).toThrow(/cannot be rendered/);
    expect(loaded.pack.templates['p1_notice']?.needs.map((need) => need.src)).toEqual(
      expect.arrayContaining(['ticket.summary', 'ticket.impact', 'commitment.p1_updates.next']),
    );
  });

  it('promises the interval in force and the next update, with the status page [SEC-ESC-064]', async () => {
    const { text } = await notice();
    expect(text).toContain('every 30 minutes');
    expect(text).toContain('Next update: Mon 27 Jan 2025, 10:30 UTC');
    expect(text).toContain('Status page: https://status.secureai.com');
  });

  it('promises an hour where the cadence is an hour [SEC-ESC-064] [SEC-HD-256]', async () => {
    const { text } = await notice('params: { p1_cadence: hourly }\n');
    expect(text).toContain('every 1 hour');
    expect(text).toContain('Next update: Mon 27 Jan 2025, 11:00 UTC');
    expect(text).not.toContain('30 minutes');
  });

  it('is signed by the incident response team [SEC-ESC-065]', async () => {
    expect(lines((await notice()).text).slice(-2)).toEqual([
      'SecureAI Incident Response Team',
      'support@secureai.com | +1-800-SECURE-AI',
    ]);
  });

  it('names the instant at which the team was activated [SEC-ESC-048]', async () => {
    const rows = await play(
      `ticket: { subject: Odd records, channel: portal, ${CUSTOMER} }\nscript: [{ at: PT7M, do: set, by: agent, flags: [data_loss] }]\nuntil: PT8M`,
    );
    expect(sent(rows, 'p1_notice')[0]?.text).toContain(
      '- Issue detected: Mon 27 Jan 2025, 10:00 UTC\n- Team activated: Mon 27 Jan 2025, 10:07 UTC',
    );
  });
});

it('keeps the communication plan: audience, channels, cadence and owner [SEC-ESC-051]', async () => {
  const rows = await play(`${P1}\nuntil: PT1M`);
  const plan = rows.find((row) => row.type === 'changed' && row.subject === 'communication_plan')?.data['to'];
  expect(plan).toEqual({
    audience: 'customer',
    channels: ['email', 'status_page'],
    cadence: [{ until: 'PT1H', every: 'PT30M' }, { every: 'PT1H' }],
    owner: 'incident_commander',
  });
});

it('counts updates, and promises only the phase in force [SEC-ESC-157] [SEC-ESC-064]', async () => {
  const rows = await play(
    `${P1}\nscript:\n  - { at: PT28M, do: send_update, by: agent, text: One }\n  - { at: PT58M, do: send_update, by: agent, text: Two }\n  - { at: PT61M, do: send_update, by: agent, text: Three }\nuntil: PT2H`,
  );
  const texts = sent(rows, 'p1_update').map((one) => one.text);
  expect(texts[0]).toContain('This is update #1.');
  expect(texts[0]).toContain('Next update: Mon 27 Jan 2025, 10:30 UTC');
  expect(texts[1]).toContain('This is update #2.');
  expect(texts[2]).toContain('Updates every 1 hour. Next update: Mon 27 Jan 2025, 12:00 UTC');
});

it('posts id, summary and priority in #incidents [SEC-ESC-149]', async () => {
  const rows = await play(`${P1}\nuntil: PT1M`);
  const row = rows.find((one) => one.type === 'delivery' && one.data['channel'] === 'slack');
  const { text } = render('p1_internal', row?.data['vars'] as JsonObject);
  expect(text).toContain('TICK-20250127-001');
  expect(text).toContain('Records vanished');
  expect(text).toContain('P1');
});

it('gives every page of a ticket a key that begins with its id [SEC-ESC-150]', async () => {
  const rows = await play(`${P1}\nuntil: PT30M`);
  const pages = rows.filter(
    (row) => row.type === 'delivery' && row.data['channel'] === 'page' && row.data['path'] === 'on_call',
  );
  expect(pages.length).toBeGreaterThan(1);
  for (const page of pages) expect(String(page.data['key'])).toMatch(/^TICK-20250127-001\|/);
});

it('begins the root cause analysis with what is known of the incident [SEC-ESC-169]', () => {
  expect(loaded.source.tasks['root_cause']?.draft).toBe('rca');
  const { text } = render('rca', {
    ticket: {
      id: 'T',
      number: '1',
      subject: 's',
      summary: 'Records vanished',
      impact: 'Uploads',
      opened_at: 1737972000000,
      resolved_at: 1737980400000,
      resolution: 'Restored',
    },
  });
  expect(text).toContain('Resolved: Mon 27 Jan 2025, 12:20 UTC');
  expect(text).toContain('Root cause:');
});

describe('a reply to the customer', () => {
  type Mail = RenderedMessage & { data: JsonObject };
  const CLAIM = '  - { at: PT5M, do: claim, by: Ben }\n';
  const mail = async (
    over: { priority?: string; claim?: string; more?: string; customer?: string } = {},
  ): Promise<Mail> => {
    const { priority = 'P2', claim = CLAIM, more = '', customer = CUSTOMER } = over;
    const ticket = `ticket: { subject: Report is empty, channel: email, priority: ${priority}, ${customer} }`;
    const script = `${claim}  - { at: PT6M, do: reply, by: Ben, text: We look into it.${more} }`;
    const rows = await play(`${ticket}\nscript:\n${script}\nuntil: PT1H`);
    const row = rows.find((one) => one.type === 'delivery' && one.data['template'] === 'reply');
    const [one] = sent(rows, 'reply');
    if (!one || !row) throw new Error('no reply was sent');
    return { ...one, data: row.data };
  };
  const section = (text: string, from: string, to: string): string =>
    text.slice(text.indexOf(from) + from.length, text.indexOf(to)).trim();

  it('goes from the support desk to the customer, its number in the subject [SEC-HD-032]', async () => {
    const { subject, data } = await mail();
    expect(data).toMatchObject({ from: 'SecureAI Support <support@secureai.com>', to: 'jane@example.com' });
    expect(subject).toBe('[Ticket #10001] Your SecureAI Support Request');
  });

  it.each([
    ['P1', 'high'],
    ['P2', 'high'],
    ['P3', 'normal'],
    ['P4', 'low'],
  ])('has the header Priority: %s [SEC-HD-032]', async (priority, importance) => {
    const { data } = await mail({ priority });
    expect(data).toMatchObject({ priorityHeader: priority, importance });
  });

  it('greets, thanks, and has every section of the template in its order [SEC-HD-033]', async () => {
    const { text } = await mail({ more: ', next_steps: Send us the file.' });
    expect(text).toMatch(/^\s*Dear Jane Smith,\n\nThank you for contacting SecureAI Support\.\n\nTicket Details:\n/);
    expect(
      section(text, 'Ticket Details:', 'Issue Summary:')
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['- Ticket ID: #10001', '- Priority: P2 (High)', '- Status: In progress', '- Assigned To: Ben']);
    expect(section(text, 'Issue Summary:', 'Current Status:')).toBe('Report is empty');
    expect(section(text, 'Current Status:', 'Next Steps:')).toBe('We look into it.');
    expect(section(text, 'Next Steps:', 'Expected Resolution:')).toBe('Send us the file.');
    expect(section(text, 'Expected Resolution:', 'You can track')).toBe('under investigation');
  });

  it('says when the customer need do nothing, and names the team where nobody is assigned [SEC-HD-033]', async () => {
    const { text } = await mail({ claim: '' });
    expect(section(text, 'Next Steps:', 'Expected Resolution:')).toBe('None needed from you.');
    expect(section(text, '- Assigned To:', 'Issue Summary:')).toBe('SecureAI Support Team');
  });

  it('ends with the link of the ticket and the signature [SEC-HD-034]', async () => {
    const { text } = await mail();
    expect(lines(text).slice(-4)).toEqual([
      'You can track this ticket at: https://support.secureai.com/tickets/10001',
      'Best regards,',
      'Ben',
      'SecureAI Support Team',
    ]);
  });
});

describe('contacts', () => {
  const contact = (role: string): JsonObject => loaded.source.people[role] as unknown as JsonObject;

  it('lists the lead of General Support with mail, phone and hours [SEC-ESC-102]', () => {
    expect(contact('tier_1')).toMatchObject({ email: 'support-lead@secureai.com', phone: 'x1001', hours: 'staff' });
  });
  it('lists the lead of Technical Support with mail, phone and hours [SEC-ESC-103]', () => {
    expect(contact('tier_2')).toMatchObject({ email: 'tech-lead@secureai.com', phone: 'x1002', hours: 'staff' });
  });
  it('lists the on-call engineer with mail, phone and pager, at all hours [SEC-ESC-104]', () => {
    for (const role of ['on_call_engineer', 'tier_3']) {
      expect(contact(role)).toMatchObject({ email: 'oncall@secureai.com', phone: 'x1003', page: 'Engineering team' });
      expect(contact(role)['hours']).toBeUndefined();
    }
  });
  it('lists the Support Manager [SEC-ESC-105]', () => {
    expect(contact('support_manager')).toMatchObject({ email: 'support-mgr@secureai.com', phone: 'x2001' });
  });
  it('lists the Director of Support [SEC-ESC-106]', () => {
    expect(contact('director')).toMatchObject({ email: 'support-director@secureai.com', phone: 'x2002' });
  });
  it('lists the VP of Customer Success [SEC-ESC-107]', () => {
    expect(contact('vp_cs')).toMatchObject({ email: 'vp-cs@secureai.com', phone: 'x2003' });
  });
  it('lists the CTO [SEC-ESC-108]', () => {
    expect(contact('cto')).toMatchObject({ email: 'cto@secureai.com', phone: 'x3001' });
  });
  it('lists the CEO [SEC-ESC-109]', () => {
    expect(contact('ceo')).toMatchObject({ email: 'ceo@secureai.com', phone: 'x3002' });
  });
  it('lists the Security team with mail and pager, at all hours [SEC-ESC-110]', () => {
    expect(contact('security_team')).toMatchObject({
      email: 'security@secureai.com',
      page: 'Security team',
      phone: '+1-800-XXX-XXXX',
    });
    expect(contact('security_team')['hours']).toBeUndefined();
  });
  it('lists the Compliance Officer [SEC-ESC-111]', () => {
    expect(contact('compliance')).toMatchObject({ email: 'compliance@secureai.com', phone: 'x4001' });
  });
  it('lists AWS with its plan and case priority [SEC-ESC-112]', () => {
    expect(contact('aws')['note']).toContain('Enterprise Support Plan');
    expect(contact('aws')['note']).toContain('Business-critical / Urgent');
  });
  it('reaches the database vendor through its portal on the Platinum plan, by no mail [SEC-ESC-113]', () => {
    expect(loaded.source.tasks['vendor_postgresql']?.title).toMatch(/Platinum.*through vendor portal/);
    expect(contact('postgresql')['note']).toMatch(/Platinum.*through vendor portal/);
    expect(contact('postgresql')['email']).toBeUndefined();
  });
  it('lists the monitoring vendors by mail [SEC-ESC-114]', () => {
    expect(contact('datadog')).toMatchObject({ email: 'support@datadoghq.com' });
    expect(contact('pagerduty')).toMatchObject({ email: 'support@pagerduty.com' });
  });
  it('lists the law firm, reachable at all hours [SEC-ESC-115]', () => {
    expect(contact('law_firm')['note']).toContain('24/7');
    expect(contact('law_firm')['hours']).toBeUndefined();
  });
});

describe('the policy check', () => {
  const problems = (production: boolean, rule: string): string[] =>
    checkPack(loaded, { production })
      .filter((one) => one.rule === rule)
      .map((one) => `${one.severity} ${one.message}`);

  it('finds no error in the pack', () => {
    expect(checkPack(loaded).filter((one) => one.severity === 'error')).toEqual([]);
  });
  it('warns of the placeholder of the security hotline, and blocks production [SEC-ESC-110]', () => {
    expect(problems(false, 'placeholder')).toContainEqual(expect.stringMatching(/^warning .*\+1-800-XXX-XXXX/));
    expect(problems(true, 'placeholder')).toContainEqual(expect.stringMatching(/^error .*\+1-800-XXX-XXXX/));
  });
  it('warns of the placeholders of AWS and of the law firm [SEC-ESC-112] [SEC-ESC-115]', () => {
    expect(problems(false, 'placeholder').filter((one) => one.includes('"+1-XXX-XXX-XXXX"'))).toHaveLength(2);
  });
  it('says that legal and the incident team must be configured [SEC-HD-261] [SEC-ESC-048]', () => {
    expect(problems(false, 'must-configure').join()).toMatch(/legal.*incident_team/s);
  });
});

it('counts the other enterprise customers with the same problem, each once [SEC-ESC-005]', () => {
  const fact = loaded.source.facts['enterprise_same_issue'];
  expect(fact?.count).toBe('distinct customer.id');
  expect(fact?.watch).toBe(true);
  expect(fact?.tickets).toMatch(
    /other\.issue_key == ticket\.issue_key.*other\.customer\.plan == 'enterprise'.*!other\.closed/,
  );
});

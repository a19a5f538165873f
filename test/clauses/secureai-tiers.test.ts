/** SecureAI's support tiers: the mails of both documents, field by field, and what the tiers are as data. */
import { resolve } from 'node:path';
import type { JsonObject } from '../../src/domain/policy/types';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { renderTemplate, type RenderedMessage } from '../../src/policies/templates';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';

let loaded: LoadedPack;
beforeAll(async () => {
  loaded = await loadPack(resolve(__dirname, '../../policies/secureai'));
});

/** The sample of the documents: Splunk, Professional, escalated 10:30 by John. */
const SPLUNK = `
policy: secureai
opened: 2025-01-27T10:00:00Z
ticket:
  subject: Splunk integration failing to forward events
  channel: email
  priority: P2
  customer: { name: Jane Smith, email: jane@example.com, plan: professional, company: Example Financial Corp, account_value: "$24,000/year", account_health: Green }
  category: Technical - API Integration
  fields:
    tier: 1
    issue_area: API Integration
    severity: High
    affected_users: 12
    description: Customer configured Splunk integration yesterday.
    confirmations: [Splunk credentials are correct, Index exists, HEC token is valid, Firewall allows outbound connections]
    impact_lines: [Unable to integrate with SIEM platform, Blocking security operations workflow]
    customer_deadline: End of week
    risk: Customer satisfaction, potential escalation to management
    attachments: [splunk_config.json, customer_logs.txt, connection_test_screenshot.png, troubleshooting_notes.txt]
until: PT2H
script:
  - { at: PT5M, do: claim, by: John Smith }
  - { at: PT6M, do: progress, by: John Smith, text: Verified Splunk configuration in SecureAI, customer_visible: true }
  - { at: PT7M, do: progress, by: John Smith, text: Tested connection - successful, customer_visible: true }
  - { at: PT8M, do: progress, by: John Smith, text: Manually triggered test event }
  - { at: PT9M, do: progress, by: John Smith, text: Checked SecureAI logs }
  - { at: PT10M, do: progress, by: John Smith, text: Verified Splunk HEC endpoint }
  - { at: PT11M, do: progress, by: John Smith, text: Unable to determine why events not appearing, ok: false }
  - { at: PT20M, do: answer, by: John Smith, task: basic_troubleshooting }
  - { at: PT20M, do: answer, by: John Smith, task: issue_documented }
  - { at: PT20M, do: answer, by: John Smith, task: impact_assessed }
  - { at: PT20M, do: answer, by: John Smith, task: sla_deadline_noted }
  - { at: PT20M, do: answer, by: John Smith, task: information_collected }
  - { at: PT20M, do: answer, by: John Smith, task: workarounds_attempted, workaround: none possible }
  - { at: PT20M, do: answer, by: John Smith, task: knowledge_base_checked, articles: no article found }
  - at: PT30M
    do: escalate
    by: John Smith
    reason: specialized_expertise
    extension: x1234
    expects_call: true
    reasons: [Requires Splunk expertise beyond Tier 1, Need to review detailed logs and network traffic, May require backend debugging, Customer deadline pressure]
    requested_actions: [Review event forwarding logs, Test with customer's Splunk instance, Verify event format compatibility, Check for filtering, Provide resolution or workaround]
    justification: Business-critical integration
MORE
expect: [{ event: escalated(technical) }]
`;

/** Every mail of a template that the sample sends, with its headers, rendered. */
async function mails(
  template: string,
  { more = '', change = (text: string) => text }: { more?: string; change?(text: string): string } = {},
): Promise<(RenderedMessage & { data: JsonObject })[]> {
  const { rows, checks } = await rehearse(parseScenario(change(SPLUNK.replace('MORE', more)), 'splunk.yaml'), loaded);
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  return rows
    .filter((row) => row.type === 'delivery' && row.data['template'] === template)
    .map((row) => {
      const source = loaded.templates[template];
      if (!source) throw new Error(`no template ${template}`);
      return {
        ...renderTemplate(template, source, row.data['vars'] as JsonObject, loaded.pack.zone),
        data: row.data,
      };
    });
}

const part = (text: string, from: string, to: string): string =>
  text.slice(text.indexOf(from) + from.length, text.indexOf(to)).trim();

describe('the customer escalation mail', () => {
  it('has the wording of the document, with name, area, number, priority and team [SEC-ESC-199, SEC-ESC-200]', async () => {
    const [mail] = await mails('customer_escalation');
    expect(mail?.subject).toBe('Your Support Request Has Been Escalated - Ticket #10001');
    expect(mail?.text).toContain('Hi Jane Smith,\n\nI want to update you on the progress of your support request.');
    expect(mail?.text).toContain(
      "To ensure the fastest resolution, I've escalated your ticket to our specialized technical team who have deep expertise in API Integration.",
    );
    expect(part(mail?.text ?? '', 'Current Status:', "What We've")).toBe(
      '- Your ticket #10001 has been assigned to Technical Support\n  - Priority level: P2 (High)\n  - Specialized team: Technical Support',
    );
  });

  it('names the engineer once one is named [SEC-ESC-131, SEC-ESC-200]', async () => {
    const named = (text: string): string => text.replace('extension: x1234', 'engineer: Eve');
    const [mail] = await mails('customer_escalation', { change: named });
    expect(mail?.text).toContain('has been assigned to Eve');
    expect(mail?.text).toContain('Eve | Technical Support');
  });

  it('lists what the customer may know was done, and nothing else [SEC-ESC-201]', async () => {
    const [mail] = await mails('customer_escalation');
    expect(part(mail?.text ?? '', "What We've Done So Far:", 'Next Steps:')).toBe(
      '✓ Verified Splunk configuration in SecureAI\n  ✓ Tested connection - successful',
    );
    expect(mail?.text).not.toContain('Manually triggered');
  });

  it('promises what the clocks say, never a hole [SEC-ESC-202]', async () => {
    const [mail] = await mails('customer_escalation');
    expect(part(mail?.text ?? '', 'Next Steps:', 'Expected Resolution:')).toMatch(
      /^→ Technical Support will review your case\n {2}→ Additional diagnostics will be performed\n {2}→ You'll receive an update (by |as soon as)/,
    );
    expect(part(mail?.text ?? '', 'Expected Resolution:', 'You can continue')).toMatch(/^(by .+|under investigation)$/);
    const timeline = (text: string): string => text.replace('extension: x1234', 'timeline: within two days');
    const [said] = await mails('customer_escalation', { change: timeline });
    expect(part(said?.text ?? '', 'Expected Resolution:', 'You can continue')).toBe('within two days');
  });

  it('is signed by the first agent, with the contact of the receiving team [SEC-ESC-203]', async () => {
    const [mail] = await mails('customer_escalation');
    expect(mail?.text).toContain('or contact the specialized team directly at tech-lead@secureai.com.');
    expect(mail?.text).toContain(
      'Best regards,\nJohn Smith\nOriginal Support Agent\n\n---\nTechnical Support | Technical Support\nDirect: tech-lead@secureai.com | Phone: x1002',
    );
  });
});

describe('the internal escalation mail', () => {
  it('has the headers of the document [SEC-ESC-204]', async () => {
    const [mail] = await mails('esc_internal');
    expect(mail?.subject).toBe('[ESCALATION] [P2] API Integration - Ticket #10001');
    expect(mail?.data).toMatchObject({
      to: 'tier2-support@secureai.com',
      cc: ['support_manager_copy'],
      importance: 'high',
    });
    expect(loaded.pack.people['support_manager_copy']?.email).toBe('support-manager@secureai.com');
    expect(mail?.text).toMatch(/^ESCALATION NOTICE\n={10,}\n/);
  });

  it('says when, how long, and who the customer is [SEC-ESC-205, SEC-ESC-206]', async () => {
    // A P2 leaves Tier 1 after an hour: the hour and a half of the document is that of a P3.
    const slower = (text: string): string =>
      text
        .replace('policy: secureai', 'policy: secureai\nparams: { work_timers: none }')
        .replace('T10:00', 'T14:00')
        .replace('priority: P2', 'priority: P3')
        .replace('at: PT30M', 'at: PT90M');
    const [mail] = await mails('esc_internal', { change: slower });
    expect(part(mail?.text ?? '', 'TICKET INFORMATION:', 'CUSTOMER INFORMATION:')).toMatch(
      /^Ticket ID: #10001.*\n {2}Created: 2025-01-27 14:00:00 UTC\n {2}Escalated: 2025-01-27 15:30:00 UTC\n {2}Time in Tier 1: 1.5 hours$/,
    );
    expect(part(mail?.text ?? '', 'CUSTOMER INFORMATION:', 'ISSUE DETAILS:')).toBe(
      [
        'Name: Jane Smith',
        'Company: Example Financial Corp',
        'Tier: Professional',
        'Account Value: $24,000/year',
        'Account Health: Green',
        'Previous Escalations: 0 (first escalation)',
      ].join('\n  '),
    );
    const before = (text: string): string => text.replace('account_health: Green', 'previous_escalations: 2');
    const [third] = await mails('esc_internal', { change: before });
    expect(third?.text).toContain('Previous Escalations: 2\n');
  });

  it('has every section of the document, in its order [SEC-ESC-207, SEC-ESC-208, SEC-ESC-209, SEC-ESC-210, SEC-ESC-212, SEC-ESC-213, SEC-ESC-214]', async () => {
    const [mail] = await mails('esc_internal');
    const text = mail?.text ?? '';
    expect(part(text, 'ISSUE DETAILS:', 'CUSTOMER IMPACT:')).toBe(
      'Category: Technical - API Integration\n  Summary: Splunk integration failing to forward events\n\n  Description:\n  Customer configured Splunk integration yesterday.\n  Customer has confirmed:\n  - Splunk credentials are correct\n  - Index exists\n  - HEC token is valid\n  - Firewall allows outbound connections',
    );
    expect(part(text, 'CUSTOMER IMPACT:', 'TROUBLESHOOTING PERFORMED:')).toBe(
      'Severity: High\n  - Affected users: 12\n  - Unable to integrate with SIEM platform\n  - Blocking security operations workflow\n  - Customer deadline: End of week\n  - Risk: Customer satisfaction, potential escalation to management',
    );
    const steps = part(text, 'TROUBLESHOOTING PERFORMED:', 'REASON FOR ESCALATION:').split('\n');
    expect(steps.map((step) => step.trim().charAt(0))).toEqual(['✓', '✓', '✓', '✓', '✓', '✗']);
    expect(part(text, 'REASON FOR ESCALATION:', 'CUSTOMER EXPECTATION:').split('\n')).toHaveLength(4);
    expect(part(text, 'REQUESTED ACTIONS:', 'ATTACHMENTS:')).toMatch(/^1\. Review[^]*\n {2}5\. Provide resolution/);
    expect(part(text, 'ATTACHMENTS:', 'PRIORITY JUSTIFICATION:').split('\n')).toHaveLength(4);
    expect(part(text, 'PRIORITY JUSTIFICATION:', 'Please acknowledge')).toBe('Business-critical integration');
    const bare = (all: string): string =>
      all
        .replace(/attachments: \[.*\]/, 'attachments: []')
        .replace(/ {4}(reasons|requested_actions): \[.*\]\n/g, '')
        .replace('justification: Business-critical integration', 'text: none');
    const [short] = await mails('esc_internal', { change: bare });
    expect(part(short?.text ?? '', 'ATTACHMENTS:', 'PRIORITY')).toBe('none');
    expect(part(short?.text ?? '', 'REASON FOR ESCALATION:', 'CUSTOMER EXP')).toBe(
      '- Needs specialised technical expertise',
    );
    expect(part(short?.text ?? '', 'PRIORITY JUSTIFICATION:', 'Please')).toMatch(
      /^Professional customer.*customer deadline End of week, first escalation\.$/,
    );
  });

  it('says what the customer expects: the promised hours, the call, and only what is true [SEC-ESC-211]', async () => {
    const [mail] = await mails('esc_internal');
    const said = part(mail?.text ?? '', 'CUSTOMER EXPECTATION:', 'REQUESTED ACTIONS:');
    expect(said).toContain('- Has been informed of escalation\n  - Expects call from Tier 2 engineer');
    const failing = 'deliveries: [{ match: { name: customer_told }, outcome: failed }]';
    const [unknowing] = await mails('esc_internal', { more: failing });
    expect(unknowing?.text).not.toContain('Has been informed');
  });

  it('asks for receipt and first review, and is signed with name, role, mail and extension [SEC-ESC-215, SEC-ESC-138]', async () => {
    const [mail] = await mails('esc_internal');
    expect(mail?.text).toContain('Please acknowledge receipt and provide ETA for initial review.');
    expect(mail?.text.trim()).toMatch(
      /Best regards,\nJohn Smith\nTier 1 Support Agent\nsupport@secureai\.com \| x1234$/,
    );
  });

  it('shows the receiver what is still open on the checklist [SEC-ESC-116]', async () => {
    const open = (text: string): string =>
      text
        .replace(/.*knowledge_base_checked.*\n/, '')
        .replace('by: John Smith\n    reason', 'by: tier_1\n    override: in a hurry\n    reason');
    const [mail] = await mails('esc_internal', { change: open });
    expect(part(mail?.text ?? '', 'STILL OPEN ON THE CHECKLIST:', 'Please acknowledge')).toBe(
      '- Knowledge base checked',
    );
    const [whole] = await mails('esc_internal');
    expect(whole?.text).not.toContain('STILL OPEN');
  });
});

describe('the help-desk escalation mail', () => {
  const short = (text: string): string =>
    text.replace('policy: secureai', 'policy: secureai\nparams: { escalation_mail: short }');

  it('has the headers and the five lines of the document [SEC-HD-159, SEC-HD-160]', async () => {
    const [mail] = await mails('hd_escalation', { change: short });
    expect(mail?.subject).toBe('[ESCALATION] [P2] API Integration - Ticket #10001');
    expect(mail?.data).toMatchObject({ to: 'tier2-support@secureai.com', cc: ['support_manager_copy'] });
    expect(part(mail?.text ?? '', 'ESCALATION NOTICE', 'ISSUE SUMMARY:')).toBe(
      [
        'Ticket ID: #10001',
        'Customer: Example Financial Corp (Professional Tier)',
        'Priority: P2 (High)',
        'Escalated By: John Smith (Tier 1)',
        'Escalation Time: 2025-01-27 10:30:00 UTC',
      ].join('\n'),
    );
  });

  it('has its eight sections in order, with marks, and says only what is true [SEC-HD-161]', async () => {
    const [mail] = await mails('hd_escalation', { change: short });
    const text = mail?.text ?? '';
    const heads = ['ISSUE SUMMARY:', 'CUSTOMER IMPACT:', 'TROUBLESHOOTING PERFORMED:', 'REASON FOR ESCALATION:'];
    const rest = ['CUSTOMER EXPECTATION:', 'REQUESTED ACTION:', 'ATTACHMENTS:', 'PRIORITY JUSTIFICATION:'];
    const places = [...heads, ...rest].map((head) => text.indexOf(head));
    expect(places.every((place, i) => place > (places[i - 1] ?? 0))).toBe(true);
    const steps = part(text, 'TROUBLESHOOTING PERFORMED:', 'REASON FOR').split('\n');
    expect(steps.map((step) => step.charAt(0))).toEqual(['✓', '✓', '✓', '✓', '✓', '✗']);
    expect(text).toContain('Has been notified of escalation');
    const failing = 'deliveries: [{ match: { name: customer_told }, outcome: failed }]';
    const [unknowing] = await mails('hd_escalation', { change: short, more: failing });
    expect(unknowing?.text).not.toContain('Has been notified');
  });
});

describe('the tiers', () => {
  it('are three, in order, with mailbox, lead and telephone [SEC-ESC-016]', () => {
    const path = loaded.pack.paths['technical'];
    expect(path?.levels.map((level) => level.title)).toEqual([
      'General Support',
      'Technical Support',
      'Engineering Support',
    ]);
    expect(
      Object.values(loaded.pack.tables['tier_team']?.byKey as JsonObject).map((team) => (team as JsonObject)['phone']),
    ).toEqual(['x1001', 'x1002', 'x1003']);
  });

  it('offer every reason of the document to whoever gives none of them [SEC-ESC-009]', async () => {
    const text = SPLUNK.replace('reason: specialized_expertise', 'reason: bored')
      .replace('MORE', '')
      .replace(
        'expect: [{ event: escalated(technical) }]',
        'expect: [{ refused: escalate, code: ESC_REASON_UNKNOWN }]',
      );
    const { refusals } = await rehearse(parseScenario(text, 'splunk.yaml'), loaded);
    const offered = (refusals[0]?.rejection.details['reasons'] as { code: string }[]).map((one) => one.code);
    expect(offered).toContain('integration_beyond_configuration');
    expect(offered).not.toContain('customer_impatience');
  });
});

/** What a ticket of SecureAI holds and how its log reads (seed 001, "Ticket Template"), with the sample of the document. */
import { resolve } from 'node:path';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { customerLog } from '../../src/domain/ticket/customer-log';
import { describe as told } from '../../src/domain/ticket/describe';
import { handle, open } from '../../src/domain/ticket/engine';
import { evolve, blankState } from '../../src/domain/ticket/evolve';
import type { Opening, TicketEvent, TicketState } from '../../src/domain/ticket/types';
import { visibleFields } from '../../src/domain/ticket/visibility';
import { loadPack } from '../../src/policies/load';
import { openingSchema } from '../../src/rehearsal/scenario';

let pack: CompiledPack;
beforeAll(async () => {
  pack = (await loadPack(resolve(__dirname, '../../policies/secureai'))).pack;
});

const at = (time: string): number => Date.parse(`2025-01-27T${time}:00Z`);

const SAMPLE: Opening = {
  subject: 'API authentication failing with 401 error',
  body: "We're getting 401 Unauthorized errors when calling the /analyze/video endpoint.",
  channel: 'portal',
  category: 'Technical - API',
  customer: {
    name: 'John Doe',
    email: 'john.doe@company.com',
    company: 'Example Corp',
    plan: 'professional',
    user_id: 'USER-12345',
  },
  fields: {
    subcategory: 'Authentication',
    steps_to_reproduce: [
      'Generate API token via dashboard',
      'Make POST request to /api/v1/analyze/video',
      'Include Authorization: Bearer [token] header',
      'Receive 401 error response',
    ],
    environment: { 'API client': 'Python requests library', Version: 'Latest', 'Token generated': '2025-01-26' },
    attachments: ['screenshot_error.png', 'api_request_log.txt'],
  },
};

/** The sample's ticket with its five entries, and what was noted inside. */
function sample(opening: Opening = SAMPLE): { state: TicketState; events: TicketEvent[] } {
  const id = 'TICK-20250127-001';
  const opened = open(pack, opening, { id, number: '12345', at: at('10:30'), recordedAt: at('10:30'), packHash: 'h' });
  if (!opened.ok) throw new Error(opened.rejection.message);
  let { state } = opened;
  const events = [...opened.events];
  const give = (time: string, name: string, by: string, fields: JsonObject): void => {
    const kind = by === 'John Doe' ? 'customer' : 'person';
    const command = { id: `${name}-${time}`, name, at: at(time), by: { name: by, kind } as const, fields };
    const outcome = handle(pack, state, { kind: 'command', command }, at(time));
    if (!outcome.ok) throw new Error(outcome.rejection.message);
    state = outcome.state;
    events.push(...outcome.events);
  };
  give('10:45', 'claim', 'Jane Smith', {});
  give('10:50', 'note', 'Jane Smith', { text: 'Checking if the token has correct permissions.' });
  give('11:00', 'pause', 'Jane Smith', { reason: 'additional information requested' });
  give('11:15', 'message', 'John Doe', { text: 'Here are the logs.' });
  return { state, events };
}

it('keeps name, e-mail, company, plan and user id, and knows three plans [SEC-HD-071]', () => {
  expect(sample().state.ticket.customer).toEqual(SAMPLE.customer);
  for (const plan of ['starter', 'professional', 'enterprise'])
    expect(openingSchema.safeParse({ subject: 'x', customer: { ...SAMPLE.customer, plan } }).success).toBe(true);
  expect(openingSchema.safeParse({ subject: 'x', customer: { ...SAMPLE.customer, plan: 'gold' } }).success).toBe(false);
});

it('keeps category, subcategory, steps in order, environment and attachments [SEC-HD-072]', () => {
  const { ticket } = sample().state;
  expect(ticket).toMatchObject({ category: 'Technical - API', subject: SAMPLE.subject, ...SAMPLE.fields });
  const wrong = { ...SAMPLE, fields: { ...SAMPLE.fields, attachments: 'one.png' } };
  expect(open(pack, wrong, { id: 'T', at: 0, recordedAt: 0, packHash: '' })).toMatchObject({
    ok: false,
    rejection: { details: { field: 'fields.attachments' } },
  });
});

it('tells who has it, the team and the queue apart [SEC-HD-073]', () => {
  const { ticket } = sample().state;
  expect([ticket['owner'], ticket['team'], ticket['queue']]).toEqual(['Jane Smith', 'Technical Support', 'api_issues']);
  expect(pack.queues['api_issues']).toMatchObject({ title: 'API Issues', parent: 'technical' });
});

it('has the five entries of the sample, in order, with time, actor and text [SEC-HD-074]', () => {
  const { events } = sample();
  const log = events
    .filter((event) => ['opened', 'assigned', 'claimed', 'paused', 'message'].includes(event.type))
    .map((event) => [new Date(event.at).toISOString().slice(11, 16), event.by.name, told(event)]);
  expect(log).toEqual([
    ['10:30', 'John Doe', `Ticket opened by the customer as P2: “${SAMPLE.subject}”`],
    ['10:30', 'tocsin', 'Auto-assigned to API Issues, tier 1'],
    ['10:45', 'Jane Smith', 'Claimed by Jane Smith'],
    ['11:00', 'Jane Smith', 'Ticket put on hold by Jane Smith: additional information requested'],
    ['11:15', 'John Doe', 'The customer wrote: “Here are the logs.”'],
  ]);
});

it('is rebuilt from its events alone [SEC-HD-074]', () => {
  const { state, events } = sample();
  const rebuilt = events.reduce(evolve, blankState(state.id, state.pack));
  expect(rebuilt).toEqual(state);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
});

it('shows the customer no internal note and no field of the staff [SEC-HD-075]', () => {
  const { state, events } = sample();
  expect(events.some((event) => event.type === 'noted' && event.by.name === 'Jane Smith')).toBe(true);
  const log = customerLog(events);
  expect(log.map((entry) => entry.type)).toEqual(['opened', 'claimed', 'paused', 'message', 'resumed']);
  expect(JSON.stringify(log)).not.toContain('permissions');
  const shown = visibleFields(pack, state.ticket, { kind: 'customer' });
  expect(shown).toMatchObject({ number: '12345', status: 'in_progress', priority: 'P2', subject: SAMPLE.subject });
  for (const field of ['text_findings', 'flags', 'queue', 'confidence', 'decision_path', 'satisfaction'])
    expect(shown).not.toHaveProperty(field);
});

it('holds no resolution before it is resolved [SEC-HD-076]', () => {
  expect(sample().state.ticket).not.toHaveProperty('resolution');
});

it.each(['email', 'chat', 'phone'] as const)(
  'a ticket by %s is routed first and classified then, like any other [SEC-HD-003]',
  (channel) => {
    const { events, state } = sample({ ...SAMPLE, channel });
    expect([state.ticket['queue'], state.ticket['priority']]).toEqual(['api_issues', 'P2']);
    const assigned = events.findIndex((event) => event.type === 'assigned');
    const classified = events.findIndex(
      (event) => event.type === 'noted' && String(event.data['text']).startsWith('Classified as P2'),
    );
    expect(assigned).toBeGreaterThan(0);
    expect(classified).toBeGreaterThan(assigned);
  },
);

it('has the queues of the document, each by any of its names [SEC-HD-198]', () => {
  for (const name of [
    'Account',
    'Technical',
    'Billing',
    'Security',
    'Enterprise',
    'General',
    'Professional',
    'Tier 2',
    'Engineering',
  ]) {
    const { state } = sample();
    const command = {
      id: 'set',
      name: 'set',
      at: at('12:00'),
      by: { name: 'lead', kind: 'person' } as const,
      fields: { queue: name },
    };
    const outcome = handle(pack, state, { kind: 'command', command }, at('12:00'));
    expect(outcome.ok && pack.queues[String(outcome.state.ticket['queue'])]?.title).toContain(name);
  }
  const { state } = sample();
  const command = {
    id: 'set',
    name: 'set',
    at: at('12:00'),
    by: { name: 'lead', kind: 'person' } as const,
    fields: { queue: 'Nowhere' },
  };
  expect(handle(pack, state, { kind: 'command', command }, at('12:00'))).toMatchObject({ ok: false });
});

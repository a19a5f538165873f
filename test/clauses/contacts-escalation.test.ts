/** What scenarios cannot show of the contacts procedure (seed 003): what customers read, the words of a document, the ladder. */
import { resolve } from 'node:path';
import { customerLog } from '../../src/domain/ticket/customer-log';
import { auditOf } from '../../src/domain/ticket/audit';
import { handle, open } from '../../src/domain/ticket/engine';
import type { Command } from '../../src/domain/ticket/types';
import type { JsonObject } from '../../src/domain/policy/types';
import { publicTicket } from '../../src/domain/ticket/public-view';
import { visibleFields } from '../../src/domain/ticket/visibility';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { renderTemplate } from '../../src/policies/templates';

let loaded: LoadedPack;
beforeAll(async () => {
  loaded = await loadPack(resolve(__dirname, '../../policies/contacts-escalation'));
});

const NOON = Date.UTC(2026, 2, 2, 12);

function usdtCase() {
  const { pack } = loaded;
  const opened = open(
    pack,
    {
      subject: 'Withdrawal',
      body: '',
      channel: 'email',
      customer: { id: 'grace', name: 'Ann Lee', email: 'ann@gracechurch.example', plan: 'professional' },
      fields: { amount: { value: 10, currency: 'USDT' } },
    },
    { id: 'T-1', number: '1001', at: NOON, recordedAt: NOON, packHash: 'h' },
  );
  if (!opened.ok) throw new Error(opened.rejection.message);
  return opened;
}

it('[CSR-001] a customer reads nothing of the CIO and the CEO: no field, no status, no line of the log, no message', () => {
  const { state, events } = usdtCase();
  expect(state.ticket.status).toBe('Escalated - CIO');
  const read = visibleFields(loaded.pack, state.ticket, { kind: 'customer' });
  expect(read['status']).toBe('in_progress');
  expect(JSON.stringify([read, customerLog(events)])).not.toMatch(/CIO|CEO|usdt|escalat/i);
  const portal = publicTicket(loaded.pack, state, events);
  expect(portal.status).toBe('in_progress');
  expect(JSON.stringify(portal)).not.toMatch(/CIO|CEO|usdt|escalat/i);
  const audiences = Object.values(loaded.pack.templates).map((template) => template.audience);
  expect(audiences).not.toContain('customer');
  for (const field of Object.values(loaded.pack.fields)) expect(field.visible).toBe('staff');
});

it('[CSR-045] the mail and the note of an escalation name the ticket first', () => {
  const { events } = usdtCase();
  const mail = events.find((event) => event.type === 'delivery' && event.data['template'] === 'cio_review');
  const note = events.find((event) => event.type === 'noted');
  for (const [name, event] of [
    ['cio_review', mail],
    ['summary_document', note],
  ] as const) {
    const source = loaded.templates[name];
    if (!source || !event) throw new Error(`no ${name}`);
    const { text } = renderTemplate(name, source, event.data['vars'] as JsonObject, loaded.pack.zone);
    expect(text.trim().split('\n')[0]).toBe('Ticket/Case ID: T-1');
  }
});

it('[CSR-052] the ladder is Support, L2, CIO, CEO, each with when and how', () => {
  const { people } = loaded.pack;
  const ladder: string[] = [];
  for (let name: string | undefined = 'support'; name !== undefined; name = people[name]?.reportsTo) ladder.push(name);
  expect(ladder).toEqual(['support', 'l2', 'cio', 'ceo']);
  for (const name of ['l2', 'cio', 'ceo']) expect(people[name]?.note).toMatch(/When: .*Method: /);
  expect(people['cio']?.note).toMatch(/Response: 2 business days/);
});

it('[CSR-011] an attempt to reach the CEO is noted in the name of who made it; an ordinary refusal is not', () => {
  const { state } = usdtCase();
  const by = { name: 'agent', kind: 'person' } as const;
  const refusalOf = (id: string, path: string): Command & { note?: Command | undefined } => {
    const command = { id, name: 'escalate', at: NOON + 60_000, by, fields: { path, reason: 'large' } };
    const outcome = handle(loaded.pack, state, { kind: 'command', command }, NOON + 60_000);
    if (outcome.ok) throw new Error('it was accepted');
    return { ...command, note: auditOf(command, outcome.rejection) };
  };
  expect(refusalOf('c1', 'ceo').note).toMatchObject({ name: 'note', by, fields: { command: 'escalate' } });
  expect(String(refusalOf('c1', 'ceo').note?.fields['text'])).toMatch(/via CIO/);
  expect(refusalOf('c2', 'l2').note).toBeUndefined();
});

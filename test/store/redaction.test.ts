import { redactEvent } from '../../src/store/redaction';
import { event } from './fixtures';

test('what a part in shadow held of a person is blanked as the ticket itself is', () => {
  const withheld = event(2, 'withheld', {
    subject: 'set',
    data: { of: 'bot', field: 'names', to: ['John Smith'] },
    patch: { shadow: { all: { fields: { names: ['John Smith'], level: 2 }, tagged: ['level-2'], untagged: [] } } },
  });
  const { data, patch } = redactEvent(withheld, { texts: ['jane@example.com'], fields: ['names'] });
  expect(data).toEqual({ of: 'bot', field: 'names', to: '[erased]' });
  expect(patch?.shadow?.['all']).toEqual({
    fields: { names: '[erased]', level: 2 },
    tagged: ['level-2'],
    untagged: [],
  });
});

describe('a dialogue', () => {
  const redaction = { texts: ['jane@example.com'], fields: ['names'] };
  const WORDS = /John|Monday|hacked|Grace Church/;

  test('keeps that it was asked, and loses what the customer said and who they are', () => {
    const asked = event(2, 'asked', {
      subject: 'extract',
      data: {
        ...{ fact: 'extract', key: 'T|extract|2', due: 9 },
        inputs: {
          'message.body': 'John, on Monday',
          transcript: [{ at: 1, from: 'customer', text: 'We were hacked' }],
          'ticket.customer': { name: 'Jane', organization: 'Grace Church', plan: 'starter' },
          'ticket.names': ['John'],
          'flow.triage.asking': 'names',
        },
        context: { template: 'context', vars: { message: { body: 'We were hacked' } } },
      },
    });
    const { data } = redactEvent(asked, redaction);
    expect(JSON.stringify(data)).not.toMatch(WORDS);
    expect(data).toMatchObject({
      ...{ key: 'T|extract|2', context: { template: 'context' } },
      inputs: { 'ticket.customer': { plan: 'starter' }, 'flow.triage.asking': 'names' },
    });
  });

  test('keeps the scores of what was found, and loses the values of personal fields', () => {
    const value = { names: { value: ['John'], score: 80 }, inside: { value: 'yes', score: 90 } };
    const fact = event(3, 'fact', {
      ...{ subject: 'extract', data: { fact: 'extract', value, reasons: [] } },
      patch: { facts: { extract: { value, score: null, at: 1, known: true } } },
    });
    const { data, patch } = redactEvent(fact, redaction);
    const left = { names: { value: '[erased]', score: 80 }, inside: { value: 'yes', score: 90 } };
    expect(data['value']).toEqual(left);
    expect(patch?.facts?.['extract']).toMatchObject({ value: left, known: true });
  });

  test('loses what the customer wrote in its own memory, not what the bot asked', () => {
    const heard = event(4, 'flow_heard', {
      patch: {
        said: [
          { at: 1, from: 'bot', text: 'ask_names' },
          { at: 2, from: 'customer', text: 'John, on Monday' },
        ],
        flows: {
          triage: { message: { text: 'John, on Monday' }, turns: 2, collected: { names: { value: ['John'] } } },
        },
      },
    });
    const { patch } = redactEvent(heard, redaction);
    expect(JSON.stringify(patch)).not.toMatch(WORDS);
    expect(patch?.said?.[0]?.text).toBe('ask_names');
    expect(patch?.flows?.['triage']).toMatchObject({ turns: 2, collected: { names: { value: '[erased]' } } });
  });
});

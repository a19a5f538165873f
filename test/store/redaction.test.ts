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

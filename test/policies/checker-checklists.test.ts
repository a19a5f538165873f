import { expectOne, type Case } from './support/tiny-pack';

const list = (item: string): string =>
  `checklists:\n  setup: { title: Set-up, items: { ${item.startsWith('»') ? `»one: ${item.slice(1)}` : `one: ${item}`} } }\n`;

test.each<Case>([
  ['an item that nothing proves', 'checklist-item', list('»{ title: One }')],
  [
    'an item that a person ticks and the system checks',
    'checklist-item',
    list('»{ title: One, by: boss, pack: [people.boss] }'),
  ],
  ['whoever ticks', 'unknown-name', list('{ title: One, by: »bos }')],
  ['a scenario', 'unknown-name', list('{ title: One, scenarios: [»nothing] }')],
  [
    'a place of the pack where nothing stands',
    'checklist-open',
    list('{ title: One, pack: [»people.bos] }'),
    'warning',
  ],
])('%s is said', async (...one) => expectOne(one));

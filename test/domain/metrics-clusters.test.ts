import { clustersOf } from '../../src/domain/metrics/clusters';

const RULE = { alike: 0.25, least: 2 };
const TEXTS = [
  'Somebody left voicemail messages asking for voucher codes',
  'My calendar shows events that nobody of us made',
  'A voicemail asked our treasurer for voucher codes',
  'Where is the song list?',
  'Strange calendar events appear every night',
  'Voucher codes were asked for in a voicemail!',
];

test('texts that share telling words are one cluster, the largest first', () => {
  expect(clustersOf(TEXTS, RULE)).toEqual([
    { members: [0, 2, 5], words: ['codes', 'voicemail', 'voucher', 'asked'] },
    { members: [1, 4], words: ['calendar', 'events'] },
  ]);
});

test('case and accents do not matter, short words never do', () => {
  expect(clustersOf(['CÓDIGOS de cupón', 'codigos del cupon'], RULE)[0]?.members).toEqual([0, 1]);
  expect(clustersOf(['is it on or off', 'is it in or out'], RULE)).toEqual([]);
});

test('small clusters are left out, and the share that makes texts alike is a choice', () => {
  expect(clustersOf(TEXTS, { alike: 0.25, least: 3 })).toHaveLength(1);
  expect(clustersOf(TEXTS, { alike: 0.9, least: 2 })).toEqual([]);
  expect(clustersOf([], RULE)).toEqual([]);
  expect(clustersOf(['', ''], RULE)).toEqual([]);
});

import fc from 'fast-check';
import { chatOf } from '../../../src/domain/assistant/chat-style';

const VOICE = { typos: 5, breakup: 'medium', styled: true } as const;
const TEXT =
  'Thank you for telling me about this. Please look at https://accounts.planningcenter.com/security-history and write to help@planningcenter.com. ' +
  'Ask John Smith about ticket TICK-20260302-001 and the 14 logins of last Tuesday. Something strange happened there, whatever people believe.';
const NAMES = ['John Smith', 'TICK-20260302-001', 'tuesday'];
const words = (text: string): string[] => text.split(/\s+/).filter((one) => one !== '');

describe('the style of generated chat', () => {
  it('is off unless the voice says so [TS-112]', () => {
    expect(chatOf(TEXT, { ...VOICE, styled: false }, 'k', NAMES)).toEqual([TEXT]);
  });

  it('draws the same of the same key [TS-112]', () => {
    expect(chatOf(TEXT, VOICE, 'k', NAMES)).toEqual(chatOf(TEXT, VOICE, 'k', NAMES));
  });

  it('never touches addresses, names, ids and numbers, and loses no word [TS-112]', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const messages = chatOf(TEXT, { ...VOICE, typos: 100, breakup: 'high' }, key, NAMES);
        const said = messages.join(' ');
        for (const fixed of [
          'https://accounts.planningcenter.com/security-history',
          'help@planningcenter.com',
          'John Smith',
          'TICK-20260302-001',
          '14',
          'Tuesday',
          'Thank',
        ])
          expect(said).toContain(fixed);
        expect(words(said).map((word) => [...word].sort().join(''))).toEqual(
          words(TEXT).map((word) => [...word].sort().join('')),
        );
        expect(messages.length).toBeLessThanOrEqual(4);
      }),
    );
  });

  it('leaves code, placeholders and a name that ends in a point alone', () => {
    const text = 'Please write {{ contact.name }} into `some field here` for our member named alexander.';
    const [said] = chatOf(text, { ...VOICE, typos: 100, breakup: 'none' }, 'k', ['alexander']);
    expect(said).toContain('{{ contact.name }}');
    expect(said).toContain('`some field here`');
    expect(said).toContain('alexander.');
    expect(said).not.toContain('member');
  });

  it('slips in about five words of a hundred, and breaks at about two sentence ends of five [TS-112]', () => {
    const sentence = 'everything looks rather strange today';
    const text = `${sentence}. ${sentence}.`;
    let slips = 0;
    let breaks = 0;
    for (let i = 0; i < 2_000; i++) {
      const messages = chatOf(text, VOICE, `key ${i}`);
      breaks += messages.length - 1;
      slips += words(messages.join(' ')).filter((word, k) => word !== words(text)[k]).length;
    }
    expect(slips / (2_000 * 10)).toBeGreaterThan(0.04);
    expect(slips / (2_000 * 10)).toBeLessThan(0.06);
    expect(breaks / 2_000).toBeGreaterThan(0.35);
    expect(breaks / 2_000).toBeLessThan(0.45);
  });

  it.each(['none', 'low', 'medium', 'high'] as const)(
    'with breakup %s never breaks within a name or an address',
    (breakup) => {
      for (let i = 0; i < 200; i++)
        for (const message of chatOf(
          'We saw St. Mary. See a.example.org/x. Done?',
          { ...VOICE, typos: 0, breakup },
          `k${i}`,
          ['St. Mary'],
        ))
          expect(['We saw St.', 'Mary.', 'See a.example.']).not.toContain(message);
    },
  );
});

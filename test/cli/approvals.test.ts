import { hashNamed } from '../../src/cli/approvals';

const VERSIONS = ['ab12', 'ab34', 'cd56'].map((start) => ({ hash: start.padEnd(64, '0') }));

test('a version is named by the first letters of its hash, as many as tell it from the others', () => {
  expect(hashNamed('ab3', VERSIONS)).toBe('ab34'.padEnd(64, '0'));
  expect(hashNamed('c', VERSIONS)).toBe('cd56'.padEnd(64, '0'));
});

test.each([
  ['ab', 'several'],
  ['ff', 'none'],
])('%s names %s of them, and nothing is approved', (start) => {
  expect(() => hashNamed(start, VERSIONS)).toThrow(expect.objectContaining({ code: 'ESC_FIELD_INVALID' }));
});

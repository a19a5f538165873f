import { createProgress } from '../../src/local/progress';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { written, progress: createProgress({ write: (text) => written.push(text), isTTY }) };
}

describe('progress', () => {
  it('is a line a step off a terminal, with name, state, seconds and detail', () => {
    const { written, progress } = recorder(false);
    const step = progress.step('PostgreSQL');
    step.update('waiting');
    step.done('127.0.0.1:4183');
    expect(written).toEqual([expect.stringMatching(/^ {2}✓ PostgreSQL {8}ready {2}\d+\.\d s {2}127\.0\.0\.1:4183\n$/)]);
  });

  it('says that a step failed', () => {
    const { written, progress } = recorder(false);
    progress.step('Temporal').fail('no answer');
    expect(written[0]).toMatch(/✗ Temporal +failed .*no answer\n$/);
  });

  it('redraws its line on a terminal', () => {
    const { written, progress } = recorder(true);
    progress.step('Temporal').done('');
    expect(written[0]?.startsWith('\r\u001b[2K')).toBe(true);
  });
});

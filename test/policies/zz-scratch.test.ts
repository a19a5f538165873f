import { loadPack } from '../../src/policies/load';
import { checkPack } from '../../src/policies/checker';
test('x', async () => {
  for (const p of [
    'policies/secureai',
    '/work/shared/policy-language/secureai-p1.yaml',
    '/work/shared/policy-language/trust-safety.yaml',
  ]) {
    const loaded = await loadPack(p);
    const out = checkPack(loaded).filter((x) => p.startsWith('policies') || x.rule !== 'clause-id');
    process.stdout.write(
      p +
        '\n' +
        out.map((x) => `${x.file}:${x.line}:${x.column} ${x.severity} ${x.message} (${x.rule})`).join('\n') +
        '\n',
    );
  }
});

/** Packs for tests: a few lines of YAML in the test itself, or a pack of the repository. */
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { CompiledPack, TemplateDef } from '../../src/domain/policy/types';
import { compilePack } from '../../src/policies/compile';
import { Compiler } from '../../src/policies/compiler';
import { loadPack } from '../../src/policies/load';
import { pack as packSchema, templateHead } from '../../src/policies/schema/pack';
import { variablesOf } from '../../src/policies/templates';

/** A template of a test: its text, and what its head would say. */
export interface TestTemplate {
  text?: string;
  audience?: 'customer' | 'staff' | 'public';
  needs?: string[];
  clauses?: string[];
}

function templateOf(compiler: Compiler, name: string, { text = '', ...rest }: TestTemplate): TemplateDef {
  const head = templateHead.parse(rest);
  return {
    name,
    audience: head.audience,
    needs: head.needs.map((need) => compiler.cel(need, ['templates', name], 'needs')),
    vars: variablesOf({ text }),
    clauses: head.clauses,
    subject: false,
  };
}

/** Compile a pack written in YAML. Its id and version may be left out. Throws when anything in it cannot be read. */
export function compilePackText(yaml: string, templates: Record<string, TestTemplate> = {}): CompiledPack {
  const document = parseDocument(yaml, { version: '1.2', uniqueKeys: true });
  if (document.errors.length > 0) throw new Error(document.errors.map((error) => error.message).join('\n'));
  const head = { pack: 'test', version: { id: '1', from: '2026-01-01' } };
  const source = packSchema.parse({ ...head, ...(document.toJS() as object | null) });
  const compiler = new Compiler();
  const defs = Object.entries(templates).map(([name, template]) => [name, templateOf(compiler, name, template)]);
  const pack = compilePack(compiler, source, Object.fromEntries(defs) as Record<string, TemplateDef>);
  if (compiler.faults.length > 0) {
    throw new Error(compiler.faults.map((fault) => `${fault.path.join('.')}: ${fault.message}`).join('\n'));
  }
  return pack;
}

/** A pack of the repository by its name, as it is published. */
export async function repositoryPack(name: string): Promise<{ pack: CompiledPack; hash: string }> {
  const { pack, hash, problems } = await loadPack(resolve(__dirname, '../../policies', name));
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((problem) => `${problem.path}: ${problem.message}`).join('\n'));
  return { pack, hash };
}

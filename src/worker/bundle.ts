/** The workflow bundle: made at build, kept by build id so that open tickets of older builds can be served (decision 19). */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Beside the compiled code: `dist/workflow-bundle.js`. */
export const bundlePath = (): string => join(__dirname, '..', '..', 'workflow-bundle.js');

/** Bundle the workflows. Modules that hold no ticket's state are shared by all workflows of an isolate. */
export async function makeBundle(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: require.resolve('../workflows'),
    payloadConverterPath: require.resolve('../workflows/pack-converter'),
    preloadModules: [require.resolve('../workflows/pack-intern')],
    logger: new DefaultLogger('WARN'),
  });
}

/** Make the bundle and write it where workers read it. Called by `bin/prepare.js` at build. */
export async function writeBundle(): Promise<string> {
  const { code } = await makeBundle();
  writeFileSync(bundlePath(), code);
  return bundlePath();
}

/** A bundle's build id: a hash of its code without packs, short enough to read. */
export function buildIdOf(code: string): string {
  // The source map at the end holds absolute paths of the machine it was built on.
  const body = code.replace(/\n\/\/# sourceMappingURL=.*$/s, '');
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

export interface KeptBundle {
  buildId: string;
  path: string;
}

/** Keep the current bundle under its build id in `folder`; returns it. */
export function keepBundle(folder: string): KeptBundle {
  const code = readFileSync(bundlePath(), 'utf8');
  const buildId = buildIdOf(code);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${buildId}.js`);
  try {
    writeFileSync(path, code, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return { buildId, path };
}

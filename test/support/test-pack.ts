import { join } from 'node:path';
import type { CompiledPack } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';

/** The pack that the server runs in these tests. */
let loading: Promise<CompiledPack> | undefined;
export const testPack = (): Promise<CompiledPack> =>
  (loading ??= loadPack(join(__dirname, '../../policies/secureai')).then(({ pack }) => pack));

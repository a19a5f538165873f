/** A pack from disk for commands that need no running stack. */
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import { loadPack } from '../policies/load';
import { resolvePackDir } from './policy';

/** The compiled pack. Errors: ESC_PACK_UNKNOWN; ESC_PACK_INVALID where it has not the form of the language. */
export async function packFromDisk(reference: string): Promise<CompiledPack> {
  const loaded = await loadPack(resolvePackDir(reference));
  if (!loaded.readable)
    throw new TocsinError('ESC_PACK_INVALID', `${reference} cannot be read; tocsin policy check ${reference} says why`);
  return loaded.pack;
}

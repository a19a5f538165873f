/**
 * The claim check of decision 6: a pack travels as its hash. `toPayload` writes only the hash; the worker's codec
 * (`src/worker/codec.ts`) puts the published body under it before the sandbox reads it; `fromPayload` parses it once.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { internedPack } from './pack-intern';
import type { CompiledPack } from '../domain/policy/types';

export const PACK_ENCODING = 'json/tocsin-pack';

/** A pack as a workflow argument: its content hash, and its body where it has been fetched. */
export interface PinnedPack {
  packHash: string;
  body: CompiledPack;
}

// No TextEncoder in the converter of the sandbox is needed: hashes are ASCII.
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const isPinned = (value: unknown): value is PinnedPack =>
  typeof value === 'object' && value !== null && typeof (value as PinnedPack).packHash === 'string';

class PackPayloadConverter {
  readonly encodingType = PACK_ENCODING;

  toPayload(value: unknown): Payload | undefined {
    if (!isPinned(value)) return undefined;
    return { metadata: { encoding: ascii(PACK_ENCODING), hash: ascii(value.packHash) }, data: new Uint8Array() };
  }

  fromPayload<T>(payload: Payload): T {
    const hash = String.fromCharCode(...(payload.metadata?.['hash'] ?? []));
    const data = payload.data;
    const body = internedPack(hash, () => {
      if (!data || data.length === 0) throw new Error(`pack ${hash} is not on this worker`);
      return JSON.parse(new TextDecoder().decode(data)) as unknown;
    });
    return { packHash: hash, body } as T;
  }
}

class TocsinPayloadConverter implements PayloadConverter {
  private readonly packs = new PackPayloadConverter();

  toPayload<T>(value: T): Payload {
    return this.packs.toPayload(value) ?? defaultPayloadConverter.toPayload(value);
  }

  fromPayload<T>(payload: Payload): T {
    const encoding = String.fromCharCode(...(payload.metadata?.['encoding'] ?? []));
    return encoding === PACK_ENCODING
      ? this.packs.fromPayload<T>(payload)
      : defaultPayloadConverter.fromPayload<T>(payload);
  }
}

export const payloadConverter = new TocsinPayloadConverter();

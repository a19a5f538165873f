/** Puts a published pack's body under its hash before the sandbox reads it (design.md, decision 6). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { READABLE } from '../client/failure-converter';
import { PACK_ENCODING } from '../workflows/pack-converter';

const HASH = /^[0-9a-f]{64}$/;

/** Named so that it stays readable where failures are encrypted. */
class PackMissing extends Error {
  override name = READABLE;
}

export class PackCodec implements PayloadCodec {
  private readonly bodies = new Map<string, Uint8Array>();

  /** `folder` holds `<hash>.json`; a pack that is not there fails the task, visibly, until it arrives. */
  constructor(private readonly folder: string) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.fill(payload)));
  }

  private async fill(payload: Payload): Promise<Payload> {
    if (Buffer.from(payload.metadata?.['encoding'] ?? []).toString() !== PACK_ENCODING) return payload;
    return { ...payload, data: await this.body(Buffer.from(payload.metadata?.['hash'] ?? []).toString()) };
  }

  private async body(hash: string): Promise<Uint8Array> {
    const known = this.bodies.get(hash);
    if (known) return known;
    if (!HASH.test(hash)) throw new Error('a pack is pinned by something that is not a SHA-256 hash');
    const body = await readFile(join(this.folder, `${hash}.json`)).catch(() => {
      throw new PackMissing(
        `pack ${hash} is not published on this worker (looked in ${this.folder}); its tickets wait for it`,
      );
    });
    this.bodies.set(hash, body);
    return body;
  }
}

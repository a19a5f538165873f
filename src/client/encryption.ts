/**
 * Encryption of what Temporal stores (design.md, decision 21): AES-256-GCM with named keys, so that a key can be rotated
 * while tickets written under the old one are open. A pack travels as its hash and holds no secret: it is left as it is.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { PACK_ENCODING } from '../workflows/pack-converter';

const ENCODING = 'binary/tocsin-aes256gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PayloadProto = temporal.api.common.v1.Payload;

/** Keys by id; new payloads are written under `current`. */
export interface KeyRing {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

/**
 * Keys as configuration gives them: `id:base64,id:base64`, the first is current. Throws when a key is not 32 bytes;
 * the message names the id, never the key.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [id = '', value = ''] = part.trim().split(':');
    const key = Buffer.from(value, 'base64');
    if (id === '' || key.length !== 32)
      throw new Error(`encryption key "${id}" must be 32 bytes in base64, written id:key`);
    keys.set(id, key);
  }
  const current = keys.keys().next().value;
  if (current === undefined) throw new Error('no encryption key was given');
  return { current, keys };
}

/** A fresh key ring for a local stack. */
export const newKeyRing = (): string => `local1:${randomBytes(32).toString('base64')}`;

const text = (bytes: Uint8Array | null | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');

export class EncryptionCodec implements PayloadCodec {
  constructor(private readonly ring: KeyRing) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.seal(payload));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.open(payload));
  }

  private seal(payload: Payload): Payload {
    if (text(payload.metadata?.['encoding']) === PACK_ENCODING) return payload;
    const key = this.ring.keys.get(this.ring.current);
    if (!key) throw new Error(`no encryption key "${this.ring.current}"`);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const plain = PayloadProto.encode(payload).finish();
    const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { encoding: Buffer.from(ENCODING), 'key-id': Buffer.from(this.ring.current) }, data };
  }

  private open(payload: Payload): Payload {
    if (text(payload.metadata?.['encoding']) !== ENCODING) return payload;
    const id = text(payload.metadata?.['key-id']);
    const key = this.ring.keys.get(id);
    if (!key) throw new Error(`no encryption key "${id}" on this process`);
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, IV_BYTES));
    decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
    const plain = Buffer.concat([decipher.update(data.subarray(IV_BYTES, data.length - TAG_BYTES)), decipher.final()]);
    return PayloadProto.decode(plain);
  }
}

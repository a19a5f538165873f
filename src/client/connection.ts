/** How every process reaches Temporal: one place for address, namespace, converter and codecs. */
import { Client, Connection } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { EncryptionCodec, parseKeyRing } from './encryption';

export interface TemporalSettings {
  address: string;
  namespace: string;
  /** `id:base64,…`; without it payloads are stored as they are. */
  encryptionKeys?: string;
}

/** The converter shared by client and worker. The worker adds its pack codec in front. */
export function dataConverter(
  settings: Pick<TemporalSettings, 'encryptionKeys'>,
  before: PayloadCodec[] = [],
): DataConverter {
  const payloadConverterPath = require.resolve('../workflows/pack-converter');
  if (!settings.encryptionKeys) return { payloadConverterPath, payloadCodecs: before };
  const encryption = new EncryptionCodec(parseKeyRing(settings.encryptionKeys));
  return {
    payloadConverterPath,
    failureConverterPath: require.resolve('./failure-converter'),
    payloadCodecs: [...before, encryption],
  };
}

/** Connect; fails within a few seconds when nothing listens at the address. */
export async function connect(settings: TemporalSettings): Promise<{ client: Client; connection: Connection }> {
  const connection = await Connection.connect({ address: settings.address, connectTimeout: 5_000 });
  return {
    connection,
    client: new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings) }),
  };
}

/** A client that connects when it is first used, and again whenever Temporal comes back: for processes that must not wait. */
export function connectLazily(settings: TemporalSettings): { client: Client; connection: Connection } {
  const connection = Connection.lazy({ address: settings.address, connectTimeout: 5_000 });
  return {
    connection,
    client: new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings) }),
  };
}

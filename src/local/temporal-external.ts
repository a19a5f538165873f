import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { LocalStackError } from './local-stack-error';
import { silentProgress, type Progress } from './progress';
import { prepareNamespaces } from './temporal-namespaces';
import { hasTimeSkipping, NAMESPACE, REHEARSAL_NAMESPACE } from './temporal-server';

/** A connection to the server of `TEMPORAL_ADDRESS`, with TLS and keys as Temporal's environment settings have them. */
export async function connectExternalTemporal(env: NodeJS.ProcessEnv = process.env): Promise<Connection> {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars });
  return Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
}

/**
 * Checks the server that `TEMPORAL_ADDRESS` names and prepares its namespaces; the rehearsal's is a wish, the live one
 * a must.
 * @throws LocalStackError when it does not answer or lacks the live namespace
 */
export async function prepareExternalTemporal(
  env: NodeJS.ProcessEnv,
  progress: Progress = silentProgress,
): Promise<void> {
  const connection = await connectExternalTemporal(env).catch((cause: Error) => {
    throw new LocalStackError(
      `The Temporal server at ${env.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS) does not answer: ${cause.message}`,
      'Start it, correct TEMPORAL_ADDRESS, or unset it to use the embedded one.',
      { cause },
    );
  });
  try {
    await prepareNamespaces(connection, [env.TEMPORAL_NAMESPACE ?? NAMESPACE]);
    const { supported, message } = await hasTimeSkipping(connection);
    if (!supported) progress.say(message);
    await prepareNamespaces(connection, [REHEARSAL_NAMESPACE]).catch((error: Error) => progress.say(error.message));
  } finally {
    await connection.close();
  }
}

import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { LocalStackError } from './local-stack-error';
import { pollUntil } from './processes';

/** Tocsin's search attributes and their types; no personal data is in any of them. */
export const SEARCH_ATTRIBUTES = {
  TicketPriority: 'Keyword',
  TicketStatus: 'Keyword',
  EscalationLevel: 'Keyword',
  PolicyVersion: 'Keyword',
  NextDueAt: 'Datetime',
} as const;

const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;
const RETENTION_SECONDS = 7 * 24 * 3_600;
const INDEXED_VALUE_TYPES = {
  Keyword: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
};

/**
 * Makes sure that the namespaces and Tocsin's search attributes exist, on the embedded server or another.
 * @throws LocalStackError when a server of somebody else's does not let us make them
 */
export async function prepareNamespaces(connection: Connection, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    try {
      await ensureNamespace(connection, namespace);
      await ensureSearchAttributes(connection, namespace);
    } catch (error) {
      throw new LocalStackError(
        `Namespace "${namespace}" of the Temporal server cannot be prepared: ${(error as Error).message}`,
        `Let an operator create it, with the search attributes ${Object.entries(SEARCH_ATTRIBUTES)
          .map(([name, type]) => `${name}=${type}`)
          .join(', ')}.`,
        { cause: error },
      );
    }
  }
}

async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  if (await namespaceExists(connection, namespace)) return;
  await connection.workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never } })
    .catch((error: { code?: number }) => {
      if (error.code !== GRPC_ALREADY_EXISTS) throw error;
    });
  await pollUntil(() => namespaceExists(connection, namespace), {
    what: `namespace ${namespace}`,
    deadlineMs: 30_000,
    everyMs: 200,
  });
}

async function namespaceExists(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === GRPC_NOT_FOUND) return false;
    throw error;
  }
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
  };
  const absent = await missing();
  if (absent.length === 0) return;
  const searchAttributes = Object.fromEntries(absent.map(([name, type]) => [name, INDEXED_VALUE_TYPES[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes }).catch((error: unknown) => {
    if ((error as { code?: number }).code !== GRPC_ALREADY_EXISTS) throw error;
  });
  await pollUntil(async () => (await missing()).length === 0, {
    what: `the search attributes of ${namespace}`,
    deadlineMs: 30_000,
    everyMs: 200,
  });
}

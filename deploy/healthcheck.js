'use strict';
// Whether this container's program does its work: node deploy/healthcheck.js api|worker; exit 0 yes, 1 no.
const os = require('node:os');
const path = require('node:path');

const FRESH_MS = 120_000;

async function api() {
  const answer = await fetch(`http://127.0.0.1:${process.env.TOCSIN_PORT || 4180}/readyz`);
  return answer.ok;
}

/** A worker works when Temporal has seen this container ask for tickets' tasks lately. */
async function worker() {
  const { Connection } = require('@temporalio/client');
  const { TICKET_QUEUE } = require(path.resolve(__dirname, '..', 'dist', 'src', 'client', 'tickets.js'));
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS, connectTimeout: '5s' });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: process.env.TEMPORAL_NAMESPACE,
      taskQueue: { name: TICKET_QUEUE },
      taskQueueType: 1, // workflow tasks
    });
    const host = os.hostname();
    return pollers.some(
      ({ identity, lastAccessTime }) =>
        identity?.includes(host) && Date.now() - Number(lastAccessTime?.seconds) * 1000 < FRESH_MS,
    );
  } finally {
    await connection.close();
  }
}

const checks = { api, worker };
const check = checks[process.argv[2]] ?? (() => Promise.resolve(false));
check().then(
  (well) => process.exit(well ? 0 : 1),
  () => process.exit(1),
);

/** Worker Versioning (design.md, decision 19): the newest build is current; builds with open tickets are served beside it. */
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptBundle } from './bundle';

export const DEPLOYMENT = 'tocsin';
const DRAINED = temporal.api.enums.v1.VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED;

/** Make a build the one that new tickets start on. The version exists once a worker of it has polled: tried until then. */
export async function makeCurrent(client: Client, buildId: string, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: client.options.namespace,
        deploymentName: DEPLOYMENT,
        buildId,
        version: `${DEPLOYMENT}.${buildId}`,
        identity: 'tocsin-worker',
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Kept bundles of older builds that still have tickets. */
export async function olderBuilds(client: Client, folder: string, current: string): Promise<KeptBundle[]> {
  try {
    const described = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT,
    });
    const builds = (described.workerDeploymentInfo?.versionSummaries ?? [])
      .filter((summary) => summary.drainageInfo?.status !== DRAINED)
      .map((summary) => summary.deploymentVersion?.buildId ?? '')
      .filter((buildId) => buildId !== '' && buildId !== current);
    return builds
      .map((buildId) => ({ buildId, path: join(folder, `${buildId}.js`) }))
      .filter((bundle) => existsSync(bundle.path));
  } catch {
    // No deployment yet: nothing older to serve.
    return [];
  }
}

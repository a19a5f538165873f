/** The real Temporal server, in virtual time, for the tests of one block. */
import { openRehearsalServer, type RehearsalServer } from '../../src/rehearsal/temporal-engine';
import { temporaryFolder } from './stack';
import { quietRuntime, workflowBundle } from './worker';

export interface RehearsalBench {
  /** There from beforeAll on. */
  readonly server: RehearsalServer;
  /** Where packs are published. */
  readonly packs: string;
}

/** Call it at the top of a `describe`. */
export function rehearsalBench(): RehearsalBench {
  const folder = temporaryFolder();
  let server: RehearsalServer | undefined;
  beforeAll(async () => {
    quietRuntime();
    const address = process.env['TOCSIN_TEST_TEMPORAL_ADDRESS'] ?? '';
    server = await openRehearsalServer(address, folder.path, await workflowBundle());
  });
  afterAll(async () => {
    await server?.close();
    folder.remove();
  });
  return {
    get server() {
      if (!server) throw new Error('the server is there from beforeAll on');
      return server;
    },
    packs: folder.path,
  };
}

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { dataConverter } from '../../src/client/connection';
import { hashOf } from '../../src/policies/load';
import { PackCodec } from '../../src/worker/pack-codec';
import { temporaryFolder } from '../support/stack';
import { quietRuntime, workflowBundle } from '../support/worker';
import { SCENARIOS } from './scenarios';

const FOLDER = join(__dirname, 'histories');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

describe("today's code", () => {
  const packs = temporaryFolder();
  let code: string;
  beforeAll(async () => {
    quietRuntime();
    code = await workflowBundle();
    for (const { pack } of SCENARIOS) writeFileSync(join(packs.path, `${hashOf(pack, {})}.json`), JSON.stringify(pack));
  });
  afterAll(() => packs.remove());

  const replay = (file: string, bundle: string): Promise<void> =>
    Worker.runReplayHistory(
      { workflowBundle: { code: bundle }, dataConverter: dataConverter({}, [new PackCodec(packs.path)]) },
      historyFromJSON(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
    );

  test('has a history of each canonical scenario', () => {
    expect(files.map((file) => file.replace('.json', '')).sort()).toEqual(SCENARIOS.map((one) => one.name).sort());
  });

  test.each(files)('replays %s', async (file) => {
    await replay(file, code);
  });

  test('is refused where it sleeps before it pages', async () => {
    const sent = 'const receipt = await this.perform(next);';
    const workflow = /\(0,(\w+)\.proxyActivities\)\(options\)/.exec(code)?.[1] ?? '';
    expect([code.split(sent).length, workflow === '']).toEqual([2, false]);
    const changed = code.replace(sent, `await (0,${workflow}.sleep)(1000); ${sent}`);
    await expect(replay('p1-unacknowledged.json', changed)).rejects.toThrow(DeterminismViolationError);
  });
});

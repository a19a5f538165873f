/** Every conversation of every pack, one test a file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { checkPack } from '../../src/policies/checker';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { playConversation, readConversation } from '../../src/rehearsal/conversation';

const POLICIES = resolve(__dirname, '../../policies');
const packs = readdirSync(POLICIES).filter((name) => existsSync(join(POLICIES, name, 'conversations')));

for (const pack of packs) {
  describe(`conversations of ${pack}`, () => {
    let loaded: LoadedPack;
    beforeAll(async () => {
      loaded = await loadPack(join(POLICIES, pack));
    });
    const folder = join(POLICIES, pack, 'conversations');
    for (const file of readdirSync(folder).sort()) {
      const { clauses = [] } = parse(readFileSync(join(folder, file), 'utf8')) as { clauses?: string[] };
      it(`${file.replace(/\.yaml$/, '')} [${clauses.join(', ')}]`, async () => {
        const played = playConversation(loaded, await readConversation(join(folder, file)));
        expect([...played.faults, ...played.turns.flatMap((turn) => turn.faults)]).toEqual([]);
        expect(JSON.parse(JSON.stringify(played.state))).toEqual(played.state);
      });
    }
  });
}

it('an intent that leads nowhere, and a queue, calendar or word that is not there, are errors', async () => {
  const loaded = await loadPack(join(POLICIES, 'secureai'));
  const helper = loaded.source.assistants['helper'];
  if (!helper) throw new Error('no assistant');
  const broken = structuredClone(loaded.source);
  broken.assistants['helper'] = {
    ...helper,
    intents: { ...helper.intents, lost: { when: true, interrupts: false, set: {}, go: 'nowhere', clauses: [] } },
    handoff: { ...helper.handoff, human: { tags: [], insists: true, set: {}, clauses: [], queue: 'nobody' } },
    wait: { ...helper.wait, calendar: 'never' },
    promise: ['nothing'],
  };
  const said = checkPack({ ...loaded, source: broken }).map((one) => one.message);
  for (const part of ['no step "nowhere"', 'no queue "nobody"', 'no calendar "never"', 'no commitment "nothing"'])
    expect(said.some((message) => message.includes(part))).toBe(true);
});

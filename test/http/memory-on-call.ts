/** Stand-ins and calendar feeds in memory, for the tests of `test/http`. */
import { TocsinError } from '../../src/domain/errors';
import type { OnCallPort } from '../../src/http/people-ports';
import type { OnCallOverride } from '../../src/oncall/resolve';
import type { Feed } from '../../src/store/feeds';

/** The port over what was added. */
export function onCallOf(world: { overrides: OnCallOverride[]; feeds: Map<string, Feed> }): OnCallPort {
  return {
    overrides: async (since) => world.overrides.filter((one) => one.to > since),
    addOverride: async (override) => world.overrides.push(override),
    makeFeed: async (feed) => {
      const token = `feed-of-the-test-number-${world.feeds.size}`;
      world.feeds.set(token, feed);
      return token;
    },
    feed: async (token) => {
      const feed = world.feeds.get(token);
      if (!feed) throw new TocsinError('ESC_NOT_FOUND', 'there is no such calendar feed');
      return feed;
    },
  };
}

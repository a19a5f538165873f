/** Which folder of `src` may import which (design.md, "Layout"). ESLint and `test/architecture` both read it. */
export const IMPORT_TABLE = {
  rooms: {
    domain: { may: [], packages: 'none' },
    oncall: { may: ['domain'] },
    policies: { may: ['domain', 'oncall'] },
    workflows: { may: ['domain'] },
    store: { may: ['domain'] },
    activities: { may: ['domain', 'oncall', 'store'] },
    client: { may: ['domain', 'workflows'] },
    worker: { may: ['domain', 'oncall', 'workflows', 'activities', 'store', 'client', 'policies'] },
    rehearsal: { may: ['domain', 'policies', 'client', 'workflows', 'worker'] },
    backtest: { may: ['domain', 'policies', 'rehearsal'] },
    local: { may: ['domain', 'store', 'policies', 'client', 'worker'] },
    http: { may: ['domain', 'oncall', 'client', 'store', 'policies', 'rehearsal', 'backtest', 'workflows', 'local'] },
    cli: {
      may: ['domain', 'oncall', 'client', 'store', 'policies', 'rehearsal', 'backtest', 'local', 'workflows', 'http'],
    },
  },
};

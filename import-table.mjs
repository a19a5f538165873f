/** Which folder of `src` may import which (design.md, "Layout"). ESLint and `test/architecture` both read it. */
export const IMPORT_TABLE = {
  rooms: {
    domain: { may: [], packages: 'none' },
    policies: { may: ['domain'] },
    workflows: { may: ['domain'] },
    store: { may: ['domain'] },
    activities: { may: ['domain', 'store'] },
    client: { may: ['domain', 'workflows'] },
    worker: { may: ['domain', 'workflows', 'activities', 'store', 'client', 'policies'] },
    rehearsal: { may: ['domain', 'policies', 'client', 'workflows', 'worker'] },
    backtest: { may: ['domain', 'policies', 'rehearsal'] },
    local: { may: ['domain', 'store', 'policies', 'client', 'worker'] },
    http: { may: ['domain', 'client', 'store', 'policies', 'rehearsal', 'backtest', 'workflows', 'local'] },
    cli: { may: ['domain', 'client', 'store', 'policies', 'rehearsal', 'backtest', 'local', 'workflows', 'http'] },
  },
};

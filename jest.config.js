/** Projects by cost, cheapest first (docs/adr/0001): `npx jest --selectProjects domain policies`. */
const esmOnly = 'cookie|jose|node-pg-migrate|get-port|ora|glob|postal-mime';
const project = (name, extra = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(${esmOnly})/)`],
  ...extra,
});
module.exports = {
  projects: [
    'domain',
    'policies',
    'architecture',
    'rehearsal',
    'cli',
    'store',
    'contract',
    'http',
    'local',
    'workflows',
    'replay',
    'clauses',
  ].map((name) => project(name)),
  testTimeout: 120_000,
};

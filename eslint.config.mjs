/**
 * Lint, with the import table of the design enforced: one room a folder, an arrow only where the table has one.
 * `test/architecture` holds the same table against the parsed imports, and shows that both bite.
 */
import tseslint from 'typescript-eslint';
import { IMPORT_TABLE } from './import-table.mjs';

const purityGlobals = [
  'Date',
  'Intl',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'process',
  'Buffer',
  'console',
  'fetch',
  'performance',
  'crypto',
].map((name) => ({
  name,
  message: 'The core is pure: instants and chance arrive as arguments (design.md, "One idea").',
}));

/** Everything a folder may not import, as patterns of relative paths and packages. */
const restrictions = Object.entries(IMPORT_TABLE.rooms).map(([room, { may, packages }]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(IMPORT_TABLE.rooms)
            .filter(
              (other) => other !== room && !may.some((allowed) => other === allowed || allowed.startsWith(`${other}/`)),
            )
            .map((other) => ({
              group: [`**/${other}`, `**/${other}/**`],
              message: `src/${room} may not import src/${other} (import-table.mjs).`,
            })),
          ...(packages === 'none'
            ? [
                {
                  group: ['node:*', '@temporalio/*', 'pg', 'zod', 'luxon', 'yaml', 'liquidjs', 'fastify'],
                  message: 'The core imports no package.',
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tocsin/', '.cache/', 'coverage/', 'docs/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      eqeqeq: 'error',
    },
  },
  ...restrictions,
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...purityGlobals],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'No chance in the core.' }],
      'no-restricted-syntax': ['error', { selector: ':function[async=true]', message: 'Nothing in the core waits.' }],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);

/** What zod says of a source, in words an author can act on. */
import type { z } from 'zod';

export interface SchemaIssue {
  path: (string | number)[];
  /** The path leads to a key that should not be there: point at the key. */
  key: boolean;
  message: string;
}

type Issue = z.core.$ZodIssue;

const WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

const word = (expected: string): string => WORDS[expected] ?? expected;
const shown = (values: readonly unknown[]): string => values.map(String).join(', ');

function valueAt(content: unknown, path: readonly (string | number)[]): unknown {
  let value = content;
  for (const step of path)
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

/** Of the ways in which no branch of a union fits, the one that got furthest. */
function bestBranch(branches: readonly Issue[][]): Issue[] {
  const depth = (issues: Issue[]): number =>
    Math.max(0, ...issues.map((issue) => issue.path.length * 2 + (issue.code === 'invalid_type' ? 0 : 1)));
  return [...branches].sort((a, b) => depth(b) - depth(a))[0] ?? [];
}

function messageOf(issue: Issue, absent: boolean): string {
  if (absent) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${word(issue.expected)}`;
    case 'invalid_value':
      return issue.values.length === 1 ? `must be ${shown(issue.values)}` : `must be one of ${shown(issue.values)}`;
    case 'too_small':
      return issue.origin === 'array'
        ? 'must have at least one entry'
        : issue.origin === 'string'
          ? 'must not be empty'
          : issue.message;
    default:
      return issue.message;
  }
}

function flatten(issue: Issue, prefix: (string | number)[], content: unknown): SchemaIssue[] {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], key: true, message: `unknown field "${key}"` }));
  }
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({
      path,
      key: true,
      message: `"${String(path.at(-1))}" ${messageOf(inner, false)}`,
    }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const types = issue.errors.flatMap((branch) =>
      branch.map((inner) => (inner.code === 'invalid_type' && inner.path.length === 0 ? word(inner.expected) : '')),
    );
    if (types.every((type) => type !== '')) {
      const absent = valueAt(content, path) === undefined;
      return [{ path, key: false, message: absent ? 'is missing' : `must be ${[...new Set(types)].join(' or ')}` }];
    }
    return bestBranch(issue.errors).flatMap((inner) => flatten(inner, path, content));
  }
  const absent = issue.code !== 'custom' && valueAt(content, path) === undefined;
  return [{ path, key: false, message: messageOf(issue, absent) }];
}

/** The issues of a failed parse. The last step of the path is named where the message alone would not tell it. */
export function issuesOf(error: z.ZodError, content: unknown): SchemaIssue[] {
  return error.issues
    .flatMap((issue) => flatten(issue, [], content))
    .map((issue) => ({
      ...issue,
      message: issue.key
        ? issue.message
        : `"${issue.path.filter((step) => typeof step === 'string').at(-1) ?? 'the pack'}" ${issue.message}`,
    }));
}

/** `tocsin policy versions` and `tocsin policy approve`: which version is active, and who must still say yes. */
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { Api, apiSettings } from './api';
import type { CliIo } from './io';
import { table } from './tables';

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** What a version waits for, or who said yes. */
function standing(version: JsonObject): string {
  const open = list(version['open']).map(text);
  if (open.length > 0) {
    const rejected = new Map<string, string>();
    for (const one of list(version['history']) as JsonObject[])
      if (!rejected.has(text(one['role']))) rejected.set(text(one['role']), text(one['decision']));
    return `waits for ${open.map((role) => (rejected.get(role) === 'reject' ? `${role} (rejected)` : role)).join(', ')}`;
  }
  if (list(version['approvers']).length === 0) return 'nobody has to approve it';
  const history = list(version['history']) as JsonObject[];
  const approved = [...new Set(history.filter((one) => one['decision'] === 'approve').map((one) => text(one['role'])))];
  if (!history.some((one) => one['decision'] === 'waive')) return 'approved';
  // Nobody was asked before it ran; who has said yes since is told all the same.
  return approved.length === 0 ? 'nobody was asked' : `nobody was asked; approved by ${approved.join(', ')}`;
}

/** Versions for people. */
export function renderVersions(versions: readonly JsonObject[]): string {
  return table(
    ['Pack', 'Version', 'Hash', '', 'Approval'],
    versions.map((one) => [
      text(one['pack']),
      text(one['version']),
      text(one['hash']).slice(0, 12),
      one['active'] === true ? 'active' : '',
      standing(one),
    ]),
  );
}

/** The hash that begins so. Errors: ESC_FIELD_INVALID where several do: nobody approves what they do not mean; or none does. */
export function hashNamed(start: string, versions: readonly JsonObject[]): string {
  const found = versions.map((one) => text(one['hash'])).filter((one) => one.startsWith(start));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const why =
    found.length === 0
      ? 'no version has a hash that begins so'
      : `${found.length} versions have a hash that begins so: give more of it`;
  throw new TocsinError('ESC_FIELD_INVALID', `"${start}": ${why}`, { field: 'hash' });
}

/** Registers both under `policy`. */
export function approvalCommands(policy: Command, io: CliIo): void {
  const api = (): Api => new Api(apiSettings(), (line) => io.err(line));
  const versions = (pack?: string): Promise<JsonObject[]> =>
    api().get<JsonObject[]>(`/v1/policy/versions${pack === undefined ? '' : `?pack=${encodeURIComponent(pack)}`}`);

  policy
    .command('versions')
    .argument('[pack]', 'the name of a pack; all when left out')
    .option('--json', 'print JSON')
    .description('published versions, which is active, and whose approval the others wait for')
    .action(async (pack: string | undefined, options: { json?: boolean }) => {
      const found = await versions(pack);
      if (pack !== undefined && found.length === 0)
        throw new TocsinError('ESC_PACK_UNKNOWN', `no version of the pack "${pack}" is published`, { pack });
      io.out(options.json ? JSON.stringify(found) : renderVersions(found));
    });

  policy
    .command('approve')
    .argument('<hash>', 'the version, as `policy versions` shows it; the first letters are enough')
    .requiredOption('--role <role>', 'the role in which you approve; your key must belong to it')
    .option('--reject', 'say no instead')
    .option('--note <text>', 'what goes with it')
    .option('--json', 'print JSON')
    .description('approve a version: it is active once each role that it names has')
    .action(async (hash: string, options: { role: string; reject?: boolean; note?: string; json?: boolean }) => {
      const full = hash.length === 64 ? hash : hashNamed(hash, await versions());
      const state = await api().post(`/v1/policy/versions/${encodeURIComponent(full)}/approvals`, {
        role: options.role,
        decision: options.reject ? 'reject' : 'approve',
        note: options.note ?? '',
      });
      io.out(options.json ? JSON.stringify(state) : renderVersions([state]));
    });
}

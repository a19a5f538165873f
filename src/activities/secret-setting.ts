/** A secret of the environment: given as `NAME`, or as `NAME_FILE` with the path of a file that holds it. */
import { readFileSync } from 'node:fs';
import { TocsinError } from '../domain/errors';
import { Secret } from './secret';

/** The secret, empty where none is set. Throws ESC_REQUEST_INVALID where both forms are, or the file cannot be read. */
export function secretSetting(env: Readonly<Record<string, string | undefined>>, name: string): Secret {
  const direct = env[name]?.trim() ?? '';
  const path = env[`${name}_FILE`]?.trim() ?? '';
  if (direct !== '' && path !== '')
    throw new TocsinError('ESC_REQUEST_INVALID', `${name} and ${name}_FILE are both set: give one`, {});
  if (path === '') return new Secret(direct);
  try {
    return new Secret(readFileSync(path, 'utf8').trim());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TocsinError('ESC_REQUEST_INVALID', `${name} cannot be read from the file in ${name}_FILE (${code})`, {});
  }
}

/** Whether a model can be asked, without asking it anything. */
import OpenAI, { APIError } from 'openai';
import type { ModelConfig } from './model';

const PATIENCE_MS = 3_000;

/** `undefined` where the endpoint answers and takes the key; else what is the matter, without a secret. */
export async function unreachable(config: ModelConfig): Promise<string | undefined> {
  const client = new OpenAI({
    baseURL: config.url,
    apiKey: config.key.reveal() === '' ? 'none' : config.key.reveal(),
    timeout: PATIENCE_MS,
    maxRetries: 0,
    organization: null,
    project: null,
    logLevel: 'off',
  });
  try {
    await config.guard(config.url);
    await client.models.list();
    return undefined;
  } catch (error) {
    // A server of one's own may have no list of models: it answers all the same.
    const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
    if (status === undefined) return 'does not answer';
    return status === 401 || status === 403 ? `refuses the key (${status})` : undefined;
  }
}

/** What the worker and the API read from their environment; read once, in `main.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('tocsin'),
  TOCSIN_DATA_DIR: z.string().min(1).default('.tocsin'),
  TOCSIN_ENCRYPTION_KEYS: z.string().optional(),
  TOCSIN_ENCRYPTION_KEYS_FILE: z.string().optional(),
  TOCSIN_INTAKE_SECRETS: z.string().optional(),
  TOCSIN_INTAKE_SECRETS_FILE: z.string().optional(),
  TOCSIN_VERSIONING: z.enum(['on', 'off']).default('on'),
  TOCSIN_TASK_QUEUE: z.string().default('tocsin-tickets'),
  TOCSIN_PORT: z.coerce.number().int().min(1).max(65535).default(4180),
  TOCSIN_HOST: z.string().min(1).default('127.0.0.1'),
  TOCSIN_KNOWLEDGE_ASSIST: z.enum(['on', 'off']).default('on'),
  TOCSIN_FORUM_URL: z.url().optional(),
  TOCSIN_PORTAL_JWKS: z.string().min(1).optional(),
  TOCSIN_PORTAL_ISSUER: z.string().min(1).optional(),
  TOCSIN_PORTAL_AUDIENCE: z.string().min(1).optional(),
  TOCSIN_PORTAL_COOKIE: z
    .string()
    .regex(/^[\w-]+$/)
    .default('tocsin_portal'),
  TOCSIN_PORTAL_AUTHORIZE_URL: z.url().optional(),
  TOCSIN_PORTAL_TOKEN_URL: z.url().optional(),
  TOCSIN_PORTAL_CLIENT_ID: z.string().min(1).optional(),
  TOCSIN_PORTAL_CLIENT_SECRET: z.string().min(1).optional(),
  TOCSIN_ACCOUNTS_FILE: z.string().min(1).optional(),
  TOCSIN_ACCOUNT_URL: z.url().optional(),
  TOCSIN_BILLING_URL: z.url().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** The identity provider: its keys (an address or a file), and where people log in. */
export interface PortalConfig {
  jwks: string;
  issuer?: string;
  audience?: string;
  cookie: string;
  login?: { authorizeUrl: string; tokenUrl: string; clientId: string; clientSecret?: string };
}

export interface ProcessConfig {
  databaseUrl: string;
  temporal: { address: string; namespace: string; encryptionKeys?: string };
  /** Published packs: `<hash>.json`. */
  packs: string;
  /** Bundles of workflow code, by build id. */
  bundles: string;
  dataDir: string;
  versioning: boolean;
  taskQueue: string;
  httpPort: number;
  httpHost: string;
  /** Whether the assisted ranking of articles has its say. */
  knowledgeAssist: boolean;
  /** Customers' logins; absent: nobody can log in. */
  portal?: PortalConfig;
  /** A JSON file of accounts. */
  accountsFile?: string;
  /** Where accounts and bills are really kept. */
  accountLinks: { account?: string; billing?: string };
  /** The community forum, for the foot of articles. */
  forum?: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** The secrets that webhooks are signed with, by source (zendesk, intercom, ringcentral, email, …). */
  intakeSecrets: ReadonlyMap<string, string>;
}

/** Read the configuration. Throws an Error that names each variable and what is wrong with it, never a value. */
export function processConfig(env: NodeJS.ProcessEnv = process.env): ProcessConfig {
  const parsed = schema.safeParse(env);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const found = parsed.data;
  const keys = found.TOCSIN_ENCRYPTION_KEYS_FILE
    ? readFileSync(found.TOCSIN_ENCRYPTION_KEYS_FILE, 'utf8').trim()
    : found.TOCSIN_ENCRYPTION_KEYS;
  return {
    databaseUrl: found.DATABASE_URL,
    temporal: {
      address: found.TEMPORAL_ADDRESS,
      namespace: found.TEMPORAL_NAMESPACE,
      ...(keys ? { encryptionKeys: keys } : {}),
    },
    packs: join(found.TOCSIN_DATA_DIR, 'packs'),
    bundles: join(found.TOCSIN_DATA_DIR, 'bundles'),
    dataDir: found.TOCSIN_DATA_DIR,
    versioning: found.TOCSIN_VERSIONING === 'on',
    taskQueue: found.TOCSIN_TASK_QUEUE,
    httpPort: found.TOCSIN_PORT,
    httpHost: found.TOCSIN_HOST,
    ...(found.TOCSIN_PORTAL_JWKS ? { portal: portalOf(found, found.TOCSIN_PORTAL_JWKS) } : {}),
    ...(found.TOCSIN_ACCOUNTS_FILE ? { accountsFile: found.TOCSIN_ACCOUNTS_FILE } : {}),
    accountLinks: {
      ...(found.TOCSIN_ACCOUNT_URL ? { account: found.TOCSIN_ACCOUNT_URL } : {}),
      ...(found.TOCSIN_BILLING_URL ? { billing: found.TOCSIN_BILLING_URL } : {}),
    },
    knowledgeAssist: found.TOCSIN_KNOWLEDGE_ASSIST === 'on',
    ...(found.TOCSIN_FORUM_URL ? { forum: found.TOCSIN_FORUM_URL } : {}),
    logLevel: found.LOG_LEVEL,
    intakeSecrets: intakeSecrets(found),
  };
}

function portalOf(found: z.infer<typeof schema>, jwks: string): PortalConfig {
  const authorizeUrl = found.TOCSIN_PORTAL_AUTHORIZE_URL;
  const tokenUrl = found.TOCSIN_PORTAL_TOKEN_URL;
  const clientId = found.TOCSIN_PORTAL_CLIENT_ID;
  const secret = found.TOCSIN_PORTAL_CLIENT_SECRET;
  return {
    jwks,
    cookie: found.TOCSIN_PORTAL_COOKIE,
    ...(found.TOCSIN_PORTAL_ISSUER ? { issuer: found.TOCSIN_PORTAL_ISSUER } : {}),
    ...(found.TOCSIN_PORTAL_AUDIENCE ? { audience: found.TOCSIN_PORTAL_AUDIENCE } : {}),
    ...(authorizeUrl && tokenUrl && clientId
      ? { login: { authorizeUrl, tokenUrl, clientId, ...(secret ? { clientSecret: secret } : {}) } }
      : {}),
  };
}

/** A JSON object of texts. Throws an Error that names the variable, never a value. */
function intakeSecrets(found: z.infer<typeof schema>): ReadonlyMap<string, string> {
  const text = found.TOCSIN_INTAKE_SECRETS_FILE
    ? readFileSync(found.TOCSIN_INTAKE_SECRETS_FILE, 'utf8')
    : found.TOCSIN_INTAKE_SECRETS;
  if (text === undefined || text.trim() === '') return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('TOCSIN_INTAKE_SECRETS: must be a JSON object of texts');
  }
  const checked = z.record(z.string(), z.string()).safeParse(parsed);
  if (!checked.success) throw new Error('TOCSIN_INTAKE_SECRETS: must be a JSON object of texts');
  return new Map(Object.entries(checked.data));
}

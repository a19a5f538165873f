/** The activity that answers questions: classifier, model and ports, before the deadline, with no secret in what it says. */
import { join } from 'node:path';
import { exchangeRates } from '../../src/activities/exchange-rates';
import { PermanentDeliveryError } from '../../src/activities/ports';
import type { FactPort } from '../../src/activities/fact-port';
import type { JsonObject } from '../../src/domain/policy/types';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { modelFromEnv } from '../../src/triage/model';
import { createAnswers, type AnswersDeps } from '../../src/worker/answers';
import { compilePackText } from '../support/pack';
import { startProvider, type HttpProvider } from './support/http-provider';

const RATED = compilePackText(
  'facts: { rate: { port: exchange_rates, reads: [ticket.amount] }, mood: { port: moods } }\nfields: { amount: { money: optional } }',
);
const KEY = 'rates-key-0815';

describe('the answer to a question', () => {
  let provider: HttpProvider;
  let trust: LoadedPack;
  const warned: string[] = [];
  const beats: number[] = [];
  beforeAll(async () => (trust = await loadPack(join(__dirname, '../../policies/trust-safety'))));
  beforeEach(async () => {
    warned.length = beats.length = 0;
    provider = await startProvider(() => ({
      status: 200,
      body: '{"amount":1,"base":"USD","date":"2026-03-06","rates":{"EUR":0.92}}',
    }));
  });
  afterEach(() => provider.close());

  const make = (more: Partial<AnswersDeps> = {}) =>
    createAnswers({
      pack: async (hash) => (hash === 'rated' ? RATED : trust.pack),
      classifier: async () => {
        if (!trust.classifier) throw new Error('no classifier');
        return trust.classifier;
      },
      templates: async () => ({}),
      ports: {},
      now: () => Date.now(),
      log: { info: () => undefined, warn: (text) => void warned.push(text) },
      signal: () => new AbortController().signal,
      heartbeat: () => void beats.push(Date.now()),
      ...more,
    });
  const question = (fact: string, inputs: JsonObject, ms = 15_000) => ({
    ticket: 'T',
    fact,
    key: `T|${fact}|7`,
    due: Date.now() + ms,
    inputs,
  });
  const rates = (env: Record<string, string> = {}): Record<string, FactPort> =>
    exchangeRates(
      {
        TOCSIN_EXCHANGE_RATES_URL: `${provider.url}/v1/latest?app=${KEY}`,
        TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
        ...env,
      },
      { now: () => Date.now() },
    );
  const USD = { 'ticket.amount': { value: 700, currency: 'USD' } };

  test('is the classifier of the pack that the ticket is pinned to', async () => {
    const answer = await make().answerQuestion(question('intent', { 'message.body': 'Someone hacked us' }), 'trust');
    expect(answer).toMatchObject({
      fact: 'intent',
      key: 'T|intent|7',
      value: 'INCIDENT_REPORT',
      version: trust.classifier?.spec.version,
    });
    expect(answer).not.toHaveProperty('usage');
  });

  test('comes before the deadline from the embedded classifier, however patient the settings of a slow model are', async () => {
    provider.script.push('hang');
    const model = modelFromEnv({
      TOCSIN_MODEL_URL: `${provider.url}/v1`,
      TOCSIN_MODEL_NAME: 'slow',
      TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    });
    const put = question('intent', { 'message.body': 'Someone hacked us' }, 2_500);
    const answer = await make({ model }).answerQuestion(put, 'trust');
    expect(answer.at).toBeLessThan(put.due);
    // Who answered is the embedded classifier alone.
    const version = trust.classifier?.spec.version;
    expect(answer).toMatchObject({ value: 'INCIDENT_REPORT', usage: { calls: 0, fallbacks: 1 }, version });
    expect(answer.reasons?.[0]).toMatch(/took too long/);
    expect(warned).toHaveLength(1);
    expect(beats.length).toBeGreaterThan(0);
  });

  test('is the embedded classifier alone for a fact that says so, whatever model there is', async () => {
    const model = modelFromEnv({
      TOCSIN_MODEL_URL: `${provider.url}/v1`,
      TOCSIN_MODEL_NAME: 'dear',
      TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    });
    const free = Object.values(trust.pack.facts).filter((fact) => fact.embedded);
    expect(free.length).toBeGreaterThan(0);
    for (const { name } of free) {
      const put = question(name, { 'message.body': 'Someone hacked us' });
      expect(await make({ model }).answerQuestion(put, 'trust')).not.toHaveProperty('usage');
    }
    expect(provider.received).toEqual([]);
  });

  test('is given up by a worker that stops, so that the next one asks', async () => {
    provider.script.push('hang');
    const stop = new AbortController();
    const model = modelFromEnv({
      TOCSIN_MODEL_URL: `${provider.url}/v1`,
      TOCSIN_MODEL_NAME: 'slow',
      TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    });
    const answer = make({ model, signal: () => stop.signal }).answerQuestion(
      question('intent', { 'message.body': 'Someone hacked us' }),
      'trust',
    );
    setTimeout(() => stop.abort(new Error('shutdown')), 50);
    await expect(answer).rejects.toThrow(/given up/);
  });

  test('is the rate of the currency in euros, with the day it is of [CSR-020]', async () => {
    const answer = await make({ ports: rates() }).answerQuestion(question('rate', USD), 'rated');
    expect(answer).toMatchObject({ value: 0.92, reasons: ['1 USD = 0.92 EUR, 2026-03-06'], key: 'T|rate|7' });
    const francs = { 'ticket.amount': { value: 1, currency: 'CHF' } };
    await make({ ports: rates() }).answerQuestion(question('rate', francs), 'rated');
    expect(provider.received.map(({ method, path }) => [method, path])).toEqual(
      ['USD', 'CHF'].map((base) => ['GET', `/v1/latest?app=${KEY}&base=${base}&symbols=EUR`]),
    );
  });

  test.each([
    ['nothing answers the port', 'mood', {}, {}, /nothing answers "moods"/],
    ['no amount is given', 'rate', {}, {}, /no amount/],
    ['the service refuses', 'rate', USD, { status: 404, body: `no ${KEY}` }, /answered 404/],
    ['the service says something else', 'rate', USD, { status: 200, body: '<html>' }, /no rate of USD/],
    ['the rate is nonsense', 'rate', USD, { status: 200, body: '{"rates":{"EUR":-1}}' }, /no rate of USD/],
  ])('has no value, and a reason without a secret, where %s', async (_what, fact, inputs, reply, reason) => {
    if ('status' in reply) provider.script.push(reply);
    const answer = await make({ ports: rates() }).answerQuestion(question(fact, inputs), 'rated');
    expect(answer).not.toHaveProperty('value');
    expect(answer.reasons).toEqual([expect.stringMatching(reason)]);
    expect(JSON.stringify(answer)).not.toContain(KEY);
  });

  test('is asked for again later where the service is away, and where the pack has not arrived', async () => {
    provider.script.push({ status: 503 });
    const answers = make({ ports: rates() });
    await expect(answers.answerQuestion(question('rate', USD), 'rated')).rejects.toMatchObject({
      name: 'TransientDeliveryError',
    });
    expect(await answers.answerQuestion(question('rate', USD), 'rated')).toMatchObject({ value: 0.92 });
    const missing = make({ pack: () => Promise.reject(new PermanentDeliveryError('not there')) });
    await expect(missing.answerQuestion(question('rate', USD), 'rated')).rejects.toThrow('not there');
  });

  test('an address inside the own network is refused before anything is asked', () => {
    expect(() => rates({ TOCSIN_ALLOW_PRIVATE_URLS: 'false' })).toThrow(
      expect.objectContaining({ code: 'ESC_URL_REFUSED' }),
    );
  });
});

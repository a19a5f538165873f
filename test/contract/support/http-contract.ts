/** What every HTTP adapter does when its provider fails: one suite, run on each. */
import type { HttpDeps } from '../../../src/activities/http-call';
import type { ChannelPort, OutgoingMessage } from '../../../src/activities/ports';
import type { HttpProvider } from './http-provider';
import { AT, errorOf, httpDeps, never } from './messages';

export interface HttpSubject {
  provider: () => HttpProvider;
  make: (url: string, deps: HttpDeps) => ChannelPort;
  message: () => OutgoingMessage;
  /** In the configuration; must be in no error. */
  secret: string;
  permanent: number[];
  transient: number[];
}

export function failsAsAnHttpProviderDoes(subject: HttpSubject): void {
  const send = (deps: Partial<HttpDeps> = {}, signal = never()) =>
    subject.make(subject.provider().url, httpDeps(deps)).send(subject.message(), signal);

  test.each(subject.permanent)('takes a %i as a refusal for good', async (status) => {
    subject.provider().script.push({ status, body: 'no_such_thing' });
    const error = await errorOf(send());
    expect(error).toMatchObject({ name: 'PermanentDeliveryError', code: 'ESC_PROVIDER_REFUSED' });
    expect(error.message).toContain(String(status));
  });

  test.each(subject.transient)('takes a %i as a reason to try again', async (status) => {
    subject.provider().script.push({ status });
    const error = await errorOf(send());
    expect(error).toMatchObject({ name: 'TransientDeliveryError', code: 'ESC_PROVIDER_UNAVAILABLE' });
    expect(error.retryAfterMs).toBeUndefined();
  });

  test('waits as long as Retry-After says in seconds', async () => {
    subject.provider().script.push({ status: 429, headers: { 'retry-after': '7' } });
    expect(await errorOf(send())).toMatchObject({ name: 'TransientDeliveryError', retryAfterMs: 7000 });
  });

  test('waits as long as Retry-After says as a date', async () => {
    const date = new Date(AT + 90_000).toUTCString();
    subject.provider().script.push({ status: 503, headers: { 'retry-after': date } });
    expect(await errorOf(send())).toMatchObject({ name: 'TransientDeliveryError', retryAfterMs: 90_000 });
  });

  test('gives up after its timeout and tries again later', async () => {
    subject.provider().script.push('hang');
    const error = await errorOf(send({ timeoutMs: 60 }));
    expect(error).toMatchObject({ name: 'TransientDeliveryError' });
    expect(error.message).toContain('no answer within 60 ms');
  });

  test('takes a connection reset as a reason to try again', async () => {
    subject.provider().script.push('reset');
    expect(await errorOf(send())).toMatchObject({ name: 'TransientDeliveryError' });
  });

  test('takes a provider that is not there as a reason to try again', async () => {
    await subject.provider().close();
    const error = await errorOf(send());
    expect(error).toMatchObject({ name: 'TransientDeliveryError' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('stops when the activity is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await errorOf(send({}, controller.signal))).toMatchObject({ name: 'TransientDeliveryError' });
    expect(subject.provider().received).toHaveLength(0);
  });

  test('follows no redirect', async () => {
    subject.provider().script.push({ status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } });
    expect(await errorOf(send())).toMatchObject({ name: 'PermanentDeliveryError' });
    expect(subject.provider().received).toHaveLength(1);
  });

  test('keeps its secrets out of the error when the provider repeats them', async () => {
    subject.provider().script.push({ status: 400, body: `bad key ${subject.secret}\r\nsorry` });
    const error = await errorOf(send());
    expect(error.message).toContain('[redacted]');
    expect(`${error.message}${error.stack}`).not.toContain(subject.secret);
  });

  test('refuses to call an address inside the own network', async () => {
    const port = subject.make('http://10.0.0.7', httpDeps());
    expect(await errorOf(port.send(subject.message(), never()))).toMatchObject({ code: 'ESC_URL_REFUSED' });
  });
}

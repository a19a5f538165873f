import { createRecorder } from '../../src/activities/recorder';
import { errorOf, keptLog, message, never } from './support/messages';

describe('the recorder', () => {
  test('takes a message, says so in one line and calls itself what it is', async () => {
    const log = keptLog();
    const result = await createRecorder(log).send(message(), never());
    expect(result).toEqual({ provider: 'recorded', providerId: message().key, to: 'engineering-team', person: 'Ana' });
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain('recorded page to engineering-team: P1: checkout is down');
    expect(log.lines[0]).toContain('TICK-20260306-001');
  });

  test('gives a repeat of the same delivery the same id', async () => {
    const recorder = createRecorder(keptLog());
    expect(await recorder.send(message(), never())).toEqual(await recorder.send(message(), never()));
  });

  test('writes a subject of several lines on one', async () => {
    const log = keptLog();
    await createRecorder(log).send(message({ subject: 'one\r\ntwo' }), never());
    expect(log.lines[0]).toContain('one two');
  });

  test('stops when the activity is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const log = keptLog();
    expect(await errorOf(createRecorder(log).send(message(), controller.signal))).toMatchObject({
      name: 'TransientDeliveryError',
    });
    expect(log.lines).toHaveLength(0);
  });
});

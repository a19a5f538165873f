import { addressKind, createUrlGuard, parseOutgoingUrl } from '../../src/activities/outgoing-url';
import { errorOf } from './support/messages';

const guard = (found: string[], reach: 'public' | 'loopback' | 'private' = 'public') =>
  createUrlGuard(reach, async () => found);

describe('outgoing addresses', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.169.254', 'private'],
    ['::ffff:a9fe:a9fe', 'private'],
    ['fd00:ec2::254', 'private'],
    ['fe80::1', 'private'],
    ['0.0.0.0', 'never'],
    ['224.0.0.1', 'never'],
    ['::', 'never'],
    ['64:ff9b::a00:1', 'never'],
    ['not an address', 'never'],
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
  ])('knows %s to be %s', (address, kind) => expect(addressKind(address)).toBe(kind));

  test.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://example.com/',
    'https://user:pw@example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'nonsense',
  ])('refuses %s by its shape', (url) => {
    expect(() => parseOutgoingUrl(url, 'public')).toThrow(expect.objectContaining({ code: 'ESC_URL_REFUSED' }));
  });

  test('refuses a public name that resolves into the own network', async () => {
    const error = await errorOf(guard(['8.8.8.8', '10.0.0.1'])('https://innocent.example/'));
    expect(error).toMatchObject({ code: 'ESC_URL_REFUSED' });
  });

  test('refuses plain http to the internet even where the own network is allowed', async () => {
    const error = await errorOf(guard(['8.8.8.8'], 'private')('http://example.com/'));
    expect(error).toMatchObject({ code: 'ESC_URL_REFUSED' });
  });

  test('allows https to a public address, loopback and private ones where the configuration says so', async () => {
    await expect(guard(['8.8.8.8'])('https://example.com/x')).resolves.toMatchObject({ host: 'example.com' });
    await expect(guard(['127.0.0.1'], 'loopback')('http://localhost:8080/')).resolves.toBeDefined();
    await expect(guard([], 'private')('http://192.168.0.9/')).resolves.toBeDefined();
    expect(await errorOf(guard([], 'loopback')('http://192.168.0.9/'))).toMatchObject({ code: 'ESC_URL_REFUSED' });
  });

  test('refuses reserved addresses whatever the configuration says', async () => {
    expect(await errorOf(guard([], 'private')('http://0.0.0.0/'))).toMatchObject({ code: 'ESC_URL_REFUSED' });
  });

  test('tries again when the name does not resolve now', async () => {
    const broken = createUrlGuard('public', () => Promise.reject(new Error('EAI_AGAIN')));
    expect(await errorOf(broken('https://example.com/'))).toMatchObject({ name: 'TransientDeliveryError' });
    expect(await errorOf(guard([])('https://example.com/'))).toMatchObject({ name: 'TransientDeliveryError' });
  });
});

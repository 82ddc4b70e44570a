import { expect, test } from 'vitest';
import { MemorySecrets } from '../../../test/support/memory-secrets.js';
import { progressToken, readProgressToken } from './progress-token.js';

const ATTEMPT = { id: '0197-1', attempt: 3 };

test('a token names the attempt that it was made for, and is safe in a URL', () => {
  const secrets = new MemorySecrets();
  const token = progressToken(secrets, ATTEMPT);
  expect(readProgressToken(secrets, token)).toEqual(ATTEMPT);
  expect(encodeURIComponent(token)).toBe(token);
});

test.each<[what: string, change: (token: string) => string]>([
  ['of another attempt', (token) => token.replace('3~', '4~')],
  ['of another invocation', (token) => token.replace('0197-1', '0197-2')],
  ['that is cut short', (token) => token.slice(0, -1)],
  ['without a signature', (token) => token.slice(0, token.lastIndexOf('~'))],
  ['that is empty', () => ''],
])('a token %s is refused', (_what, change) => {
  const secrets = new MemorySecrets();
  const token = change(progressToken(secrets, ATTEMPT));
  expect(() => readProgressToken(secrets, token)).toThrow(expect.objectContaining({ code: 'AccessDenied' }));
});

import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { askedByForeignName } from './foreign-page.js';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36';

function asked(host: string | undefined, userAgent: string | undefined, publicUrl?: string): string | undefined {
  const headers = { host, 'user-agent': userAgent };
  return askedByForeignName({ headers } as IncomingMessage, publicUrl);
}

test.each(['localhost:7070', 'LOCALHOST', 'bucket.localhost:7070', '127.0.0.1:7070', '127.8.0.1', '[::1]:7070'])(
  'a browser that asks for %s, a loopback name, is answered',
  (host) => expect(asked(host, BROWSER)).toBeUndefined(),
);

test.each(['evil.test:7070', 'localhost.evil.test', '127.0.0.1.evil.test', '10.0.0.1:7070', 'a b', '', undefined])(
  'a browser that asks for %s is refused, because a page may have made the name lead here',
  (host) => expect(asked(host, BROWSER)).toMatch(/EBB_PUBLIC_URL/),
);

test('a browser that asks for the host of the public URL is answered, and for another name refused', () => {
  expect(asked('ebb.example', BROWSER, 'https://ebb.example/base')).toBeUndefined();
  expect(asked('other.example', BROWSER, 'https://ebb.example/base')).toMatch(/EBB_PUBLIC_URL/);
});

test.each(['aws-cli/2.1', 'Boto3/1.44', 'node', 'curl/8', undefined])(
  '%s may use any host name, because it is not a browser',
  (program) => expect(asked('ebb.internal:7070', program)).toBeUndefined(),
);

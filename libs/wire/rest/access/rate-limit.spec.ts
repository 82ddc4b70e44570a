import { expect, it } from 'vitest';
import { countRequest } from '../../../core/access/request-rate.js';
import { rateLimitHeaders } from './rate-limit.js';

it('states how many requests are left, and when the full allowance is back', () => {
  const verdict = countRequest(undefined, 120, 0);
  expect(rateLimitHeaders({ ...verdict, perMinute: 120 })).toEqual({
    'ratelimit-limit': '120',
    'ratelimit-remaining': '119',
    'ratelimit-reset': '1',
  });
});

it('states when the next request is allowed, if none is left', () => {
  const verdict = countRequest({ left: 0, at: 0 }, 6, 0);
  expect(rateLimitHeaders({ ...verdict, perMinute: 6 })).toEqual({
    'ratelimit-limit': '6',
    'ratelimit-remaining': '0',
    'ratelimit-reset': '10',
    'retry-after': '10',
  });
});

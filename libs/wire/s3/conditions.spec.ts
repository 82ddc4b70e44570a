import { describe, expect, it } from 'vitest';
import { type Conditions, holdConditions } from './conditions.js';

const object = { etag: 'abc', modifiedAt: Date.UTC(2026, 0, 1, 12, 0, 0, 500) };
const BEFORE = 'Thu, 01 Jan 2026 11:59:59 GMT';
const SAME_SECOND = 'Thu, 01 Jan 2026 12:00:00 GMT';

describe('the conditions of a read', () => {
  it.each<[string, Conditions, string]>([
    ['none', {}, 'hold'],
    ['the entity tag wanted, quoted', { ifMatch: '"abc"' }, 'hold'],
    ['the entity tag wanted, bare', { ifMatch: 'abc' }, 'hold'],
    ['one of several entity tags', { ifMatch: '"x", "abc"' }, 'hold'],
    ['any entity tag', { ifMatch: '*' }, 'hold'],
    ['another entity tag', { ifMatch: '"x"' }, 'failed'],
    ['the entity tag that the client has', { ifNoneMatch: 'W/"abc"' }, 'notModified'],
    ['an older entity tag that the client has', { ifNoneMatch: '"x"' }, 'hold'],
    ['modified since before', { ifModifiedSince: BEFORE }, 'hold'],
    ['modified since the same second', { ifModifiedSince: SAME_SECOND }, 'notModified'],
    ['unmodified since before', { ifUnmodifiedSince: BEFORE }, 'failed'],
    ['unmodified since the same second', { ifUnmodifiedSince: SAME_SECOND }, 'hold'],
    ['a matching tag against an old date', { ifMatch: 'abc', ifUnmodifiedSince: BEFORE }, 'hold'],
    ['a matching tag against a date that passed', { ifNoneMatch: 'abc', ifModifiedSince: BEFORE }, 'notModified'],
    ['an old tag against the same second', { ifNoneMatch: 'x', ifModifiedSince: SAME_SECOND }, 'hold'],
    ['a date that cannot be read', { ifModifiedSince: 'yesterday' }, 'hold'],
  ])('%s', (_, conditions, outcome) => {
    expect(holdConditions(conditions, object)).toBe(outcome);
  });
});

import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Action, type Caller, type Role, covers, mayFollow, permits } from './caller.js';

function caller(role: Role, endpoints?: readonly string[]): Caller {
  return { keyId: 'EBBKME', name: 'me', role, ...(endpoints && { endpoints }) };
}

describe('a role', () => {
  it.each<[Role, Record<Action, boolean>]>([
    ['submit', { submit: true, follow: true, read: false, operate: false }],
    ['read', { submit: false, follow: true, read: true, operate: false }],
    ['operate', { submit: true, follow: true, read: true, operate: true }],
  ])('of %s allows its own actions only', (role, allowed) => {
    for (const [action, is] of Object.entries(allowed) as [Action, boolean][]) {
      expect([action, permits(caller(role), action)]).toEqual([action, is]);
      expect([action, permits(caller(role), action, 'reader')]).toEqual([action, is]);
    }
  });

  it('is operate for callers that need no credentials', () => {
    expect(permits(ANONYMOUS, 'operate')).toBe(true);
    expect(permits(ANONYMOUS, 'submit', 'reader')).toBe(true);
  });
});

describe('endpoints that a caller is confined to', () => {
  it.each([
    ['reader', 'reader', true],
    ['reader', 'READER', true],
    ['reader', 'reader-2', false],
    ['team-a-*', 'team-a-ocr', true],
    ['team-a-*', 'Team-A-ocr', true],
    ['team-a-*', 'team-a-', true],
    ['team-a-*', 'team-a', false],
    ['team-a-*', 'team-ab-ocr', false],
    ['*', 'anything', true],
  ])('by %s cover %s: %s', (scope, endpointName, is) => {
    expect(covers({ endpoints: [scope] }, endpointName)).toBe(is);
  });

  it('are those that match its scopes, and no others', () => {
    const confined = caller('operate', ['reader', 'team-a-*']);
    expect(permits(confined, 'operate', 'team-a-ocr')).toBe(true);
    expect(permits(confined, 'operate', 'other')).toBe(false);
  });

  it('exclude actions on all endpoints', () => {
    expect(permits(caller('operate', ['*']), 'operate')).toBe(false);
    expect(permits(caller('read', ['reader']), 'read')).toBe(false);
  });
});

describe('an invocation', () => {
  const mine = { endpointName: 'reader', submittedBy: 'EBBKME' };
  const theirs = { endpointName: 'reader', submittedBy: 'EBBKYOU' };

  it('can be seen and cancelled by its submitter', () => {
    expect(mayFollow(caller('submit'), mine)).toBe(true);
    expect(mayFollow(caller('submit'), mine, 'cancel')).toBe(true);
  });

  it('of another cannot be seen by a caller that may only submit', () => {
    expect(mayFollow(caller('submit'), theirs)).toBe(false);
    expect(mayFollow(caller('submit'), { endpointName: 'reader' })).toBe(false);
    expect(mayFollow({ name: 'nobody', role: 'submit' }, { endpointName: 'reader' })).toBe(false);
  });

  it('can be seen by readers, and cancelled by operators', () => {
    expect(mayFollow(caller('read'), theirs)).toBe(true);
    expect(mayFollow(caller('read'), theirs, 'cancel')).toBe(false);
    expect(mayFollow(caller('operate'), theirs, 'cancel')).toBe(true);
  });

  it('of an endpoint outside the scope of a caller cannot be seen in any role', () => {
    for (const role of ['submit', 'read', 'operate'] as const) {
      expect(mayFollow(caller(role, ['other']), mine)).toBe(false);
    }
  });
});

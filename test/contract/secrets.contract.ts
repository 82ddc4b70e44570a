import { expect, it } from 'vitest';
import type { Secrets } from '../../libs/core/ports/secrets.js';

const PLAIN = 'correct horse battery staple: ä€😀';

/** The contract of every driver of secrets. */
export function secretsContract(open: () => Secrets): void {
  it('opens what it sealed, for the same purpose', () => {
    const secrets = open();
    for (const text of [PLAIN, '', 'x'.repeat(10_000)]) {
      expect(secrets.open(secrets.seal(text, 'one'), 'one')).toBe(text);
    }
  });

  it('hides the sealed text, and seals the same text differently each time', () => {
    const secrets = open();
    const sealed = [secrets.seal(PLAIN, 'one'), secrets.seal(PLAIN, 'one')];
    expect(sealed[0]).not.toContain('horse');
    expect(sealed[0]).not.toBe(sealed[1]);
  });

  it('opens nothing for another purpose', () => {
    const secrets = open();
    const sealed = secrets.seal(PLAIN, 'one');
    expect(() => secrets.open(sealed, 'another')).toThrow(expect.objectContaining({ code: 'Unavailable' }));
  });

  it('opens no text that it did not seal', () => {
    const secrets = open();
    const sealed = secrets.seal(PLAIN, 'one');
    for (const changed of ['', 'v1.', `${sealed}x`, sealed.slice(0, -3), `${sealed.slice(0, -1)}!`, PLAIN]) {
      expect(() => secrets.open(changed, 'one')).toThrow(expect.objectContaining({ code: 'Unavailable' }));
    }
  });

  it('does not repeat a text that it cannot open', () => {
    expect(() => open().open('horse', 'one')).not.toThrow('horse');
  });

  it('recognises a token by its hash, and no other token', () => {
    const secrets = open();
    const hash = secrets.hash('token');
    expect(hash).not.toContain('token');
    expect(secrets.matches('token', hash)).toBe(true);
    for (const other of ['', 'token ', 'Token', 'toke', hash]) expect(secrets.matches(other, hash)).toBe(false);
    expect(secrets.matches('token', '')).toBe(false);
    expect(secrets.matches('token', `${hash}x`)).toBe(false);
  });

  it('hashes content the same in any pieces, and other content differently', () => {
    const secrets = open();
    const hashed = (...parts: string[]): string => hashOf(secrets, parts);
    expect(hashed('con', 'tent')).toBe(hashed('content'));
    expect(hashed('content', '')).toBe(hashed('content'));
    expect(new Set([hashed(), hashed('content'), hashed('Content'), hashed('content ')]).size).toBe(4);
  });

  it('draws the requested number of characters from an alphabet, different each time', () => {
    const secrets = open();
    const drawn = Array.from({ length: 50 }, () => secrets.random('ABCDEFGH', 20));
    for (const text of drawn) expect(text).toMatch(/^[A-H]{20}$/);
    expect(new Set(drawn).size).toBe(50);
    expect(secrets.random('A', 0)).toBe('');
  });
}

function hashOf(secrets: Secrets, parts: readonly string[]): string {
  const hashing = secrets.hashing();
  for (const part of parts) hashing.update(Buffer.from(part));
  return hashing.digest();
}

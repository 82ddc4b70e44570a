import { describe, expect, it } from 'vitest';
import { matches, walkBlocks } from './console-walk.js';

describe('a walk in the documentation', () => {
  it('is the commands in its console blocks, and what they print', () => {
    const markdown =
      'Text\n\n```console\n$ one\na\nb\n$ two\n```\n\n<!-- walk: apart -->\n\n```console\n$ three\n```\n';
    expect(walkBlocks(markdown)).toEqual([
      {
        note: '',
        steps: [
          { command: 'one', output: ['a', 'b'] },
          { command: 'two', output: [] },
        ],
      },
      { note: 'apart', steps: [{ command: 'three', output: [] }] },
    ]);
  });

  it('tells what differs from time to time from what must be the same', () => {
    expect(matches(['a.png  Completed after 0.8 s'], ['a.png Completed after 12 s'])).toBe(true);
    expect(matches(['a.png  Failed after 0.8 s'], ['a.png Completed after 12 s'])).toBe(false);
    expect(matches(['01a20796-7b84-7000-a9b2-fe60680d8847 is'], ['01a20796-0000-7000-a9b2-fe60680d8847 is'])).toBe(
      true,
    );
    expect(matches(['x', 'y', 'end'], ['…', 'end'])).toBe(true);
    expect(matches(['x', 'end', 'more'], ['…', 'end'])).toBe(false);
    expect(matches(['Token  ebb_EBBKX'], ['Token ebb_EBBK…'])).toBe(true);
    expect(matches(['Token  ebb_X'], ['Token ebb_EBBK…'])).toBe(false);
    expect(matches([], [])).toBe(true);
  });
});

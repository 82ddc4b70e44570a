import { describe, expect, it } from 'vitest';
import { Failure } from '../outcome/failure.js';
import { MAX_BREAKS, reconnecting } from './reconnecting.js';

const BROKEN = new Failure('unreachable', 'The connection broke.');

describe('what needs Ebb', () => {
  const { signal } = new AbortController();

  it('is done again while Ebb cannot be reached, but not for ever', async () => {
    let times = 0;
    const act = (): Promise<never> => {
      times += 1;
      return Promise.reject(BROKEN);
    };
    await expect(reconnecting(signal, act, 0)).rejects.toBe(BROKEN);
    expect(times).toBe(MAX_BREAKS + 1);
  });

  it('may break as often as it likes while it gets on', async () => {
    let times = 0;
    const act = async (progress: () => void): Promise<string> => {
      times += 1;
      if (times === 10 * MAX_BREAKS) return 'done';
      progress();
      throw BROKEN;
    };
    expect(await reconnecting(signal, act, 0)).toBe('done');
  });

  it('is not done again when it is refused', async () => {
    const refused = new Failure('refused', 'No.');
    let times = 0;
    const act = (): Promise<never> => {
      times += 1;
      return Promise.reject(refused);
    };
    await expect(reconnecting(signal, act, 0)).rejects.toBe(refused);
    expect(times).toBe(1);
  });
});

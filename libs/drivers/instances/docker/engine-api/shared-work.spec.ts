import { describe, expect, it } from 'vitest';
import { SharedWork } from './shared-work.js';

describe('shared work', () => {
  it('runs once for all concurrent callers, and again for later ones', async () => {
    const shared = new SharedWork<string>();
    let begun = 0;
    const work = async (): Promise<void> => void (begun += 1);
    await Promise.all([shared.run('a', work), shared.run('a', work)]);
    expect(begun).toBe(1);
    await shared.run('a', work);
    expect(begun).toBe(2);
  });

  it('continues while a caller waits, and is aborted when none does', async () => {
    const shared = new SharedWork<string>();
    const [first, second] = [new AbortController(), new AbortController()];
    let stop: AbortSignal | undefined;
    const work = (signal: AbortSignal): Promise<void> => {
      stop = signal;
      return new Promise(() => {});
    };
    const waits = [first, second].map(({ signal }) => shared.run('a', work, signal));
    first.abort(new Error('enough'));
    await expect(waits[0]).rejects.toThrow('enough');
    expect(stop!.aborted).toBe(false);
    second.abort(new Error('enough'));
    await expect(waits[1]).rejects.toThrow('enough');
    expect(stop!.aborted).toBe(true);
  });

  it('raises its failure to every caller', async () => {
    const shared = new SharedWork<string>();
    const [one, other] = [shared.run('a', fail), shared.run('a', fail)];
    await expect(one).rejects.toThrow('no');
    await expect(other).rejects.toThrow('no');
  });
});

function fail(): Promise<void> {
  return Promise.reject(new Error('no'));
}

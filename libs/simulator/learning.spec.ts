import { expect, it } from 'vitest';
import { VariantHistories } from '../engine/scaling/variant-histories.js';
import { Learning } from './learning.js';
import { MemoryCatalog } from '../../test/support/memory-catalog.js';
import { SeededRandom } from '../../test/support/seeded-random.js';

it('makes the same estimates as the engine', async () => {
  const random = new SeededRandom(11);
  let now = 0;
  const clock = { now: () => now } as never;
  const engine = new VariantHistories({ catalog: new MemoryCatalog(), clock, log: undefined as never });
  const learning = new Learning();
  let backlog = 0;
  const look = async (): Promise<void> => {
    const estimates = await engine.estimates('endpoint', 'main', 300_000);
    expect(learning.estimates(300_000, now)).toEqual(estimates);
    engine.demanded('endpoint', 'main', backlog, backlog);
    learning.demanded(backlog, now);
  };
  await look();
  for (let step = 0; step < 2_000; step += 1) {
    now += random.integer(1, 400);
    if (random.happens(0.05)) {
      engine.started('endpoint', 'main', { boot: 20_000 });
      learning.noteStarted(20_000, now);
    }
    if (backlog > 0 && random.happens(0.5)) {
      const serviceMs = random.integer(100, 5_000);
      engine.served('endpoint', 'main', serviceMs);
      learning.noteServed(serviceMs);
      backlog -= 1;
    } else {
      learning.noteAccepted(1);
      backlog += 1;
    }
    await look();
  }
});

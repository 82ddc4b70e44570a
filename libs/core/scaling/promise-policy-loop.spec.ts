import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOW, bounds, observation } from '../../../test/support/scaling-samples.js';
import { WAIT_WEIGHT } from '../learning/keep-warm.js';
import { decide } from './scaling-decision.js';
import {
  EMPTY_HISTORY,
  type VariantEstimates,
  estimatesOf,
  withArrivals,
  withDemand,
  withServiceTimes,
  withStart,
} from '../learning/variant-history.js';

const TICK_MS = 50;
const MAX_KEEP_WARM_MS = 900_000;
const LEARNING_MS = 15 * 60_000;
const RUN_MS = 30 * 60_000;

interface Load {
  readonly everyMs: number;
  readonly serviceMs: number;
  readonly startMs: number;
}

interface Member {
  readonly launchedAt: number;
  idleSince: number;
  endsAt?: number;
}

/**
 * Simulates a constant load from zero. Returns how often the count changed once there had been time to learn, and how
 * many invocations are left.
 */
function changesUnder({ everyMs, serviceMs, startMs }: Load): { changes: number; queued: number } {
  let members: Member[] = [];
  let history = EMPTY_HISTORY;
  let estimates: VariantEstimates = {};
  const queue: number[] = [];
  let changes = 0;
  let nextAt = NOW;
  for (let now = NOW; now < NOW + RUN_MS; now += TICK_MS) {
    for (; nextAt <= now; nextAt += everyMs) {
      queue.push(nextAt);
      history = withArrivals(history, 1, now);
    }
    for (const member of members) {
      if (now - member.launchedAt === startMs) history = withStart(history, { boot: startMs }, now);
      if (member.endsAt === undefined || member.endsAt > now) continue;
      member.endsAt = undefined;
      member.idleSince = now;
      history = withServiceTimes(history, [serviceMs], now);
    }
    const inService = members.filter(({ launchedAt }) => now - launchedAt >= startMs);
    for (const member of inService.filter(({ endsAt }) => endsAt === undefined).slice(0, queue.length)) {
      queue.shift();
      member.endsAt = now + serviceMs;
    }
    const busy = inService.filter(({ endsAt }) => endsAt !== undefined);
    const idle = inService.filter(({ endsAt }) => endsAt === undefined);
    const backlog = { queued: queue.length, running: busy.length, oldestAcceptedAt: queue[0] };
    history = withDemand(history, queue.length + busy.length, now);
    if ((now - NOW) % 1_000 === 0) estimates = estimatesOf(history, MAX_KEEP_WARM_MS, now);
    const { desired } = decide(
      observation({
        now,
        backlog,
        starting: members.length - inService.length,
        startingSince: members.filter(({ launchedAt }) => now - launchedAt < startMs).map((each) => each.launchedAt),
        inService: inService.length,
        busy: busy.length,
        idleSince: idle.map(({ idleSince }) => idleSince),
        runningForMs: busy.reduce((sum, { endsAt }) => sum + now - (endsAt! - serviceMs), 0),
        bounds: bounds(0, 100),
        promise: { kind: 'start', withinMs: 1_000 },
        maxKeepWarmMs: MAX_KEEP_WARM_MS,
        estimates,
      }),
    );
    if (desired === members.length) continue;
    if (now >= NOW + LEARNING_MS) changes += 1;
    const gone = new Set(
      idle.sort((a, b) => a.idleSince - b.idleSince).slice(0, Math.max(0, members.length - desired)),
    );
    members = members.filter((member) => !gone.has(member));
    while (members.length < desired) members.push({ launchedAt: now, idleSince: now + startMs });
  }
  return { changes, queued: queue.length };
}

const ticks = (least: number, most: number) => fc.integer({ min: least, max: most }).map((count) => count * TICK_MS);

test('under a constant load the count comes to rest, and the backlog is worked off', () => {
  // If starts are so short that idling is not worth it, one instance comes and goes with each invocation.
  const loads = fc
    .record({ everyMs: ticks(4, 400), serviceMs: ticks(2, 80), startMs: ticks(10, 1_200) })
    .filter(({ everyMs, startMs }) => everyMs < (WAIT_WEIGHT / 2) * startMs);
  fc.assert(
    fc.property(loads, (load) => {
      const { changes, queued } = changesUnder(load);
      expect(changes).toBeLessThanOrEqual(2);
      expect(queued).toBeLessThanOrEqual(1 + load.serviceMs / load.everyMs);
    }),
    { numRuns: 15 },
  );
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { highAlarm, lowAlarm, reading, stepPolicy, trackingPolicy } from '../../../test/support/policy-samples.js';
import { NOW, bounds, observation } from '../../../test/support/scaling-samples.js';
import { evaluateAlarm, evaluationRange } from '../alarm/alarm-evaluation.js';
import type { Alarm, AlarmState } from '../alarm/alarm.js';
import type { CooldownStep, Cooldowns } from './scalable-target.js';
import { decide } from './scaling-decision.js';
import type { AlarmReading } from './scaling-observation.js';
import { HIGH_ALARM_PERIODS, LOW_ALARM_PERIODS, LOW_ALARM_SHARE } from './target-tracking.js';

const PERIOD_MS = 1_000;

interface Course {
  /** The load that all instances carry together; it does not depend on their number. */
  readonly load: number;
  readonly target: number;
  readonly instances: number;
  readonly maximum: number;
  readonly startPeriods: number;
  readonly cooldownPeriods: number;
}

type Watched = Pick<AlarmReading, 'alarmName' | 'comparison' | 'threshold'> & { readonly periods: number };

/**
 * A variant under the recipe of AWS's guide, simulated period by period: target tracking on the load of each instance,
 * and a step from zero.
 */
class ClosedLoop {
  private inService: number;
  private desired: number;
  private readyAt: number[] = [];
  private cooldowns: Cooldowns = {};
  private now = NOW;
  private readonly states = new Map<string, AlarmState>();
  private readonly carried: number[] = [];
  private readonly withoutCapacity: number[] = [];
  private readonly tracking;
  private readonly waking;

  constructor(private readonly course: Course) {
    this.inService = this.desired = course.instances;
    const cooldownMs = course.cooldownPeriods * PERIOD_MS;
    this.tracking = trackingPolicy('tracking', {
      targetValue: course.target,
      scaleOutCooldownMs: cooldownMs,
      scaleInCooldownMs: cooldownMs,
    });
    this.waking = stepPolicy('waking', [{ lowerBound: 0, adjustment: 1 }], { cooldownMs });
  }

  /** Returns the desired capacity after one more period. */
  period(): number {
    this.now += PERIOD_MS;
    this.arrive();
    const { load } = this.course;
    this.carried.push(load / Math.max(1, this.inService));
    this.withoutCapacity.push(load > 0 && this.inService === 0 ? 1 : 0);
    const before = this.desired;
    const { desired, policy } = decide(this.seen(), this.readings());
    if (desired !== before && policy) this.change({ policyName: policy.name, from: before, to: desired, ...policy });
    this.desired = desired;
    return desired;
  }

  private seen() {
    const { load, maximum } = this.course;
    const starting = this.readyAt.length;
    const { cooldowns, desired, inService, now } = this;
    const backlog = { queued: Math.ceil(load), running: 0, oldestAcceptedAt: NOW };
    return observation({ now, backlog, desired, starting, inService, cooldowns, bounds: bounds(0, maximum) });
  }

  private readings() {
    const { target } = this.course;
    const high = { alarmName: 'high', comparison: 'GreaterThanThreshold', threshold: target } as const;
    const low = { alarmName: 'low', comparison: 'LessThanThreshold', threshold: target * LOW_ALARM_SHARE } as const;
    const none = { alarmName: 'none', comparison: 'GreaterThanOrEqualToThreshold', threshold: 1 } as const;
    return [
      reading(
        this.tracking,
        this.evaluated(this.carried, { ...high, periods: HIGH_ALARM_PERIODS }),
        this.evaluated(this.carried, { ...low, periods: LOW_ALARM_PERIODS }),
      ),
      reading(this.waking, this.evaluated(this.withoutCapacity, { ...none, periods: 2 })),
    ];
  }

  private evaluated(series: readonly number[], { periods, ...watched }: Watched): AlarmReading {
    const known = this.states.get(watched.alarmName);
    const alarm = {
      ...watched,
      state: known,
      evaluationPeriods: periods,
      treatMissingData: 'missing',
      source: { kind: 'queries' },
    };
    const count = evaluationRange({ evaluationPeriods: periods });
    const values = [...Array.from<undefined>({ length: count }), ...series.slice(-count)].slice(-count);
    const { latest, state } = evaluateAlarm(alarm as unknown as Alarm, values, { periodMs: PERIOD_MS, end: this.now });
    this.states.set(watched.alarmName, state);
    const read = watched.alarmName === 'low' ? lowAlarm : highAlarm;
    return read(latest, { ...watched, state, isDue: state === 'ALARM' });
  }

  private change({ cooldownMs, from, policyName, to }: CooldownStep): void {
    const step = { cooldownMs, from, policyName, to };
    if (to > from) {
      const readyAt = this.now + this.course.startPeriods * PERIOD_MS;
      this.readyAt.push(...Array.from({ length: to - from }, () => readyAt));
      this.cooldowns = { out: step };
      return;
    }
    this.inService -= from - to;
    this.cooldowns = { ...this.cooldowns, in: { ...step, completedAt: this.now } };
  }

  private arrive(): void {
    const { out } = this.cooldowns;
    this.inService += this.readyAt.filter((at) => at <= this.now).length;
    this.readyAt = this.readyAt.filter((at) => at > this.now);
    if (!out || out.completedAt !== undefined || this.readyAt.length > 0) return;
    this.cooldowns = { ...this.cooldowns, out: { ...out, completedAt: this.now } };
  }
}

const courses: fc.Arbitrary<Course> = fc.record({
  load: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 200, noNaN: true })),
  target: fc.double({ min: 0.5, max: 20, noNaN: true }),
  instances: fc.nat(20),
  maximum: fc.integer({ min: 20, max: 40 }),
  startPeriods: fc.integer({ min: 1, max: 30 }),
  cooldownPeriods: fc.nat(30),
});

/** Shrinking a failing course would take longer than all the other tests. */
const RUNS = { numRuns: 100, endOnFailure: true };
/** A rounding error of binary fractions does not add an instance. */
const TOLERANCE = 1e-9;
const SETTLING_PERIODS = 500;
const QUIET_PERIODS = 100;

test('under a constant load the capacity settles at the target and stays there', () => {
  fc.assert(
    fc.property(courses, (course) => {
      const loop = new ClosedLoop(course);
      const capacities = Array.from({ length: SETTLING_PERIODS + QUIET_PERIODS }, () => loop.period());
      const settled = new Set(capacities.slice(-QUIET_PERIODS));
      expect([...settled]).toHaveLength(1);
      const [capacity] = settled;
      const { load, maximum, target } = course;
      const exact = load / target - TOLERANCE;
      const needed = Math.min(maximum, Math.ceil(exact));
      expect(capacity).toBeGreaterThanOrEqual(needed);
      // A few more may stay, because the low alarm is below the target and no instance goes before it.
      expect(capacity).toBeLessThanOrEqual(Math.max(needed, Math.ceil(exact / LOW_ALARM_SHARE)));
    }),
    RUNS,
  );
});

test('under a constant load the capacity turns at most once before it settles', () => {
  fc.assert(
    fc.property(courses, (course) => {
      const loop = new ClosedLoop(course);
      const capacities = [course.instances, ...Array.from({ length: SETTLING_PERIODS }, () => loop.period())];
      const signs = capacities.slice(1).map((capacity, index) => Math.sign(capacity - capacities[index]!));
      const moves = signs.filter((sign) => sign !== 0);
      expect(moves.filter((sign, index) => index > 0 && sign !== moves[index - 1]).length).toBeLessThanOrEqual(1);
    }),
    RUNS,
  );
});

import type { DeploymentConfig } from '../../libs/core/endpoint/deployment.js';
import type { Gate } from '../../libs/core/endpoint/endpoint-gates.js';
import { SeededRandom } from '../support/seeded-random.js';
import { drawChange } from './draw-change.js';

/** The behaviour of a container for a request, at every attempt unless stated otherwise. */
export type Behaviour =
  | 'answers'
  | 'answers 400'
  | 'answers 500'
  | 'sends long headers'
  | 'breaks off'
  | 'hangs'
  /** Closes the connection once before a response. */
  | 'resets once'
  /** Kills its instance at the first attempt. */
  | 'kills once'
  /** Kills its instance in the middle of the response, at the first attempt. The death is noticed a moment later. */
  | 'kills answering once'
  /** Kills every instance that it runs on. */
  | 'poison';

export interface VariantPlan {
  readonly name: string;
  readonly weight: number;
  readonly minimum: number;
  readonly maximum: number;
  /**
   * A scalable target, the variant's own managed scaling, or calls only. With calls only, it begins with its minimum.
   */
  readonly scaledBy: 'target' | 'itself' | 'hand';
}

export interface EndpointPlan {
  readonly name: string;
  readonly slots: number;
  readonly variants: readonly VariantPlan[];
  readonly isCreated: boolean;
  readonly hasFailurePath: boolean;
  readonly hasTopics: boolean;
  /** How many idle instances of the endpoint may be paused, and for how long. */
  readonly warm?: { readonly instances: number; readonly seconds: number };
}

export interface Arrival {
  readonly at: number;
  readonly endpointName: string;
  readonly inferenceId: string;
  readonly input: 'body' | 'object' | 'missing';
  readonly behaviour: Behaviour;
  readonly serviceMs: number;
  readonly timeoutSeconds?: number;
  readonly ttlSeconds?: number;
}

/** An incident at one time of the run. */
export type Incident =
  | { readonly at: number; readonly kind: 'crash'; readonly downMs: number; readonly losesMachine: boolean }
  | { readonly at: number; readonly kind: 'freeze'; readonly ms: number; readonly livesOnMs: number }
  | { readonly at: number; readonly kind: 'restart' }
  | { readonly at: number; readonly kind: 'instance dies' }
  | {
      readonly at: number;
      readonly kind: 'bounds change';
      readonly minimum: number;
      readonly maximum: number;
      readonly suspended: boolean;
    }
  | { readonly at: number; readonly kind: 'redelivery' }
  | { readonly at: number; readonly kind: 'cancel' }
  | { readonly at: number; readonly kind: 'redrive' }
  | { readonly at: number; readonly kind: 'endpoint is deleted' }
  | {
      readonly at: number;
      readonly kind: 'update';
      readonly isGood: boolean;
      readonly slots: number;
      /** The instance counts of the new config's variants, of which there are as many as counts. */
      readonly instances: readonly number[];
      readonly retainsInstanceCounts: boolean;
      readonly config: DeploymentConfig;
    }
  | {
      readonly at: number;
      readonly kind: 'capacities';
      /** The new weight of each variant; absent if it stays the same. */
      readonly weights: readonly (number | undefined)[];
      readonly counts: readonly (number | undefined)[];
    }
  /** An operator pauses gates of an endpoint for a while. */
  | { readonly at: number; readonly kind: 'pause'; readonly gates: readonly Gate[]; readonly forMs: number }
  | { readonly at: number; readonly kind: 'wake'; readonly instances: number }
  /** An operator drains one instance. */
  | { readonly at: number; readonly kind: 'drain' }
  /** An alarm for which updates may be rolled back. */
  | { readonly at: number; readonly kind: 'alarm'; readonly forMs: number };

/** One whole run, drawn from one seed. Times are milliseconds from its start. */
export interface Scenario {
  readonly seed: number;
  readonly keepWarmMs: number;
  readonly endpoints: readonly EndpointPlan[];
  readonly arrivals: readonly Arrival[];
  readonly incidents: readonly Incident[];
  /** The probability of a process's death at each step. */
  readonly deathRate: number;
  /** The probability of a process's death between each order for instances and its execution. */
  readonly orderDeathRate: number;
  /** The probability that a call on storage is refused. */
  readonly refusalRate: number;
  readonly signalLossRate: number;
  readonly maxLatencyMs: number;
  readonly launches: {
    readonly failureRate: number;
    readonly maxBootMs: number;
    readonly deathRate: number;
    /** The probability that an instance becomes sick within a minute of its start. */
    readonly sicknessRate: number;
    /** The probability that a paused instance does not wake up again. */
    readonly sleepRate: number;
  };
  readonly clockSkewMs: number;
  /** The time from which nothing goes wrong any more, so that all work can finish. */
  readonly calmAt: number;
}

const BEHAVIOURS: readonly Behaviour[] = [
  ...Array<Behaviour>(10).fill('answers'),
  'answers 400',
  'answers 500',
  'sends long headers',
  'breaks off',
  'hangs',
  'resets once',
  'kills once',
  'kills answering once',
  'poison',
];

export function drawScenario(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const calmAt = random.integer(60, 600) * 1000;
  const endpoints = Array.from({ length: random.integer(1, 3) }, (_, index) => drawEndpoint(random.fork(), index));
  const isStormy = random.happens(0.7);
  return {
    seed,
    keepWarmMs: random.pick([0, 1_000, 5_000, 30_000, 120_000]),
    endpoints,
    arrivals: drawArrivals(random.fork(), endpoints, calmAt),
    incidents: isStormy ? drawIncidents(random.fork(), calmAt) : [],
    deathRate: random.pick([0, 0, 0.0005, 0.002, 0.01]),
    refusalRate: random.pick([0, 0, 0.005, 0.03]),
    signalLossRate: random.pick([0, 0, 0, 0.05, 0.5, 1]),
    maxLatencyMs: random.pick([0, 3, 50]),
    launches: {
      failureRate: random.pick([0, 0, 0.1, 0.5]),
      maxBootMs: random.pick([0, 500, 20_000]),
      deathRate: random.pick([0, 0, 0.05]),
      sicknessRate: random.pick([0, 0, 0.1, 0.5]),
      sleepRate: random.pick([0, 0, 0.3]),
    },
    clockSkewMs: random.pick([0, 0, 5_000]),
    orderDeathRate: random.pick([0, 0, 0.05, 0.3]),
    calmAt,
  };
}

function drawEndpoint(random: SeededRandom, index: number): EndpointPlan {
  const names = random.pick([['main'], ['main'], ['main', 'other']]);
  return {
    name: `endpoint-${index}`,
    slots: random.pick([1, 1, 2, 4, 16]),
    variants: names.map((name) => drawVariant(random, name)),
    isCreated: random.happens(0.7),
    hasFailurePath: random.happens(0.8),
    hasTopics: random.happens(0.8),
    warm: random.pick([undefined, { instances: random.integer(1, 3), seconds: random.pick([1, 20, 120, 86_400]) }]),
  };
}

function drawVariant(random: SeededRandom, name: string): VariantPlan {
  const minimum = random.pick([0, 0, 0, 1, 2]);
  return {
    name,
    weight: random.pick([1, 1, 3]),
    minimum,
    maximum: minimum + random.integer(1, 4),
    scaledBy: random.pick(['target', 'target', 'itself', 'hand']),
  };
}

/** Bursts, single requests at random intervals, and long gaps, mixed. */
function drawArrivals(random: SeededRandom, endpoints: readonly EndpointPlan[], until: number): Arrival[] {
  const arrivals: Arrival[] = [];
  const isHostile = random.happens(0.7);
  for (let at = random.integer(0, 2_000); at < until && arrivals.length < 80;) {
    const size = random.happens(0.15) ? random.integer(2, 25) : 1;
    const endpoint = random.pick(endpoints);
    for (let each = 0; each < size; each += 1) {
      arrivals.push(drawArrival(random, at, endpoint.name, arrivals.length, isHostile));
    }
    at += random.happens(0.1) ? random.integer(30_000, 200_000) : Math.round(-Math.log(1 - random.next()) * 4_000);
  }
  return arrivals;
}

function drawArrival(
  random: SeededRandom,
  at: number,
  endpointName: string,
  index: number,
  isHostile: boolean,
): Arrival {
  const timeoutSeconds = random.pick([undefined, 20, 60]);
  const serviceMs = random.pick([0, 20, 500, 3_000, 8_000]);
  return {
    at,
    endpointName,
    inferenceId: `r${index}`,
    input: random.pick(isHostile ? ['body', 'object', 'object', 'object', 'missing'] : ['body', 'object']),
    behaviour: isHostile ? random.pick(BEHAVIOURS) : 'answers',
    serviceMs: timeoutSeconds === undefined && random.happens(0.05) ? 100_000 : serviceMs,
    timeoutSeconds,
    ttlSeconds: random.happens(0.15) ? random.integer(1, 30) : undefined,
  };
}

function drawIncidents(random: SeededRandom, until: number): Incident[] {
  const incidents = Array.from({ length: random.integer(1, 8) }, () => drawIncident(random, random.integer(0, until)));
  const changes = Array.from({ length: random.integer(0, 4) }, () => drawChange(random, random.integer(0, until)));
  return [...incidents, ...changes];
}

function drawIncident(random: SeededRandom, at: number): Incident {
  switch (random.integer(0, 10)) {
    case 0:
    case 1:
      return { at, kind: 'crash', downMs: random.integer(0, 60_000), losesMachine: random.happens(0.3) };
    case 2:
      return { at, kind: 'freeze', ms: random.integer(1_000, 90_000), livesOnMs: random.integer(0, 60_000) };
    case 3:
      return { at, kind: 'restart' };
    case 4: {
      const minimum = random.integer(0, 3);
      return {
        at,
        kind: 'bounds change',
        minimum,
        maximum: minimum + random.integer(0, 3),
        suspended: random.happens(0.2),
      };
    }
    case 5:
      return { at, kind: 'redelivery' };
    case 6:
      return { at, kind: 'cancel' };
    case 7:
      return random.happens(0.3) ? { at, kind: 'endpoint is deleted' } : { at, kind: 'instance dies' };
    case 8:
    case 9:
      return { at, kind: random.happens(0.5) ? 'redrive' : 'cancel' };
    default:
      return { at, kind: 'instance dies' };
  }
}

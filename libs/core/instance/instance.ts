/**
 * `Starting -> InService -> Draining -> Gone`; any of them goes straight to Gone when the instance dies. Only an
 * instance in service takes invocations, and only an idle one is drained. `InService <-> Paused`: kept warm without
 * running, an instance counts as none for scaling.
 */
export type InstanceState = 'Starting' | 'InService' | 'Paused' | 'Draining' | 'Gone';

/**
 * How an instance came to its end: it was told to go; it never passed its health check; it ended by itself; the machine
 * took it for want of memory; it stopped answering its pings well and was replaced.
 */
export type InstanceEnd = 'stopped' | 'never-healthy' | 'crashed' | 'out-of-memory' | 'sick';

/**
 * What came of `GET /ping`: 200; another answer; no answer within the ping timeout, as from a container that has one
 * thread and is at work; no connection at all.
 */
export type PingAnswer = 'healthy' | 'unhealthy' | 'silent' | 'unreachable';

/** One running copy of a variant's container, as its owner counts it. */
export interface Instance {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly state: InstanceState;
  /** How many invocations it may run at once. */
  readonly slots: number;
  /** How many of its slots are taken. */
  readonly busy: number;
  readonly launchedAt: number;
  readonly inServiceAt?: number;
  /** Since when it has run nothing; absent while it runs something or is starting. */
  readonly idleSince?: number;
  /** When it is ended unless it is needed before; only while it is paused. */
  readonly pausedUntil?: number;
}

export function freeSlots(instance: Instance): number {
  return instance.state === 'InService' ? Math.max(0, instance.slots - instance.busy) : 0;
}

/**
 * The instance that takes the next invocation, of those in service with a free slot: the busiest one, so that the others
 * fall idle and can go; or the least busy one, where the variant's routing asks for the least outstanding requests. Among
 * equals it is the longest serving, so that the youngest fall idle first.
 */
export function chooseInstance<T extends Instance>(instances: Iterable<T>, spread = false): T | undefined {
  let best: T | undefined;
  for (const instance of instances) {
    if (freeSlots(instance) === 0) continue;
    if (best === undefined || isPreferred(instance, best, spread)) best = instance;
  }
  return best;
}

function isPreferred(candidate: Instance, best: Instance, spread: boolean): boolean {
  const busier = candidate.busy * best.slots - best.busy * candidate.slots;
  if (busier !== 0) return busier > 0 !== spread;
  return (candidate.inServiceAt ?? Infinity) < (best.inServiceAt ?? Infinity);
}

/** The instances that scale-in takes: only idle ones in service, those idle for longest first, at most `count`. */
export function chooseForScaleIn<T extends Instance>(instances: Iterable<T>, count: number): T[] {
  return [...instances]
    .filter((instance) => instance.state === 'InService' && instance.busy === 0 && instance.idleSince !== undefined)
    .sort((a, b) => a.idleSince! - b.idleSince!)
    .slice(0, Math.max(0, count));
}

/** The instances that go when others replace them: first those that have yet to start, then the least busy. */
export function chooseForRetirement<T extends Instance>(instances: Iterable<T>, count: number): T[] {
  return [...instances]
    .filter(({ state }) => state === 'Starting' || state === 'InService')
    .sort((a, b) => Number(a.state === 'InService') - Number(b.state === 'InService') || a.busy - b.busy)
    .slice(0, Math.max(0, count));
}

/**
 * The parts of a start, in order, what SageMaker hides in "Creating": waiting for its turn to be launched; until the image
 * is there; until the model's last byte has come; until it is unpacked; until the container takes connections; until its
 * first good ping.
 */
export const START_PHASES = ['queued', 'pull', 'download', 'unpack', 'boot', 'ping'] as const;
export type StartPhase = (typeof START_PHASES)[number];

/** How long each phase of one start took. A phase that there was no need for is absent. */
export type StartPhasesMs = Readonly<Partial<Record<StartPhase, number>>>;

/** An invocation that runs on an instance, and since when. */
export interface RunningWork {
  readonly invocationId: string;
  readonly since: number;
}

/** One instance with all that there is to be told of it. */
export interface InstanceDetail extends Omit<Instance, 'endpointName'> {
  readonly deploymentId: string;
  readonly stateSince: number;
  readonly running: readonly RunningWork[];
  /** How long each phase of its start has taken. */
  readonly phasesMs: StartPhasesMs;
  /** The present one, while it is starting. */
  readonly phase?: StartPhase;
}

/** An instance on its way into service, and how far it has come. */
export interface InstanceStart {
  readonly instanceId: string;
  readonly launchedAt: number;
  readonly phase: StartPhase;
  /** Since when it has been in this phase. */
  readonly phaseSince: number;
}

/** SIGTERM, and SIGKILL when this has passed. */
export const STOP_GRACE_MS = 30_000;
export const PING_TIMEOUT_MS = 2_000;
export const PING_INTERVAL_MS = 100;

/** An instance that dies or falls sick sooner after it came into service, without any work done, has failed to start. */
export const PROVED_AFTER_MS = 30_000;

const FIRST_LAUNCH_DELAY_MS = 1_000;
const MAX_LAUNCH_DELAY_MS = 300_000;

/** How long to wait before the next launch after so many launches in a row that died: nothing, 1 s, 2 s, … 5 min. */
export function launchDelayMs(consecutiveFailures: number): number {
  if (consecutiveFailures === 0) return 0;
  return Math.min(MAX_LAUNCH_DELAY_MS, FIRST_LAUNCH_DELAY_MS * 2 ** Math.min(consecutiveFailures - 1, 20));
}

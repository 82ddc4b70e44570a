import type { Decider } from './decider.js';
import { CortexDecider } from './deciders/cortex.js';
import { KedaHpaDecider } from './deciders/keda-hpa.js';
import { KnativeDecider } from './deciders/knative-kpa.js';
import { RayServeDecider } from './deciders/ray-serve.js';
import { SageMakerDecider } from './deciders/sagemaker.js';
import type { Trace } from './trace.js';

/** An autoscaler that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  /** Its settings, in words. */
  readonly settings: string;
  /** Makes a new decider for each run. */
  create(trace: Pick<Trace, 'slotsPerInstance'>): Decider;
}

/**
 * The autoscalers that Ebb is compared with, at their documented defaults as far as these suit work that waits in a
 * queue.
 */
export const COMPARATORS: readonly Contender[] = [
  {
    name: 'cortex',
    settings: 'target_in_flight one for each slot, window 60 s, stabilization 60 s up and 300 s down, tick 10 s',
    create: () => new CortexDecider(),
  },
  {
    name: 'keda',
    settings: 'queueLength 5 (default), polling 30 s, cooldown 300 s, in-flight counted, HPA defaults',
    create: () => new KedaHpaDecider(5),
  },
  {
    name: 'keda-1',
    settings: 'the same with queueLength one for each slot',
    create: ({ slotsPerInstance }) => new KedaHpaDecider(slotsPerInstance),
  },
  {
    name: 'knative',
    settings: 'concurrency target one for each slot at 70 %, stable 60 s, panic 6 s, tick 2 s',
    create: () => new KnativeDecider(),
  },
  {
    name: 'ray-serve',
    settings: 'target_ongoing_requests one for each slot (default 2), delays 30 s up and 600 s down',
    create: ({ slotsPerInstance }) => new RayServeDecider(slotsPerInstance),
  },
  {
    name: 'sagemaker',
    settings: 'a step of one from zero after 2 minutes, then tracking 5 in the backlog per instance, cooldowns 300 s',
    create: () => new SageMakerDecider(),
  },
];

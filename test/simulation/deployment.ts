import { defaultBucket, topicArn } from '../../libs/core/arn.js';
import { type Endpoint, endpointKey } from '../../libs/core/endpoint.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../libs/core/scalable-target.js';
import { WARM_INSTANCES_TAG, WARM_SECONDS_TAG } from '../../libs/core/warm-tier.js';
import type { EndpointPlan } from './scenario.js';
import type { Simulation } from './simulation.js';
import { STARTUP_TIMEOUT_SECONDS } from './watched-instances.js';

export const PLACE = { accountId: '000000000000', region: 'us-east-1' } as const;
export const INPUT_BUCKET = 'inputs';
const RESULT_BUCKET = 'results';
const VARIANT = 'AllTraffic';

/** Puts a scenario's endpoints and buckets in place before anything runs. */
export async function deploy(simulation: Simulation): Promise<void> {
  const { catalog, clock, objects, scenario } = simulation;
  for (const bucket of [defaultBucket(PLACE), INPUT_BUCKET, RESULT_BUCKET]) await objects.createBucket(bucket);
  for (const plan of scenario.endpoints) {
    await catalog.endpoints.create(endpointKey(plan.name), endpointOf(plan, clock.now()));
    simulation.watch.noteMaximum(plan.name, plan.maximum);
    if (!plan.hasScalableTarget) continue;
    await catalog.scalableTargets.create(scalableTargetKey(plan.name, VARIANT), {
      id: plan.name,
      endpointName: plan.name,
      variantName: VARIANT,
      minCapacity: plan.minimum,
      maxCapacity: plan.maximum,
      suspended: NOT_SUSPENDED,
      createdAt: clock.now(),
    });
  }
}

function endpointOf(plan: EndpointPlan, now: number): Endpoint {
  const { name, minimum, maximum, slots, warm } = plan;
  return {
    name,
    configName: name,
    status: plan.isCreated ? 'InService' : 'Creating',
    variants: [
      {
        name: VARIANT,
        modelName: 'model',
        initialInstanceCount: minimum,
        initialVariantWeight: 1,
        desiredInstanceCount: minimum,
        desiredWeight: 1,
        deploymentId: 'first',
        slots,
        managedInstanceScaling: { enabled: true, minInstanceCount: minimum, maxInstanceCount: maximum },
        containerStartupHealthCheckTimeoutSeconds: STARTUP_TIMEOUT_SECONDS,
        container: { image: 'model', environment: {} },
      },
    ],
    asyncInference: {
      outputPath: `s3://${RESULT_BUCKET}/outputs`,
      failurePath: plan.hasFailurePath ? `s3://${RESULT_BUCKET}/failures` : undefined,
      successTopic: plan.hasTopics ? topicArn(PLACE, 'success') : undefined,
      errorTopic: plan.hasTopics ? topicArn(PLACE, 'error') : undefined,
      includeResponseIn: ['success', 'error'],
      maxConcurrentInvocationsPerInstance: slots,
    },
    createdAt: now,
    modifiedAt: now,
    tags: warm ? { [WARM_INSTANCES_TAG]: String(warm.instances), [WARM_SECONDS_TAG]: String(warm.seconds) } : {},
  };
}

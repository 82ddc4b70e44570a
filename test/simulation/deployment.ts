import { defaultBucket, topicArn } from '../../libs/core/arn.js';
import type { AsyncInferenceConfig } from '../../libs/core/endpoint/endpoint-config.js';
import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { ProductionVariant } from '../../libs/core/endpoint/variant.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';
import { WARM_INSTANCES_TAG, WARM_SECONDS_TAG } from '../../libs/core/instance/warm-tier.js';
import type { EndpointPlan, VariantPlan } from './scenario.js';
import type { Simulation } from './simulation.js';
import { STARTUP_TIMEOUT_SECONDS } from './watched-instances.js';

export const PLACE = { accountId: '000000000000', region: 'us-east-1' } as const;
export const INPUT_BUCKET = 'inputs';
const RESULT_BUCKET = 'results';
const MODEL = 'model';

/** Creates a scenario's endpoints and buckets before anything runs. */
export async function deploy(simulation: Simulation): Promise<void> {
  const { catalog, clock, objects, scenario } = simulation;
  for (const bucket of [defaultBucket(PLACE), INPUT_BUCKET, RESULT_BUCKET]) await objects.createBucket(bucket);
  for (const plan of scenario.endpoints) {
    await catalog.endpoints.create(endpointKey(plan.name), endpointOf(plan, clock.now()));
    for (const { maximum, minimum, name, scaledBy } of plan.variants) {
      if (scaledBy !== 'target') continue;
      await catalog.scalableTargets.create(scalableTargetKey(plan.name, name), {
        id: `${plan.name}-${name}`,
        endpointName: plan.name,
        variantName: name,
        minCapacity: minimum,
        maxCapacity: maximum,
        suspended: NOT_SUSPENDED,
        createdAt: clock.now(),
      });
    }
  }
}

function endpointOf(plan: EndpointPlan, now: number): Endpoint {
  const { isCreated, name, slots, variants, warm } = plan;
  return {
    name,
    configName: name,
    status: isCreated ? 'InService' : 'Creating',
    variants: variants.map((variant) => ({
      ...variantOf(variant, MODEL, variant.minimum),
      desiredInstanceCount: variant.minimum,
      desiredWeight: variant.weight,
      deploymentId: 'first',
      slots,
      container: { image: MODEL, environment: {} },
    })),
    asyncInference: asyncInferenceOf(plan, slots),
    createdAt: now,
    modifiedAt: now,
    tags: warm ? { [WARM_INSTANCES_TAG]: String(warm.instances), [WARM_SECONDS_TAG]: String(warm.seconds) } : {},
  };
}

export function variantOf(
  { maximum, minimum, name, scaledBy, weight }: VariantPlan,
  modelName: string,
  initialInstanceCount: number,
): ProductionVariant {
  return {
    name,
    modelName,
    initialInstanceCount,
    initialVariantWeight: weight,
    managedInstanceScaling:
      scaledBy === 'hand' ? undefined : { enabled: true, minInstanceCount: minimum, maxInstanceCount: maximum },
    containerStartupHealthCheckTimeoutSeconds: STARTUP_TIMEOUT_SECONDS,
  };
}

export function asyncInferenceOf({ hasFailurePath, hasTopics }: EndpointPlan, slots: number): AsyncInferenceConfig {
  return {
    outputPath: `s3://${RESULT_BUCKET}/outputs`,
    failurePath: hasFailurePath ? `s3://${RESULT_BUCKET}/failures` : undefined,
    successTopic: hasTopics ? topicArn(PLACE, 'success') : undefined,
    errorTopic: hasTopics ? topicArn(PLACE, 'error') : undefined,
    includeResponseIn: ['success', 'error'],
    maxConcurrentInvocationsPerInstance: slots,
  };
}

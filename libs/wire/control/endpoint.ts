import { type Place, endpointArn } from '../../core/arn.js';
import type { Deployment, DeploymentConfig } from '../../core/endpoint/deployment.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { MAX_FAILURE_REASON_LENGTH } from '../../core/instance/instance-end.js';
import type { Tags } from '../../core/tags.js';
import { weightsInForce } from '../../core/deployment/traffic.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { writeAsyncInferenceConfig } from './async-inference-config.js';
import { readDeploymentConfig, writeDeploymentConfig } from './deployment-config.js';
import { summarizeRecipe } from './production-variant.js';
import { NAME } from './rules.js';
import { readTags } from './tags.js';

const RETAINED_PROPERTIES = ['DesiredInstanceCount', 'DesiredWeight', 'DataCaptureConfig'];

/** The request of `CreateEndpoint`. */
export interface EndpointCreation {
  readonly name: string;
  readonly configName: string;
  readonly deploymentConfig?: DeploymentConfig;
  readonly tags: Tags;
}

/** Reads `CreateEndpoint`. */
export function readCreateEndpoint(body: Readonly<Record<string, unknown>>): EndpointCreation {
  return Members.read(body, (request) => {
    const deploymentConfig = request.structure('DeploymentConfig');
    return {
      name: request.requiredText('EndpointName', NAME),
      configName: request.requiredText('EndpointConfigName', NAME),
      deploymentConfig: deploymentConfig && readDeploymentConfig(deploymentConfig),
      tags: readTags(request),
    };
  });
}

/** The request of `UpdateEndpoint`. */
export interface EndpointUpdate {
  readonly name: string;
  readonly configName: string;
  /** Whether variants that the old config has too keep their instance counts, in place of those of the new config. */
  readonly retainsInstanceCounts: boolean;
  /** Whether variants that the old config has too keep their weights. */
  readonly retainsWeights: boolean;
  /** Whether to roll out in the same way as the last update; never together with a `deploymentConfig`. */
  readonly retainsDeploymentConfig: boolean;
  readonly deploymentConfig?: DeploymentConfig;
}

/** Reads `UpdateEndpoint`. */
export function readUpdateEndpoint(body: Readonly<Record<string, unknown>>): EndpointUpdate {
  return Members.read(body, (request) => {
    const retainsAll = request.boolean('RetainAllVariantProperties') ?? false;
    const excluded = new Set(
      request
        .structures('ExcludeRetainedVariantProperties', { max: RETAINED_PROPERTIES.length })
        .map((property) => property.requiredText('VariantPropertyType', { oneOf: RETAINED_PROPERTIES })),
    );
    const deploymentConfig = request.structure('DeploymentConfig');
    const retainsDeploymentConfig = request.boolean('RetainDeploymentConfig') ?? false;
    if (retainsDeploymentConfig && deploymentConfig) {
      request.violate('RetainDeploymentConfig', 'Member must be false where DeploymentConfig is given');
    }
    return {
      name: request.requiredText('EndpointName', NAME),
      configName: request.requiredText('EndpointConfigName', NAME),
      retainsInstanceCounts: retainsAll && !excluded.has('DesiredInstanceCount'),
      retainsWeights: retainsAll && !excluded.has('DesiredWeight'),
      retainsDeploymentConfig,
      deploymentConfig: deploymentConfig && readDeploymentConfig(deploymentConfig),
    };
  });
}

/** Reads the one member of `DescribeEndpoint` and `DeleteEndpoint`. */
export function readEndpointName(body: Readonly<Record<string, unknown>>): string {
  return Members.read(body, (request) => request.requiredText('EndpointName', NAME));
}

/** Reads `UpdateEndpointWeightsAndCapacities`. */
export function readUpdateCapacities(body: Readonly<Record<string, unknown>>): {
  name: string;
  wanted: { variantName: string; weight: number | undefined; instanceCount: number | undefined }[];
} {
  return Members.read(body, (request) => ({
    name: request.requiredText('EndpointName', NAME),
    wanted: request.requiredStructures('DesiredWeightsAndCapacities', { min: 1 }).map((desired) => {
      desired.refuse('ServerlessUpdateConfig');
      return {
        variantName: desired.requiredText('VariantName', NAME),
        weight: desired.float('DesiredWeight', { min: 0 }),
        instanceCount: desired.integer('DesiredInstanceCount', { min: 0 }),
      };
    }),
  }));
}

/** Counts the instances that a variant of one deployment has now, as opposed to its desired count. */
export type CountInstances = (variant: DeployedVariant) => number;

/** Writes an endpoint as `DescribeEndpoint` returns it. */
export function writeEndpoint(endpoint: Endpoint, place: Place, countInstances: CountInstances): object {
  const { deployment } = endpoint;
  const inForce = weightsInForce(endpoint);
  return {
    ...summarizeEndpoint(endpoint, place),
    EndpointConfigName: endpoint.configName,
    ProductionVariants: endpoint.variants.map((variant) => ({
      ...summarizeVariant(variant, inForce.serving, countInstances),
      VariantStatus: statusOfCurrent(endpoint),
    })),
    FailureReason: endpoint.failureReason?.slice(0, MAX_FAILURE_REASON_LENGTH),
    AsyncInferenceConfig: endpoint.asyncInference && writeAsyncInferenceConfig(endpoint.asyncInference),
    LastDeploymentConfig: endpoint.lastDeploymentConfig && writeDeploymentConfig(endpoint.lastDeploymentConfig),
    MetricsConfig: endpoint.kept?.['MetricsConfig'],
    CrossRegionTrafficConfig: endpoint.kept?.['CrossRegionTrafficConfig'],
    PendingDeploymentSummary: deployment && summarizeDeployment(deployment, inForce.rollingOut, countInstances),
  };
}

function summarizeDeployment(deployment: Deployment, inForce: number, countInstances: CountInstances): object {
  return {
    EndpointConfigName: deployment.configName,
    ProductionVariants: deployment.variants.map((variant) => ({
      ...summarizeVariant(variant, inForce, countInstances),
      InstanceType: variant.instanceType,
      VariantStatus: statusOfPending(deployment),
    })),
    StartTime: toTimestamp(deployment.startedAt),
  };
}

/** While traffic moves from one side of an update to the other, each side has a share of its weight. */
function summarizeVariant(variant: DeployedVariant, inForce: number, countInstances: CountInstances): object {
  return {
    VariantName: variant.name,
    DeployedImages: [writeImage(variant.container.image)],
    CurrentWeight: variant.desiredWeight * inForce,
    DesiredWeight: variant.desiredWeight,
    CurrentInstanceCount: countInstances(variant),
    DesiredInstanceCount: variant.desiredInstanceCount,
    ...summarizeRecipe(variant),
  };
}

/** Only an image that was named by its digest has a known resolved image. */
function writeImage(image: string): object {
  return { SpecifiedImage: image, ResolvedImage: image.includes('@') ? image : undefined };
}

/** Variants in use have a status of their own only while they are created, updated or deleted. */
function statusOfCurrent({ status, modifiedAt, deployment }: Endpoint): object[] | undefined {
  if (deployment) return statusOf(deployment, deployment.stage === 'RollingBack' ? 'ActivatingTraffic' : 'Updating');
  const isChanging = status === 'Creating' || status === 'Updating' || status === 'Deleting';
  return isChanging ? [{ Status: status, StartTime: toTimestamp(modifiedAt) }] : undefined;
}

function statusOfPending(deployment: Deployment): object[] {
  if (deployment.stage === 'RollingBack') return statusOf(deployment, 'Deleting');
  if (deployment.stage === 'Launching') {
    // After the first batch of a rolling update serves, the variant is only being updated.
    return statusOf(deployment, deployment.step === 0 ? 'Creating' : 'Updating');
  }
  const baking = statusOf(deployment, 'Baking');
  return deployment.traffic < 1 ? [...statusOf(deployment, 'ActivatingTraffic'), ...baking] : baking;
}

function statusOf({ stageSince, failureReason }: Deployment, status: string): object[] {
  const message = failureReason?.slice(0, MAX_FAILURE_REASON_LENGTH);
  return [{ Status: status, StatusMessage: message, StartTime: toTimestamp(stageSince) }];
}

/** Writes an endpoint as `ListEndpoints` returns it. */
export function summarizeEndpoint(endpoint: Endpoint, place: Place): object {
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpointArn(place, endpoint.name),
    CreationTime: toTimestamp(endpoint.createdAt),
    LastModifiedTime: toTimestamp(endpoint.modifiedAt),
    EndpointStatus: endpoint.status,
  };
}

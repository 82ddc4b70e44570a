import { type Place, endpointArn } from '../../core/arn.js';
import type { DeployedVariant, Endpoint } from '../../core/endpoint.js';
import type { Tags } from '../../core/model.js';
import { toTimestamp } from '../aws-json.js';
import { Members } from '../members.js';
import { writeAsyncInferenceConfig } from './async-inference-config.js';
import { writeManagedInstanceScaling, writeRoutingConfig } from './production-variant.js';
import { NAME } from './rules.js';
import { readTags } from './tags.js';

export function readCreateEndpoint(body: Readonly<Record<string, unknown>>): {
  name: string;
  configName: string;
  tags: Tags;
} {
  return Members.read(body, (request) => {
    // How later updates are rolled out: there are none yet.
    request.refuse('DeploymentConfig');
    return {
      name: request.requiredText('EndpointName', NAME),
      configName: request.requiredText('EndpointConfigName', NAME),
      tags: readTags(request),
    };
  });
}

/** The one member of `DescribeEndpoint` and `DeleteEndpoint`. */
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

/** `currentInstanceCount` counts the instances that a variant has in truth, whatever is desired. */
export function writeEndpoint(
  endpoint: Endpoint,
  place: Place,
  currentInstanceCount: (variantName: string) => number,
): object {
  return {
    ...summarizeEndpoint(endpoint, place),
    EndpointConfigName: endpoint.configName,
    ProductionVariants: endpoint.variants.map((variant) =>
      summarizeVariant(endpoint, variant, currentInstanceCount(variant.name)),
    ),
    FailureReason: endpoint.failureReason,
    AsyncInferenceConfig: endpoint.asyncInference && writeAsyncInferenceConfig(endpoint.asyncInference),
  };
}

function summarizeVariant(endpoint: Endpoint, variant: DeployedVariant, currentInstanceCount: number): object {
  return {
    VariantName: variant.name,
    DeployedImages: [{ SpecifiedImage: variant.container.image }],
    CurrentWeight: variant.desiredWeight,
    DesiredWeight: variant.desiredWeight,
    CurrentInstanceCount: currentInstanceCount,
    DesiredInstanceCount: variant.desiredInstanceCount,
    VariantStatus: variantStatus(endpoint),
    ManagedInstanceScaling: writeManagedInstanceScaling(variant.managedInstanceScaling),
    RoutingConfig: writeRoutingConfig(variant.routingStrategy),
  };
}

/** Variants have a status of their own only while they are made or unmade. */
function variantStatus({ status, modifiedAt }: Endpoint): object[] | undefined {
  const isChanging = status === 'Creating' || status === 'Updating' || status === 'Deleting';
  return isChanging ? [{ Status: status, StartTime: toTimestamp(modifiedAt) }] : undefined;
}

export function summarizeEndpoint(endpoint: Endpoint, place: Place): object {
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpointArn(place, endpoint.name),
    CreationTime: toTimestamp(endpoint.createdAt),
    LastModifiedTime: toTimestamp(endpoint.modifiedAt),
    EndpointStatus: endpoint.status,
  };
}

import { type Place, endpointConfigArn } from '../../core/arn.js';
import type { EndpointConfig } from '../../core/endpoint/endpoint-config.js';
import type { ProductionVariant } from '../../core/endpoint/variant.js';
import type { KeptMembers } from '../../core/tags.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { readAsyncInferenceConfig, writeAsyncInferenceConfig } from './async-inference-config.js';
import { readUnusedDataCapture } from './data-capture.js';
import {
  type KeptShape,
  boolean,
  joinKept,
  keptInside,
  oneOfIntegers,
  readKept,
  requiredInteger,
  structure,
  withKept,
} from './kept-members.js';
import { readProductionVariant, writeProductionVariant } from './production-variant.js';
import { KMS_KEY_ID, NAME, PUBLISH_FREQUENCIES_SECONDS, ROLE_ARN } from './rules.js';
import { readTags } from './tags.js';
import { readVpcConfig, writeVpcConfig } from './vpc-config.js';

const MAX_VARIANTS = 10;

const KEPT: KeptShape = {
  MetricsConfig: structure({
    EnableEnhancedMetrics: boolean,
    EnableDetailedObservability: boolean,
    MetricPublishFrequencyInSeconds: oneOfIntegers(PUBLISH_FREQUENCIES_SECONDS),
  }),
  CrossRegionTrafficConfig: structure({
    MaxInvocationsPerSecondPerInstance: requiredInteger({ min: 1, max: 10_000 }),
    MaxCrossRegionPercentPerEndpoint: requiredInteger({ min: 1, max: 100 }),
  }),
};

/**
 * Reads `CreateEndpointConfig`. It refuses settings that Ebb can never honour. `undeployable` checks the settings that
 * Ebb keeps, when an endpoint is made of the config.
 */
export function readCreateEndpointConfig(body: Readonly<Record<string, unknown>>): Omit<EndpointConfig, 'createdAt'> {
  return Members.read(body, (request) => {
    request.refuse('ExplainerConfig');
    const asyncInference = request.structure('AsyncInferenceConfig');
    if (asyncInference && request.has('CrossRegionTrafficConfig')) {
      request.violate('CrossRegionTrafficConfig', 'Member must be null where AsyncInferenceConfig is given');
    }
    const variants = readVariants(request, 'ProductionVariants');
    return {
      name: request.requiredText('EndpointConfigName', NAME),
      variants,
      asyncInference: asyncInference && readAsyncInferenceConfig(asyncInference),
      executionRoleArn: request.text('ExecutionRoleArn', ROLE_ARN),
      kmsKeyId: request.text('KmsKeyId', KMS_KEY_ID),
      vpcConfig: readVpcConfig(request),
      enableNetworkIsolation: request.boolean('EnableNetworkIsolation'),
      kept: joinKept(
        readKept(request, KEPT),
        keptInside('DataCaptureConfig', readUnusedDataCapture(request)),
        readShadowVariants(request, variants),
      ),
      tags: readTags(request),
    };
  });
}

function readVariants(request: Members, name: string): ProductionVariant[] {
  const members = request.requiredStructures(name, { min: 1, max: MAX_VARIANTS });
  const variants = members.map(readProductionVariant);
  for (const [index, variant] of variants.entries()) {
    const isTaken = variants.slice(0, index).some((other) => other.name === variant.name);
    if (isTaken && variant.name !== '') members[index]!.violate('VariantName', 'Member must be unique');
  }
  return variants;
}

function readShadowVariants(request: Members, variants: readonly ProductionVariant[]): KeptMembers | undefined {
  if (!request.has('ShadowProductionVariants')) return undefined;
  const shadows = readVariants(request, 'ShadowProductionVariants');
  for (const [name, given] of [
    ['ProductionVariants', variants],
    ['ShadowProductionVariants', shadows],
  ] as const) {
    if (given.length > 1) request.violate(name, 'Member must have length 1 where ShadowProductionVariants is given');
  }
  return { ShadowProductionVariants: shadows.map(writeProductionVariant) };
}

/** Writes an endpoint config as `DescribeEndpointConfig` returns it. */
export function writeEndpointConfig(config: EndpointConfig, place: Place): object {
  const written = {
    ...summarizeEndpointConfig(config, place),
    ProductionVariants: config.variants.map(writeProductionVariant),
    AsyncInferenceConfig: config.asyncInference && writeAsyncInferenceConfig(config.asyncInference),
    ExecutionRoleArn: config.executionRoleArn,
    KmsKeyId: config.kmsKeyId,
    VpcConfig: writeVpcConfig(config.vpcConfig),
    EnableNetworkIsolation: config.enableNetworkIsolation ?? false,
  };
  return withKept(written, config.kept);
}

/** Writes an endpoint config as `ListEndpointConfigs` returns it. */
export function summarizeEndpointConfig(config: EndpointConfig, place: Place): object {
  return {
    EndpointConfigName: config.name,
    EndpointConfigArn: endpointConfigArn(place, config.name),
    CreationTime: toTimestamp(config.createdAt),
  };
}

/** Reads the one member of `DescribeEndpointConfig` and `DeleteEndpointConfig`. */
export function readEndpointConfigName(body: Readonly<Record<string, unknown>>): string {
  return Members.read(body, (request) => request.requiredText('EndpointConfigName', NAME));
}

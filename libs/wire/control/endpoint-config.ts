import { type Place, endpointConfigArn } from '../../core/arn.js';
import type { EndpointConfig } from '../../core/endpoint.js';
import { toTimestamp } from '../aws-json.js';
import { Members } from '../members.js';
import { readAsyncInferenceConfig, writeAsyncInferenceConfig } from './async-inference-config.js';
import { readProductionVariant, writeProductionVariant } from './production-variant.js';
import { KMS_KEY_ID, NAME, ROLE_ARN } from './rules.js';
import { readTags } from './tags.js';
import { readVpcConfig, writeVpcConfig } from './vpc-config.js';

const MAX_VARIANTS = 10;

/** Reads `CreateEndpointConfig`. What Ebb cannot honour is refused here rather than when the config is used. */
export function readCreateEndpointConfig(body: Readonly<Record<string, unknown>>): Omit<EndpointConfig, 'createdAt'> {
  return Members.read(body, (request) => {
    request.refuse(
      'DataCaptureConfig',
      'ExplainerConfig',
      'ShadowProductionVariants',
      'EnableNetworkIsolation',
      'MetricsConfig',
    );
    const asyncInference = request.structure('AsyncInferenceConfig');
    return {
      name: request.requiredText('EndpointConfigName', NAME),
      variants: readVariants(request).map(readProductionVariant),
      asyncInference: asyncInference && readAsyncInferenceConfig(asyncInference),
      executionRoleArn: request.text('ExecutionRoleArn', ROLE_ARN),
      kmsKeyId: request.text('KmsKeyId', KMS_KEY_ID),
      vpcConfig: readVpcConfig(request),
      tags: readTags(request),
    };
  });
}

function readVariants(request: Members): Members[] {
  const variants = request.requiredStructures('ProductionVariants', { min: 1, max: MAX_VARIANTS });
  if (variants.length > 1) {
    request.violate(
      'ProductionVariants',
      'Member must have length 1: several production variants are not supported by Ebb yet',
    );
  }
  return variants;
}

export function writeEndpointConfig(config: EndpointConfig, place: Place): object {
  return {
    ...summarizeEndpointConfig(config, place),
    ProductionVariants: config.variants.map(writeProductionVariant),
    AsyncInferenceConfig: config.asyncInference && writeAsyncInferenceConfig(config.asyncInference),
    ExecutionRoleArn: config.executionRoleArn,
    KmsKeyId: config.kmsKeyId,
    VpcConfig: writeVpcConfig(config.vpcConfig),
    EnableNetworkIsolation: false,
  };
}

export function summarizeEndpointConfig(config: EndpointConfig, place: Place): object {
  return {
    EndpointConfigName: config.name,
    EndpointConfigArn: endpointConfigArn(place, config.name),
    CreationTime: toTimestamp(config.createdAt),
  };
}

/** The one member of `DescribeEndpointConfig` and `DeleteEndpointConfig`. */
export function readEndpointConfigName(body: Readonly<Record<string, unknown>>): string {
  return Members.read(body, (request) => request.requiredText('EndpointConfigName', NAME));
}

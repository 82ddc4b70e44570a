import { type Place, modelArn } from '../../core/arn.js';
import type { ContainerDefinition, Model } from '../../core/model.js';
import { toTimestamp } from '../aws-json.js';
import { Members } from '../members.js';
import { ENVIRONMENT_KEY, ENVIRONMENT_VALUE, IMAGE, MODEL_NAME, NAME, ROLE_ARN } from './rules.js';
import { readObjectAddress } from './s3-address.js';
import { readTags } from './tags.js';
import { readVpcConfig, writeVpcConfig } from './vpc-config.js';

const MAX_ENVIRONMENT_ENTRIES = 100;
const MAX_ENVIRONMENT_LENGTH = 32 * 1024;
const MAX_CONTAINERS = 15;

/** Reads `CreateModel`: one container, in `PrimaryContainer` or as the only one of `Containers`. */
export function readCreateModel(body: Readonly<Record<string, unknown>>): Omit<Model, 'createdAt'> {
  return Members.read(body, (request) => {
    request.refuse('EnableNetworkIsolation');
    readExecutionMode(request.structure('InferenceExecutionConfig'));
    return {
      name: request.requiredText('ModelName', MODEL_NAME),
      container: readContainer(onlyContainer(request)),
      executionRoleArn: request.text('ExecutionRoleArn', ROLE_ARN),
      vpcConfig: readVpcConfig(request),
      tags: readTags(request),
    };
  });
}

/** Says how several containers are called, so there is nothing to keep. */
function readExecutionMode(config: Members | undefined): void {
  if (config?.requiredText('Mode', { oneOf: ['Serial', 'Direct'] }) !== 'Direct') return;
  config.violate('Mode', 'Member must be Serial: direct invocation is not supported by Ebb yet');
}

function onlyContainer(request: Members): Members {
  const containers = request.structures('Containers', { max: MAX_CONTAINERS });
  const [first] = containers;
  if (!first) return request.requiredStructure('PrimaryContainer');
  if (request.has('PrimaryContainer')) {
    request.violate('Containers', 'Member must be null where PrimaryContainer is given');
  }
  if (containers.length > 1) {
    request.violate('Containers', 'Member must have length 1: several containers are not supported by Ebb yet');
  }
  return first;
}

function readContainer(container: Members): ContainerDefinition {
  const mode = container.text('Mode', { oneOf: ['SingleModel', 'MultiModel'] });
  if (mode === 'MultiModel') {
    container.violate('Mode', 'Member must be SingleModel: multi-model containers are not supported by Ebb yet');
  }
  container.refuse(
    'MultiModelConfig',
    'ModelDataSource',
    'AdditionalModelDataSources',
    'ModelPackageName',
    'InferenceSpecificationName',
    'ContainerMetricsConfig',
  );
  const access = container.structure('ImageConfig');
  if (access?.requiredText('RepositoryAccessMode', { oneOf: ['Platform', 'Vpc'] }) === 'Vpc') {
    access.violate('RepositoryAccessMode', 'Member must be Platform: private registries are not supported by Ebb yet');
  }
  return {
    image: container.requiredText('Image', IMAGE),
    modelDataUrl: readObjectAddress(container, 'ModelDataUrl'),
    environment: readEnvironment(container),
    containerHostname: container.text('ContainerHostname', NAME),
  };
}

function readEnvironment(container: Members): Record<string, string> {
  const environment = container.textMap('Environment', ENVIRONMENT_KEY, ENVIRONMENT_VALUE);
  const entries = Object.entries(environment);
  if (entries.length > MAX_ENVIRONMENT_ENTRIES) {
    container.violate('Environment', `Member must have length less than or equal to ${MAX_ENVIRONMENT_ENTRIES}`);
  }
  if (entries.reduce((length, [key, value]) => length + key.length + value.length, 0) > MAX_ENVIRONMENT_LENGTH) {
    container.violate('Environment', `Member must have a total length of at most ${MAX_ENVIRONMENT_LENGTH}`);
  }
  return environment;
}

export function writeModel(model: Model, place: Place): object {
  const { container } = model;
  return {
    ...summarizeModel(model, place),
    PrimaryContainer: {
      Image: container.image,
      Mode: 'SingleModel',
      ModelDataUrl: container.modelDataUrl,
      Environment: container.environment,
      ContainerHostname: container.containerHostname,
    },
    ExecutionRoleArn: model.executionRoleArn,
    VpcConfig: writeVpcConfig(model.vpcConfig),
    EnableNetworkIsolation: false,
  };
}

export function summarizeModel(model: Model, place: Place): object {
  return {
    ModelName: model.name,
    ModelArn: modelArn(place, model.name),
    CreationTime: toTimestamp(model.createdAt),
  };
}

/** The one member of `DescribeModel` and `DeleteModel`. */
export function readModelName(body: Readonly<Record<string, unknown>>): string {
  return Members.read(body, (request) => request.requiredText('ModelName', MODEL_NAME));
}

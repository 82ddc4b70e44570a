import { type Place, modelArn } from '../../core/arn.js';
import type { ContainerDefinition } from '../../core/model/container.js';
import type { Model } from '../../core/model/model.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { readContainer, writeContainer } from './container.js';
import { MODEL_NAME, ROLE_ARN } from './rules.js';
import { readTags } from './tags.js';
import { readVpcConfig, writeVpcConfig } from './vpc-config.js';

const MAX_CONTAINERS = 15;
/** The most bytes of all environment keys and values over all containers of a model. */
const MAX_ENVIRONMENT_SIZE = 32 * 1024;

/** Reads `CreateModel`: one container in `PrimaryContainer`, or one or more in `Containers`. */
export function readCreateModel(body: Readonly<Record<string, unknown>>): Omit<Model, 'createdAt'> {
  return Members.read(body, (request) => {
    const list = request.structures('Containers', { max: MAX_CONTAINERS });
    if (list.length > 0 && request.has('PrimaryContainer')) {
      request.violate('Containers', 'Member must be null where PrimaryContainer is given');
    }
    const members = list.length > 0 ? list : [request.requiredStructure('PrimaryContainer')];
    const containers = members.map(readContainer);
    const executionMode = readExecutionMode(request);
    checkEnvironments(members, containers);
    checkModes(members, containers);
    if (containers.length > 1) checkHostnames(members, containers, executionMode);
    return {
      name: request.requiredText('ModelName', MODEL_NAME),
      container: containers[0]!,
      containers: list.length > 0 ? containers : undefined,
      executionMode,
      executionRoleArn: request.text('ExecutionRoleArn', ROLE_ARN),
      enableNetworkIsolation: request.boolean('EnableNetworkIsolation'),
      vpcConfig: readVpcConfig(request),
      tags: readTags(request),
    };
  });
}

function readExecutionMode(request: Members): Model['executionMode'] {
  const config = request.structure('InferenceExecutionConfig');
  return config?.requiredText('Mode', { oneOf: ['Serial', 'Direct'] }) as Model['executionMode'];
}

/** Reports the violation at the container that exceeds the limit. */
function checkEnvironments(members: readonly Members[], containers: readonly ContainerDefinition[]): void {
  const encoder = new TextEncoder();
  let size = 0;
  for (const [index, { environment }] of containers.entries()) {
    const before = size;
    for (const text of Object.entries(environment).flat()) size += encoder.encode(text).length;
    if (before <= MAX_ENVIRONMENT_SIZE && size > MAX_ENVIRONMENT_SIZE) {
      members[index]!.violate(
        'Environment',
        `Member must have a total size of at most ${MAX_ENVIRONMENT_SIZE} bytes over all containers`,
      );
    }
  }
}

/** Host names tell the containers of a pipeline apart: either all containers have one, or none has. */
function checkHostnames(
  members: readonly Members[],
  containers: readonly ContainerDefinition[],
  executionMode: Model['executionMode'],
): void {
  const isDirect = executionMode === 'Direct';
  const names = containers.map(({ containerHostname }) => containerHostname);
  const needsNames = isDirect || names.some((name) => name !== undefined);
  for (const [index, name] of names.entries()) {
    if (name === undefined && needsNames) {
      const where = isDirect ? 'InferenceExecutionConfig.Mode is Direct' : 'another container has one';
      members[index]!.violate('ContainerHostname', `Member must not be null where ${where}`);
    }
    if (name !== undefined && names.indexOf(name) < index) {
      members[index]!.violate('ContainerHostname', 'Member must be unique');
    }
  }
}

function checkModes(members: readonly Members[], containers: readonly ContainerDefinition[]): void {
  const multiModels = members.filter((_, index) => containers[index]!.mode === 'MultiModel');
  for (const member of multiModels.slice(1)) {
    member.violate('Mode', 'Member must be MultiModel in one container only');
  }
}

/** Writes a model as `DescribeModel` returns it. */
export function writeModel(model: Model, place: Place): object {
  return {
    ...summarizeModel(model, place),
    PrimaryContainer: model.containers ? undefined : writeContainer(model.container),
    Containers: model.containers?.map(writeContainer),
    InferenceExecutionConfig: model.executionMode && { Mode: model.executionMode },
    ExecutionRoleArn: model.executionRoleArn,
    VpcConfig: writeVpcConfig(model.vpcConfig),
    EnableNetworkIsolation: model.enableNetworkIsolation ?? false,
  };
}

/** Writes a model as `ListModels` returns it. */
export function summarizeModel(model: Model, place: Place): object {
  return {
    ModelName: model.name,
    ModelArn: modelArn(place, model.name),
    CreationTime: toTimestamp(model.createdAt),
  };
}

/** Reads the one member of `DescribeModel` and `DeleteModel`. */
export function readModelName(body: Readonly<Record<string, unknown>>): string {
  return Members.read(body, (request) => request.requiredText('ModelName', MODEL_NAME));
}

import type { ManagedInstanceScaling, ProductionVariant } from '../../core/endpoint/variant.js';
import type { Members } from '../aws/members.js';
import { withKept } from './kept-members.js';
import { readKeptOfVariant } from './kept-variant-members.js';
import { INSTANCE_TYPE, MODEL_NAME, NAME } from './rules.js';

const TIMEOUT_SECONDS = { min: 60, max: 3600 } as const;
const ROUTING_STRATEGIES = ['LEAST_OUTSTANDING_REQUESTS', 'RANDOM', 'PREFIX_AWARE', 'KV_AWARE'];
const AMI_VERSIONS = [
  'al2-ami-sagemaker-inference-gpu-2',
  'al2-ami-sagemaker-inference-gpu-2-1',
  'al2-ami-sagemaker-inference-gpu-3-1',
  'al2-ami-sagemaker-inference-neuron-2',
  'al2023-ami-sagemaker-inference-gpu-4-1',
];
const DEFAULT_WEIGHT = 1;
const KEPT_IN_SUMMARY = new Set([
  'ManagedInstanceScaling',
  'RoutingConfig',
  'CapacityReservationConfig',
  'AcceleratorPartitionLayouts',
]);

/** Reads one of `ProductionVariants` or `ShadowProductionVariants`. */
export function readProductionVariant(variant: Members): ProductionVariant {
  const scaling = variant.structure('ManagedInstanceScaling');
  const routing = variant.structure('RoutingConfig');
  const managedInstanceScaling = scaling && readManagedInstanceScaling(scaling);
  return {
    name: variant.requiredText('VariantName', NAME),
    modelName: readModelNameOf(variant),
    initialInstanceCount: readInitialInstanceCount(variant, managedInstanceScaling),
    initialVariantWeight: variant.float('InitialVariantWeight', { min: 0 }) ?? DEFAULT_WEIGHT,
    instanceType: variant.text('InstanceType', INSTANCE_TYPE),
    volumeSizeGb: variant.integer('VolumeSizeInGB', { min: 1, max: 512 }),
    managedInstanceScaling,
    modelDataDownloadTimeoutSeconds: variant.integer('ModelDataDownloadTimeoutInSeconds', TIMEOUT_SECONDS),
    containerStartupHealthCheckTimeoutSeconds: variant.integer(
      'ContainerStartupHealthCheckTimeoutInSeconds',
      TIMEOUT_SECONDS,
    ),
    routingStrategy: routing && readRoutingStrategy(routing),
    inferenceAmiVersion: variant.text('InferenceAmiVersion', { oneOf: AMI_VERSIONS }),
    kept: readKeptOfVariant(variant, scaling, routing),
  };
}

/** A variant without a model is for inference components, which Ebb does not have. */
function readModelNameOf(variant: Members): string {
  const name = variant.text('ModelName', MODEL_NAME);
  if (!variant.has('ModelName')) {
    variant.violate('ModelName', 'Member must not be null: inference components are not supported by Ebb yet');
  }
  return name ?? '';
}

function readRoutingStrategy(routing: Members): string {
  const strategy = routing.requiredText('RoutingStrategy', { oneOf: ROUTING_STRATEGIES });
  const isPrefixAware = strategy === 'PREFIX_AWARE';
  if (isPrefixAware !== routing.has('PrefixAwareRoutingConfig')) {
    const must = isPrefixAware ? 'must not be null where' : 'must be null unless';
    routing.violate('PrefixAwareRoutingConfig', `Member ${must} RoutingStrategy is PREFIX_AWARE`);
  }
  return strategy;
}

/** By default, a variant with managed instance scaling starts at its minimum, which may be zero. */
function readInitialInstanceCount(variant: Members, managed: ManagedInstanceScaling | undefined): number {
  if (variant.has('ServerlessConfig')) return refuseInstances(variant);
  const stated = variant.integer('InitialInstanceCount', { min: 1 });
  if (stated !== undefined) return stated;
  if (managed?.enabled && managed.minInstanceCount !== undefined) return managed.minInstanceCount;
  if (!variant.has('InitialInstanceCount')) variant.violate('InitialInstanceCount', 'Member must not be null');
  return 0;
}

function refuseInstances(variant: Members): number {
  for (const name of ['InitialInstanceCount', 'InstanceType', 'InstancePools', 'ManagedInstanceScaling']) {
    if (variant.has(name)) variant.violate(name, 'Member must be null where ServerlessConfig is given');
  }
  return 0;
}

function readManagedInstanceScaling(scaling: Members): ManagedInstanceScaling {
  const minInstanceCount = scaling.integer('MinInstanceCount', { min: 0 });
  const maxInstanceCount = scaling.integer('MaxInstanceCount', { min: 1 });
  if (minInstanceCount !== undefined && maxInstanceCount !== undefined && minInstanceCount > maxInstanceCount) {
    scaling.violate('MinInstanceCount', 'Member must have value less than or equal to MaxInstanceCount');
  }
  return {
    enabled: scaling.text('Status', { oneOf: ['ENABLED', 'DISABLED'] }) !== 'DISABLED',
    minInstanceCount,
    maxInstanceCount,
  };
}

/** Writes one of `ProductionVariants` or `ShadowProductionVariants`. */
export function writeProductionVariant(variant: ProductionVariant): object {
  const written = {
    VariantName: variant.name,
    ModelName: variant.modelName,
    // A caller never states zero: it stands for "start at the minimum".
    InitialInstanceCount: variant.initialInstanceCount === 0 ? undefined : variant.initialInstanceCount,
    InitialVariantWeight: variant.initialVariantWeight,
    InstanceType: variant.instanceType,
    VolumeSizeInGB: variant.volumeSizeGb,
    ModelDataDownloadTimeoutInSeconds: variant.modelDataDownloadTimeoutSeconds,
    ContainerStartupHealthCheckTimeoutInSeconds: variant.containerStartupHealthCheckTimeoutSeconds,
    ManagedInstanceScaling: writeManagedInstanceScaling(variant.managedInstanceScaling),
    RoutingConfig: writeRoutingConfig(variant.routingStrategy),
    InferenceAmiVersion: variant.inferenceAmiVersion,
  };
  return withKept(written, variant.kept);
}

/** Writes the settings of a variant that `DescribeEndpoint` shows together with its state. */
export function summarizeRecipe(variant: ProductionVariant): object {
  const written = {
    ManagedInstanceScaling: writeManagedInstanceScaling(variant.managedInstanceScaling),
    RoutingConfig: writeRoutingConfig(variant.routingStrategy),
  };
  const kept = Object.entries(variant.kept ?? {}).filter(([name]) => KEPT_IN_SUMMARY.has(name));
  return withKept(written, Object.fromEntries(kept));
}

function writeManagedInstanceScaling(scaling: ManagedInstanceScaling | undefined): object | undefined {
  return (
    scaling && {
      Status: scaling.enabled ? 'ENABLED' : 'DISABLED',
      MinInstanceCount: scaling.minInstanceCount,
      MaxInstanceCount: scaling.maxInstanceCount,
    }
  );
}

function writeRoutingConfig(strategy: string | undefined): object | undefined {
  return strategy === undefined ? undefined : { RoutingStrategy: strategy };
}

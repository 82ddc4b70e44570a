import type { ManagedInstanceScaling, ProductionVariant } from '../../core/endpoint.js';
import type { Members } from '../members.js';
import { INSTANCE_TYPE, MODEL_NAME, NAME } from './rules.js';

const TIMEOUT_SECONDS = { min: 60, max: 3600 } as const;
const ROUTING_STRATEGIES = ['LEAST_OUTSTANDING_REQUESTS', 'RANDOM', 'PREFIX_AWARE'];
const DEFAULT_WEIGHT = 1;

/** Reads one of `ProductionVariants`. */
export function readProductionVariant(variant: Members): ProductionVariant {
  variant.refuse(
    'ServerlessConfig',
    'InstancePools',
    'VariantInstanceProvisionTimeoutInSeconds',
    'CoreDumpConfig',
    'EnableSSMAccess',
    'CapacityReservationConfig',
    'AcceleratorType',
  );
  const managedInstanceScaling = readManagedInstanceScaling(variant.structure('ManagedInstanceScaling'));
  return {
    name: variant.requiredText('VariantName', NAME),
    // Without a model a variant is for inference components, which Ebb does not have.
    modelName: variant.requiredText('ModelName', MODEL_NAME),
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
    routingStrategy: variant.structure('RoutingConfig')?.requiredText('RoutingStrategy', { oneOf: ROUTING_STRATEGIES }),
    inferenceAmiVersion: variant.text('InferenceAmiVersion', { min: 1, max: 63 }),
  };
}

/** A variant that scales itself starts at its minimum, which may be zero, where nothing else is said. */
function readInitialInstanceCount(variant: Members, managed: ManagedInstanceScaling | undefined): number {
  const stated = variant.integer('InitialInstanceCount', { min: 1 });
  if (stated !== undefined) return stated;
  if (managed?.enabled && managed.minInstanceCount !== undefined) return managed.minInstanceCount;
  if (!variant.has('InitialInstanceCount')) variant.violate('InitialInstanceCount', 'Member must not be null');
  return 0;
}

function readManagedInstanceScaling(scaling: Members | undefined): ManagedInstanceScaling | undefined {
  if (!scaling) return undefined;
  scaling.refuse('ScaleInPolicy');
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

export function writeProductionVariant(variant: ProductionVariant): object {
  return {
    VariantName: variant.name,
    ModelName: variant.modelName,
    // Zero is never stated by a caller: it stands for "start at the minimum".
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
}

export function writeManagedInstanceScaling(scaling: ManagedInstanceScaling | undefined): object | undefined {
  return (
    scaling && {
      Status: scaling.enabled ? 'ENABLED' : 'DISABLED',
      MinInstanceCount: scaling.minInstanceCount,
      MaxInstanceCount: scaling.maxInstanceCount,
    }
  );
}

export function writeRoutingConfig(strategy: string | undefined): object | undefined {
  return strategy === undefined ? undefined : { RoutingStrategy: strategy };
}

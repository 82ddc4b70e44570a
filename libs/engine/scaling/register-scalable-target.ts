import { endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import {
  NOT_SUSPENDED,
  type ScalableTarget,
  type SuspendedState,
  scalableTargetKey,
} from '../../core/scaling/scalable-target.js';
import { forgetScalableTarget } from './forget-scalable-target.js';
import { checkTagCount } from './tag-scalable-target.js';
import type { World } from '../world.js';
import { describeTarget } from './registered-target.js';

/** AWS's default is 500, and AWS raises it on request; Ebb has a higher limit instead. */
const MAX_TARGETS = 5_000;

/** A request to register or change a scalable target. An absent member stays as it is. */
export interface TargetRequest {
  readonly endpointName: string;
  readonly variantName: string;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  readonly roleArn?: string;
  readonly suspended?: Partial<SuspendedState>;
  /** Only for a new target. */
  readonly tags?: Tags;
}

/**
 * Sets a variant's bounds; the autoscaler's loop moves the capacity into them. Raises `EndpointNotFound` for a variant
 * that does not exist, `InvalidRequest` for bounds that are missing or crossed, `TooManyTags` and `LimitExceeded`.
 */
export async function registerScalableTarget(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  request: TargetRequest,
  signal?: AbortSignal,
): Promise<ScalableTarget> {
  const { endpointName, variantName } = request;
  const { scalableTargets } = world.catalog;
  const key = scalableTargetKey(endpointName, variantName);
  await checkVariantExists(world, request, signal);
  const change = (current: ScalableTarget): ScalableTarget => checked({ ...current, ...stated(current, request) });
  let target = await scalableTargets.update(key, change, signal);
  if (!target) {
    const created = newTarget(world, request);
    if ((await scalableTargets.all(signal)).length >= MAX_TARGETS) throw tooMany();
    // Another caller may have just created the target: then this request changes it.
    target = (await scalableTargets.create(key, created, signal))
      ? created
      : ((await scalableTargets.update(key, change, signal)) ?? created);
    await takeBackWithoutVariant(world, request, signal);
  }
  world.signals.notify({ kind: 'endpoint', endpointName });
  return target;
}

/**
 * Removes a variant's scalable target, its policies and its scheduled actions. Its instance count stays as it is.
 * Raises `ScalableTargetNotFound`.
 */
export async function deregisterScalableTarget(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  endpointName: string,
  variantName: string,
  signal?: AbortSignal,
): Promise<void> {
  if (!(await forgetScalableTarget(world, { endpointName, variantName }, signal))) {
    const target = describeTarget(scalableTargetKey(endpointName, variantName));
    throw new EbbError('ScalableTargetNotFound', `No scalable target found for ${target}`);
  }
  world.signals.notify({ kind: 'endpoint', endpointName });
}

/** Removes the new target if its variant was deleted in the meantime: that deletion ran before the target existed. */
async function takeBackWithoutVariant(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  request: TargetRequest,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await checkVariantExists(world, request, signal);
  } catch (error) {
    await forgetScalableTarget(world, request, signal);
    throw error;
  }
}

async function checkVariantExists(
  world: Pick<World, 'catalog'>,
  { endpointName, variantName }: TargetRequest,
  signal?: AbortSignal,
): Promise<void> {
  const endpoint = await world.catalog.endpoints.get(endpointKey(endpointName), signal);
  const exists = endpoint?.name === endpointName && endpoint.variants.some(({ name }) => name === variantName);
  const key = scalableTargetKey(endpointName, variantName);
  if (exists && endpoint.status !== 'Deleting') {
    const { deployment } = endpoint;
    if (!deployment || deployment.variants.some(({ name }) => name === variantName)) return;
    throw new EbbError(
      'InvalidRequest',
      `The endpoint is being updated to a config that does not have the variant: ${key}`,
    );
  }
  throw new EbbError('EndpointNotFound', `SageMaker endpoint variant doesn't exist: ${key}`);
}

function tooMany(): EbbError {
  return new EbbError(
    'LimitExceeded',
    `An account can have at most ${MAX_TARGETS} scalable targets for SageMaker variants: deregister one first.`,
  );
}

function newTarget(world: Pick<World, 'clock'>, request: TargetRequest): ScalableTarget {
  const { endpointName, variantName, minCapacity, maxCapacity } = request;
  if (minCapacity === undefined || maxCapacity === undefined) {
    throw new EbbError(
      'InvalidRequest',
      'MinCapacity and MaxCapacity are required when a scalable target is registered for the first time.',
    );
  }
  checkTagCount(request.tags ?? {});
  return checked({
    id: world.clock.uniqueId().replaceAll('-', ''),
    endpointName,
    variantName,
    minCapacity,
    maxCapacity,
    roleArn: request.roleArn,
    suspended: suspendedAs(NOT_SUSPENDED, request.suspended),
    createdAt: world.clock.now(),
    tags: request.tags,
  });
}

function stated(current: ScalableTarget, request: TargetRequest): Partial<ScalableTarget> {
  return {
    minCapacity: request.minCapacity ?? current.minCapacity,
    maxCapacity: request.maxCapacity ?? current.maxCapacity,
    roleArn: request.roleArn ?? current.roleArn,
    suspended: suspendedAs(current.suspended, request.suspended),
  };
}

function suspendedAs(current: SuspendedState, wanted: Partial<SuspendedState> = {}): SuspendedState {
  return {
    dynamicScalingIn: wanted.dynamicScalingIn ?? current.dynamicScalingIn,
    dynamicScalingOut: wanted.dynamicScalingOut ?? current.dynamicScalingOut,
    scheduledScaling: wanted.scheduledScaling ?? current.scheduledScaling,
  };
}

function checked(target: ScalableTarget): ScalableTarget {
  if (target.minCapacity <= target.maxCapacity) return target;
  throw new EbbError('InvalidRequest', 'Maximum capacity cannot be less than minimum capacity');
}

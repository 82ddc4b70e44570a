import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { Members } from '../aws/members.js';

/** One variant, as Application Auto Scaling names it in `ResourceId`. */
export interface VariantResource {
  readonly endpointName: string;
  readonly variantName: string;
}

/** The namespace of SageMaker in Application Auto Scaling. */
export const NAMESPACE = 'sagemaker';
/** The scalable dimension of a variant's instance count. */
export const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

const RESOURCE_ID = /^endpoint\/([^/]+)\/variant\/([^/]+)$/;
const RESOURCE_ID_RULE = { min: 1, max: 1600 };

/** Reads the three members that identify a scalable target. */
export function readResource(request: Members): VariantResource {
  const namespace = request.requiredText('ServiceNamespace');
  const resourceId = request.requiredText('ResourceId', RESOURCE_ID_RULE);
  const dimension = request.requiredText('ScalableDimension');
  const isComplete = namespace !== '' && resourceId !== '' && dimension !== '';
  if (isComplete) checkKind(namespace, dimension);
  return isComplete ? parseResourceId(resourceId) : { endpointName: '', variantName: '' };
}

/** Reads the members that filter targets and activities; only the namespace is required. */
export function readResourceFilter(request: Members): Partial<VariantResource> {
  const namespace = request.requiredText('ServiceNamespace');
  const resourceId = request.text('ResourceId', RESOURCE_ID_RULE);
  const dimension = request.text('ScalableDimension') ?? DIMENSION;
  if (namespace !== '') checkKind(namespace, dimension);
  return resourceId === undefined || resourceId === '' ? {} : parseResourceId(resourceId);
}

/** Writes the three members that identify a scalable target. */
export function writeResource({ endpointName, variantName }: VariantResource): object {
  return {
    ServiceNamespace: NAMESPACE,
    ResourceId: scalableTargetKey(endpointName, variantName),
    ScalableDimension: DIMENSION,
  };
}

function checkKind(namespace: string, dimension: string): void {
  if (namespace !== NAMESPACE || dimension !== DIMENSION) throw unsupported();
}

function parseResourceId(resourceId: string): VariantResource {
  const [, endpointName, variantName] = RESOURCE_ID.exec(resourceId) ?? [];
  if (endpointName === undefined || variantName === undefined) throw unsupported();
  return { endpointName, variantName };
}

/** AWS's own sentence for combinations that it does not scale; Ebb scales only the instances of variants. */
function unsupported(): EbbError {
  return new EbbError('InvalidRequest', 'Unsupported service namespace, resource type or scalable dimension');
}

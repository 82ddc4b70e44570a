/** SageMaker's states of an endpoint. */
export type EndpointStatus =
  | 'Creating'
  | 'InService'
  | 'Updating'
  | 'SystemUpdating'
  | 'RollingBack'
  | 'Deleting'
  | 'Failed'
  | 'OutOfService'
  | 'UpdateRollbackFailed';

/** The kinds of request to an endpoint, besides reading it. */
export type EndpointRequestKind = 'update' | 'change weights' | 'delete' | 'invoke';

/** The requests that each status allows, as in SageMaker. */
const ALLOWED: Readonly<Record<EndpointStatus, readonly EndpointRequestKind[]>> = {
  Creating: [],
  InService: ['update', 'change weights', 'delete', 'invoke'],
  Updating: ['invoke'],
  SystemUpdating: ['invoke'],
  RollingBack: ['invoke'],
  UpdateRollbackFailed: ['update', 'delete', 'invoke'],
  OutOfService: ['delete'],
  Failed: ['delete'],
  Deleting: [],
};

/** Returns whether an endpoint in this status allows the request. */
export function allows(status: EndpointStatus, request: EndpointRequestKind): boolean {
  return ALLOWED[status].includes(request);
}

/** Returns whether the status will soon change without a user's action, so that waiting helps. */
export function isPassing(status: EndpointStatus): boolean {
  return !allows(status, 'delete');
}

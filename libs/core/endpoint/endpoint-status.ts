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

/** What callers ask of an endpoint, beyond looking at it. */
export type EndpointRequestKind = 'update' | 'change weights' | 'delete' | 'invoke';

/** What an endpoint allows in each of its states, as SageMaker has it. */
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

export function allows(status: EndpointStatus, request: EndpointRequestKind): boolean {
  return ALLOWED[status].includes(request);
}

/** Whether it will be in another state before long without anybody's doing: then waiting helps. */
export function isPassing(status: EndpointStatus): boolean {
  return !allows(status, 'delete');
}

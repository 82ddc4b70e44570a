import { type Action, type Caller, covers, roleAllows } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import type { SignedService } from './aws-request.js';

/** The permission that a caller needs for an operation of one of AWS's services. */
export interface Permission {
  /** `anyone` needs no credentials, because the request carries a token of its own. */
  readonly action: Action | 'anyone';
  /** The endpoints named in the request; or all endpoints and what they share; or no endpoint. */
  readonly concerns: 'named' | 'all' | 'nothing';
  /** Whether the operation changes how Ebb works, so that the audit record keeps who called it. */
  readonly isRecorded: boolean;
}

type Rule = readonly [pattern: RegExp, permission: Permission];

const ANYONE: Permission = { action: 'anyone', concerns: 'nothing', isRecorded: false };
const FOLLOW: Permission = { action: 'follow', concerns: 'nothing', isRecorded: false };
const SUBMIT: Permission = { action: 'submit', concerns: 'nothing', isRecorded: false };
const INVOKE: Permission = { action: 'submit', concerns: 'named', isRecorded: false };
const READ: Permission = { action: 'read', concerns: 'all', isRecorded: false };
const READ_NAMED: Permission = { action: 'read', concerns: 'named', isRecorded: false };
/** Traffic through topics, queues and metrics, which is too frequent for the audit record. */
const PASS: Permission = { action: 'operate', concerns: 'all', isRecorded: false };
const OPERATE: Permission = { action: 'operate', concerns: 'all', isRecorded: true };
const OPERATE_OBJECTS: Permission = { action: 'operate', concerns: 'nothing', isRecorded: false };
const OPERATE_NAMED: Permission = { action: 'operate', concerns: 'named', isRecorded: true };

/**
 * The first rule that matches counts; an operation without a rule needs `operate`. Objects of S3 belong to no endpoint.
 */
const RULES: Readonly<Record<SignedService, readonly Rule[]>> = {
  runtime: [[/^/, INVOKE]],
  control: [
    [/^DescribeEndpoint$/, READ_NAMED],
    [/^(?:Describe|List)/, READ],
    [/^(?:Create|Update|Delete)Endpoint$|^UpdateEndpointWeightsAndCapacities$/, OPERATE_NAMED],
  ],
  scaling: [
    [/^Describe/, READ_NAMED],
    [/^List/, READ],
    [/^(?:Tag|Untag)/, OPERATE],
    [/^/, OPERATE_NAMED],
  ],
  cloudwatch: [
    [/^(?:Describe|Get|List)/, READ],
    [/^PutMetricData$/, PASS],
  ],
  sns: [
    // Subscribers confirm and unsubscribe by a link that Ebb sent them.
    [/^(?:ConfirmSubscription|Unsubscribe)$/, ANYONE],
    [/^(?:Get|List)/, READ],
    [/^Publish/, PASS],
  ],
  sqs: [
    [/^(?:Get|List)/, READ],
    [/^(?:Send|Receive|Delete)Message|^ChangeMessageVisibility/, PASS],
  ],
  sts: [[/^/, FOLLOW]],
  s3: [
    [/^(?:Get|Head)Object(?!LockConfiguration)/, FOLLOW],
    [/^(?:Put|Copy)Object$|^UploadPart|^(?:Create|Complete|Abort)MultipartUpload$|^ListParts$/, SUBMIT],
    [/^DeleteObjects?$/, OPERATE_OBJECTS],
    [/^(?:Get|Head|List)/, READ],
  ],
};

/** Returns the permission that an operation needs. */
export function permissionFor(service: SignedService, operation: string): Permission {
  return RULES[service].find(([pattern]) => pattern.test(operation))?.[1] ?? OPERATE;
}

/** Returns the name of an operation in policies and in the audit record, such as `sagemaker:CreateEndpoint`. */
export function actionName(service: SignedService, operation: string): string {
  return `${PREFIXES[service]}:${operation}`;
}

const PREFIXES: Readonly<Record<SignedService, string>> = {
  runtime: 'sagemaker',
  control: 'sagemaker',
  scaling: 'application-autoscaling',
  cloudwatch: 'cloudwatch',
  sns: 'sns',
  sqs: 'sqs',
  sts: 'sts',
  s3: 's3',
};

/** Returns the endpoints that a JSON request names, in the member by which the operation identifies them. */
export function endpointsNamed(
  service: SignedService,
  operation: string,
  request: Readonly<Record<string, unknown>>,
): string[] {
  if (service === 'control') return [request['EndpointName']].filter((name) => typeof name === 'string');
  if (service !== 'scaling') return [];
  const ids = operation === 'DescribeScalableTargets' ? request['ResourceIds'] : request['ResourceId'];
  return [ids].flat().flatMap((id) => /^endpoint\/([^/]+)\/variant\//.exec(String(id))?.slice(1) ?? []);
}

/**
 * Raises `AccessDenied` unless the caller may call the operation on these endpoints. Without credentials `caller` is
 * absent.
 */
export function checkPermission(
  caller: Caller | undefined,
  { action, concerns }: Permission,
  what: string,
  endpointNames: readonly string[],
): void {
  if (action === 'anyone') return;
  if (!caller) throw denied('anonymous', what, 'credentials are needed for it');
  if (!roleAllows(caller.role, action)) {
    throw denied(caller.name, what, `the role of its access key, ${caller.role}, does not allow it`);
  }
  if (concerns === 'nothing' || caller.endpoints === undefined) return;
  if (concerns === 'named' && endpointNames.length > 0 && endpointNames.every((name) => covers(caller, name))) return;
  throw denied(caller.name, what, 'its access key is for some endpoints only');
}

/** Follows AWS's wording as far as it applies, because tools match its first half. */
function denied(who: string, what: string, why: string): EbbError {
  return new EbbError('AccessDenied', `User: ${who} is not authorized to perform: ${what} because ${why}`);
}

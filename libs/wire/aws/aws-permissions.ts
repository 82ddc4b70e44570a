import { type Action, type Caller, covers, roleAllows } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import type { SignedService } from './aws-request.js';

/** What somebody must be allowed to call an operation of one of AWS's services. */
export interface Permission {
  /** `anyone` needs no credentials: what is asked for carries a token of its own. */
  readonly action: Action | 'anyone';
  /** The endpoints that the request names, all of them and what belongs to all, or nothing that belongs to any. */
  readonly concerns: 'named' | 'all' | 'nothing';
  /** Whether it changes how Ebb works, so that who did it is written down. */
  readonly isRecorded: boolean;
}

type Rule = readonly [pattern: RegExp, permission: Permission];

const ANYONE: Permission = { action: 'anyone', concerns: 'nothing', isRecorded: false };
const FOLLOW: Permission = { action: 'follow', concerns: 'nothing', isRecorded: false };
const SUBMIT: Permission = { action: 'submit', concerns: 'nothing', isRecorded: false };
const INVOKE: Permission = { action: 'submit', concerns: 'named', isRecorded: false };
const READ: Permission = { action: 'read', concerns: 'all', isRecorded: false };
const READ_NAMED: Permission = { action: 'read', concerns: 'named', isRecorded: false };
/** What goes through topics, queues and metrics at a rate that is not for a record. */
const PASS: Permission = { action: 'operate', concerns: 'all', isRecorded: false };
const OPERATE: Permission = { action: 'operate', concerns: 'all', isRecorded: true };
const OPERATE_OBJECTS: Permission = { action: 'operate', concerns: 'nothing', isRecorded: false };
const OPERATE_NAMED: Permission = { action: 'operate', concerns: 'named', isRecorded: true };

/** The first rule that fits counts; what fits none is for operators. Objects of S3 belong to no endpoint. */
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
    // Those who are subscribed confirm and leave by an address that they were sent.
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

export function permissionFor(service: SignedService, operation: string): Permission {
  return RULES[service].find(([pattern]) => pattern.test(operation))?.[1] ?? OPERATE;
}

/** What policies and records call an operation, such as `sagemaker:CreateEndpoint`. */
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

/** The endpoints that a request in JSON names, in the member that the operation goes by. */
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

/** Raises `AccessDenied` unless the caller may do this to these endpoints. Whoever came without credentials is no caller. */
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

/** In AWS's words as far as they fit: tools look for the first half. */
function denied(who: string, what: string, why: string): EbbError {
  return new EbbError('AccessDenied', `User: ${who} is not authorized to perform: ${what} because ${why}`);
}

import { describe, expect, it } from 'vitest';
import type { Caller, Role } from '../../core/access/caller.js';
import { isEbbError } from '../../core/errors.js';
import { actionName, checkPermission, endpointsNamed, permissionFor } from './aws-permissions.js';
import type { SignedService } from './aws-request.js';

const caller = (role: Role, endpoints?: string[]): Caller => ({
  name: 'one',
  keyId: 'EBBK',
  role,
  ...(endpoints && { endpoints }),
});

const confined = (role: Role): Caller => caller(role, ['mine', 'team-*']);
const isRecorded = (service: SignedService, operation: string): boolean => permissionFor(service, operation).isRecorded;

/** Returns the roles that may call the operation, with keys for all endpoints. */
function rolesFor(service: SignedService, operation: string): Role[] {
  return (['submit', 'read', 'operate'] as const).filter((role) => isAllowed(caller(role), service, operation));
}

function isAllowed(who: Caller | undefined, service: SignedService, operation: string, names: string[] = []): boolean {
  try {
    checkPermission(who, permissionFor(service, operation), actionName(service, operation), names);
    return true;
  } catch (error) {
    if (isEbbError(error, 'AccessDenied')) return false;
    throw error;
  }
}

describe('an operation of an AWS service', () => {
  it.each<[SignedService, string, Role[]]>([
    ['runtime', 'InvokeEndpointAsync', ['submit', 'operate']],
    ['control', 'DescribeEndpoint', ['read', 'operate']],
    ['control', 'ListModels', ['read', 'operate']],
    ['control', 'CreateModel', ['operate']],
    ['control', 'UpdateEndpointWeightsAndCapacities', ['operate']],
    ['control', 'AddTags', ['operate']],
    ['control', 'AnythingNew', ['operate']],
    ['scaling', 'DescribeScalingActivities', ['read', 'operate']],
    ['scaling', 'ListTagsForResource', ['read', 'operate']],
    ['scaling', 'PutScalingPolicy', ['operate']],
    ['cloudwatch', 'GetMetricData', ['read', 'operate']],
    ['cloudwatch', 'DescribeAlarms', ['read', 'operate']],
    ['cloudwatch', 'PutMetricData', ['operate']],
    ['cloudwatch', 'PutMetricAlarm', ['operate']],
    ['sns', 'ListTopics', ['read', 'operate']],
    ['sns', 'Publish', ['operate']],
    ['sns', 'CreateTopic', ['operate']],
    ['sns', 'ConfirmSubscription', ['submit', 'read', 'operate']],
    ['sqs', 'GetQueueUrl', ['read', 'operate']],
    ['sqs', 'ReceiveMessage', ['operate']],
    ['sqs', 'DeleteQueue', ['operate']],
    ['sts', 'GetCallerIdentity', ['submit', 'read', 'operate']],
    ['sts', 'AssumeRole', ['submit', 'read', 'operate']],
    ['s3', 'GetObject', ['submit', 'read', 'operate']],
    ['s3', 'HeadObject', ['submit', 'read', 'operate']],
    ['s3', 'PutObject', ['submit', 'operate']],
    ['s3', 'CopyObject', ['submit', 'operate']],
    ['s3', 'UploadPartCopy', ['submit', 'operate']],
    ['s3', 'CompleteMultipartUpload', ['submit', 'operate']],
    ['s3', 'ListParts', ['submit', 'operate']],
    ['s3', 'ListObjectsV2', ['read', 'operate']],
    ['s3', 'ListBuckets', ['read', 'operate']],
    ['s3', 'GetObjectLockConfiguration', ['read', 'operate']],
    ['s3', 'CreateBucket', ['operate']],
    ['s3', 'DeleteBucket', ['operate']],
  ])('of %s, %s, is open to the roles %j', (service, operation, roles) => {
    expect(rolesFor(service, operation)).toEqual(roles);
  });

  it('is closed to callers without credentials, unless the request carries a token of its own', () => {
    expect(isAllowed(undefined, 'sns', 'ConfirmSubscription')).toBe(true);
    expect(isAllowed(undefined, 'sns', 'Unsubscribe')).toBe(true);
    expect(isAllowed(undefined, 'sns', 'Publish')).toBe(false);
    expect(isAllowed(undefined, 's3', 'GetObject')).toBe(false);
    expect(isAllowed(undefined, 'sts', 'GetCallerIdentity')).toBe(false);
  });

  it('is recorded if it changes how Ebb works, and is not recorded if it only uses Ebb', () => {
    expect(isRecorded('control', 'CreateEndpoint')).toBe(true);
    expect(isRecorded('scaling', 'DeregisterScalableTarget')).toBe(true);
    expect(isRecorded('cloudwatch', 'DeleteAlarms')).toBe(true);
    expect(isRecorded('sns', 'Subscribe')).toBe(true);
    expect(isRecorded('sqs', 'PurgeQueue')).toBe(true);
    expect(isRecorded('s3', 'DeleteBucket')).toBe(true);
    const passing: [SignedService, string][] = [
      ['runtime', 'InvokeEndpointAsync'],
      ['cloudwatch', 'PutMetricData'],
      ['sns', 'PublishBatch'],
      ['sqs', 'DeleteMessageBatch'],
      ['s3', 'PutObject'],
      ['control', 'DescribeEndpoint'],
    ];
    for (const [service, operation] of passing) expect(isRecorded(service, operation)).toBe(false);
  });

  it('has the name that policies use', () => {
    expect(actionName('control', 'CreateModel')).toBe('sagemaker:CreateModel');
    expect(actionName('runtime', 'InvokeEndpointAsync')).toBe('sagemaker:InvokeEndpointAsync');
    expect(actionName('scaling', 'PutScalingPolicy')).toBe('application-autoscaling:PutScalingPolicy');
  });
});

describe('a key for some endpoints', () => {
  it('may call an operation that names only its endpoints', () => {
    expect(isAllowed(confined('submit'), 'runtime', 'InvokeEndpointAsync', ['mine'])).toBe(true);
    expect(isAllowed(confined('submit'), 'runtime', 'InvokeEndpointAsync', ['other'])).toBe(false);
    expect(isAllowed(confined('operate'), 'control', 'DeleteEndpoint', ['Team-a'])).toBe(true);
    expect(isAllowed(confined('read'), 'scaling', 'DescribeScalableTargets', ['mine', 'team-b'])).toBe(true);
    expect(isAllowed(confined('read'), 'scaling', 'DescribeScalableTargets', ['mine', 'other'])).toBe(false);
  });

  it('may not call an operation that concerns all endpoints, but may use objects, which belong to none', () => {
    expect(isAllowed(confined('read'), 'control', 'ListEndpoints')).toBe(false);
    expect(isAllowed(confined('read'), 'scaling', 'DescribeScalableTargets')).toBe(false);
    expect(isAllowed(confined('operate'), 'control', 'CreateModel')).toBe(false);
    expect(isAllowed(confined('operate'), 's3', 'CreateBucket')).toBe(false);
    expect(isAllowed(confined('submit'), 's3', 'PutObject')).toBe(true);
    expect(isAllowed(confined('submit'), 'sts', 'GetCallerIdentity')).toBe(true);
  });
});

describe('the endpoints that a request names', () => {
  const one = 'endpoint/a/variant/b';

  it.each<[SignedService, string, Record<string, unknown>, string[]]>([
    ['control', 'DescribeEndpoint', { EndpointName: 'a' }, ['a']],
    ['control', 'DescribeEndpoint', { EndpointName: 1 }, []],
    ['control', 'DescribeModel', { ModelName: 'a' }, []],
    ['scaling', 'PutScalingPolicy', { ResourceId: one }, ['a']],
    ['scaling', 'DescribeScalableTargets', { ResourceIds: [one, 'endpoint/c/variant/d'] }, ['a', 'c']],
    ['scaling', 'PutScalingPolicy', { ResourceId: 'table/a' }, []],
    // A member that the operation does not read names no endpoint.
    ['scaling', 'DescribeScalingActivities', { ResourceIds: [one] }, []],
    ['scaling', 'DescribeScalableTargets', { ResourceId: one }, []],
    ['cloudwatch', 'ListMetrics', { EndpointName: 'a' }, []],
  ])('of %s, %s, in %j are %j', (service, operation, request, names) => {
    expect(endpointsNamed(service, operation, request)).toEqual(names);
  });
});

import type { AlarmSettings } from '../../libs/core/alarm/alarm.js';
import { parseScalingPolicyArn } from '../../libs/core/arn.js';
import { EbbError } from '../../libs/core/errors.js';
import type { ScalingPromise } from '../../libs/core/scaling/promise.js';
import type { ScalingPolicy } from '../../libs/core/scaling/scaling-policy.js';
import { trackingAlarmName } from '../../libs/core/scaling/tracking-alarms.js';
import { EBB_DEFAULTS, type EbbSettings } from '../../libs/simulator/deciders/ebb.js';
import { FieldReader } from '../../libs/simulator/field-reader.js';
import { policyArn } from '../../libs/simulator/policy-alarms.js';
import { readPutMetricAlarm } from '../../libs/wire/cloudwatch/alarm.js';
import { readPutScalingPolicy } from '../../libs/wire/scaling/scaling-policy.js';

const SECONDS = { min: 0, max: 86_400 };
const PROMISE_FIELDS = ['startWithinSeconds', 'doneWithinSeconds', 'keepWarmSeconds'];

type Request = Readonly<Record<string, unknown>>;

/** The only variant, so that requests need not name it. */
const VARIANT = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/simulated/variant/main',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
};

/**
 * Reads Ebb's settings for a variant: a promise, or scaling policies with alarms in the form of `PutScalingPolicy` and
 * `PutMetricAlarm`. Raises `InvalidRequest` with the field and the rule.
 */
export function readPolicyFile(json: unknown, fileName: string): EbbSettings {
  const fields = FieldReader.of(json, fileName);
  fields.only(...PROMISE_FIELDS, 'policies', 'alarms', 'pace');
  if (!fields.has('policies')) return readPromise(fields);
  for (const field of PROMISE_FIELDS) {
    if (fields.has(field))
      throw fields.mistake(field, 'must not come with policies: if there are policies, they decide');
  }
  const policies = readList(fields, 'policies').map((body, index) =>
    within(`${fileName}: policies[${index}]`, () => readPolicy(body)),
  );
  const alarms = (fields.has('alarms') ? readList(fields, 'alarms') : []).map((body, index) =>
    within(`${fileName}: alarms[${index}]`, () => readAlarm(body, policies)),
  );
  const pace = fields.has('pace') ? fields.oneOf('pace', ['fast', 'aws']) : 'fast';
  return { ...EBB_DEFAULTS, policySet: { policies, alarms, pace, metricLagMs: 0 } };
}

function readPromise(fields: FieldReader): EbbSettings {
  for (const field of ['alarms', 'pace']) if (fields.has(field)) throw fields.mistake(field, 'requires policies');
  const kept = fields.has('keepWarmSeconds')
    ? fields.number('keepWarmSeconds', SECONDS) * 1000
    : EBB_DEFAULTS.maxKeepWarmMs;
  return { promise: promiseOf(fields), maxKeepWarmMs: kept };
}

function promiseOf(fields: FieldReader): ScalingPromise {
  if (fields.has('startWithinSeconds') && fields.has('doneWithinSeconds')) {
    throw fields.mistake('doneWithinSeconds', 'must not come together with startWithinSeconds');
  }
  if (fields.has('doneWithinSeconds'))
    return { kind: 'done', withinMs: fields.number('doneWithinSeconds', SECONDS) * 1000 };
  if (!fields.has('startWithinSeconds')) return EBB_DEFAULTS.promise;
  return { kind: 'start', withinMs: fields.number('startWithinSeconds', SECONDS) * 1000 };
}

function readPolicy(body: Request): ScalingPolicy {
  const { endpointName, name, rule, variantName } = readPutScalingPolicy({ ...VARIANT, ...body });
  if (!rule) throw new EbbError('InvalidRequest', 'a policy configuration must be specified');
  const isTracking = rule.kind === 'TargetTrackingScaling';
  const alarmName = (side: 'High' | 'Low'): string => trackingAlarmName(side, { endpointName, variantName }, name);
  const alarmNames = isTracking ? [alarmName('High'), alarmName('Low')] : [];
  return { id: name, name, endpointName, variantName, rule, alarmNames, createdAt: 0 };
}

/** Reads an alarm. Its actions may name a policy by its name, because its ARN is not known in advance. */
function readAlarm(body: Request, policies: readonly ScalingPolicy[]): AlarmSettings {
  const { settings } = readPutMetricAlarm(body);
  const actions = (named: readonly string[]): string[] => named.map((action) => actionOn(action, policies));
  return {
    ...settings,
    okActions: actions(settings.okActions),
    alarmActions: actions(settings.alarmActions),
    insufficientDataActions: actions(settings.insufficientDataActions),
  };
}

function actionOn(action: string, policies: readonly ScalingPolicy[]): string {
  const name = parseScalingPolicyArn(action)?.name ?? action;
  const policy = policies.find((each) => each.name === name);
  if (policy) return policyArn(policy);
  const names = policies.map((each) => each.name).join(', ');
  throw new EbbError('InvalidRequest', `an action must name one of the policies (${names}); it is '${action}'`);
}

function readList(fields: FieldReader, field: 'policies' | 'alarms'): Request[] {
  return fields.objects(field).map(({ all }) => all);
}

/** Adds the place in the file to the errors of a request. */
function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EbbError)) throw error;
    throw new EbbError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}

/** The account and region that stand in every ARN (`EBB_ACCOUNT_ID`, `EBB_REGION`). */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** SageMaker lower-cases names inside its ARNs, although the names themselves keep their case. */
function sagemakerArn(place: Place, kind: string, name: string): string {
  return `arn:aws:sagemaker:${place.region}:${place.accountId}:${kind}/${name.toLowerCase()}`;
}

export const modelArn = (place: Place, name: string): string => sagemakerArn(place, 'model', name);
export const endpointConfigArn = (place: Place, name: string): string => sagemakerArn(place, 'endpoint-config', name);
export const endpointArn = (place: Place, name: string): string => sagemakerArn(place, 'endpoint', name);

export const topicArn = (place: Place, name: string): string =>
  `arn:aws:sns:${place.region}:${place.accountId}:${name}`;

export const queueArn = (place: Place, name: string): string =>
  `arn:aws:sqs:${place.region}:${place.accountId}:${name}`;

/** `id` is hexadecimal, as in Application Auto Scaling's own ARNs. */
export const scalableTargetArn = (place: Place, id: string): string =>
  `arn:aws:application-autoscaling:${place.region}:${place.accountId}:scalable-target/${id}`;

/**
 * Returns the ARN by which an alarm's action names a scaling policy. `resource` is the scalable target's resource id,
 * such as `endpoint/E/variant/V`.
 */
export const scalingPolicyArn = (place: Place, id: string, resource: string, name: string): string =>
  `arn:aws:autoscaling:${place.region}:${place.accountId}:scalingPolicy:${id}:` +
  `resource/sagemaker/${resource}:policyName/${name}`;

/** Returns the policy that an alarm's action names; absent if the ARN names something else. */
export function parseScalingPolicyArn(
  arn: string,
):
  | { readonly id: string; readonly endpointName: string; readonly variantName: string; readonly name: string }
  | undefined {
  const [, id, endpointName, variantName, name] = SCALING_POLICY_ARN.exec(arn) ?? [];
  if (id === undefined || endpointName === undefined || variantName === undefined || name === undefined)
    return undefined;
  return { id, endpointName, variantName, name };
}

const SCALING_POLICY_ARN =
  /^arn:aws:autoscaling:[^:]*:\d{12}:scalingPolicy:([^:]+):resource\/sagemaker\/endpoint\/([^/]+)\/variant\/([^/:]+):policyName\/(.+)$/;

export const scheduledActionArn = (place: Place, id: string, resource: string, name: string): string =>
  `arn:aws:autoscaling:${place.region}:${place.accountId}:scheduledAction:${id}:` +
  `resource/sagemaker/${resource}:scheduledActionName/${name}`;

export const alarmArn = (place: Place, name: string): string =>
  `arn:aws:cloudwatch:${place.region}:${place.accountId}:alarm:${name}`;

/**
 * The bucket that SageMaker's SDKs use by default. Ebb keeps inline inputs in it, and the outputs of endpoints without
 * an output path.
 */
export const defaultBucket = (place: Place): string => `sagemaker-${place.region}-${place.accountId}`;

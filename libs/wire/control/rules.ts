import type { TextRule } from '../aws/constraints.js';

/** Returns the rule of a text that must match the whole of one of AWS's patterns. */
export function matching(pattern: string, lengths: { readonly min?: number; readonly max?: number } = {}): TextRule {
  return { ...lengths, pattern: new RegExp(`^(?:${pattern})$`, 'su'), patternText: pattern };
}

/** The name of an endpoint, an endpoint config or a variant, or a host name. */
export const NAME = matching('[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', { max: 63 });
/** The name of a model. */
export const MODEL_NAME = matching('[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?', { max: 63 });
/** The part of a name by which a list is filtered. */
export const NAME_PART = matching('[a-zA-Z0-9-]+', { max: 63 });

/** The ARN of an execution role. */
export const ROLE_ARN = matching('arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+', { min: 20, max: 2048 });
/** The id of a KMS key. */
export const KMS_KEY_ID = matching('[a-zA-Z0-9:/_-]*', { max: 2048 });
/** The ARN of an SNS topic. */
export const TOPIC_ARN = matching('arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+', { max: 2048 });
/** The id of a security group or a subnet. */
export const VPC_ID = matching('[-0-9a-zA-Z]+', { max: 32 });

/** The image of a container. */
export const IMAGE = matching('[\\S]+', { max: 255 });
/** The name of an environment variable. */
export const ENVIRONMENT_KEY = matching('[a-zA-Z_][a-zA-Z0-9_]*', { max: 1024 });
/** The value of an environment variable. */
export const ENVIRONMENT_VALUE: TextRule = { max: 1024 };

const TAG_TEXT = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
/** The key of a tag. */
export const TAG_KEY = matching(TAG_TEXT, { min: 1, max: 128 });
/** The value of a tag. */
export const TAG_VALUE = matching(TAG_TEXT, { max: 256 });

/** The type of an instance. Ebb has no list of machine types, so it keeps the type and describes it back. */
export const INSTANCE_TYPE = matching('[\\S]+', { min: 1, max: 63 });

/** The frequencies at which metrics may be published. */
export const PUBLISH_FREQUENCIES_SECONDS = [10, 30, 60, 120, 180, 240, 300];

/** The longest token that a list accepts, in characters. */
export const MAX_TOKEN_LENGTH = 8192;

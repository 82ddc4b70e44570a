import type { TextRule } from '../aws/constraints.js';

/** The rule of a text that must match the whole of one of AWS's patterns. */
export function matching(pattern: string, lengths: { readonly min?: number; readonly max?: number } = {}): TextRule {
  return { ...lengths, pattern: new RegExp(`^(?:${pattern})$`, 'su'), patternText: pattern };
}

/** Endpoints, endpoint configs, variants and host names. */
export const NAME = matching('[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', { max: 63 });
export const MODEL_NAME = matching('[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?', { max: 63 });
export const NAME_PART = matching('[a-zA-Z0-9-]+', { max: 63 });

export const ROLE_ARN = matching('arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+', { min: 20, max: 2048 });
export const KMS_KEY_ID = matching('[a-zA-Z0-9:/_-]*', { max: 2048 });
export const TOPIC_ARN = matching('arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+', { max: 2048 });
export const VPC_ID = matching('[-0-9a-zA-Z]+', { max: 32 });

export const IMAGE = matching('[\\S]+', { max: 255 });
export const ENVIRONMENT_KEY = matching('[a-zA-Z_][a-zA-Z0-9_]*', { max: 1024 });
export const ENVIRONMENT_VALUE: TextRule = { max: 1024 };

const TAG_TEXT = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
export const TAG_KEY = matching(TAG_TEXT, { min: 1, max: 128 });
export const TAG_VALUE = matching(TAG_TEXT, { max: 256 });

/** Ebb has no list of machines to choose from: the type is kept and described back. */
export const INSTANCE_TYPE = matching('[\\S]+', { min: 1, max: 63 });

export const PUBLISH_FREQUENCIES_SECONDS = [10, 30, 60, 120, 180, 240, 300];

export const MAX_TOKEN_LENGTH = 8192;

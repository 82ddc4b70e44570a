import { z } from 'zod';
import { isObjectLocation, isObjectPrefix } from '../../../core/object-location.js';
import type { OneCallRecipe } from '../../../core/deployment/one-call.js';
import { endpointName } from '../fields.js';

/** Application Auto Scaling takes any number, of which most are slips of the finger. */
const MAX_INSTANCES = 1_000;
const MAX_SECONDS = 86_400;
const MAX_ENVIRONMENT_ENTRIES = 100;
/** Of all names and values together, in characters. */
const MAX_ENVIRONMENT_SIZE = 32 * 1024;

/** How many instances there may be. */
export const instanceCount = z
  .int('must be a whole number')
  .min(0, 'must be 0 or more')
  .max(MAX_INSTANCES, `must be ${MAX_INSTANCES} at most`);

const seconds = z
  .number('must be a number')
  .min(0, 'must be 0 or more')
  .max(MAX_SECONDS, `must be ${MAX_SECONDS} at most`);

const s3Prefix = z
  .string()
  .max(512, 'must have 512 characters at most')
  .refine(isObjectPrefix, 'must be as s3://bucket or s3://bucket/prefix, with names that S3 allows')
  .meta({ pattern: String.raw`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\s\S]*)?$` });

const topic = z
  .string()
  .max(2048, 'must have 2048 characters at most')
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]*:\d{12}:[\w.-]+$/, 'must be the ARN of an SNS topic');

const environment = z
  .record(
    z
      .string()
      .max(1024, 'must have 1024 characters at most')
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be letters, digits and underscores, and not begin with a digit'),
    z.string('must be text').max(1024, 'must have 1024 characters at most'),
  )
  .refine(
    (all) => Object.keys(all).length <= MAX_ENVIRONMENT_ENTRIES,
    `must have ${MAX_ENVIRONMENT_ENTRIES} entries at most`,
  )
  .refine(
    (all) => Object.entries(all).flat().join('').length <= MAX_ENVIRONMENT_SIZE,
    `must have ${MAX_ENVIRONMENT_SIZE} characters at most, all together`,
  );

const recipe = {
  image: z
    .string()
    .min(1, 'must not be empty')
    .max(255, 'must have 255 characters at most')
    .regex(/^\S+$/, 'must have no spaces')
    .describe('What the instance driver calls it: the name of an image folder, or a container image.'),
  modelDataUrl: z
    .string()
    .max(1024, 'must have 1024 characters at most')
    .refine(isObjectLocation, 'must be as s3://bucket/model.tar.gz')
    .meta({ pattern: String.raw`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\s\S]+$` })
    .optional()
    .describe('A `tar.gz`, unpacked into the model directory; absent where the image has its model in it.'),
  environment: environment.optional(),
  instanceType: z
    .string()
    .min(1, 'must not be empty')
    .max(63, 'must have 63 characters at most')
    .regex(/^\S+$/, 'must have no spaces')
    .optional()
    .describe('`ml.*`: what one instance may use of the machine, where the instance driver limits that.'),
  concurrency: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(1000, 'must be 1000 at most')
    .optional()
    .describe('How many invocations one instance runs at once; one unless told.'),
  minInstances: instanceCount.optional().describe('None unless told.'),
  maxInstances: instanceCount.optional().describe('One unless told, or as many as there are at least.'),
  promise: z
    .union([z.strictObject({ startWithinSeconds: seconds }), z.strictObject({ doneWithinSeconds: seconds })], {
      error: 'must have either startWithinSeconds or doneWithinSeconds',
    })
    .optional()
    .describe('By when work starts, or is done, after it was accepted.'),
  keepWarmSeconds: seconds.optional().describe('How long an instance with nothing to do is kept at most.'),
  outputPath: s3Prefix.optional().describe("Where outputs go; into Ebb's own bucket unless told."),
  failurePath: s3Prefix.optional().describe('Where failure objects go; there are none unless told.'),
  successTopic: topic.optional(),
  errorTopic: topic.optional(),
};

/** What deploying in one call takes. */
export const deployment = z
  .strictObject({ name: endpointName, ...recipe })
  .refine(hasOrderedBounds, { path: ['maxInstances'], error: 'must be minInstances or more' })
  .meta({ id: 'Deployment' });

/** The same for an endpoint that there is. */
export const redeployment = z
  .strictObject(recipe)
  .refine(hasOrderedBounds, { path: ['maxInstances'], error: 'must be minInstances or more' })
  .meta({ id: 'Redeployment' });

export function recipeOf(
  name: string,
  { environment: variables, promise, ...others }: z.output<typeof redeployment>,
): OneCallRecipe {
  return { ...others, name, environment: variables ?? {}, promise: promise && readPromise(promise) };
}

function readPromise(
  promise: NonNullable<z.output<typeof redeployment>['promise']>,
): NonNullable<OneCallRecipe['promise']> {
  return 'startWithinSeconds' in promise
    ? { kind: 'start', withinMs: promise.startWithinSeconds * 1000 }
    : { kind: 'done', withinMs: promise.doneWithinSeconds * 1000 };
}

/** Whether there may be as many as there are to be at least, where both are stated. */
export function hasOrderedBounds({
  maxInstances,
  minInstances,
}: {
  readonly maxInstances?: number;
  readonly minInstances?: number;
}): boolean {
  return minInstances === undefined || maxInstances === undefined || minInstances <= maxInstances;
}

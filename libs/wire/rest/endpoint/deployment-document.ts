import { z } from 'zod';
import { isObjectLocation, isObjectPrefix } from '../../../core/object-location.js';
import type { OneCallRecipe } from '../../../core/deployment/one-call.js';
import { endpointName } from '../fields.js';

/** Application Auto Scaling accepts any number, but most larger numbers are typing errors. */
const MAX_INSTANCES = 1_000;
const MAX_SECONDS = 86_400;
const MAX_ENVIRONMENT_ENTRIES = 100;
/** The most characters of all names and values together. */
const MAX_ENVIRONMENT_SIZE = 32 * 1024;

/** A number of instances. */
export const instanceCount = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(MAX_INSTANCES, `must be at most ${MAX_INSTANCES}`);

const seconds = z
  .number('must be a number')
  .min(0, 'must be at least 0')
  .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}`);

const s3Prefix = z
  .string()
  .max(512, 'must have at most 512 characters')
  .refine(isObjectPrefix, 'must have the form s3://bucket or s3://bucket/prefix, with names that S3 allows')
  .meta({ pattern: String.raw`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\s\S]*)?$` });

const topic = z
  .string()
  .max(2048, 'must have at most 2048 characters')
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]*:\d{12}:[\w.-]+$/, 'must be the ARN of an SNS topic');

const environment = z
  .record(
    z
      .string()
      .max(1024, 'must have at most 1024 characters')
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be letters, digits and underscores, and not begin with a digit'),
    z.string('must be text').max(1024, 'must have at most 1024 characters'),
  )
  .refine(
    (all) => Object.keys(all).length <= MAX_ENVIRONMENT_ENTRIES,
    `must have at most ${MAX_ENVIRONMENT_ENTRIES} entries`,
  )
  .refine(
    (all) => Object.entries(all).flat().join('').length <= MAX_ENVIRONMENT_SIZE,
    `must have at most ${MAX_ENVIRONMENT_SIZE} characters, all together`,
  );

const recipe = {
  image: z
    .string()
    .min(1, 'must not be empty')
    .max(255, 'must have at most 255 characters')
    .regex(/^\S+$/, 'must have no spaces')
    .describe('What the instance driver calls it: the name of an image folder, or a container image.'),
  modelDataUrl: z
    .string()
    .max(1024, 'must have at most 1024 characters')
    .refine(isObjectLocation, 'must have the form s3://bucket/model.tar.gz')
    .meta({ pattern: String.raw`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\s\S]+$` })
    .optional()
    .describe('A `tar.gz`, unpacked into the model directory; absent where the image has its model in it.'),
  environment: environment.optional(),
  instanceType: z
    .string()
    .min(1, 'must not be empty')
    .max(63, 'must have at most 63 characters')
    .regex(/^\S+$/, 'must have no spaces')
    .optional()
    .describe('`ml.*`: what one instance may use of the machine, where the instance driver limits that.'),
  concurrency: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1000')
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

/** The document that deploys an endpoint in one call. */
export const deployment = z
  .strictObject({ name: endpointName, ...recipe })
  .refine(hasOrderedBounds, { path: ['maxInstances'], error: 'must be at least minInstances' })
  .meta({ id: 'Deployment' });

/** The document that deploys an existing endpoint again in one call. */
export const redeployment = z
  .strictObject(recipe)
  .refine(hasOrderedBounds, { path: ['maxInstances'], error: 'must be at least minInstances' })
  .meta({ id: 'Redeployment' });

/** Returns the recipe of an endpoint that a document states. */
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

/** Tells whether `maxInstances` is at least `minInstances`, if both are stated. */
export function hasOrderedBounds({
  maxInstances,
  minInstances,
}: {
  readonly maxInstances?: number;
  readonly minInstances?: number;
}): boolean {
  return minInstances === undefined || maxInstances === undefined || minInstances <= maxInstances;
}

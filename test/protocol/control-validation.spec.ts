import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AddTagsCommand,
  CreateEndpointCommand,
  type CreateEndpointCommandInput,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  type CreateModelCommandInput,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointsCommand,
  type ProductionVariant,
  type SageMakerServiceException,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { asyncConfig, createModel } from '../support/deploy.js';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:123456789012';
const NAME_PATTERN = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}';
const MODEL_PATTERN = '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?';
const LONG = 'x'.repeat(64);

/** A command of the SDK, whose own types leave out what is to be refused here. */
type Command = object;
type Row = readonly [what: string, command: Command, message: string];

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
});
beforeEach(async () => {
  const { models, endpointConfigs, endpoints } = host.world.catalog;
  for (const { name } of await endpoints.all()) await endpoints.delete(name);
  for (const { name } of await endpointConfigs.all()) await endpointConfigs.delete(name);
  for (const { name } of await models.all()) await models.delete(name);
  await createModel(host);
});
afterAll(() => host.close());

/** What the SDK makes of the error, which must be a validation error. */
async function refusalOf(command: Command): Promise<string> {
  const error = await host.sagemaker.send(command as never).then(
    () => new Error('It was not refused.'),
    (refusal: unknown) => refusal as SageMakerServiceException,
  );
  expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
  return error.message;
}

/** Requests that no well-typed client would send. */
const model = (input: object): Command => new CreateModelCommand(input as CreateModelCommandInput);
const config = (input: object): Command => new CreateEndpointConfigCommand(input as CreateEndpointConfigCommandInput);
const endpoint = (input: object): Command => new CreateEndpointCommand(input as CreateEndpointCommandInput);
const variant = (members: object): Command => config(asyncConfig('c', members as Partial<ProductionVariant>));
const asyncInference = (members: object): Command =>
  config(asyncConfig('c', {}, { AsyncInferenceConfig: members as never }));

const one = (path: string, value: string, constraint: string): string =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`;
const missing = (path: string): string => one(path, 'null', 'Member must not be null');
const unmatched = (path: string, value: string, pattern: string): string =>
  one(path, value, `Member must satisfy regular expression pattern: ${pattern}`);

describe('what is not there or there already', () => {
  it.each<Row>([
    ['a model', new DescribeModelCommand({ ModelName: 'None' }), `Could not find model "${ACCOUNT}:model/none".`],
    ['a model to delete', new DeleteModelCommand({ ModelName: 'x' }), `Could not find model "${ACCOUNT}:model/x".`],
    [
      'a config',
      new DescribeEndpointConfigCommand({ EndpointConfigName: 'None' }),
      `Could not find endpoint configuration "${ACCOUNT}:endpoint-config/none".`,
    ],
    [
      'a config to delete',
      new DeleteEndpointConfigCommand({ EndpointConfigName: 'x' }),
      `Could not find endpoint configuration "${ACCOUNT}:endpoint-config/x".`,
    ],
    [
      'an endpoint',
      new DescribeEndpointCommand({ EndpointName: 'None' }),
      `Could not find endpoint "${ACCOUNT}:endpoint/none".`,
    ],
    [
      'the config of an endpoint',
      endpoint({ EndpointName: 'e', EndpointConfigName: 'none' }),
      `Could not find endpoint configuration "${ACCOUNT}:endpoint-config/none".`,
    ],
    ['the model of a config', variant({ ModelName: 'none' }), `Could not find model "${ACCOUNT}:model/none".`],
    [
      'a model of that name',
      model({ ModelName: 'ocr-model', PrimaryContainer: { Image: 'ocr' } }),
      `Cannot create already existing model "${ACCOUNT}:model/ocr-model".`,
    ],
  ])('is said of %s', async (_, command, message) => {
    expect(await refusalOf(command)).toBe(message);
  });

  it('is said of a config of that name', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('OCR')));
    const again = new CreateEndpointConfigCommand(asyncConfig('OCR'));
    expect(await refusalOf(again)).toBe(
      `Cannot create already existing endpoint configuration "${ACCOUNT}:endpoint-config/ocr".`,
    );
  });

  it('is said of the model of a config that was deleted in between', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('c')));
    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
    const create = new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'c' });
    expect(await refusalOf(create)).toBe(`Could not find model "${ACCOUNT}:model/ocr-model".`);
  });
});

describe('a member that breaks a rule is named with its path, its value and the rule', () => {
  const image = { Image: 'ocr' };

  it.each<Row>([
    ['no name', model({ PrimaryContainer: image }), missing('modelName')],
    ['an odd name', model({ ModelName: '-a', PrimaryContainer: image }), unmatched('modelName', '-a', MODEL_PATTERN)],
    [
      'a long name',
      model({ ModelName: LONG, PrimaryContainer: image }),
      one('modelName', LONG, 'Member must have length less than or equal to 63'),
    ],
    ['no container', model({ ModelName: 'm' }), missing('primaryContainer')],
    ['no image', model({ ModelName: 'm', PrimaryContainer: {} }), missing('primaryContainer.image')],
    [
      'an image with a space',
      model({ ModelName: 'm', PrimaryContainer: { Image: 'a b' } }),
      unmatched('primaryContainer.image', 'a b', '[\\S]+'),
    ],
    [
      'model data that is not in S3',
      model({ ModelName: 'm', PrimaryContainer: { ...image, ModelDataUrl: 'ftp://a/b' } }),
      unmatched('primaryContainer.modelDataUrl', 'ftp://a/b', '(https|s3)://([^/]+)/?(.*)'),
    ],
    [
      'model data without a key',
      model({ ModelName: 'm', PrimaryContainer: { ...image, ModelDataUrl: 's3://models' } }),
      one('primaryContainer.modelDataUrl', 's3://models', 'Member must be the address of an S3 object'),
    ],
    [
      'an odd variable',
      model({ ModelName: 'm', PrimaryContainer: { ...image, Environment: { '1': 'x' } } }),
      unmatched('primaryContainer.environment', '1', '[a-zA-Z_][a-zA-Z0-9_]*'),
    ],
    [
      'an odd role',
      model({ ModelName: 'm', PrimaryContainer: image, ExecutionRoleArn: 'arn:aws:iam::1:role/x' }),
      unmatched(
        'executionRoleArn',
        'arn:aws:iam::1:role/x',
        'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
      ),
    ],
    [
      'a tag without a value',
      model({ ModelName: 'm', PrimaryContainer: image, Tags: [{ Key: 'k' }] }),
      missing('tags.1.member.value'),
    ],
    ['tags for nothing', new AddTagsCommand({ ResourceArn: 'arn:x' } as never), missing('tags')],
  ])('in CreateModel and its like: %s', async (_, command, message) => {
    expect(await refusalOf(command)).toBe(message);
  });

  it.each<Row>([
    ['no name', config({ ...asyncConfig('c'), EndpointConfigName: undefined }), missing('endpointConfigName')],
    ['no variants', config({ EndpointConfigName: 'c' }), missing('productionVariants')],
    [
      'an empty list of variants',
      config({ EndpointConfigName: 'c', ProductionVariants: [] }),
      one('productionVariants', '[]', 'Member must have length greater than or equal to 1'),
    ],
    [
      'an odd model name',
      variant({ ModelName: 'no_good' }),
      unmatched('productionVariants.1.member.modelName', 'no_good', MODEL_PATTERN),
    ],
    [
      'an odd variant name',
      variant({ VariantName: 'a b' }),
      unmatched('productionVariants.1.member.variantName', 'a b', NAME_PATTERN),
    ],
    ['no model', variant({ ModelName: undefined }), missing('productionVariants.1.member.modelName')],
    [
      'no instance count',
      variant({ InitialInstanceCount: undefined }),
      missing('productionVariants.1.member.initialInstanceCount'),
    ],
    [
      'an instance count of zero',
      variant({ InitialInstanceCount: 0 }),
      one('productionVariants.1.member.initialInstanceCount', '0', 'Member must have value greater than or equal to 1'),
    ],
    [
      'half an instance',
      variant({ InitialInstanceCount: 1.5 }),
      one('productionVariants.1.member.initialInstanceCount', '1.5', 'Member must be an integer'),
    ],
    [
      'a short startup timeout',
      variant({ ContainerStartupHealthCheckTimeoutInSeconds: 59 }),
      one(
        'productionVariants.1.member.containerStartupHealthCheckTimeoutInSeconds',
        '59',
        'Member must have value greater than or equal to 60',
      ),
    ],
    [
      'a minimum above the maximum',
      variant({ ManagedInstanceScaling: { MinInstanceCount: 3, MaxInstanceCount: 2 } }),
      one(
        'productionVariants.1.member.managedInstanceScaling.minInstanceCount',
        '3',
        'Member must have value less than or equal to MaxInstanceCount',
      ),
    ],
    ['no output config', asyncInference({}), missing('asyncInferenceConfig.outputConfig')],
    [
      'an output path that is not in S3',
      asyncInference({ OutputConfig: { S3OutputPath: '/tmp/out' } }),
      unmatched('asyncInferenceConfig.outputConfig.s3OutputPath', '/tmp/out', '(https|s3)://([^/]+)/?(.*)'),
    ],
    [
      'a failure path that is only a web address',
      asyncInference({ OutputConfig: { S3FailurePath: 'https://example.com/failed' } }),
      one(
        'asyncInferenceConfig.outputConfig.s3FailurePath',
        'https://example.com/failed',
        'Member must be the address of an S3 bucket or of a prefix in one',
      ),
    ],
    [
      'a topic that is no ARN',
      asyncInference({ OutputConfig: { NotificationConfig: { SuccessTopic: 'done' } } }),
      unmatched(
        'asyncInferenceConfig.outputConfig.notificationConfig.successTopic',
        'done',
        'arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.\\-]+',
      ),
    ],
    [
      'an unknown kind of topic',
      asyncInference({ OutputConfig: { NotificationConfig: { IncludeInferenceResponseIn: ['ALL'] } } }),
      one(
        'asyncInferenceConfig.outputConfig.notificationConfig.includeInferenceResponseIn.1.member',
        'ALL',
        'Member must satisfy enum value set: [SUCCESS_NOTIFICATION_TOPIC, ERROR_NOTIFICATION_TOPIC]',
      ),
    ],
    [
      'too much at once',
      asyncInference({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 1001 }, OutputConfig: {} }),
      one(
        'asyncInferenceConfig.clientConfig.maxConcurrentInvocationsPerInstance',
        '1001',
        'Member must have value less than or equal to 1000',
      ),
    ],
  ])('in CreateEndpointConfig: %s', async (_, command, message) => {
    expect(await refusalOf(command)).toBe(message);
  });

  it.each<Row>([
    ['no config', endpoint({ EndpointName: 'e' }), missing('endpointConfigName')],
    [
      'an odd name',
      endpoint({ EndpointName: 'e_1', EndpointConfigName: 'c' }),
      unmatched('endpointName', 'e_1', NAME_PATTERN),
    ],
    [
      'a page of none',
      new ListEndpointsCommand({ MaxResults: 0 }),
      one('maxResults', '0', 'Member must have value greater than or equal to 1'),
    ],
    [
      'an unknown order',
      new ListEndpointsCommand({ SortOrder: 'Random' as never }),
      one('sortOrder', 'Random', 'Member must satisfy enum value set: [Ascending, Descending]'),
    ],
    [
      'a made-up token',
      new ListEndpointsCommand({ NextToken: 'abc' }),
      'The NextToken is not valid: it was not returned by an earlier call.',
    ],
    [
      'a negative capacity',
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: 'e',
        DesiredWeightsAndCapacities: [{ VariantName: 'v', DesiredInstanceCount: -1 }],
      }),
      one(
        'desiredWeightsAndCapacities.1.member.desiredInstanceCount',
        '-1',
        'Member must have value greater than or equal to 0',
      ),
    ],
  ])('in the calls on endpoints: %s', async (_, command, message) => {
    expect(await refusalOf(command)).toBe(message);
  });

  it('together with all others of the request', async () => {
    expect(await refusalOf(endpoint({ EndpointName: '-', EndpointConfigName: LONG }))).toBe(
      `3 validation errors detected: Value '-' at 'endpointName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${NAME_PATTERN}; Value '${LONG}' at 'endpointConfigName' ` +
        `failed to satisfy constraint: Member must have length less than or equal to 63; Value '${LONG}' at ` +
        `'endpointConfigName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
    );
  });
});

describe('what Ebb cannot honour is refused by name', () => {
  const image = { Image: 'ocr' };
  const second = { VariantName: 'second', ModelName: 'ocr-model', InitialInstanceCount: 1 };
  const capture = {
    InitialSamplingPercentage: 1,
    DestinationS3Uri: 's3://b/c',
    CaptureOptions: [{ CaptureMode: 'Input' as const }],
  };

  it.each<readonly [string, Command]>([
    ['containers', model({ ModelName: 'm', Containers: [image, image] })],
    ['primaryContainer.mode', model({ ModelName: 'm', PrimaryContainer: { ...image, Mode: 'MultiModel' } })],
    [
      'primaryContainer.modelPackageName',
      model({ ModelName: 'm', PrimaryContainer: { ...image, ModelPackageName: 'package' } }),
    ],
    [
      'primaryContainer.modelDataSource',
      model({ ModelName: 'm', PrimaryContainer: { ...image, ModelDataSource: { S3DataSource: {} } } }),
    ],
    [
      'primaryContainer.imageConfig.repositoryAccessMode',
      model({ ModelName: 'm', PrimaryContainer: { ...image, ImageConfig: { RepositoryAccessMode: 'Vpc' } } }),
    ],
    [
      'inferenceExecutionConfig.mode',
      model({ ModelName: 'm', PrimaryContainer: image, InferenceExecutionConfig: { Mode: 'Direct' } }),
    ],
    ['enableNetworkIsolation', model({ ModelName: 'm', PrimaryContainer: image, EnableNetworkIsolation: true })],
    ['dataCaptureConfig', config({ ...asyncConfig('c'), DataCaptureConfig: capture })],
    ['explainerConfig', config({ ...asyncConfig('c'), ExplainerConfig: {} })],
    ['shadowProductionVariants', config({ ...asyncConfig('c'), ShadowProductionVariants: [second] })],
    [
      'productionVariants',
      config({ ...asyncConfig('c'), ProductionVariants: [...asyncConfig('c').ProductionVariants!, second] }),
    ],
    [
      'productionVariants.1.member.serverlessConfig',
      variant({ ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }),
    ],
    [
      'productionVariants.1.member.managedInstanceScaling.scaleInPolicy',
      variant({ ManagedInstanceScaling: { MinInstanceCount: 0, ScaleInPolicy: { Strategy: 'IDLE_RELEASE' } } }),
    ],
  ])('%s', async (path, command) => {
    expect(await refusalOf(command)).toMatch(
      new RegExp(`at '${path.replaceAll('.', '\\.')}' failed .* not supported by Ebb yet`),
    );
  });

  it('but not where it asks for nothing', async () => {
    const input = { ModelName: 'm', PrimaryContainer: image, EnableNetworkIsolation: false, Containers: [] };
    expect(await host.sagemaker.send(new CreateModelCommand(input))).toHaveProperty('ModelArn');
  });
});

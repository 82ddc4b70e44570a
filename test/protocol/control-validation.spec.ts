import {
  CreateEndpointCommand,
  type CreateEndpointCommandInput,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endpointConfigKey } from '../../libs/core/endpoint/endpoint-config.js';
import { modelKey } from '../../libs/core/model/model.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import {
  type Command,
  type Refusal,
  missing,
  notOneOf,
  one,
  refusalOf,
  tooSmall,
  unmatched,
} from '../support/control-refusals.js';
import { asyncConfig, createModel } from '../support/deploy.js';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:123456789012';
const NAME_PATTERN = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}';
const LONG = 'x'.repeat(64);

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
});
beforeEach(async () => {
  const { models, endpointConfigs } = host.world.catalog;
  for (const { name } of await endpointConfigs.all()) await endpointConfigs.delete(endpointConfigKey(name));
  for (const { name } of await models.all()) await models.delete(modelKey(name));
  await createModel(host);
});
afterAll(() => host.close());

/** Sends requests that no well-typed client would send. */
const endpoint = (input: object): Command => new CreateEndpointCommand(input as CreateEndpointCommandInput);

describe('a missing or existing resource', () => {
  it.each<Refusal>([
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
    [
      'the model of a config',
      new CreateEndpointConfigCommand(asyncConfig('c', { ModelName: 'none' })),
      `Could not find model "${ACCOUNT}:model/none".`,
    ],
    [
      'a model of that name in another case',
      new CreateModelCommand({ ModelName: 'OCR-model', PrimaryContainer: { Image: 'ocr' } }),
      `Cannot create already existing model "${ACCOUNT}:model/ocr-model".`,
    ],
  ])('is said of %s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });

  it('is reported for a config of that name in another case', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('OCR')));
    const again = new CreateEndpointConfigCommand(asyncConfig('ocr'));
    expect(await refusalOf(host, again)).toBe(
      `Cannot create already existing endpoint configuration "${ACCOUNT}:endpoint-config/ocr".`,
    );
  });

  it('is reported for the model of a config that was deleted in between', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('c')));
    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
    const create = new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'c' });
    expect(await refusalOf(host, create)).toBe(`Could not find model "${ACCOUNT}:model/ocr-model".`);
  });
});

describe('a member that breaks a rule is named with its path, its value and the rule', () => {
  it.each<Refusal>([
    ['no config', endpoint({ EndpointName: 'e' }), missing('endpointConfigName')],
    [
      'an odd name',
      endpoint({ EndpointName: 'e_1', EndpointConfigName: 'c' }),
      unmatched('endpointName', 'e_1', NAME_PATTERN),
    ],
    ['a page of none', new ListEndpointsCommand({ MaxResults: 0 }), tooSmall('maxResults', 0, 1)],
    [
      'an unknown order',
      new ListEndpointsCommand({ SortOrder: 'Random' as never }),
      notOneOf('sortOrder', 'Random', ['Ascending', 'Descending']),
    ],
    [
      'a sort key that only endpoints have',
      new ListModelsCommand({ SortBy: 'Status' as never }),
      notOneOf('sortBy', 'Status', ['Name', 'CreationTime']),
    ],
    [
      'a part of no name',
      new ListModelsCommand({ NameContains: 'a_b' }),
      unmatched('nameContains', 'a_b', '[a-zA-Z0-9-]+'),
    ],
    [
      'a token that is too long',
      new ListModelsCommand({ NextToken: 'x'.repeat(8193) }),
      one('nextToken', `${'x'.repeat(256)}...`, 'Member must have length less than or equal to 8192'),
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
      tooSmall('desiredWeightsAndCapacities.1.member.desiredInstanceCount', -1, 0),
    ],
  ])('in the calls on endpoints and lists: %s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });

  it('together with all other broken rules of the request', async () => {
    expect(await refusalOf(host, endpoint({ EndpointName: '-', EndpointConfigName: LONG }))).toBe(
      `3 validation errors detected: Value '-' at 'endpointName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${NAME_PATTERN}; Value '${LONG}' at 'endpointConfigName' ` +
        `failed to satisfy constraint: Member must have length less than or equal to 63; Value '${LONG}' at ` +
        `'endpointConfigName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
    );
  });
});

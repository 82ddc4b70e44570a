import {
  type EndpointStatus,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  type ListEndpointsCommandInput,
  ListModelsCommand,
  paginateListEndpoints,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
/** Ordered by age: the first is the oldest, and was changed last. */
const ENDPOINTS: readonly (readonly [string, EndpointStatus])[] = [
  ['zebra', 'InService'],
  ['Ocr-de', 'Failed'],
  ['asr', 'InService'],
  ['ocr-en', 'Creating'],
];

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  const { models, endpointConfigs, endpoints } = host.world.catalog;
  for (const [index, [name, status]] of ENDPOINTS.entries()) {
    const times = { createdAt: START + index * DAY, modifiedAt: START + (10 - index) * DAY };
    await endpoints.create(name.toLowerCase(), { name, configName: name, status, variants: [], ...times, tags: {} });
    await endpointConfigs.create(name.toLowerCase(), { name, variants: [], createdAt: times.createdAt, tags: {} });
    const container = { image: 'ocr', environment: {} };
    await models.create(name.toLowerCase(), { name, container, createdAt: times.createdAt, tags: {} });
  }
});
afterAll(() => host.close());

async function names(input: ListEndpointsCommandInput): Promise<(string | undefined)[]> {
  const { Endpoints } = await host.sagemaker.send(new ListEndpointsCommand(input));
  return Endpoints!.map(({ EndpointName }) => EndpointName);
}

describe('a list of endpoints', () => {
  it('summarizes each', async () => {
    const { Endpoints } = await host.sagemaker.send(new ListEndpointsCommand({ NameContains: 'zebra' }));
    expect(Endpoints).toEqual([
      {
        EndpointName: 'zebra',
        EndpointArn: 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/zebra',
        CreationTime: new Date(START),
        LastModifiedTime: new Date(START + 10 * DAY),
        EndpointStatus: 'InService',
      },
    ]);
  });

  it.each<readonly [string, ListEndpointsCommandInput, string[]]>([
    ['newest first by default', {}, ['ocr-en', 'asr', 'Ocr-de', 'zebra']],
    ['oldest first', { SortOrder: 'Ascending' }, ['zebra', 'Ocr-de', 'asr', 'ocr-en']],
    ['by name', { SortBy: 'Name', SortOrder: 'Ascending' }, ['Ocr-de', 'asr', 'ocr-en', 'zebra']],
    ['by status, then by name', { SortBy: 'Status', SortOrder: 'Ascending' }, ['ocr-en', 'Ocr-de', 'asr', 'zebra']],
    ['by a part of the name in any case', { NameContains: 'ocr' }, ['ocr-en', 'Ocr-de']],
    ['by status alone', { StatusEquals: 'InService' }, ['asr', 'zebra']],
    ['made before a time', { CreationTimeBefore: new Date(START + DAY) }, ['zebra']],
    ['made at a time or after', { CreationTimeAfter: new Date(START + 2 * DAY) }, ['ocr-en', 'asr']],
    ['changed before a time', { LastModifiedTimeBefore: new Date(START + 8 * DAY) }, ['ocr-en']],
    ['changed at a time or after', { LastModifiedTimeAfter: new Date(START + 9 * DAY) }, ['Ocr-de', 'zebra']],
    ['of nothing', { NameContains: 'none' }, []],
  ])('is %s', async (_, input, expected) => {
    expect(await names(input)).toEqual(expected);
  });

  it.each(['Name', 'CreationTime', 'Status'] as const)(
    'by %s is read page by page without loss or repeat',
    async (by) => {
      for (const SortOrder of ['Ascending', 'Descending'] as const) {
        const whole = await names({ SortBy: by, SortOrder });
        const paged: (string | undefined)[] = [];
        let pages = 0;
        const pagination = { client: host.sagemaker, pageSize: 3 };
        for await (const { Endpoints } of paginateListEndpoints(pagination, { SortBy: by, SortOrder })) {
          paged.push(...Endpoints!.map(({ EndpointName }) => EndpointName));
          pages += 1;
        }
        expect(paged).toEqual(whole);
        expect(pages).toBe(2);
      }
    },
  );

  it('continues at the same place if the record at the page’s end is gone', async () => {
    const first = await host.sagemaker.send(new ListEndpointsCommand({ MaxResults: 2 }));
    const deleted = await host.world.catalog.endpoints.delete('asr');
    expect(await names({ MaxResults: 2, NextToken: first.NextToken })).toEqual(['Ocr-de', 'zebra']);
    await host.world.catalog.endpoints.create('asr', deleted!);
  });

  it('neither repeats nor skips a record if others are created in between', async () => {
    const { endpoints } = host.world.catalog;
    const first = await host.sagemaker.send(new ListEndpointsCommand({ MaxResults: 2 }));
    const late = (await endpoints.get('asr'))!;
    // One record sorts before the page's end, and one after it.
    await endpoints.create('newest', { ...late, name: 'newest', createdAt: START + 20 * DAY });
    await endpoints.create('older', { ...late, name: 'older', createdAt: START + DAY / 2 });
    expect(await names({ MaxResults: 5, NextToken: first.NextToken })).toEqual(['Ocr-de', 'older', 'zebra']);
    await endpoints.delete('newest');
    await endpoints.delete('older');
  });

  it('refuses a token of a list in another order', async () => {
    const byTime = await host.sagemaker.send(new ListEndpointsCommand({ MaxResults: 1 }));
    await expect(names({ SortBy: 'Name', NextToken: byTime.NextToken })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The NextToken is not valid: it was not returned by an earlier call.',
    });
  });
});

describe('lists of models and endpoint configs', () => {
  it('are sorted, filtered and paged in the same way', async () => {
    const models = await host.sagemaker.send(new ListModelsCommand({ NameContains: 'OCR', MaxResults: 1 }));
    expect(models.Models).toEqual([
      {
        ModelName: 'ocr-en',
        ModelArn: 'arn:aws:sagemaker:us-east-1:123456789012:model/ocr-en',
        CreationTime: new Date(START + 3 * DAY),
      },
    ]);
    const rest = await host.sagemaker.send(
      new ListModelsCommand({ NameContains: 'OCR', MaxResults: 1, NextToken: models.NextToken }),
    );
    expect(rest.Models?.map(({ ModelName }) => ModelName)).toEqual(['Ocr-de']);
    expect(rest.NextToken).toBeUndefined();

    const configs = await host.sagemaker.send(
      new ListEndpointConfigsCommand({ SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 1 }),
    );
    expect(configs.EndpointConfigs).toEqual([
      {
        EndpointConfigName: 'Ocr-de',
        EndpointConfigArn: 'arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/ocr-de',
        CreationTime: new Date(START + DAY),
      },
    ]);
  });
});

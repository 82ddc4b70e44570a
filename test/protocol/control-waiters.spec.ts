import {
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  paginateListEndpointConfigs,
  paginateListModels,
  waitUntilEndpointDeleted,
  waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointStatus } from '../../libs/core/endpoint/endpoint-status.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { asyncConfig, createEndpoint, createModel } from '../support/deploy.js';

const OCR = { EndpointName: 'ocr' };

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

/** The settings of a waiter that looks often; by default it looks every 30 seconds. */
const often = (abortSignal?: AbortSignal) => ({
  client: host.sagemaker,
  maxWaitTime: 20,
  minDelay: 0.01,
  maxDelay: 0.01,
  abortSignal,
});

/** Resolves when the client has had answers to `count` looks at an endpoint from now on. */
function looks(count: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    host.sagemaker.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          try {
            return await next(args);
          } finally {
            if (commandName === 'DescribeEndpointCommand' && ++seen === count) resolve();
          }
        },
      { step: 'initialize' },
    );
  });
}

const become = (status: EndpointStatus, failureReason?: string): Promise<unknown> =>
  host.world.catalog.endpoints.update('ocr', (endpoint) => ({ ...endpoint, status, failureReason }));

describe("the SDK's waiter for an endpoint in service", () => {
  it('looks repeatedly until the endpoint is in service', async () => {
    await createEndpoint(host, 'ocr');
    const [seen, waited] = [looks(3), waitUntilEndpointInService(often(), OCR)];
    await seen;
    await become('InService');
    expect(await waited).toMatchObject({ state: 'SUCCESS', reason: { EndpointStatus: 'InService' } });
  });

  it('continues through every status of a changing endpoint', async () => {
    await createEndpoint(host, 'ocr');
    const waited = waitUntilEndpointInService(often(), OCR);
    for (const status of ['Updating', 'RollingBack', 'SystemUpdating', 'Updating'] as const) {
      await become(status);
      await looks(2);
    }
    await become('InService');
    expect((await waited).state).toBe('SUCCESS');
  });

  it('gives up as soon as the endpoint has failed or is gone', async () => {
    await createEndpoint(host, 'ocr');
    const [seen, waited] = [looks(2), waitUntilEndpointInService(often(), OCR)];
    waited.catch(() => undefined);
    await seen;
    await become('Failed', 'It does not start.');
    await expect(waited).rejects.toThrow(/It does not start\./);
    await expect(waitUntilEndpointInService(often(), { EndpointName: 'nobody' })).rejects.toThrow(
      /Could not find endpoint/,
    );
  });

  it('can be aborted', async () => {
    await createEndpoint(host, 'ocr');
    const cancel = new AbortController();
    const [seen, waited] = [looks(2), waitUntilEndpointInService(often(cancel.signal), OCR)];
    waited.catch(() => undefined);
    await seen;
    cancel.abort();
    await expect(waited).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe("the SDK's waiter for a deleted endpoint", () => {
  it('looks until the endpoint is gone', async () => {
    await createEndpoint(host, 'ocr');
    await become('InService');
    await host.sagemaker.send(new DeleteEndpointCommand(OCR));
    const [seen, waited] = [looks(3), waitUntilEndpointDeleted(often(), OCR)];
    await seen;
    await host.world.catalog.endpoints.delete('ocr');
    const { state, reason } = await waited;
    expect(state).toBe('SUCCESS');
    expect(reason).toMatchObject({ name: 'ValidationException' });
  });

  it('treats an unknown endpoint as deleted, and a failed one as a failure', async () => {
    expect((await waitUntilEndpointDeleted(often(), OCR)).state).toBe('SUCCESS');
    await createEndpoint(host, 'ocr');
    await become('Failed', 'It does not start.');
    await expect(waitUntilEndpointDeleted(often(), OCR)).rejects.toThrow(/Failed/);
  });
});

describe("the SDK's paginators", () => {
  it.each(['Ascending', 'Descending'] as const)('read models of one instant page by page, %s', async (SortOrder) => {
    const names = Array.from({ length: 23 }, (_, index) => `model-${String(index).padStart(2, '0')}`);
    for (const name of names) await createModel(host, name);
    const found: string[] = [];
    const sizes: number[] = [];
    const listing = { SortBy: 'Name', SortOrder, NameContains: 'MODEL-' } as const;
    for await (const { Models } of paginateListModels({ client: host.sagemaker, pageSize: 10 }, listing)) {
      found.push(...Models!.map(({ ModelName }) => ModelName!));
      sizes.push(Models!.length);
    }
    expect(sizes).toEqual([10, 10, 3]);
    expect(found).toEqual(SortOrder === 'Ascending' ? names : names.toReversed());
  });

  it('continue where the last page ended if records are created or deleted in between', async () => {
    await createModel(host);
    for (const name of ['b', 'd', 'f', 'h'])
      await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig(name)));
    const found: string[] = [];
    const pages = paginateListEndpointConfigs(
      { client: host.sagemaker, pageSize: 2 },
      { SortBy: 'Name', SortOrder: 'Ascending' },
    );
    for await (const { EndpointConfigs } of pages) {
      found.push(...EndpointConfigs!.map(({ EndpointConfigName }) => EndpointConfigName!));
      if (found.length > 2) continue;
      await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('a')));
      await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('e')));
      await host.world.catalog.endpointConfigs.delete('d');
    }
    expect(found).toEqual(['b', 'd', 'e', 'f', 'h']);
  });

  it('return one empty page if there is nothing', async () => {
    const pages = [];
    for await (const { Models } of paginateListModels({ client: host.sagemaker }, {})) pages.push(Models);
    expect(pages).toEqual([[]]);
  });
});

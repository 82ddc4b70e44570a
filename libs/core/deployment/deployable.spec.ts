import type { EndpointConfig } from '../endpoint/endpoint-config.js';
import { describe, expect, it, test } from 'vitest';
import { undeployable } from './deployable.js';
import type { ProductionVariant } from '../endpoint/variant.js';
import type { ContainerDefinition } from '../model/container.js';
import type { Model } from '../model/model.js';

const container: ContainerDefinition = { image: 'ocr', environment: {} };
const variant: ProductionVariant = { name: 'main', modelName: 'm', initialInstanceCount: 1, initialVariantWeight: 1 };

function model(differences: Partial<Model> = {}): Model {
  return { name: 'm', container, createdAt: 0, tags: {}, ...differences };
}

function config(differences: Partial<EndpointConfig> = {}): EndpointConfig {
  const asyncInference = { includeResponseIn: [] };
  return { name: 'c', variants: [variant], asyncInference, createdAt: 0, tags: {}, ...differences };
}

const no = (rest: string): string => `Endpoint configuration "c" cannot be deployed by Ebb yet: ${rest}.`;

describe('an asynchronous endpoint can be deployed from', () => {
  test.each<[string, EndpointConfig, Model[]]>([
    ['a variant with a model of one container', config(), [model()]],
    [
      'a model with Containers that has only one',
      config(),
      [model({ containers: [container], executionMode: 'Serial' })],
    ],
    ['several variants', config({ variants: [variant, { ...variant, name: 'other' }] }), [model()]],
    ['members that are kept without effect', config({ kept: { MetricsConfig: {} } }), [model()]],
    ['a variant whose members are kept without effect', config({ variants: [{ ...variant, kept: {} }] }), [model()]],
    ['a config whose model is missing, which another check reports', config(), []],
  ])('%s', (_, endpointConfig, models) => {
    expect(undeployable(endpointConfig, models)).toBeUndefined();
  });
});

describe('it cannot be deployed if', () => {
  test.each<[string, EndpointConfig, Model[], string]>([
    [
      'the config is for a real-time endpoint',
      config({ asyncInference: undefined }),
      [model()],
      'it has no AsyncInferenceConfig, and only asynchronous endpoints are supported, not real-time ones',
    ],
    [
      'it has shadow variants',
      config({ kept: { ShadowProductionVariants: [{}] } }),
      [model()],
      'it has ShadowProductionVariants, and shadow variants are not supported',
    ],
    [
      'a variant is serverless',
      config({ variants: [variant, { ...variant, name: 'other', kept: { ServerlessConfig: {} } }] }),
      [model()],
      'variant "other" has a ServerlessConfig, and asynchronous endpoints need instances',
    ],
    [
      'a variant has pools of instances',
      config({ variants: [{ ...variant, kept: { InstancePools: [{}] } }] }),
      [model()],
      'variant "main" has InstancePools, and only one InstanceType for all instances of a variant is supported',
    ],
    [
      'a model is a pipeline',
      config(),
      [model({ containers: [container, container] })],
      'model "m" of variant "main" has 2 Containers, and only one container is supported',
    ],
    [
      'containers are invoked directly',
      config(),
      [model({ containers: [container, container], executionMode: 'Direct' })],
      'model "m" of variant "main" has InferenceExecutionConfig.Mode Direct, and invoking one of several containers ' +
        'is not supported',
    ],
    [
      'a container hosts many models',
      config({ variants: [{ ...variant, modelName: 'M' }] }),
      [model({ container: { ...container, mode: 'MultiModel' } })],
      'model "m" of variant "main" has a container with Mode MultiModel, and only SingleModel is supported',
    ],
  ])('%s', (_, endpointConfig, models, rest) => {
    expect(undeployable(endpointConfig, models)).toBe(no(rest));
  });

  it('reports problems of the config before those of models', () => {
    const pipeline = model({ containers: [container, container] });
    expect(undeployable(config({ asyncInference: undefined }), [pipeline])).toMatch('no AsyncInferenceConfig');
  });
});

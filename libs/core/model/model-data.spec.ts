import { describe, expect, it } from 'vitest';
import type { ContainerDefinition } from './container.js';
import { type ModelDataSource, isMadeOf } from './model-data.js';

const source = (uri: string, differences: Partial<ModelDataSource> = {}): Partial<ContainerDefinition> => ({
  modelDataSource: { uri, dataType: 'S3Object', compression: 'None', ...differences },
});

describe('a container', () => {
  it.each<[how: string, container: Partial<ContainerDefinition>, key: string]>([
    ['that is its archive', { modelDataUrl: 's3://models/a.tar.gz' }, 'a.tar.gz'],
    [
      'that any form of its address names',
      { modelDataUrl: 'https://models.s3.amazonaws.com/a%20b.tar.gz' },
      'a b.tar.gz',
    ],
    ['that is its data', source('s3://models/a.bin'), 'a.bin'],
    ['under its prefix', source('s3://models/a', { dataType: 'S3Prefix' }), 'a/part-1'],
    ['in its bucket', source('s3://models', { dataType: 'S3Prefix' }), 'anything'],
    ['that lists its data', source('s3://models/a/', { manifestUri: 's3://models/list.json' }), 'list.json'],
    ['that is one of its many models', { mode: 'MultiModel', modelDataUrl: 's3://models/many/' }, 'many/one.tar.gz'],
    [
      'of an additional channel',
      {
        additionalModelData: [
          { channelName: 'words', source: { uri: 's3://models/words', dataType: 'S3Object', compression: 'None' } },
        ],
      },
      'words',
    ],
  ])('is made of the object %s', (_how, container, key) => {
    const whole = { image: 'reader', environment: {}, ...container };
    expect(isMadeOf(whole, { bucket: 'models', key })).toBe(true);
    expect(isMadeOf(whole, { bucket: 'model', key })).toBe(false);
    expect(isMadeOf(whole, { bucket: 'models2', key })).toBe(false);
  });

  it.each<[how: string, container: Partial<ContainerDefinition>]>([
    ['if it names none', {}],
    ['of another name', { modelDataUrl: 's3://models/a.tar.gz' }],
    ['under another prefix', source('s3://models/b', { dataType: 'S3Prefix' })],
  ])('is not made of an object %s', (_how, container) => {
    const whole = { image: 'reader', environment: {}, ...container };
    expect(isMadeOf(whole, { bucket: 'models', key: 'a.tar.gz.2' })).toBe(false);
  });
});

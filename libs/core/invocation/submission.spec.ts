import { describe, expect, test } from 'vitest';
import { type OutputNaming, type Priority, queuePlace, resultLocations } from './submission.js';

const at = (acceptedAt: number, priority?: Priority): number => queuePlace({ acceptedAt, priority });

describe('the place in the queue', () => {
  test('is the order of acceptance among equals', () => {
    expect(at(1)).toBeLessThan(at(2));
    expect(at(5)).toBe(at(5, 'normal'));
  });

  test('is ten minutes ahead with a high priority and ten behind with a low one', () => {
    expect(at(600_000, 'high')).toBe(at(0));
    expect(at(0, 'low')).toBe(at(600_000));
  });

  test('is never taken by an invocation that comes later than the head starts allow', () => {
    expect(at(0, 'low')).toBeLessThan(at(1_200_001, 'high'));
  });
});

describe('results go', () => {
  const ROWS: readonly [string, OutputNaming, { output: string; failure?: string }][] = [
    ["under the output path, by Ebb's id", { outputPath: 's3://b/out' }, { output: 's3://b/out/ID.out' }],
    ['to the top of a bucket', { outputPath: 's3://b' }, { output: 's3://b/ID.out' }],
    [
      'to one place whether the path ends in a slash or not',
      { outputPath: 's3://b/out//' },
      { output: 's3://b/out/ID.out' },
    ],
    [
      'under the failure path, if there is one',
      { outputPath: 's3://b/out', failurePath: 's3://c/bad/' },
      { output: 's3://b/out/ID.out', failure: 's3://c/bad/ID-error.out' },
    ],
    [
      'under the extension in both paths',
      { outputPath: 's3://b/out/', failurePath: 's3://c', pathExtension: '/2026/11/' },
      { output: 's3://b/out/2026/11/ID.out', failure: 's3://c/2026/11/ID-error.out' },
    ],
    [
      'under an unchanged filename',
      { outputPath: 's3://b/out', failurePath: 's3://b/out', filename: 'page.json' },
      { output: 's3://b/out/page.json', failure: 's3://b/out/page.json-error.out' },
    ],
    [
      'under extension and filename',
      { outputPath: 's3://b/out', pathExtension: 'x', filename: 'page' },
      { output: 's3://b/out/x/page' },
    ],
    [
      'under the output path alone if the extension is only slashes',
      { outputPath: 's3://b/out', pathExtension: '//' },
      { output: 's3://b/out/ID.out' },
    ],
  ];

  test.each(ROWS)('%s', (_sentence, naming, locations) => {
    expect(resultLocations('ID', naming)).toEqual(locations);
  });
});

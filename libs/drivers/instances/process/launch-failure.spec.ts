import { expect, test } from 'vitest';
import { isOutage } from '../../../core/errors.js';
import { launchFailure } from './launch-failure.js';

test.each([
  ['ENOSPC', true],
  ['EMFILE', true],
  ['EAGAIN', true],
  ['ENOENT', false],
  ['EACCES', false],
  ['EEXIST', false],
  [undefined, false],
])('a launch that failed with %s is an outage of the machine: %s', (code, isMachines) => {
  const cause = Object.assign(new Error(`${code}: it went wrong`), { code });
  const failure = launchFailure('Instance i-1 could not be launched', cause);
  expect(isOutage(failure)).toBe(isMachines);
  expect(failure).toMatchObject({ message: `Instance i-1 could not be launched: ${code}: it went wrong.`, cause });
});

import { expect, test } from 'vitest';
import { isOutage } from '../../../../core/errors.js';
import { explainRefusal } from './engine-errors.js';

test.each([
  [500, 'failed to create shim task: write /var/lib/docker/containers/c/config.v2.json: no space left on device', true],
  [
    500,
    'driver failed programming external connectivity: Bind for 127.0.0.1:20001 failed: port is already allocated',
    true,
  ],
  [404, 'network ebb-first not found', true],
  [500, 'failed to create task: exec: "serve": executable file not found in $PATH', false],
  [400, 'No command specified', false],
])('a refusal with %d "%s" counts as an outage of the engine: %s', (statusCode, words, isEngines) => {
  const answer = Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${words} `), { statusCode });
  const refusal = explainRefusal('i-1', answer);
  expect(refusal.message).toBe(`Instance i-1 could not be launched: ${words}.`);
  expect(isOutage(refusal)).toBe(isEngines);
});

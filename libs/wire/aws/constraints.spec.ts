import { describe, expect, test } from 'vitest';
import { isEbbError } from '../../core/errors.js';
import { Constraints } from './constraints.js';

/** Returns the message that a request receives; undefined if it has no violation. */
function said(read: (constraints: Constraints) => void): string | undefined {
  const constraints = new Constraints();
  read(constraints);
  try {
    constraints.check();
    return undefined;
  } catch (error) {
    return isEbbError(error, 'InvalidRequest') ? error.message : String(error);
  }
}

const one = (rest: string): string => `1 validation error detected: ${rest}`;

describe('a member', () => {
  const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

  test.each<[string, (constraints: Constraints) => void, string | undefined]>([
    [
      'that keeps every rule is not reported',
      (c) => c.text('endpointName', 'a-b', { max: 63, pattern: NAME }),
      undefined,
    ],
    ['that is absent keeps every rule', (c) => c.text('endpointName', undefined, { min: 1, pattern: NAME }), undefined],
    [
      'that is required is reported if absent',
      (c) => c.requiredText('endpointName', undefined),
      one("Value 'null' at 'endpointName' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'that is null counts as absent',
      (c) => c.requiredInteger('initialInstanceCount', null),
      one("Value 'null' at 'initialInstanceCount' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'that is too long is reported',
      (c) => c.text('endpointName', 'abcd', { max: 3 }),
      one(
        "Value 'abcd' at 'endpointName' failed to satisfy constraint: Member must have length less than or equal to 3",
      ),
    ],
    [
      'that is too short is reported',
      (c) => c.text('inferenceId', '', { min: 1 }),
      one("Value '' at 'inferenceId' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    ],
    [
      'that does not match its pattern is reported',
      (c) => c.text('endpointName', '-a', { pattern: NAME }),
      one(
        "Value '-a' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9])*",
      ),
    ],
    [
      'is reported with its pattern as AWS prints it',
      (c) => c.text('x', '!', { pattern: /^a$/, patternText: '\\Aa' }),
      one("Value '!' at 'x' failed to satisfy constraint: Member must satisfy regular expression pattern: \\Aa"),
    ],
    [
      'that is not in its set is reported',
      (c) => c.text('mode', 'Z', { oneOf: ['A', 'B'] }),
      one("Value 'Z' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]"),
    ],
    [
      'that is too small is reported',
      (c) => c.integer('requestTTLSeconds', 59, { min: 60 }),
      one(
        "Value '59' at 'requestTTLSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
      ),
    ],
    [
      'that is too big is reported',
      (c) => c.integer('requestTTLSeconds', 21_601, { max: 21_600 }),
      one(
        "Value '21601' at 'requestTTLSeconds' failed to satisfy constraint: Member must have value less than or equal to 21600",
      ),
    ],
    [
      'that is a fraction instead of an integer is reported',
      (c) => c.integer('n', 1.5),
      one("Value '1.5' at 'n' failed to satisfy constraint: Member must be an integer"),
    ],
    ['that may be a fraction accepts one', (c) => c.float('weight', 1.5), undefined],
    [
      'that is text instead of a number is reported',
      (c) => c.float('weight', '1'),
      one("Value '1' at 'weight' failed to satisfy constraint: Member must be a number"),
    ],
    [
      'that is a number instead of text is reported once',
      (c) => c.requiredText('name', 7),
      one("Value '7' at 'name' failed to satisfy constraint: Member must be a string"),
    ],
    [
      'that is text instead of a boolean is reported',
      (c) => c.boolean('enabled', 'true'),
      one("Value 'true' at 'enabled' failed to satisfy constraint: Member must be a boolean"),
    ],
    [
      'that is a list instead of a structure is reported',
      (c) => c.requiredStructure('outputConfig', []),
      one("Value '[]' at 'outputConfig' failed to satisfy constraint: Member must be a structure"),
    ],
    [
      'that is a structure instead of a list is reported',
      (c) => c.list('tags', {}),
      one("Value '{}' at 'tags' failed to satisfy constraint: Member must be a list"),
    ],
    [
      'that is a list with too many items is reported',
      (c) => c.list('tags', [1, 2], { max: 1 }),
      one("Value '[1,2]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 1"),
    ],
  ])('%s', (_sentence, read, message) => {
    expect(said(read)).toBe(message);
  });

  test('that is very long is cut in the message', () => {
    expect(said((c) => c.text('name', 'x'.repeat(1_000), { max: 3 }))).toContain(`Value '${'x'.repeat(256)}...' at`);
  });
});

test('reports all violations of a request at once', () => {
  expect(
    said((c) => {
      c.requiredText('endpointName', undefined);
      c.text('accept', 'abc', { max: 2 });
    }),
  ).toBe(
    "2 validation errors detected: Value 'null' at 'endpointName' failed to satisfy constraint: Member must not be " +
      "null; Value 'abc' at 'accept' failed to satisfy constraint: Member must have length less than or equal to 2",
  );
});

test('returns the values of a valid request', () => {
  const constraints = new Constraints();
  expect(constraints.requiredText('a', 'text')).toBe('text');
  expect(constraints.integer('b', 0)).toBe(0);
  expect(constraints.boolean('c', false)).toBe(false);
  expect(constraints.list('d', ['x'])).toEqual(['x']);
  expect(constraints.structure('e', { f: 1 })).toEqual({ f: 1 });
  constraints.check();
});

import { describe, expect, test } from 'vitest';
import { isEbbError } from '../../core/errors.js';
import { Constraints } from './constraints.js';

/** The message that a request gets, or nothing. */
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
      'that keeps every rule is not mentioned',
      (c) => c.text('endpointName', 'a-b', { max: 63, pattern: NAME }),
      undefined,
    ],
    ['that is absent keeps every rule', (c) => c.text('endpointName', undefined, { min: 1, pattern: NAME }), undefined],
    [
      'that is required must be there',
      (c) => c.requiredText('endpointName', undefined),
      one("Value 'null' at 'endpointName' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'that is null is not there',
      (c) => c.requiredInteger('initialInstanceCount', null),
      one("Value 'null' at 'initialInstanceCount' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'that is too long',
      (c) => c.text('endpointName', 'abcd', { max: 3 }),
      one(
        "Value 'abcd' at 'endpointName' failed to satisfy constraint: Member must have length less than or equal to 3",
      ),
    ],
    [
      'that is too short',
      (c) => c.text('inferenceId', '', { min: 1 }),
      one("Value '' at 'inferenceId' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    ],
    [
      'that does not match',
      (c) => c.text('endpointName', '-a', { pattern: NAME }),
      one(
        "Value '-a' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9])*",
      ),
    ],
    [
      'whose pattern AWS prints otherwise',
      (c) => c.text('x', '!', { pattern: /^a$/, patternText: '\\Aa' }),
      one("Value '!' at 'x' failed to satisfy constraint: Member must satisfy regular expression pattern: \\Aa"),
    ],
    [
      'that is none of a set',
      (c) => c.text('mode', 'Z', { oneOf: ['A', 'B'] }),
      one("Value 'Z' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]"),
    ],
    [
      'that is too small',
      (c) => c.integer('requestTTLSeconds', 59, { min: 60 }),
      one(
        "Value '59' at 'requestTTLSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
      ),
    ],
    [
      'that is too big',
      (c) => c.integer('requestTTLSeconds', 21_601, { max: 21_600 }),
      one(
        "Value '21601' at 'requestTTLSeconds' failed to satisfy constraint: Member must have value less than or equal to 21600",
      ),
    ],
    [
      'that is a fraction where an integer belongs',
      (c) => c.integer('n', 1.5),
      one("Value '1.5' at 'n' failed to satisfy constraint: Member must be an integer"),
    ],
    ['that is a fraction where one may be', (c) => c.float('weight', 1.5), undefined],
    [
      'that is text where a number belongs',
      (c) => c.float('weight', '1'),
      one("Value '1' at 'weight' failed to satisfy constraint: Member must be a number"),
    ],
    [
      'that is a number where text belongs, mentioned once',
      (c) => c.requiredText('name', 7),
      one("Value '7' at 'name' failed to satisfy constraint: Member must be a string"),
    ],
    [
      'that is text where truth belongs',
      (c) => c.boolean('enabled', 'true'),
      one("Value 'true' at 'enabled' failed to satisfy constraint: Member must be a boolean"),
    ],
    [
      'that is a list where a structure belongs',
      (c) => c.requiredStructure('outputConfig', []),
      one("Value '[]' at 'outputConfig' failed to satisfy constraint: Member must be a structure"),
    ],
    [
      'that is a structure where a list belongs',
      (c) => c.list('tags', {}),
      one("Value '{}' at 'tags' failed to satisfy constraint: Member must be a list"),
    ],
    [
      'that is too long a list',
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

test('all that is wrong is told at once', () => {
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

test('what is right is given back', () => {
  const constraints = new Constraints();
  expect(constraints.requiredText('a', 'text')).toBe('text');
  expect(constraints.integer('b', 0)).toBe(0);
  expect(constraints.boolean('c', false)).toBe(false);
  expect(constraints.list('d', ['x'])).toEqual(['x']);
  expect(constraints.structure('e', { f: 1 })).toEqual({ f: 1 });
  constraints.check();
});

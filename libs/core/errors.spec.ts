import { expect, test } from 'vitest';
import { EbbError, messageOf } from './errors.js';

test.each<[string, unknown, string]>([
  ['an error is its message', new TypeError('It is none.'), 'It is none.'],
  ['an error of Ebb’s is its message', new EbbError('Unavailable', 'No answer.'), 'No answer.'],
  ['an error without a message is its code', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['an error with neither is its name', new RangeError(''), 'RangeError'],
  ['a text is the text', 'stopped', 'stopped'],
  ['nothing is said to be nothing', undefined, 'undefined'],
])('what is said of %s', (_, error, message) => {
  expect(messageOf(error)).toBe(message);
});

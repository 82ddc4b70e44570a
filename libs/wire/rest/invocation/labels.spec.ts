import { expect, it } from 'vitest';
import { z } from 'zod';
import { labelsParameter } from './labels.js';

const pattern = new RegExp(String(z.toJSONSchema(labelsParameter, { io: 'input' }).pattern));

it.each([
  ['team=ocr', { team: 'ocr' }],
  ['team=ocr,run=7', { team: 'ocr', run: '7' }],
  ['empty=', { empty: '' }],
  ['formula=a=b', { formula: 'a=b' }],
  ['list=a%2Cb,share=50%25', { list: 'a,b', share: '50%' }],
  ['a/b.c_d-e=x y', { 'a/b.c_d-e': 'x y' }],
])('%s is read as %j and matches the documented pattern', (text, labels) => {
  expect(labelsParameter.parse(text)).toEqual(labels);
  expect(text).toMatch(pattern);
});

it.each([[''], ['team'], ['=ocr'], ['team=ocr,'], ['te am=ocr'], ['-team=ocr'], ['team=%00']])(
  '%j is refused and does not match the documented pattern',
  (text) => {
    expect(labelsParameter.safeParse(text).success).toBe(false);
    expect(text).not.toMatch(pattern);
  },
);

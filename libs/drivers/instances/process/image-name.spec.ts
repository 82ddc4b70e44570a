import { describe, expect, it } from 'vitest';
import { resolveImageName } from './image-name.js';

describe('the name of an image', () => {
  it.each([
    ['ocr', 'ocr'],
    ['ocr:latest', 'ocr'],
    ['ocr@sha256:0123456789abcdef', 'ocr'],
    ['repo/ocr@sha256:0123456789abcdef', 'ocr'],
    ['repo/ocr:v1@sha256:0123456789abcdef', 'ocr'],
    ['123.dkr.ecr.us-east-1.amazonaws.com/ocr:v1', 'ocr'],
    ['localhost:5000/team/ocr', 'ocr'],
    ['localhost:5000/team/text_model-2.1:v1', 'text_model-2.1'],
    ['/etc/ocr', 'ocr'],
    ['../../ocr', 'ocr'],
  ])('of %j is %j', (image, name) => {
    expect(resolveImageName(image)).toBe(name);
  });

  it.each([
    '',
    '.',
    '..',
    '../..',
    'repo/..',
    'ocr/',
    '.hidden',
    ':v1',
    '@sha256:0',
    'a\\..\\b',
    'o cr',
    'ocr\0',
    'ocr\n',
  ])('cannot be had from %j', (image) => {
    expect(resolveImageName(image)).toBeUndefined();
  });
});

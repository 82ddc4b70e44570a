import { describe, expect, it } from 'vitest';
import { element, optionalElement, s3Document } from './xml.js';

describe('an XML document', () => {
  it('escapes text once at any depth', () => {
    expect(element('A', element('B', '<&>"'), 'é').text).toBe('<A><B>&lt;&amp;&gt;&quot;</B>é</A>');
  });

  it('writes characters as references if parsers would change or refuse them', () => {
    expect(element('Key', 'a\r\n\u0001').text).toBe('<Key>a&#xd;&#xa;&#x1;</Key>');
  });

  it('leaves out absent elements and keeps empty ones', () => {
    expect(s3Document('R', optionalElement('A', undefined), optionalElement('B', ''))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><B></B></R>',
    );
  });
});

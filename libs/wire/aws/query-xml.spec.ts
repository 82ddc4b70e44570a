import { describe, expect, it } from 'vitest';
import { queryResponse, renderXml } from './query-xml.js';

describe('answers of the Query protocol', () => {
  it('escape characters that XML would misread, and keep carriage returns', () => {
    expect(renderXml({ A: '<&>"\r\n✓' })).toBe('<A>&lt;&amp;&gt;&quot;&#xD;\n✓</A>');
  });

  it('repeat an element for each member, and leave out absent ones', () => {
    expect(renderXml({ L: { member: ['a', 'b'] }, Next: undefined, None: { member: [] }, N: 0, B: false })).toBe(
      '<L><member>a</member><member>b</member></L><None/><N>0</N><B>false</B>',
    );
  });

  it('name their operation and request', () => {
    expect(queryResponse('urn:ns', 'Publish', { MessageId: 'm' }, 'r')).toBe(
      '<?xml version="1.0"?>\n<PublishResponse xmlns="urn:ns"><PublishResult><MessageId>m</MessageId></PublishResult>' +
        '<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>',
    );
  });
});

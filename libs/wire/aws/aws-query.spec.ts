import { describe, expect, it } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { QueryInput, queryErrorResponse, queryResponse, renderXml, toQueryError } from './aws-query.js';
import { QueryFault } from './error-names.js';

const read = (form: string): QueryInput => QueryInput.of(new URLSearchParams(form));

describe('the parameters of the Query protocol', () => {
  it('spell lists in the order of their numbers', () => {
    const input = read('Tags.member.10.Key=j&Tags.member.2.Key=b&Tags.member.1.Key=a');
    expect(input.list('Tags').map((tag) => tag.text('Key'))).toEqual(['a', 'b', 'j']);
  });

  it('spell lists of plain texts', () => {
    expect(
      read('TagKeys.member.1=a&TagKeys.member.2=b')
        .list('TagKeys')
        .map((key) => key.ownText),
    ).toEqual(['a', 'b']);
  });

  it('spell maps, flattened or not', () => {
    expect(read('Attributes.entry.1.key=k&Attributes.entry.1.value=v').map('Attributes')).toEqual({ k: 'v' });
    expect(read('Attribute.1.Name=k&Attribute.1.Value=v').map('Attribute', 'Name', 'Value')).toEqual({ k: 'v' });
  });

  it('may have any name without doing harm', () => {
    const input = read('Attributes.entry.1.key=__proto__&Attributes.entry.1.value=v&constructor=c');
    expect(Object.entries(input.map('Attributes'))).toEqual([['__proto__', 'v']]);
    expect(input.text('constructor')).toBe('c');
    expect(input.text('toString')).toBeUndefined();
  });

  it('are not nested without end', () => {
    expect(() => read(`${'a.'.repeat(1_000)}a=1`)).toThrow('A parameter name is nested too deeply.');
  });
});

describe('answers of the Query protocol', () => {
  it('escape what XML would misread, and keep carriage returns', () => {
    expect(renderXml({ A: '<&>"\r\n✓' })).toBe('<A>&lt;&amp;&gt;&quot;&#xD;\n✓</A>');
  });

  it('repeat an element for each member and leave out what is absent', () => {
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

  it('say whose fault an error is', () => {
    expect(queryErrorResponse('urn:ns', { status: 404, code: 'NotFound', message: 'no' }, 'r')).toContain(
      '<Error><Type>Sender</Type><Code>NotFound</Code><Message>no</Message></Error>',
    );
  });

  it('keep to themselves what nobody foresaw', () => {
    const names = { TopicNotFound: { type: 'NotFound', status: 404 } };
    expect(toQueryError(new EbbError('TopicNotFound', 'gone'), names)).toMatchObject({ code: 'NotFound', status: 404 });
    expect(toQueryError(new QueryFault('Odd', 'odd'), names)).toMatchObject({ code: 'Odd', status: 400 });
    expect(toQueryError(new Error('secret'), names)).toEqual({
      status: 500,
      code: 'InternalFailure',
      message: 'An internal error occurred.',
    });
  });
});

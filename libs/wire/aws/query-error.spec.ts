import { describe, expect, it } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { QueryFault } from './error-names.js';
import { queryErrorResponse, toQueryError } from './query-error.js';

describe('errors of the Query protocol', () => {
  it('say whether the sender or the receiver is at fault', () => {
    expect(queryErrorResponse('urn:ns', { status: 404, code: 'NotFound', message: 'no' }, 'r')).toContain(
      '<Error><Type>Sender</Type><Code>NotFound</Code><Message>no</Message></Error>',
    );
  });

  it('hide the details of unexpected errors', () => {
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

import { isEbbError } from '../../core/errors.js';
import type { Message, MessageAttribute } from '../../core/delivery/delivery.js';
import type { QueryInput } from '../aws/query-input.js';
import { QueryFault } from '../aws/error-names.js';
import { invalidParameter } from './sns-errors.js';

/** The most bytes of a message and its attributes together, in UTF-8. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_SUBJECT_LENGTH = 100;
const MAX_BATCH_ENTRIES = 10;
const BATCH_ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)(?!(?:aws|amazon)\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const ATTRIBUTE_TYPE = /^(?:String|Number|Binary)(?:\.[A-Za-z0-9_.-]+)?$/;

/** A message to publish. With `MessageStructure=json`, receivers of some protocols may get another text. */
export interface PublishRequest {
  readonly message: Message;
  readonly bodyByProtocol?: Readonly<Record<string, string>>;
}

/** Reads the members that `Publish` and an entry of `PublishBatch` share. */
export function parsePublish(input: QueryInput): PublishRequest {
  const body = input.text('Message') ?? '';
  if (body === '') throw invalidParameter('Empty message');
  const subject = parseSubject(input.text('Subject'));
  const attributes = parseMessageAttributes(input);
  if (sizeOf(body, attributes) > MAX_MESSAGE_BYTES) throw invalidParameter('Message too long');
  refuseFifo(input);
  const structure = input.text('MessageStructure');
  if (structure === undefined || structure === '') return { message: toMessage(body, subject, attributes) };
  if (structure !== 'json') throw invalidParameter('MessageStructure');
  const bodyByProtocol = parseStructure(body);
  return { message: toMessage(bodyByProtocol['default']!, subject, attributes), bodyByProtocol };
}

function toMessage(body: string, subject: string | undefined, attributes: Message['attributes']): Message {
  return { body, subject, attributes: Object.keys(attributes ?? {}).length > 0 ? attributes : undefined };
}

function parseSubject(subject: string | undefined): string | undefined {
  if (subject === undefined) return undefined;
  // oxlint-disable-next-line no-control-regex -- control characters are what the rule is about.
  const isRight = subject !== '' && subject.length <= MAX_SUBJECT_LENGTH && !/[\u0000-\u001f\u007f]/.test(subject);
  if (!isRight) throw invalidParameter('Subject');
  return subject;
}

function refuseFifo(input: QueryInput): void {
  for (const parameter of ['MessageGroupId', 'MessageDeduplicationId']) {
    if (!input.has(parameter)) continue;
    const reason = `The request includes ${parameter} parameter that is not valid for this topic type`;
    throw invalidParameter(parameter, reason);
  }
}

function parseStructure(body: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const bodies = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (!bodies.some(([protocol]) => protocol === 'default')) {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return Object.fromEntries(bodies);
}

function parseMessageAttributes(input: QueryInput): Record<string, MessageAttribute> {
  const attributes = input.list('MessageAttributes').map((entry) => {
    const name = entry.text('Name') ?? '';
    if (!ATTRIBUTE_NAME.test(name)) throw invalidParameter('MessageAttributes', `Invalid attribute name '${name}'`);
    return [name, parseAttribute(name, entry.at('Value'))] as const;
  });
  return Object.fromEntries(attributes);
}

function parseAttribute(name: string, input: QueryInput): MessageAttribute {
  const type = input.text('DataType') ?? '';
  if (!ATTRIBUTE_TYPE.test(type)) {
    throw invalidAttribute(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is ` +
        'Binary, Number, and String.',
    );
  }
  const value = input.text(type.startsWith('Binary') ? 'BinaryValue' : 'StringValue') ?? '';
  if (value === '') {
    throw invalidAttribute(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type.startsWith('Number') && !Number.isFinite(Number(value))) {
    throw invalidAttribute(`Could not cast message attribute '${name}' value to number.`);
  }
  return { type, value };
}

function invalidAttribute(message: string): QueryFault {
  return new QueryFault('ParameterValueInvalid', message);
}

function sizeOf(body: string, attributes: Readonly<Record<string, MessageAttribute>>): number {
  const texts = Object.entries(attributes).flatMap(([name, { type, value }]) => [name, type, value]);
  return utf8Length(body) + texts.reduce((sum, text) => sum + utf8Length(text), 0);
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** One entry of a batch: a message, or the fault that makes it invalid. */
export type BatchEntry =
  | { readonly id: string; readonly request: PublishRequest }
  | { readonly id: string; readonly fault: { readonly code: string; readonly message: string } };

/** Reads `PublishBatch`: a wrong entry fails alone, a wrong batch fails as a whole. */
export function parsePublishBatch(input: QueryInput): BatchEntry[] {
  const entries = input.list('PublishBatchRequestEntries');
  if (entries.length === 0) {
    throw new QueryFault('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (entries.length > MAX_BATCH_ENTRIES) {
    throw new QueryFault('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  }
  const ids = entries.map((entry) => entry.text('Id') ?? '');
  if (ids.some((id) => !BATCH_ENTRY_ID.test(id))) {
    throw new QueryFault(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new QueryFault('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const total = entries.reduce((sum, entry) => sum + utf8Length(entry.text('Message') ?? ''), 0);
  if (total > MAX_MESSAGE_BYTES) {
    throw new QueryFault(
      'BatchRequestTooLong',
      'The length of all the batch messages put together is more than the limit.',
    );
  }
  return entries.map((entry, index) => parseEntry(ids[index]!, entry));
}

function parseEntry(id: string, entry: QueryInput): BatchEntry {
  try {
    return { id, request: parsePublish(entry) };
  } catch (error) {
    if (isEbbError(error)) return { id, fault: { code: 'InvalidParameter', message: error.message } };
    if (error instanceof QueryFault) return { id, fault: { code: error.code, message: error.message } };
    throw error;
  }
}

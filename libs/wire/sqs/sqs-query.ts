import type { QueryInput } from '../aws/query-input.js';
import type { XmlTree } from '../aws/query-xml.js';

/** The XML namespace of SQS's answers. */
export const SQS_NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

type Json = Readonly<Record<string, unknown>>;

const NUMBERS: ReadonlySet<string> = new Set([
  'DelaySeconds',
  'MaxNumberOfMessages',
  'MaxResults',
  'VisibilityTimeout',
  'WaitTimeSeconds',
]);

/** Flattened lists of the Query protocol, with their names in the JSON protocol. */
const TEXT_LISTS: ReadonlyMap<string, string> = new Map([
  ['AttributeName', 'AttributeNames'],
  ['MessageAttributeName', 'MessageAttributeNames'],
  ['MessageSystemAttributeName', 'MessageSystemAttributeNames'],
  ['TagKey', 'TagKeys'],
]);

const MESSAGE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['MessageAttribute', 'MessageAttributes'],
  ['MessageSystemAttribute', 'MessageSystemAttributes'],
]);

/**
 * Translates a request of SQS's older protocol (forms in, XML out), which SDKs spoke before 2023, into its newer one,
 * JSON.
 */
export function queryToJson(operation: string, input: QueryInput): Json {
  return Object.fromEntries(input.names().map((name) => toMember(operation, name, input)));
}

function toMember(operation: string, name: string, input: QueryInput): readonly [string, unknown] {
  const texts = TEXT_LISTS.get(name);
  if (texts) return [texts, input.list(name).map((item) => item.ownText ?? '')];
  const attributes = MESSAGE_ATTRIBUTES.get(name);
  if (attributes) return [attributes, messageAttributes(input.list(name))];
  if (name === 'Attribute') return ['Attributes', input.map(name, 'Name', 'Value')];
  if (name === 'Tag') return [operation === 'CreateQueue' ? 'tags' : 'Tags', input.map(name, 'Key', 'Value')];
  if (name === `${operation}RequestEntry`) return ['Entries', input.list(name).map((entry) => queryToJson('', entry))];
  return [name, NUMBERS.has(name) ? Number(input.text(name)) : input.text(name)];
}

function messageAttributes(entries: readonly QueryInput[]): Json {
  return Object.fromEntries(
    entries.map((entry) => {
      const value = entry.at('Value');
      const members = value.names().map((name) => [name, value.text(name)]);
      return [entry.text('Name') ?? '', Object.fromEntries(members)];
    }),
  );
}

/** Lists of answers, with the element that repeats for each member. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['Failed', 'BatchResultErrorEntry'],
  ['Messages', 'Message'],
  ['QueueUrls', 'QueueUrl'],
]);

/** Maps of answers, with the element that repeats for each entry and the names of its key and value. */
const MAPS: ReadonlyMap<string, readonly [element: string, key: string, value: string]> = new Map([
  ['Attributes', ['Attribute', 'Name', 'Value']],
  ['MessageAttributes', ['MessageAttribute', 'Name', 'Value']],
  ['Tags', ['Tag', 'Key', 'Value']],
]);

/** Translates a JSON answer into the Query protocol: lists and maps are flattened under singular names. */
export function jsonToXml(operation: string, json: Json): XmlTree {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => toElement(operation, name, value)));
}

function toElement(operation: string, name: string, value: unknown): readonly [string, XmlTree[string]] {
  const map = MAPS.get(name);
  if (map && isStructure(value)) {
    const [element, key, content] = map;
    const entries = Object.entries(value).map(([entry, inner]) => ({
      [key]: entry,
      [content]: toContent(operation, inner),
    }));
    return [element, entries];
  }
  const element = name === 'Successful' ? `${operation}ResultEntry` : (LISTS.get(name) ?? name);
  return [element, toContent(operation, value)];
}

function toContent(operation: string, value: unknown): XmlTree[string] {
  if (Array.isArray(value)) return value.map((item) => toContent(operation, item));
  if (isStructure(value)) return jsonToXml(operation, value);
  return value as string | number | boolean | undefined;
}

function isStructure(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

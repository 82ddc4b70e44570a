/** Text that is already XML. Only the functions of this file make it, so no text goes out unescaped. */
export class Xml {
  constructor(readonly text: string) {}
}

/** The content of an element; everything but `Xml` is escaped. */
export type XmlContent = Xml | string | number | boolean;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Returns one element. Text is escaped, and content of several parts is joined. */
export function element(name: string, ...content: readonly XmlContent[]): Xml {
  return new Xml(`<${name}>${content.map(textOf).join('')}</${name}>`);
}

/** Returns the element, or nothing if the value is absent: S3 leaves out elements that do not apply. */
export function optionalElement(name: string, value: XmlContent | undefined): Xml {
  return value === undefined ? NOTHING : element(name, value);
}

/** Returns a whole document in S3's namespace. */
export function s3Document(root: string, ...content: readonly XmlContent[]): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACE}">${content.map(textOf).join('')}</${root}>`;
}

/** Returns a whole document without a namespace, as S3's errors are. */
export function xmlDocument(root: string, ...content: readonly XmlContent[]): string {
  return DECLARATION + element(root, ...content).text;
}

/** Returns a time in S3's form: ISO 8601 with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const NOTHING = new Xml('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// Keys may hold characters that XML 1.0 forbids or that parsers normalize (carriage return). S3 writes them as
// character references all the same, and offers `encoding-type=url` to clients that cannot read them.
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[&<>"\u0000-\u001f\u007f\ufffe\uffff]/g;

function textOf(content: XmlContent): string {
  if (content instanceof Xml) return content.text;
  return String(content).replace(SPECIAL, (char) => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

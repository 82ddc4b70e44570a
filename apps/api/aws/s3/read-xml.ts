import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from '../../../../libs/wire/s3/errors.js';
import type { S3Request } from './s3-exchange.js';
import { UploadContent } from './upload-content.js';

/** A parsed element: its text, or its children by name. Several children of one name form a list. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] | undefined };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // Character references (`&#13;`) are decoded only together with HTML's names.
  htmlEntities: true,
  parseTagValue: false,
  removeNSPrefix: true,
  // A key may begin or end with spaces.
  trimValues: false,
});

/** Reads the XML document in the request's body. Returns its root, or `undefined` for an empty body. */
export async function readXml(request: S3Request, root: string, maxBytes: number): Promise<XmlNode | undefined> {
  const text = await readText(request, maxBytes);
  if (text.trim() === '') return undefined;
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) throw malformedXml();
  const found = childOf(parse(text), root);
  if (found === undefined) throw malformedXml();
  return found;
}

/** Returns the only child of that name, or `undefined`. Raises `MalformedXML` if there are several. */
export function childOf(node: XmlNode, name: string): XmlNode | undefined {
  const children = childrenOf(node, name);
  if (children.length > 1) throw malformedXml();
  return children[0];
}

/** Returns all children of that name. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  if (typeof node === 'string' || !Object.hasOwn(node, name)) return [];
  const children = node[name];
  return children === undefined ? [] : Array.isArray(children) ? children : [children as XmlNode];
}

/** Returns the text of the only child of that name. */
export function textOf(node: XmlNode, name: string): string | undefined {
  const child = childOf(node, name);
  if (child === undefined || typeof child === 'string') return child;
  throw malformedXml();
}

/** Returns S3's error for a body that is not the XML it should be. */
export function malformedXml(cause?: unknown): S3Error {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new S3Error('MalformedXML', message, {}, { cause });
}

function parse(text: string): XmlNode {
  try {
    return parser.parse(text) as XmlNode;
  } catch (cause) {
    throw malformedXml(cause);
  }
}

async function readText(request: S3Request, maxBytes: number): Promise<string> {
  const { headers } = request.message;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return '';
  const content = new UploadContent(request.message, request.chunkWatch);
  if (content.payload.sizeBytes > maxBytes) throw malformedXml();
  const chunks: Uint8Array[] = [];
  for await (const bytes of content) chunks.push(bytes);
  return Buffer.concat(chunks).toString('utf8');
}

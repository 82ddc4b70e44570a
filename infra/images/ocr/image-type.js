import { Refusal } from './refusal.js';

/** The most pixels that are decoded: decoding takes about four bytes of memory for each. */
export const MAX_PIXELS = 50_000_000;
/** The longest side that Tesseract can address. */
export const MAX_SIDE = 32_767;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_CHUNK_FRAME_BYTES = 12;
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * What a picture is, by its own bytes and before anything decodes it.
 *
 * @typedef {object} ImageInfo
 * @property {'image/png' | 'image/jpeg'} type
 * @property {number} width in pixels, as stored
 * @property {number} height in pixels, as stored
 */

/**
 * Tells type and size of a picture from its bytes, and checks that it is whole.
 *
 * @param {Buffer} bytes
 * @returns {ImageInfo}
 * @throws {Refusal} 415 for what is neither PNG nor JPEG, 400 for a damaged one, 413 for too many pixels
 */
export function inspectImage(bytes) {
  const info = inspect(bytes);
  if (info.width === 0 || info.height === 0) throw new Refusal(400, 'The picture has no pixels.');
  if (info.width > MAX_SIDE || info.height > MAX_SIDE || info.width * info.height > MAX_PIXELS) {
    throw new Refusal(
      413,
      `The picture measures ${info.width} x ${info.height} pixels: more than ${MAX_PIXELS} in all or ${MAX_SIDE} a side.`,
    );
  }
  return info;
}

/**
 * @param {Buffer} bytes
 * @returns {ImageInfo}
 */
function inspect(bytes) {
  if (bytes.length === 0) throw new Refusal(400, 'The body is empty: send a PNG or JPEG picture.');
  if (startsWith(bytes, PNG_SIGNATURE)) return { type: 'image/png', ...inspectPng(bytes) };
  if (startsWith(bytes, JPEG_START)) return { type: 'image/jpeg', ...inspectJpeg(bytes) };
  throw new Refusal(415, 'The body is neither a PNG nor a JPEG picture.');
}

/**
 * Walks the chunks, each a length, a name, data and a checksum, from IHDR to IEND.
 *
 * @param {Buffer} bytes
 */
function inspectPng(bytes) {
  const first = PNG_SIGNATURE.length;
  if (bytes.length < first + 16 || chunkName(bytes, first) !== 'IHDR') throw damaged('PNG');
  for (let at = first; at + PNG_CHUNK_FRAME_BYTES <= bytes.length;) {
    const end = at + PNG_CHUNK_FRAME_BYTES + bytes.readUInt32BE(at);
    if (chunkName(bytes, at) === 'IEND' && end <= bytes.length) {
      return { width: bytes.readUInt32BE(first + 8), height: bytes.readUInt32BE(first + 12) };
    }
    at = end;
  }
  throw damaged('PNG');
}

/**
 * Walks the markers from the start of the image to its end, and takes the size from the frame header on the way. A
 * decoder would fill what a cut-off file lacks with grey and call it read, so the end must be there.
 *
 * @param {Buffer} bytes
 */
function inspectJpeg(bytes) {
  /** @type {{ width: number, height: number } | undefined} */
  let size;
  for (let at = 2; ;) {
    at = nextMarker(bytes, at);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9 && size) return size;
    if (marker === 0xd9 || at + 4 > bytes.length) throw damaged('JPEG');
    if (isFrameHeader(marker)) {
      if (at + 9 > bytes.length) throw damaged('JPEG');
      size ??= { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

/**
 * Finds the next marker that begins a segment or ends the image, past the compressed data in which FF 00 is a stuffed
 * byte and FF D0 to FF D7 are restarts, and past any FF that only fills.
 *
 * @param {Buffer} bytes
 * @param {number} from
 */
function nextMarker(bytes, from) {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? 0;
    const isData = marker === 0x00 || marker === 0x01 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8);
    if (!isData) return at;
  }
  throw damaged('JPEG');
}

/** @param {number} marker */
function isFrameHeader(marker) {
  // C4, C8 and CC share the range but hold tables.
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 */
function chunkName(bytes, at) {
  return bytes.toString('latin1', at + 4, at + 8);
}

/**
 * @param {Buffer} bytes
 * @param {Buffer} prefix
 */
function startsWith(bytes, prefix) {
  return bytes.subarray(0, prefix.length).equals(prefix);
}

/** @param {'PNG' | 'JPEG'} kind */
function damaged(kind) {
  return new Refusal(400, `The ${kind} picture is damaged or cut off.`);
}

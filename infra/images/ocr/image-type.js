/**
 * What an image says of itself in its first bytes.
 * @typedef {{ type: 'image/png' | 'image/jpeg', width: number, height: number }} ImageType
 */

/** A page at 1,200 dpi is larger; nothing that should be read as text in one piece is. */
export const MAX_PIXELS = 50_000_000;

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const PNG_END = Buffer.from('IEND');
const JPEG_START = Buffer.from('ffd8ff', 'hex');
const JPEG_END = Buffer.from('ffd9', 'hex');

/** Frame headers of JPEG: every SOF marker but DHT (c4), JPG (c8) and DAC (cc). */
const isFrameHeader = (marker) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** The body is not a picture that this model can read; the message is for the caller. */
export class ImageError extends Error {
  name = 'ImageError';

  /** @param {number} status the HTTP status that fits */
  constructor(status, message, options) {
    super(message, options);
    this.status = status;
  }
}

/**
 * Tells a PNG or JPEG by its content, never by what it was called, and reads its size without decoding it: a small file
 * may unfold to gigabytes. Throws `ImageError`.
 * @param {Buffer} bytes
 * @returns {ImageType}
 */
export function identifyImage(bytes) {
  const image = bytes.subarray(0, 8).equals(PNG_SIGNATURE)
    ? readPng(bytes)
    : bytes.subarray(0, 3).equals(JPEG_START)
      ? readJpeg(bytes)
      : undefined;
  if (!image) throw new ImageError(415, 'The body is not an image: it starts neither like a PNG nor like a JPEG.');
  if (image.width === 0 || image.height === 0) throw new ImageError(400, 'The image has no pixels.');
  if (image.width * image.height > MAX_PIXELS) {
    throw new ImageError(413, `The image has ${image.width} x ${image.height} pixels; ${MAX_PIXELS} are allowed.`);
  }
  return image;
}

/** @returns {ImageType} */
function readPng(bytes) {
  const isWhole = bytes.length >= 33 && bytes.toString('latin1', 12, 16) === 'IHDR' && bytes.includes(PNG_END, 33);
  if (!isWhole) throw new ImageError(400, 'The PNG is cut off or damaged.');
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** @returns {ImageType} */
function readJpeg(bytes) {
  const end = bytes.lastIndexOf(JPEG_END);
  for (let at = 2; at + 9 <= end && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (isFrameHeader(marker)) {
      return { type: 'image/jpeg', width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    // A fill byte before a marker stands alone; every other segment says how long it is.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  throw new ImageError(400, 'The JPEG is cut off or damaged.');
}

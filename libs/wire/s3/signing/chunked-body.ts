import { S3Error } from '../errors.js';

/**
 * The longest line of the framing. A chunk's header, a hexadecimal size and a signature of 64 digits, is far shorter.
 */
const MAX_LINE_BYTES = 1024;
const MAX_TRAILER_LINES = 16;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Follows the chunks of a body as they pass, and verifies their signatures. Every method may raise an error. */
export interface ChunkWatch {
  /** A chunk begins; `signature` is absent if the chunk's header names none. */
  begin(signature: string | undefined): void;
  data(bytes: Uint8Array): void;
  /** The chunk has been read whole. */
  end(): void;
  /** The body has been read whole. `trailers` are its trailing headers by lower-case name, in the order received. */
  finish(trailers: ReadonlyMap<string, string>): void;
}

type State = 'header' | 'data' | 'afterData' | 'trailer';

/**
 * Removes the `aws-chunked` framing from a body as it streams by: `size[;chunk-signature=…]`, the bytes, and after the
 * last chunk the trailing headers. It holds and copies no content. The `watch` verifies signatures; without a watch
 * they are ignored.
 */
export class ChunkedBody {
  private state: State = 'header';
  private remaining = 0;
  private line: number[] = [];
  private trailerLines = 0;
  /** Trailing headers by lower-case name; complete once `finish` has returned. */
  readonly trailers = new Map<string, string>();

  constructor(private readonly watch?: ChunkWatch) {}

  /** Returns the content inside these bytes, as views on them. Raises `InvalidRequest` if the framing is broken. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < bytes.length) {
      if (this.state === 'data') {
        const take = Math.min(this.remaining, bytes.length - at);
        const piece = bytes.subarray(at, at + take);
        this.watch?.data(piece);
        this.remaining -= take;
        if (this.remaining === 0) {
          this.watch?.end();
          this.state = 'afterData';
        }
        at += take;
        yield piece;
      } else {
        at = this.readLine(bytes, at);
      }
    }
  }

  /** Raises `IncompleteBody` if the body ended before its last chunk, and any error of the watch. */
  finish(): void {
    if (this.state !== 'trailer' || this.line.length > 0) {
      throw new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
    }
    this.watch?.finish(this.trailers);
  }

  /** Collects bytes up to a line feed, and returns the position where it stopped. */
  private readLine(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === LINE_FEED) {
        if (this.line.at(-1) === CARRIAGE_RETURN) this.line.pop();
        const line = String.fromCharCode(...this.line);
        this.line = [];
        this.takeLine(line);
        return at + 1;
      }
      if (this.line.push(byte) > MAX_LINE_BYTES) throw broken('a line of its framing is too long');
    }
    return bytes.length;
  }

  private takeLine(line: string): void {
    if (this.state === 'header') this.takeHeader(line);
    else if (this.state === 'trailer') this.takeTrailer(line);
    else if (line !== '') throw broken('a chunk is longer than its header says');
    else this.state = 'header';
  }

  private takeHeader(line: string): void {
    const match = /^([0-9a-f]{1,12})(?:;(.*))?$/i.exec(line);
    if (!match) throw broken('a chunk has no size');
    this.remaining = Number.parseInt(match[1]!, 16);
    this.watch?.begin(/^chunk-signature=([0-9a-f]{64})$/.exec(match[2] ?? '')?.[1]);
    if (this.remaining === 0) this.watch?.end();
    this.state = this.remaining === 0 ? 'trailer' : 'data';
  }

  private takeTrailer(line: string): void {
    if (++this.trailerLines > MAX_TRAILER_LINES) throw broken('it has too many trailing headers');
    // Clients end the trailing headers with no, one or two empty lines; some send an empty line before the signature.
    if (line === '') return;
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
    }
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function broken(how: string): S3Error {
  return new S3Error('InvalidRequest', `The aws-chunked body cannot be read: ${how}.`);
}

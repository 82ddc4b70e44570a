import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** What whoever pulls has to show. */
export interface RegistryUser {
  readonly username: string;
  readonly password: string;
}

/**
 * A registry on the loopback address, where dockerd asks for no TLS, with one image of one small layer: `team/tiny:1`. It
 * counts how often its layer was fetched.
 */
export class ImageRegistry implements AsyncDisposable {
  layerPulls = 0;
  readonly #server: Server;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifest: Buffer;
  readonly #authorization: string | undefined;

  private constructor(user: RegistryUser | undefined) {
    this.#authorization = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
    const tar = Buffer.concat([tarHeader('hello.txt', 5), Buffer.from('hello'.padEnd(512, '\0')), Buffer.alloc(1024)]);
    const layer = this.#keep(gzipSync(tar));
    const rootfs = { type: 'layers', diff_ids: [digestOf(tar)] };
    const config = this.#keep(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs })));
    this.#manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
      }),
    );
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async open(user?: RegistryUser): Promise<ImageRegistry> {
    const registry = new ImageRegistry(user);
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  /** As it is named in images and credentials. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The image by its digest. */
  get digest(): string {
    return `${this.host}/team/tiny@${digestOf(this.#manifest)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(bytes: Buffer): { digest: string; size: number } {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    if (this.#authorization !== undefined && headers.authorization !== this.#authorization) {
      response.setHeader('WWW-Authenticate', 'Basic realm="tests"');
      return refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
    }
    if (url === '/v2/') return void response.end('{}');
    if (/^\/v2\/team\/tiny\/manifests\/(?:1|sha256:\w+)$/.test(url)) {
      return send(response, this.#manifest, MANIFEST_TYPE);
    }
    const blob = this.#blobs.get(url.slice(url.lastIndexOf('/') + 1));
    if (!blob) return refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    if (blob[0] === 0x1f) this.layerPulls += 1;
    send(response, blob, 'application/octet-stream');
  }
}

function send(response: ServerResponse, bytes: Buffer, type: string): void {
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', bytes.length);
  response.setHeader('Docker-Content-Digest', digestOf(bytes));
  response.end(bytes);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function tarHeader(path: string, size: number): Buffer {
  const header = new Header({ path, size, mode: 0o644, type: 'File', mtime: new Date(0) });
  header.encode();
  return header.block!;
}

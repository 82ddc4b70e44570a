import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { S3Surface } from '../../apps/api/aws/s3/s3-surface.js';
import { SystemClock } from '../../libs/drivers/clock/system.js';
import { FilesystemObjects } from '../../libs/drivers/objects/filesystem.js';
import { Log } from '../../libs/engine/log.js';
import { admitAnyone } from '../support/admit-anyone.js';
import { MemoryCatalog } from '../support/memory-catalog.js';

/** The S3 surface alone, over real files, on a port of its own. */
export class S3Host implements AsyncDisposable {
  private constructor(
    readonly port: number,
    readonly objects: FilesystemObjects,
    private readonly failures: readonly string[],
    private readonly root: string,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<S3Host> {
    const root = await mkdtemp(join(tmpdir(), 'ebb-s3-'));
    const objects = await FilesystemObjects.open(root);
    const log = new FailureLog();
    const surface = new S3Surface(new MemoryCatalog(), objects, new SystemClock(), log);
    const server = createServer((request, response) => {
      void surface.handle(request, response, admitAnyone(request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return new S3Host((server.address() as AddressInfo).port, objects, log.failures, root, close);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Creates a client as a user does: with an address, a region and any credentials. */
  client(config: S3ClientConfig = {}): S3Client {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return new S3Client({ endpoint: this.url, region: 'us-east-1', credentials, maxAttempts: 1, ...config });
  }

  /** Returns the files that are staged and not visible. */
  async staged(): Promise<string[]> {
    return readdir(join(this.root, '.staging'));
  }

  /** Returns the objects' files that this process has open, as Linux reports. */
  async openFiles(): Promise<string[]> {
    const descriptors = await readdir('/proc/self/fd');
    const paths = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return paths.filter((path) => path.startsWith(this.root));
  }

  /** Raises if the surface reported a failure of its own. No request of a client may cause one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await rm(this.root, { recursive: true, force: true });
    if (this.failures.length > 0) throw new Error(`The surface failed by itself: ${this.failures.join('; ')}`);
  }
}

class FailureLog extends Log {
  readonly failures: string[] = [];

  debug(): void {}
  info(): void {}
  warn(): void {}
  error(event: string, fields?: object): void {
    this.failures.push(`${event}: ${JSON.stringify(fields)}`);
  }
}

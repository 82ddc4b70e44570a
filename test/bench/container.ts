import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { endWithThisProcess } from './end-with-this-process.js';

/** The benchmark's container without Ebb: what the floors talk to. */
export class Container implements AsyncDisposable {
  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    readonly origin: string,
  ) {}

  /** Resolves when it answers `/ping`. */
  static async start(): Promise<Container> {
    const port = await freePort();
    const child = spawn(process.execPath, ['server.js'], {
      cwd: join(process.cwd(), 'test/bench/images/no-op'),
      env: { SAGEMAKER_BIND_TO_PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    endWithThisProcess(child);
    const container = new Container(child, `http://127.0.0.1:${port}`);
    while (!(await container.answers())) await sleep(20);
    return container;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async answers(): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.origin}/ping`);
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

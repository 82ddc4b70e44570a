import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A unix socket before another one, which can be shut and opened again: as a server that goes away and comes back. */
export class SocketGate implements AsyncDisposable {
  readonly path: string;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(folder: string, target: string) {
    this.path = join(folder, 'gate.sock');
    this.#target = target;
  }

  /** The gate to the socket `target`, opened. */
  static async before(target: string, folder: string): Promise<SocketGate> {
    const gate = new SocketGate(folder, target);
    await gate.open();
    return gate;
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
  }

  /** Ends every connection, and takes no more. */
  async shut(): Promise<void> {
    if (!this.#server) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
  }
}

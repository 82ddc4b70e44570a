import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';

const PORT = 80;
const LISTEN = `require('node:net').createServer((socket) => socket.end()).listen(${PORT}, () => console.log('listening'))`;

/**
 * A host beyond this machine that takes connections, as this machine then does too. It is in a network namespace of its
 * own, so that the way to it leads out of a container's network and through this machine, as to any other. Needs root.
 */
export class Outsider implements AsyncDisposable {
  private constructor(
    private readonly namespace: string,
    private readonly listener: ChildProcess,
    /** On all addresses of this machine. */
    private readonly own: Server,
    private readonly subnet: string,
  ) {}

  /** Where the host beyond takes connections, `host:port`. */
  get address(): string {
    return `${this.subnet}.2:${PORT}`;
  }

  /** Where this machine does. */
  get machine(): string {
    return `${this.subnet}.1:${(this.own.address() as AddressInfo).port}`;
  }

  static async open(): Promise<Outsider> {
    const name = `ebb${randomBytes(4).toString('hex')}`;
    const subnet = `10.90.${randomInt(256)}`;
    ip('netns', 'add', name);
    try {
      ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('address', 'add', `${subnet}.1/24`, 'dev', name);
      ip('link', 'set', name, 'up');
      ip('-netns', name, 'address', 'add', `${subnet}.2/24`, 'dev', 'eth0');
      ip('-netns', name, 'link', 'set', 'eth0', 'up');
      ip('-netns', name, 'route', 'add', 'default', 'via', `${subnet}.1`);
      const parameters = ['netns', 'exec', name, process.execPath, '-e', LISTEN];
      const listener = spawn('ip', parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
      const own = createServer((socket) => socket.end()).listen(0);
      await Promise.all([once(listener.stdout!, 'data'), once(own, 'listening')]);
      return new Outsider(name, listener, own, subnet);
    } catch (error) {
      ip('netns', 'delete', name);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.listener, 'exit');
    this.listener.kill('SIGKILL');
    await exit;
    this.own.close();
    // The interface that leads there goes with it.
    ip('netns', 'delete', this.namespace);
  }
}

function ip(...parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a child process does on request, by name. */
type Calls = Readonly<Record<string, (input: never) => Promise<unknown>>>;

interface CallMessage {
  readonly call: string;
  readonly input: unknown;
}

type ReplyMessage = { readonly output: unknown } | { readonly error: string };

/** A part of the benchmark in a process of its own, so that it shares no event loop with what it is measured against. */
export class Child implements AsyncDisposable {
  private constructor(private readonly child: ChildProcess) {}

  /** `name` is a file beside this one, without its ending. */
  static async start(name: string): Promise<Child> {
    const child = fork(join(import.meta.dirname, `${name}.js`), { serialization: 'advanced' });
    await once(child, 'spawn');
    return new Child(child);
  }

  /** One call at a time. */
  async call<T>(call: string, input: unknown): Promise<T> {
    const done = new AbortController();
    const { signal } = done;
    const exit = async (): Promise<never> => {
      const [code] = await once(this.child, 'exit', { signal });
      throw new Error(`The child process ended with ${code} during '${call}'.`);
    };
    const reply = once(this.child, 'message', { signal }) as Promise<[ReplyMessage]>;
    this.child.send({ call, input } satisfies CallMessage);
    const [message] = await Promise.race([reply, exit()]).finally(() => done.abort());
    if ('error' in message) throw new Error(`'${call}' failed: ${message.error}`);
    return message.output as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** The other side of `Child.call`: answers each call until the parent is gone. */
export function answerCalls(calls: Calls): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ call, input }: CallMessage) => {
    const answer = async (): Promise<void> => {
      try {
        send({ output: await calls[call]!(input as never) });
      } catch (error) {
        send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    };
    void answer();
  });
}

function send(message: ReplyMessage): void {
  process.send!(message);
}

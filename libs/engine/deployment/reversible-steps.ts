import { messageOf } from '../../core/errors.js';
import type { Log } from '../log.js';

/** Steps that are taken one after the other, and back in the reverse order where a later one is refused. */
export class ReversibleSteps {
  private readonly undos: (() => Promise<unknown>)[] = [];

  constructor(private readonly log: Log) {}

  /** Waits for a step; `undo` is what takes it back once it has been taken. */
  async take<T>(step: Promise<T>, undo: (done: T) => Promise<unknown>): Promise<T> {
    const done = await step;
    this.undos.push(() => undo(done));
    return done;
  }

  /** Takes back whatever was taken. What cannot be taken back is logged and left behind. */
  async takeBack(): Promise<void> {
    for (const undo of this.undos.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.log.warn('A part of a deployment that was refused is left behind', { reason: messageOf(error) });
      }
    }
  }
}

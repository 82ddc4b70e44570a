import { messageOf } from '../../core/errors.js';
import type { Log } from '../log.js';

/** Steps that are taken in order, and taken back in reverse order if a later step is refused. */
export class ReversibleSteps {
  private readonly undos: (() => Promise<unknown>)[] = [];

  constructor(private readonly log: Log) {}

  /** Waits for a step. `undo` takes the step back. */
  async take<T>(step: Promise<T>, undo: (done: T) => Promise<unknown>): Promise<T> {
    const done = await step;
    this.undos.push(() => undo(done));
    return done;
  }

  /** Takes back all steps that were taken. If a step cannot be taken back, it is logged and stays. */
  async takeBack(): Promise<void> {
    for (const undo of this.undos.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.log.warn('A refused deployment left a part behind that could not be deleted', {
          reason: messageOf(error),
        });
      }
    }
  }
}

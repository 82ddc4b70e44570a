import { type Signal, Signals } from '../../core/ports/signals.js';

/** Signals within one process. Listeners are called before `notify` returns. */
export class InProcessSignals extends Signals {
  private readonly listeners = new Set<(signal: Signal) => void>();

  override notify(signal: Signal): void {
    for (const listener of this.listeners) listener(signal);
  }

  override subscribe(listener: (signal: Signal) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/**
 * The phases of a start, in order; SageMaker hides them in "Creating". `queued` ends when the launch has its turn,
 * `pull` when the image is there, `download` when the model's last byte has come, and `unpack` when the model is
 * unpacked. `boot` ends when the container takes connections, and `ping` at its first good ping.
 */
export const START_PHASES = ['queued', 'pull', 'download', 'unpack', 'boot', 'ping'] as const;
/** One phase of a start. */
export type StartPhase = (typeof START_PHASES)[number];

/** How long each phase of one start took; a phase that was not needed is absent. */
export type StartPhasesMs = Readonly<Partial<Record<StartPhase, number>>>;

/** A starting instance, and how far it has come. */
export interface InstanceStart {
  readonly instanceId: string;
  readonly launchedAt: number;
  readonly phase: StartPhase;
  /** When it entered this phase. */
  readonly phaseSince: number;
}

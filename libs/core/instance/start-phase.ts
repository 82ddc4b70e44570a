/**
 * The parts of a start, in order, what SageMaker hides in "Creating": waiting for its turn to be launched; until the image
 * is there; until the model's last byte has come; until it is unpacked; until the container takes connections; until its
 * first good ping.
 */
export const START_PHASES = ['queued', 'pull', 'download', 'unpack', 'boot', 'ping'] as const;
/** One part of a start. */
export type StartPhase = (typeof START_PHASES)[number];

/** How long each phase of one start took. A phase that there was no need for is absent. */
export type StartPhasesMs = Readonly<Partial<Record<StartPhase, number>>>;

/** An instance on its way into service, and how far it has come. */
export interface InstanceStart {
  readonly instanceId: string;
  readonly launchedAt: number;
  readonly phase: StartPhase;
  /** Since when it has been in this phase. */
  readonly phaseSince: number;
}

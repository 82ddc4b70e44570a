/** Who holds a duty that only one process may have at a time, such as deciding how many instances there are. */
export interface Leader {
  readonly holder: string;
  /** Grows with every change of holder. */
  readonly term: number;
  /** After this, another may take over. */
  readonly until: number;
}

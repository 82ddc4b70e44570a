/** A request that this container will not serve: the HTTP status, and a sentence that says why. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(status, message, options) {
    super(message, options);
    this.name = 'Refusal';
    this.status = status;
  }
}

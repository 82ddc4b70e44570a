const DEFAULT_REGISTRY = 'docker.io';

/**
 * The reference in full: with a tag or a digest, `latest` unless it says otherwise. Without one, an engine would pull every
 * tag that there is.
 */
export function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return /[:@]/.test(name) ? image : `${image}:latest`;
}

/** The host, and port where there is one, of the registry that the reference names. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  return /[.:]/.test(first) || first === 'localhost' ? first : DEFAULT_REGISTRY;
}

/** Images built on this machine are named so, by Ebb as by Podman; there is no registry to ask for them. */
export function isLocalOnly(image: string): boolean {
  return registryOf(image) === 'localhost';
}

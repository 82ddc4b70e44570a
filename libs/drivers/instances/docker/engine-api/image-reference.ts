const DEFAULT_REGISTRY = 'docker.io';

/**
 * Returns the reference with a tag or a digest; the tag is `latest` by default. Without either, an engine would pull
 * every tag of the image.
 */
export function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return /[:@]/.test(name) ? image : `${image}:latest`;
}

/** Returns the host, with a port if there is one, of the registry that the reference names. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  return /[.:]/.test(first) || first === 'localhost' ? first : DEFAULT_REGISTRY;
}

/**
 * Tells whether an image can only be built on this machine. Ebb and Podman give such images the registry `localhost`,
 * so there is no registry to ask.
 */
export function isLocalOnly(image: string): boolean {
  return registryOf(image) === 'localhost';
}

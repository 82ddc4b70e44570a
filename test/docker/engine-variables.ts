/** Where the suite's engines are, and where the docker driver's contract suite looks for them: as `unix://…`. */
export const HOST_VARIABLE = { dockerd: 'EBB_TEST_DOCKER_HOST', podman: 'EBB_TEST_PODMAN_HOST' } as const;

/** Why an engine is not there, in a sentence. */
export const MISSING_VARIABLE = {
  dockerd: 'EBB_TEST_DOCKER_MISSING',
  podman: 'EBB_TEST_PODMAN_MISSING',
} as const;

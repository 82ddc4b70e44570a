/**
 * `Starting -> InService -> Draining -> Gone`; any of them goes straight to Gone when the instance dies. Only an
 * instance in service takes invocations, and only an idle one is drained. `InService <-> Paused`: kept warm without
 * running, an instance counts as none for scaling.
 */
export type InstanceState = 'Starting' | 'InService' | 'Paused' | 'Draining' | 'Gone';

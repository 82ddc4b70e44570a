import type { ProblemCode } from '../problem.js';

/** What there is to say about a problem, in Markdown of one paragraph each. */
export interface ProblemText {
  readonly meaning: string;
  readonly causes: string;
  readonly remedy: string;
}

/** The one place where problems are explained: pages under `/v1/errors` and `docs/errors.md` are made from it. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  InvalidRequest: {
    meaning: 'The request breaks one or more rules. Nothing was done.',
    causes:
      'A parameter, a header or a member of the body is missing, has the wrong form or is not known here; the body is not ' +
      'JSON in UTF-8; the path is not percent-encoded as it should be.',
    remedy:
      'Look at `errors`: it names every rule that is broken, and where. The same request will be refused again; change it first.',
  },
  InvalidNextToken: {
    meaning: 'The `cursor` does not belong to this listing.',
    causes: 'It was changed, cut off, or comes from a listing with other filters.',
    remedy: 'Pass `nextCursor` on as it came, with the same filters; or begin again without a cursor.',
  },
  Unauthenticated: {
    meaning: 'Ebb does not know whose request this is.',
    causes:
      'There is no `Authorization` header where one is needed, or its token is wrong, revoked, or was replaced by a rotation ' +
      'whose grace is over. A wrong token is refused even where none is needed.',
    remedy:
      'Send `Authorization: Bearer ebb_…` with the token that was shown when the access key was made. A lost token cannot be ' +
      'shown again: rotate the key (`POST /v1/keys/{id}:rotate`) or make another.',
  },
  AccessDenied: {
    meaning: 'Ebb knows whose request this is, and the access key does not allow it.',
    causes:
      'The role of the key is not enough, the key is for other endpoints, or the invocation was submitted by another key.',
    remedy: 'Ask `GET /v1/whoami` what the key may do; have an operator make a key that may.',
  },
  UnknownOperation: {
    meaning: 'There is nothing at this address.',
    causes:
      'The path is misspelt, a name in it is missing or holds a `/`, or it has a verb after a colon that does not exist.',
    remedy: 'Compare it with the routes of `GET /v1/docs`. Names in paths have to be percent-encoded.',
  },
  EndpointNotFound: {
    meaning: 'There is no endpoint of this name.',
    causes:
      'The name is misspelt, or the endpoint was deleted. Submitting takes the name only in the case that it was made with.',
    remedy: 'List the endpoints with `GET /v1/endpoints`; deploy one with `POST /v1/endpoints`.',
  },
  EndpointConfigNotFound: {
    meaning: 'There is no endpoint config of this name.',
    causes: "It was deleted by SageMaker's `DeleteEndpointConfig` while it was still needed.",
    remedy: 'Deploy the endpoint again, or make the config again with `CreateEndpointConfig`.',
  },
  ModelNotFound: {
    meaning: 'There is no model of this name.',
    causes: "It was deleted by SageMaker's `DeleteModel` while a config still named it.",
    remedy: 'Deploy the endpoint again, or make the model again with `CreateModel`.',
  },
  InvocationNotFound: {
    meaning: 'There is no invocation of this id.',
    causes: 'The id is misspelt or belongs to another Ebb. An inference id is not an invocation id.',
    remedy: 'Use the `id` that submitting answered with, or find it with `GET /v1/invocations`.',
  },
  DeliveryNotFound: {
    meaning: 'There is no delivery of this id.',
    causes: 'The id is misspelt, or the record of the delivery was removed after its time.',
    remedy: 'List the deliveries of an invocation with `GET /v1/invocations/{id}/deliveries`.',
  },
  InstanceNotFound: {
    meaning: 'The endpoint has no instance of this id.',
    causes: 'It has ended meanwhile, as instances do when there is no work, or belongs to another endpoint.',
    remedy: 'List the instances with `GET /v1/endpoints/{name}/instances`.',
  },
  AccessKeyNotFound: {
    meaning: 'There is no access key of this id.',
    causes: 'The id is misspelt, or the key was revoked long ago and is forgotten.',
    remedy: 'List the keys with `GET /v1/keys`.',
  },
  ObjectNotFound: {
    meaning: 'There is no object at the place that is named.',
    causes: 'An input was not uploaded yet or was deleted; an output was deleted after it was written.',
    remedy:
      'Check the `s3://` location. Upload the input first, then submit; an output that is gone can only be made again.',
  },
  BucketNotFound: {
    meaning: 'There is no bucket of this name.',
    causes: 'An input, output or failure location names a bucket that was never made, or was deleted.',
    remedy: 'Make the bucket, for instance with `aws s3 mb`, or correct the location.',
  },
  TopicNotFound: {
    meaning: 'There is no topic of this ARN.',
    causes: 'The success or error topic of an endpoint was never made, or was deleted.',
    remedy: 'Make the topic, for instance with `aws sns create-topic`, or correct the ARN.',
  },
  ImageNotFound: {
    meaning: 'There is no such image.',
    causes:
      'The name is misspelt, the image is not in a folder of `EBB_IMAGES`, or the container engine cannot find it.',
    remedy: 'Correct the name, add the folder, or pull the image; then deploy again.',
  },
  MethodNotAllowed: {
    meaning: 'The address exists, but not with this method.',
    causes: 'For instance a `GET` where there is only a `POST`.',
    remedy: 'Use one of the methods that the `Allow` header of the answer names.',
  },
  EndpointNotReady: {
    meaning: 'The endpoint does not allow this in the state that it is in.',
    causes: 'It is being made, updated or deleted, or has failed.',
    remedy: 'Ask `GET /v1/endpoints/{name}` for its status, and try again when that has changed.',
  },
  WrongInferenceType: {
    meaning: 'The endpoint is of another kind than the call is for.',
    causes: 'It was made without an asynchronous configuration.',
    remedy: 'Deploy it as an asynchronous endpoint.',
  },
  AlreadyExists: {
    meaning: 'There is one of this name already.',
    causes: 'It was made before, perhaps by the same call whose answer was lost. Case does not tell names apart.',
    remedy: 'Use what is there, choose another name, or delete it first.',
  },
  ChangeInProgress: {
    meaning: 'Another change of the same thing is under way.',
    causes: 'Two callers changed it at once, or an earlier change has not ended.',
    remedy: 'Wait until that has ended, then try again.',
  },
  InvocationFailed: {
    meaning: 'The invocation was accepted and has ended, but not with an output.',
    causes:
      'The model answered with an error or not in time, the input could not be read, the invocation expired or was ' +
      'cancelled. The detail says which.',
    remedy:
      'Look at the invocation, which `Location` names: `failureReason`, `attempts` with their logs, and the failure object. ' +
      'When the cause is mended, `POST /v1/invocations/{id}:redrive` runs it again.',
  },
  IdempotencyConflict: {
    meaning: 'The `Idempotency-Key` came with another request before.',
    causes:
      'Within the last 24 hours the same access key sent the same idempotency key to the same endpoint with another body or ' +
      'other parameters.',
    remedy: 'Use a new key for each piece of work, and the same one only to repeat exactly the same request.',
  },
  InvocationSettled: {
    meaning: 'The invocation has ended already, and cannot be cancelled any more.',
    causes: 'It was completed, failed, expired or was cancelled before the call came.',
    remedy: 'Nothing: look at its state with `GET /v1/invocations/{id}`.',
  },
  InvocationNotSettled: {
    meaning: 'The invocation has not ended in the way that the call needs.',
    causes:
      'An output is asked for that is not there, as the invocation waits, runs or came to no output; or it is to be run again, ' +
      'and has not failed, expired or been cancelled.',
    remedy: 'Wait for its end with `GET /v1/invocations/{id}?wait=60`, and look at its state.',
  },
  PreconditionFailed: {
    meaning: 'A condition that the request made does not hold.',
    causes: 'What was to be made anew in the storage is there already.',
    remedy: 'Send the request again.',
  },
  BodyTooLarge: {
    meaning: 'The body is longer than the route takes.',
    causes: 'Documents are limited to a few kilobytes or megabytes each; an input is limited to 1 GB.',
    remedy: 'Send less at once. Batches can be split; inputs can be uploaded first and named by `Input-Location`.',
  },
  UnsupportedContentType: {
    meaning: 'The body is in a form that the route does not take.',
    causes:
      'A JSON document came under another `Content-Type`, as it does from `curl -d` unless told otherwise, or compressed; or ' +
      'the `Content-Type` is not one at all.',
    remedy: 'Send `Content-Type: application/json`, or none, and no `Content-Encoding`.',
  },
  InvalidRange: {
    meaning: 'The `Range` lies outside of what there is.',
    causes: 'It begins behind the end of the object.',
    remedy: 'Ask for the length with `HEAD`, and choose a range inside it.',
  },
  LimitExceeded: {
    meaning: 'There would be more than are allowed.',
    causes: 'Ebb limits how many of a kind there may be.',
    remedy: 'Delete what is not needed any more. The detail of the problem says which limit it was.',
  },
  ModelDataUnusable: {
    meaning: 'The model data cannot be used.',
    causes:
      'The archive is missing, unreadable, or unsafe to unpack: links, absolute or parent paths, or too much in it.',
    remedy: 'Make it a `model.tar.gz` with plain files and folders in it, and deploy again.',
  },
  QuotaExceeded: {
    meaning: 'The access key has as much queued, running or stored as it may.',
    causes: 'Work is submitted faster than it is done.',
    remedy: 'Try again after the seconds in `Retry-After`, or have an operator raise the quota.',
  },
  TooManyRequests: {
    meaning: 'The access key makes more requests a minute than it may.',
    causes: 'Often a loop that polls. `RateLimit-Remaining` says how many are left.',
    remedy:
      'Wait for the seconds in `Retry-After`. Rather than polling, wait with `?wait=60`, watch `GET …/events`, or be called back.',
  },
  InternalFailure: {
    meaning: 'Ebb itself failed. It says no more, as it does not know what the reason would give away.',
    causes: 'A fault in Ebb.',
    remedy:
      'Look for the `requestId` in the log of Ebb, and report what stands there. Whether the request was carried out is not ' +
      'certain: with an `Idempotency-Key` it can be repeated safely.',
  },
  IntakePaused: {
    meaning: 'The endpoint takes no new work for the time being.',
    causes: 'An operator has paused its intake.',
    remedy:
      'Try again after the seconds in `Retry-After`. An operator resumes with `POST /v1/endpoints/{name}:resume`.',
  },
  InstanceUnavailable: {
    meaning: 'The instance does not answer.',
    causes: 'It never became healthy, or went away while it was needed.',
    remedy: 'Look at its log with `GET /v1/endpoints/{name}/logs`. The work itself is tried again.',
  },
  Unavailable: {
    meaning: 'Something that Ebb depends on does not answer, or Ebb is stopping.',
    causes: 'Storage, the database, the queue or the container engine is down, or Ebb has all that it can take.',
    remedy: 'Try again after the seconds in `Retry-After`.',
  },
  StorageFull: {
    meaning: 'Storage has no room. Nothing was accepted.',
    causes: 'The disk of the data directory is full.',
    remedy: 'Make room: delete outputs and inputs that are not needed, or enlarge the disk. Then try again.',
  },
};

// Everything that `portcullis/gate` exports; `portcullis` exports it too. Each entry file adds where the module comes
// from.
export { type ErrorCode, PolicyError, PortcullisError, type Problem, RefusedError, SubjectError } from '../../base/errors.js'
export { lineOf } from '../../base/json-text.js'
export { tokenId, type TokenId } from '../../base/token-id.js'
export type { ChallengeParameters } from '../../decision/challenge.js'
export type { Allowed, Decision, Denied, NodeResponse } from '../../decision/decision.js'
export { DeniedError } from '../../decision/denied-error.js'
export type { DenialResponse, Details, Level, ProblemDocument, PublicDetails, Reading } from '../../decision/details.js'
export { type ForgetTarget, Gate } from '../../gate/gate.js'
export type { CacheOptions, GateOptions, RecheckOptions, StoredSubject, StoredToken, TokenSource } from '../../gate/options.js'
export type { MaybePromise } from '../../gate/record-cache.js'
export type { CheckOptions, GateRequest, NodeRequest } from '../../gate/request.js'
export type { AfterResponseOptions, TouchHook } from '../../gate/touch-writer.js'
export { type Reason, reasons } from '../../generated/reasons.js'
export { commands, type EditableField, editableFields, type PolicyCommand, type UniqueField, uniqueFields } from '../../generated/words.js'
export type { OpenedDocument } from '../../module/handle.js'
export type { Attempt } from '../../policy/attempt.js'
export type { CompiledDocument, CompiledPolicy } from '../../policy/compiled.js'
export type {
  Duration,
  KindDocument,
  NeedsDocument,
  PolicyDocument,
  ResourceDocument,
  RouteDocument,
  TitledDocument,
} from '../../policy/document.js'
export type { Minted } from '../../policy/minted.js'
export { type DecideInput, type KindDescription, Policy, type RouteDescription } from '../../policy/policy.js'
export type { Subject, SubjectDocument } from '../../policy/subject.js'
export type { Token } from '../../policy/token.js'

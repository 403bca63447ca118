// What decides: all of `portcullis/gate`, and a part of `portcullis`. Each entry says where the module comes from.
export type { Attempt } from './attempt.js'
export type { CompiledDocument, CompiledPolicy } from './compiled.js'
export type { Allowed, Decision, Denied, NodeResponse } from './decision.js'
export type { Answer, Details, Level, ProblemDocument, PublicDetails } from './details.js'
export { DeniedError, type ErrorCode, PolicyError, PortcullisError, type Problem, RefusedError, SubjectError } from './errors.js'
export { type Forgotten, Gate } from './gate.js'
export type { CacheOptions, CheckOptions, GateOptions, TokenSource, WatchOptions } from './gate-options.js'
export type { Minted } from './minted.js'
export { lineOf } from './plain.js'
export type {
  Described,
  Duration,
  KindDocument,
  NeedsDocument,
  PolicyDocument,
  ResourceDocument,
  RouteDocument,
} from './policy-document.js'
export { type Facts, type KindDescription, Policy, type RouteDescription } from './policy.js'
export { type Reason, reasons } from './reasons.js'
export type { GateRequest, NodeRequest } from './request.js'
export type { Read } from './shelf.js'
export type { Opened } from './slot.js'
export type { Subject, SubjectDocument } from './subject.js'
export type { Token } from './token.js'
export { type TokenId, tokenId } from './token-id.js'
export type { Later, TouchHook } from './touches.js'
export { commands, type EditableField, editableFields, type PolicyCommand, type UniqueField, uniqueFields } from './words.js'

// Everything that the entry points share; each of them says where the module comes from.
export type { Attempt } from './attempt.js'
export type { Change, Claim, Committed, Guard, Notice, TokenEvent, Write } from './change.js'
export type {
  Actor,
  CreateFields,
  EditFields,
  Given,
  GivenByHolder,
  Networks,
  PreviewCommand,
  RenewalFields,
  RenewFields,
  RotateFields,
} from './command.js'
export type { Allowed, Decision, Denied, NodeResponse } from './decision.js'
export type { Answer, Details, Level, ProblemDocument, PublicDetails } from './details.js'
export type { Changed, Deleted, Issued, Renewed } from './done.js'
export {
  DeniedError,
  type ErrorCode,
  PolicyError,
  PortcullisError,
  type Problem,
  RefusedError,
  RequestError,
  StoreError,
  SubjectError,
} from './errors.js'
export { type Forgotten, Gate } from './gate.js'
export type { CacheOptions, CheckOptions, GateOptions, TokenSource, WatchOptions } from './gate-options.js'
export {
  type CommandRequest,
  type Letter,
  letters,
  type Outcome,
  type OverviewRequest,
  type OverviewRow,
  type Reach,
  replay,
  type Stop,
  type Trail,
  type TrailFault,
  type TrailReport,
  verifyTrail,
} from './life.js'
export type { Minted } from './minted.js'
export { type ApplyOptions, type Facts, type KindDescription, Policy, type RouteDescription } from './policy.js'
export type { Preview } from './preview.js'
export type { Overview, OverviewQuery, Trailed } from './reading.js'
export { lineOf } from './plain.js'
export { type Reason, reasons } from './reasons.js'
export type { Json, Offer, Previous, Renewal, Stopped, TokenFields, TokenRecord, TokenView, Tombstone } from './record.js'
export type { RefusalCode } from './refusals.js'
export type { GateRequest, NodeRequest } from './request.js'
export type { Read } from './shelf.js'
export type { Opened } from './slot.js'
export type { ListQuery, Page, Store, Touch } from './store.js'
export type { Subject, SubjectDocument } from './subject.js'
export type { Token } from './token.js'
export { type Proof, Tokens, type TokensOptions } from './tokens.js'
export type { Later, TouchHook } from './touches.js'
export type { Failed, Revoked, Swept, Walk, Where } from './upkeep.js'

// Everything that `portcullis` exports. Each entry file adds where the module comes from.
export { RequestError, StoreError } from '../base/errors.js'
export type { RefusalCode } from '../generated/refusals.js'
export { Policy } from '../policy/full-policy.js'
export { type Letter, letters } from '../policy/letters.js'
export type {
  ApplyOptions,
  ClockOptions,
  CommandOutcome,
  CommandRefusal,
  CommandRequest,
  PlannedChange,
  Reach,
  ReachRequest,
  StoreReport,
} from '../policy/lifecycle.js'
export type { OverviewRequest, OverviewRow, OverviewRows, StopView } from '../policy/overview.js'
export { replay, type TrailFault, type TrailInput, type TrailReport, verifyTrail } from '../policy/trail.js'
export type { Change, Claim, CommitOutcome, Guard, Notice, RecordWrite, TokenEvent } from '../store/change.js'
export type {
  Json,
  PreviousSecret,
  RenewalOffer,
  RenewalState,
  StopInfo,
  TokenFields,
  TokenRecord,
  TokenView,
  Tombstone,
} from '../store/record.js'
export type { ListQuery, RecordPage, Store, Touch } from '../store/store.js'
export type {
  AccountActor,
  Actor,
  CommandOptions,
  CreateFields,
  EditFields,
  HolderCommandOptions,
  Presented,
  Networks,
  PreviewCommand,
  RenewalFields,
  RenewFields,
  RotateFields,
  SystemActor,
} from '../tokens/command-types.js'
export type { CommandFailure, PageOptions } from '../tokens/pages.js'
export type { CommandPreview } from '../tokens/preview.js'
export type { ActorOptions, AuditTrail, OverviewPage, OverviewQuery } from '../tokens/queries.js'
export type { CommandResult, DeletedToken, IssuedToken, RenewedToken } from '../tokens/results.js'
export type { RevokeWhereResult, TokenSelection } from '../tokens/revoke-where.js'
export type { SweepResult } from '../tokens/sweep.js'
export { type PlaintextProof, Tokens, type TokensOptions } from '../tokens/tokens.js'
export * from './gate/exports.js'
